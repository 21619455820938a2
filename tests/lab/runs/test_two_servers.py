"""Two servers on one store, each a process of its own, doing everything at once for the same owner."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from lab.errors import RunError
from lab.runs.kept.store import RunStore
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.messages import Extend
from lab.spec.limits import ALONE
from tests.lab.runs.runs import iris, iris_data
from tests.waiting import LONGEST_S

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 25
BOUNDS = replace(ALONE, kept_runs=10)  # runs have to make room all the time


def serve(folder: Path, name: str) -> None:
    """One server's part. Prints what it saw; an exception ends it with a traceback."""
    engine = InlineEngine(ALONE)
    run = engine.start(RunRequest(iris(2), iris_data()), "me")
    engine.advance()
    records = [(engine.record(run, "me"), engine._own(run, "me").status)]
    engine.command(run, "me", Extend(4))
    engine.advance()
    records.append((engine.record(run, "me"), engine._own(run, "me").status))

    store, numbers, lengths = RunStore(folder, BOUNDS), [], set()
    for turn in range(ROUNDS):
        record, status = records[turn % 2]
        store.save(replace(record, id="both", number=1), replace(status, run="both"), {})  # replaced all the time
        store.mark("both", "me", pinned=True)
        lengths.add(len(store.load("both", "me")[0].history["loss"]))
        assert any(summary.id == "both" for summary in store.summaries("me"))
        numbers.append(store.next_number("me", 0))
        own = f"{name}{turn}"
        store.save(replace(record, id=own, number=numbers[-1]), replace(status, run=own), {})
        for field in ("opened", "name"):  # each of its own fields of the marks that both write
            if field == "opened" and name == "a":
                store.mark("both", "me", opened=turn + 1)
            elif field == "name" and name == "b":
                store.mark("both", "me", name=f"turn {turn + 1}")
        assert store.set_aside("me") == []
        if turn % 3 == 0:
            store.delete(own, "me")
    print(json.dumps({"numbers": numbers, "lengths": sorted(lengths)}))


def test_nobody_sees_half_a_run_loses_a_mark_or_gets_a_number_twice(tmp_path):
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tests.lab.runs.test_two_servers", str(tmp_path)]
    servers = [subprocess.Popen([*command, name], cwd=ROOT, stdout=pipe, stderr=pipe, text=True) for name in "ab"]
    told = []
    for server in servers:
        said, wrong = server.communicate(timeout=LONGEST_S)
        assert server.returncode == 0, wrong
        told.append(json.loads(said))
    numbers = told[0]["numbers"] + told[1]["numbers"]
    assert sorted(numbers) == list(range(2, len(numbers) + 2)) or sorted(numbers) == list(range(1, len(numbers) + 1))
    assert {length for one in told for length in one["lengths"]} <= {2, 4}
    store = RunStore(tmp_path, BOUNDS)
    kept = store.summaries("me")
    assert 2 < len(kept) <= BOUNDS.kept_runs
    assert len({summary.number for summary in kept}) == len(kept)
    for summary in kept:
        assert store.load(summary.id, "me")[0].epochs_done in (2, 4)
    marks = store.marks("both", "me")
    assert (marks.pinned, marks.opened, marks.name) == (True, ROUNDS, f"turn {ROUNDS}")
    whole = {Path(store._stem(summary.id, "me")).name for summary in kept}
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*.npz")} == whole
    assert not list(tmp_path.rglob("part-*"))


def test_a_list_shows_what_another_server_wrote_within_the_same_tick_of_the_clock(tmp_path):
    engine = InlineEngine(ALONE)
    run = engine.start(RunRequest(iris(2), iris_data()), "me")
    engine.advance()
    record, status = engine.record(run, "me"), engine._own(run, "me").status
    one, other = RunStore(tmp_path, ALONE), RunStore(tmp_path, ALONE)
    one.save(record, status, {})
    (path,) = tmp_path.rglob("*.json")
    at = path.stat().st_mtime_ns
    assert one.summaries("me")[0].number == 1
    other.save(replace(record, number=2), status, {})

    os.utime(path, ns=(at, at))
    assert one.summaries("me")[0].number == 2


if __name__ == "__main__":
    try:
        serve(Path(sys.argv[1]), sys.argv[2])
    except RunError as refusal:
        raise SystemExit(f"refused: {refusal}") from refusal
