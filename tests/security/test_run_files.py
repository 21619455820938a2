"""A run's file from anybody: refused as a whole, or taken in and harmless on every page."""

import random
from functools import cache

import numpy as np
import pytest

from lab.errors import RunError
from lab.insight.evaluate import evaluate_run
from lab.runs.kept.run_file import exported
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


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_no_change_of_a_file_breaks_a_page(start):
    kept = 0
    for number in range(start, start + 100):
        found = run_files.taken_in(run_files.tampered(a_run(), random.Random(number)))
        if found is not None:
            kept += 1
            run_files.shown(*found)
    assert 0 < kept < 100  # some changes matter to nobody, most are refused


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
    "lists in lists": lambda: run_files.put_together(run_files.deep(), {}),
    "a method of compression that nobody knows": lambda: run_files.with_impossible_flags(a_run()),
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
