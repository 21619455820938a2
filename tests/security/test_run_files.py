"""A run's file from anybody: refused as a whole, or taken in and harmless on every page."""

import io
import json
import random
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lab.errors import ExperimentError, RunError
from lab.export.package import experiment_of
from lab.insight.evaluate import evaluate_run
from lab.runs.kept.run_file import exported, load_arrays
from lab.runs.kept.store import RunStore
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.limits import ALONE
from tests.lab.runs.runs import iris, iris_data
from tests.security import run_files


@cache
def a_run() -> bytes:
    engine = InlineEngine(ALONE)
    run_id = engine.start(RunRequest(iris(epochs=6), iris_data()), run_files.OWNER)
    engine.advance()
    return engine.export(run_id, run_files.OWNER)


def test_the_file_itself_is_taken_in_and_shown():
    found = run_files.taken_in(a_run())
    assert found is not None
    run_files.shown(*found)
    assert exported(*found, {})


@pytest.mark.parametrize("start", range(0, 300, 100))
def test_no_change_of_a_file_breaks_a_page(start):
    kept = 0
    for number in range(start, start + 100):
        found = run_files.taken_in(run_files.tampered(a_run(), random.Random(number)))
        if found is not None:
            kept += 1
            run_files.shown(*found)
    assert 0 < kept < 100  # some changes matter to nobody, most are refused


def test_a_run_that_was_stopped_before_it_began_is_no_file():
    record, status, marks = run_files.taken_in(a_run())
    with pytest.raises(RunError, match=r"run\.nothing_to_keep"):
        exported(replace(record, snapshot=b""), status, marks, {})


def changed(*path, to):
    entry, arrays = run_files.taken_apart(a_run())
    return run_files.put_together(run_files.put(entry, path, to), arrays)


def without_curves(epoch: int) -> bytes:
    """A file of a few kilobytes that claims any number of epochs."""
    entry, arrays = run_files.taken_apart(a_run())
    for state in ("last_good_epoch", "best_epoch", "epochs_done"):
        entry["snapshot"][state] = epoch
    entry["status"]["epoch"] = epoch
    curves = ("snapshot/history/", "snapshot/extras/")
    return run_files.put_together(entry, {name: array for name, array in arrays.items() if not name.startswith(curves)})


REFUSED = {
    "a billion epochs": lambda: without_curves(10**9),
    "epochs without curves": lambda: without_curves(5),
    "a rate that is a text": lambda: changed("status", "learning_rate", to="0.1"),
    "no epochs to train": lambda: changed("experiment", "fit", "epochs", to=0),
    "a reason that nobody knows": lambda: changed("status", "reason", to={"code": "run.no_such_reason", "values": {}}),
    "a reason without its values": lambda: changed(
        "status", "reason", to={"code": "run.diverged_learning_rate", "values": {}}
    ),
    "half a character in the title": lambda: changed("title", to="\ud800"),
    "a title that is no text": lambda: changed("title", to=7),
    "a time that never comes": lambda: changed("created", to=float("nan")),
    "a year beyond all calendars": lambda: changed("created", to=10**12),
    "lists in lists": lambda: run_files.put_together(run_files.deep(), {}),
    "a method of compression that nobody knows": lambda: run_files.with_impossible_flags(a_run()),
    "a compression that asks for any memory": lambda: run_files.packed_by(zipfile.ZIP_LZMA, a_run()),
    "members that are no arrays": run_files.not_an_archive_of_arrays,
    "an array that promises more than it holds": lambda: run_files.with_a_large_promise(a_run()),
    "half of the file": lambda: a_run()[: len(a_run()) // 2],
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_a_run_is_refused_as_a_whole(what):
    assert run_files.taken_in(REFUSED[what]()) is None


def test_a_network_larger_than_any_profile_allows_is_never_built():
    """Its weights are those of a small one, so that only building it would tell."""
    record, status, marks = run_files.taken_in(changed("experiment", "model", "layers", 0, "params", "units", to=10**9))
    with pytest.raises(RunError) as refused:
        evaluate_run(record, iris_data())
    assert refused.value.code == "run.too_many_parameters"
    run_files.shown(record, status, marks)


def test_weights_of_another_network_are_told_as_damage():
    entry, arrays = run_files.taken_apart(a_run())
    record, _, _ = run_files.taken_in(run_files.put_together(entry, arrays | {"snapshot/weights/0": np.zeros((2, 2))}))
    with pytest.raises(RunError) as refused:
        evaluate_run(record, iris_data())
    assert refused.value.code == "run.damaged"


# --- files in the store


def stored(folder) -> tuple[RunStore, Path]:
    """A store with two runs of the owner, and the file of one of them."""
    store = RunStore(folder, ALONE)
    record, status, _ = run_files.taken_in(a_run())
    for number, name in enumerate(("one", "two"), start=1):
        store.save(replace(record, id=name, number=number), replace(status, run=name), {})
    return store, next(path for path in folder.rglob("*.json") if json.loads(path.read_text())["id"] == "one")


DAMAGES = {
    "cut off": lambda path: path.write_text(path.read_text()[:100]),
    "emptied": lambda path: path.write_text(""),
    "another thing": lambda path: path.write_text("[1, 2]"),
    "lists in lists": lambda path: path.write_text(run_files.deep()),
    "no number": lambda path: path.write_text(path.read_text().replace('"number": 1', '"number": "first"')),
    "a false epoch": lambda path: path.write_text(path.read_text().replace('"epoch": 6', '"epoch": 6000000000')),
    "a false state": lambda path: path.write_text(path.read_text().replace('"finished"', '"running"')),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside_and_can_be_deleted_and_the_others_are_there(tmp_path, damage):
    store, path = stored(tmp_path)
    DAMAGES[damage](path)
    assert [run.id for run in store.summaries(run_files.OWNER)] == ["two"]
    (damaged,) = store.set_aside(run_files.OWNER)
    assert store.set_aside("somebody else") == []
    store.delete(damaged, "somebody else")
    assert path.exists()
    store.delete(damaged, run_files.OWNER)
    assert store.set_aside(run_files.OWNER) == []
    assert list(path.parent.glob(f"{path.stem}*")) == []


@pytest.mark.parametrize("keep", [0, 0.5, 0.99])
def test_damage_that_shows_only_when_a_run_is_opened_sets_it_aside_from_then_on(tmp_path, keep):
    store, path = stored(tmp_path)
    (arrays,) = path.parent.glob(f"{path.stem}*.npz")
    arrays.write_bytes(arrays.read_bytes()[: int(keep * arrays.stat().st_size)])
    with pytest.raises(RunError):
        store.load("one", run_files.OWNER)
    assert [run.id for run in store.summaries(run_files.OWNER)] == ["two"]
    assert len(store.set_aside(run_files.OWNER)) == 1
    assert store.load("two", run_files.OWNER)


def test_no_id_of_a_damaged_file_leads_out_of_the_owners_folder(tmp_path):
    store, path = stored(tmp_path)
    for run_id in (
        f"damaged-../{path.parent.name}/{path.stem}",
        "damaged-..",
        "damaged-" + "g" * 32,
        f"damaged-{path.stem}/",
    ):
        store.delete(run_id, run_files.OWNER)
    assert path.exists()


def crowded(members: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(members):
            archive.writestr(f"{number:050}", b"")
    return target.getvalue()


def with_its_list_elsewhere(data: bytes) -> bytes:
    """As archives of more than four gigabytes have it."""
    place = data.rfind(b"PK\x05\x06")
    return data[:place] + b"PK\x06\x07" + bytes(16) + data[place:]


@pytest.mark.parametrize(
    "data",
    [crowded(12_000), with_its_list_elsewhere(crowded(2)), crowded(2)[:-1], b"PK\x05\x06", b""],
    ids=["crowded", "elsewhere", "cut", "nothing but its end", "empty"],
)
def test_the_list_of_an_archive_is_looked_at_before_it_is_read(monkeypatch, data):
    monkeypatch.setattr(zipfile, "ZipFile", lambda source: pytest.fail("it was read"))
    with pytest.raises(ValueError, match="archive"):
        load_arrays(io.BytesIO(data))
    with pytest.raises(ExperimentError, match=r"experiment\.not_json"):
        experiment_of(data)
