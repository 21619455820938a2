"""A server that is killed: its half-trained runs come back, paused, and go on to the same numbers."""

import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab.runs.kept.rewritten import newest
from lab.runs.kept.store import RunStore
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.pooled import PoolEngine
from lab.runs.wire.messages import Resume, Speed, Stop
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.runs import iris, iris_data, trained
from tests.live.states import wait_for_epoch, wait_for_state
from tests.live.test_pool import ENDLESS, UNHURRIED
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 60

SERVER = """
import pathlib, sys
from lab.runs.kept.store import RunStore
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.pooled import PoolEngine
from lab.spec.limits import ALONE
from tests.lab.runs.runs import iris, iris_data
from lab.runs.serve.pooled.left_run import unpacked
from tests.waiting import wait_for
engine = PoolEngine(ALONE, RunStore(pathlib.Path(sys.argv[1]), ALONE), workers=1)
engine.begin()
run = engine.start(RunRequest(iris({epochs}), iris_data(), epochs_per_s=8.0), "me")
kept = lambda path: unpacked(path.read_bytes(), engine._place.arrays, engine.hub.clock)
twice = lambda content: any(content[len(content) // 2 :])
wait_for(lambda: any(kept(path).status.epoch >= 5 for path in engine._place.runs.glob("*.run")), "epoch 5 on the disk")
wait_for(lambda: any(twice(path.read_bytes()) for path in engine._place.runs.glob("*.run")), "what came after it")
print(run, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def engine_on(tmp_path) -> Iterator[Callable[[], PoolEngine]]:
    """engine_on() begins an engine of one worker; all of one test have the same store."""
    engines = []

    def begun() -> PoolEngine:
        engines.append(PoolEngine(ALONE, RunStore(tmp_path / "runs", ALONE), workers=1))
        engines[-1].begin()
        return engines[-1]

    yield begun
    for engine in engines:
        engine.close()


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> tuple[Path, str]:
    """What a killed server left, for each test to copy, and the id of the run that it had half trained."""
    folder = tmp_path_factory.mktemp("killed")
    return folder, killed_server(folder / "runs")


def killed_server(folder: Path) -> str:
    pipe, program = subprocess.PIPE, textwrap.dedent(SERVER.format(epochs=EPOCHS))
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, text=True) as server:
        run = server.stdout.readline().strip()
        server.kill()
    return run


def left_by(killed: tuple[Path, str], folder: Path) -> str:
    shutil.copytree(killed[0], folder, dirs_exist_ok=True)
    return killed[1]


def test_after_kill_9_a_run_is_there_paused_and_goes_on_to_the_numbers_of_an_uninterrupted_one(
    engine_on, killed, tmp_path
):
    run = left_by(killed, tmp_path)
    engine = engine_on()
    view = engine.view(run, "me")
    assert (view.state, view.epochs, view.number) == ("paused", EPOCHS, 1)
    assert 0 < view.epoch < EPOCHS
    assert len(view.history["loss"]) == view.epoch
    (note,) = view.notes
    assert note == engine.runs_of("me")[0].notes[0]
    assert all(f"{view.epoch}" in say_error(note, language) for language in LANGUAGES)
    wait_for(lambda: engine.hub.get(run).orders.waiting == [], "a worker that has it")
    assert engine.view(run, "me").epoch == view.epoch  # it waits for its owner
    engine.command(run, "me", Speed(None))
    engine.command(run, "me", Resume())
    assert engine.view(run, "me").notes == ()
    wait_for_state(engine, run, "me", "finished")
    record, alone = engine.record(run, "me"), trained(iris(EPOCHS))
    assert record.history == alone.history
    assert all(a.tobytes() == b.tobytes() for a, b in zip(record.weights, alone.weights, strict=True))
    wait_for(lambda: not engine.hub.get(run).saving, "the run on disk")
    engine.close()
    assert not list((tmp_path / "runs-live").glob("server-*"))  # nothing is left to take over
    assert engine_on().view(run, "me").state == "finished"


def test_a_damaged_file_of_a_half_trained_run_is_set_aside_and_the_server_starts(engine_on, killed, tmp_path):
    run = left_by(killed, tmp_path)
    (left,) = (tmp_path / "runs-live").glob("server-*/runs/*.run")
    left.write_bytes(left.read_bytes()[:1000])
    engine = engine_on()
    assert engine.runs_of("me") == []
    assert [path.name for path in (tmp_path / "runs-live" / "damaged").iterdir()] == [left.name]
    assert list(engine._place.arrays.iterdir()) == []
    new = engine.start(RunRequest(iris(2), iris_data()), "me")
    wait_for_state(engine, new, "me", "finished")
    assert new != run


def test_a_server_that_is_killed_while_it_writes_a_run_leaves_what_it_wrote_of_it_before(engine_on, killed, tmp_path):
    run = left_by(killed, tmp_path)
    (left,) = (tmp_path / "runs-live").glob("server-*/runs/*.run")
    content = left.read_bytes()
    half = content.index(newest(content)) + 2000
    left.write_bytes(content[:half] + bytes(200) + content[half + 200 :])
    assert newest(left.read_bytes()) != newest(content)
    engine = engine_on()
    assert engine.view(run, "me").state == "paused"
    engine.command(run, "me", Speed(None))
    engine.command(run, "me", Resume())
    wait_for_state(engine, run, "me", "finished")
    assert engine.record(run, "me").history == trained(iris(EPOCHS)).history


def test_where_another_server_runs_the_owner_finds_the_run_there_with_the_next_page(engine_on, killed, tmp_path):
    replica = engine_on()
    assert replica.runs_of("me") == []
    run = left_by(killed, tmp_path)
    assert replica.runs_of("somebody else") == []
    wait_for(lambda: replica.runs_of("me"), "the run of the killed server")
    assert [(summary.id, summary.state) for summary in replica.runs_of("me")] == [(run, "paused")]
    replica.command(run, "me", Speed(None))
    replica.command(run, "me", Resume())
    wait_for_state(replica, run, "me", "finished")
    assert replica.record(run, "me").history == trained(iris(EPOCHS)).history


def test_a_server_that_is_stopped_gives_its_runs_back_as_well_and_another_one_sees_them_meanwhile(engine_on, tmp_path):
    engine, replica = engine_on(), engine_on()
    run = engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), "me")
    wait_for(lambda: engine.record(run, "me").epochs_done > 10, "a snapshot")
    engine.close()
    seen = replica.view(run, "me")
    assert (seen.state, seen.reason.code, seen.live) == ("stopped", "run.server_ended", False)
    assert all(say_error(seen.reason, language) for language in LANGUAGES)
    later = engine_on()
    assert later.runs_of("me")
    assert later.view(run, "me").state == "paused"
    assert later.view(run, "me").epoch > 10
    assert [(summary.id, summary.state) for summary in later.runs_of("me")] == [(run, "paused")]
    later.command(run, "me", Resume())
    wait_for_epoch(later, run, "me", seen.epoch + 5)
    later.command(run, "me", Stop())
    wait_for_state(later, run, "me", "stopped")
    assert later.view(run, "me").reason is None


def test_seeds_in_a_row_leave_a_bounded_number_of_files(engine_on):
    engine = engine_on()
    engine.hub.limits = replace(ALONE, ended_runs_in_reach=3)
    files = []
    for seed in range(40):
        run = engine.start(RunRequest(iris(1).replace(seed=seed), iris_data(), epochs_per_s=UNHURRIED), "me")
        if seed % 10 == 9:
            wait_for_state(engine, run, "me", "finished")
            wait_for(lambda: not any(job.saving for job in engine.hub.jobs()), "the runs on disk")
            engine.caretaker.sweep()
            files.append(len([path for path in engine._place.arrays.iterdir() if path.is_file()]))
    assert files[-1] == files[0]
