"""Files of runs that someone has tampered with, and everything that a page would do with what is taken in.

`python -m tests.security.run_files 10000 [SEED]` tries so many of them; with `--pages` each lies in a store whose owner
opens pages.
"""

import io
import json
import random
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.errors import LabError
from lab.export.report import report
from lab.insight.evaluate import evaluate_run
from lab.runs.kept.positions import AXES, positions
from lab.runs.kept.record import Marks, RunRecord
from lab.runs.kept.run_file import exported, imported, load_arrays, save_arrays
from lab.runs.serve.views import kept_view, summary_of
from lab.runs.wire.messages import Status
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES

OWNER = "someone"
WRONG: tuple[Any, ...] = (
    None, True, "", "x", "\ud800", "9" * 400, -1, 0, 1, 2.5, 10**12, 10**400, float("nan"), float("inf"), -1e308,
    [], {}, [[]], {"a": {}}, ["x"] * 3, "finished", "lost", "running",
)  # fmt: skip
ARRAYS = (
    np.zeros(0), np.zeros((0, 5)), np.zeros((3, 3), np.float32), np.array(7), np.array("text"), np.full(40, np.nan),
    np.ones((1, 2, 3, 4)), np.array([True, False]), np.zeros(50_000), np.full(3, 1e300), np.zeros(4, complex),
)  # fmt: skip


def deep(depth: int = 100_000) -> str:
    return "[" * depth + "]" * depth


def taken_apart(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    arrays = load_arrays(io.BytesIO(data))
    return json.loads(arrays.pop("entry").tobytes()), arrays


def put_together(entry: dict[str, Any] | str, arrays: dict[str, Any]) -> bytes:
    text = entry if isinstance(entry, str) else json.dumps(entry)
    target = io.BytesIO()
    save_arrays(target, {"entry": np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8), **arrays})
    return target.getvalue()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in plain JSON values, from the outside in."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from places(item, (*path, key))


def put(values: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at this place."""
    copy = json.loads(json.dumps(values))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copy


def without(values: Any, path: tuple[Any, ...]) -> Any:
    copy = json.loads(json.dumps(values))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return copy


def tampered(data: bytes, chance: random.Random) -> bytes:
    """The file with one thing changed."""
    if chance.randrange(8) < 7:
        return put_together(*changed_within(*taken_apart(data), chance))
    place = chance.randrange(len(data))
    return data[:place] if chance.random() < 0.3 else data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def changed_within(
    entry: dict[str, Any], arrays: dict[str, Any], chance: random.Random
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Another value at one place, or none there, or an array that is another one, or missing."""
    kind = chance.randrange(7)
    path = chance.choice(list(places(entry)))
    name = chance.choice(list(arrays))
    if kind < 3:
        return put(entry, path, chance.choice(WRONG)), arrays
    if kind == 3:
        return without(entry, path), arrays
    if kind == 4:
        return entry, arrays | {name: chance.choice(ARRAYS)}
    if kind == 5:
        return entry, {key: array for key, array in arrays.items() if key != name}
    return entry, arrays | {name: arrays[chance.choice(list(arrays))]}


def taken_in(data: bytes) -> tuple[RunRecord, Status, Marks] | None:
    """What is kept of a file; None if it was refused."""
    try:
        record, status, marks, _ = imported(data, OWNER, "run", 1, ALONE.checkpoint_bytes)
    except LabError:
        return None
    return record, status, marks


def shown(record: RunRecord, status: Status, marks: Marks) -> None:
    """What pages do with a kept run; they show a LabError in place, anything else is a broken page."""
    view = kept_view(record, status)
    summary_of(view, record.context, marks)
    json.dumps(marks.name).encode()
    marks.name.encode()
    for axis in AXES:
        positions(
            record.experiment_with_changes(), record.context.train_rows, record.epochs_done, record.compute_s, axis
        )
    record.experiment_with_changes().to_json().encode()
    exported(record, status, marks, {})
    try:
        table = load_sample(record.experiment.data.source.name)
        dataset = prepare(table, record.experiment.data, record.experiment.seed)
        evaluation = evaluate_run(record, dataset)
        for language in ("ko", "en"):
            report(record, dataset, evaluation, record.verdict, language)
    except LabError:
        return


def with_impossible_flags(data: bytes) -> bytes:
    """Members said to be encrypted and compressed by a method that nobody knows."""
    changed = bytearray(data)
    for place in (match.start() for match in re.finditer(b"PK\x01\x02", data)):
        changed[place + 8 : place + 12] = b"\xff\xff\x63\x00"
    return bytes(changed)


def packed_by(method: int, data: bytes) -> bytes:
    """The same members, compressed in another way."""
    source, target = io.BytesIO(data), io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", method) as made:
        for member in given.infolist():
            made.writestr(member.filename, given.read(member))
    return target.getvalue()


def with_a_large_promise(data: bytes) -> bytes:
    """The header of one array says that terabytes follow."""
    entry, arrays = taken_apart(data)
    source, target = io.BytesIO(put_together(entry, arrays)), io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w") as made:
        for member in given.infolist():
            content = given.read(member)
            if member.filename == "snapshot/weights/0.npy":
                header = io.BytesIO()
                npy.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
                content = header.getvalue() + content[-64:]
            made.writestr(member.filename, content)
    return target.getvalue()


def not_an_archive_of_arrays() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("entry.npy", b"no array")
    return target.getvalue()


def main() -> None:
    from tests.security.test_run_files import a_run  # which imports this

    numbers = [int(one) for one in sys.argv[1:] if one != "--pages"]
    count, seed = numbers[0], numbers[1] if len(numbers) > 1 else 0
    try_one = _opened if "--pages" in sys.argv else _shown
    data, kept, broken = a_run(), 0, 0
    for number in range(seed, seed + count):
        try:
            kept += try_one(data, number)
        except Exception as error:  # noqa: BLE001  # whatever it is: it is what is looked for
            broken += 1
            print(f"file {number}: {type(error).__name__}: {error}", flush=True)
    print(f"{count} files, {kept} taken in, {broken} broke a page")
    raise SystemExit(broken > 0)


def _shown(data: bytes, number: int) -> bool:
    """Whether it was taken in."""
    found = taken_in(tampered(data, random.Random(number)))
    if found is not None:
        shown(*found)
    return found is not None


def _opened(data: bytes, number: int) -> bool:
    """Likewise, in the owner's store: the pages that say most of a run each time, the others in turns."""
    from tests.security.opened_pages import ALL, OF_RUNS, open_pages, tampered_store

    with tempfile.TemporaryDirectory() as folder:
        store = tampered_store(Path(folder), data, random.Random(number))
        kept = len(store.summaries(OWNER)) > 1
        others = [page for page in ALL if page not in OF_RUNS]
        open_pages(store, (*OF_RUNS, others[number % len(others)]), LANGUAGES[number % 2])
    return kept


if __name__ == "__main__":
    main()
