"""What an earlier program kept still opens: stored runs, a run's file, an experiment's file, a link.

`kept_before/` was written by the program as it stood before worker, hub and store spoke in typed values
(commit 8bf0b49), by an owner called "me". It is never written again.
"""

import shutil
from pathlib import Path

import pytest

from lab.data.prepare import Dataset, prepare
from lab.data.samples import load_sample
from lab.export.link import from_link
from lab.runs.kept.record import Marks, RunSummary
from lab.runs.kept.replay import fork_snapshot, past_of
from lab.runs.kept.run_file import imported
from lab.runs.kept.store import RunStore
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Change, Experiment
from lab.spec.limits import ALONE
from tests.lab.runs.runs import spec_of, with_rate

KEPT = Path(__file__).parent / "kept_before"
TITLES = ("two outputs", "fork", "diverged", "turned")
TURNED = (
    Change(epoch=2, batch=0, name="learning_rate", value=0.02),
    Change(epoch=3, batch=0, name="batch_size", value=7),
    Change(epoch=3, batch=0, name="epochs", value=6),
)


@pytest.fixture
def store(tmp_path) -> RunStore:
    """A copy: a store deletes what does not fit its limits."""
    return RunStore(shutil.copytree(KEPT / "runs", tmp_path / "runs"), ALONE)


def summary_of(store: RunStore, title: str) -> RunSummary:
    return next(summary for summary in store.summaries("me") if summary.title == title)


def dataset_of(experiment: Experiment) -> Dataset:
    return prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)


def test_the_list_of_runs_is_as_it_was(store):
    found = [(one.number, one.title, one.state, one.epoch, one.verdict) for one in store.summaries("me")]
    assert found == [
        (4, "two outputs", "finished", 2, "not_finished"),
        (3, "fork", "finished", 8, "not_finished"),
        (2, "diverged", "diverged", 1, "diverged"),
        (1, "turned", "finished", 6, "not_finished"),
    ]
    assert summary_of(store, "turned").marks == Marks(name="turned", pinned=True, opened=1, test={"loss": 0.5})


@pytest.mark.parametrize("title", TITLES)
def test_a_stored_run_opens_whole_and_its_epochs_are_recomputed_as_they_were(store, title):
    summary = summary_of(store, title)
    record, status = store.load(summary.id, "me")
    assert status.run == record.id == summary.id
    assert record.weights
    assert record.epochs_done == len(record.history["loss"]) == summary.epoch
    if title == "diverged":
        return
    checkpoints = store.checkpoints(summary.id, "me")
    assert checkpoints
    again = past_of(record, checkpoints, dataset_of(record.experiment)).trainer_at(record.epochs_done)
    assert again.history["loss"] == pytest.approx(record.history["loss"], rel=1e-5)


def test_knobs_reason_and_start_of_a_fork_are_read(store):
    turned, _ = store.load(summary_of(store, "turned").id, "me")
    assert turned.changes == TURNED
    diverged, _ = store.load(summary_of(store, "diverged").id, "me")
    assert diverged.reason is not None
    assert diverged.reason.code == "run.diverged_learning_rate"
    assert diverged.reason.values["epoch"] == 1
    fork, _ = store.load(summary_of(store, "fork").id, "me")
    assert fork.experiment.origin is not None
    assert fork.experiment.origin.epoch == 4


def test_a_stored_run_may_still_be_forked_from_and_gone_on_with(store):
    summary = summary_of(store, "turned")
    record, _ = store.load(summary.id, "me")
    fork = with_rate(record.experiment_with_changes().forked(4).with_fit(epochs=8), 0.2)
    snapshot, shared = fork_snapshot(fork, record, store.checkpoints(summary.id, "me"), dataset_of(record.experiment))
    assert set(shared) == {1, 2, 3, 4}
    trainer = Trainer(*spec_of(fork))
    trainer.restore(snapshot)
    trainer.advance()
    kept, _ = store.load(summary_of(store, "fork").id, "me")
    assert trainer.history["loss"] == pytest.approx(kept.history["loss"], rel=1e-5)
    old = Trainer(*spec_of(record.experiment))
    old.restore(record.snapshot)  # what a Trainer of then wrote is understood by one of today
    assert (old.state, old.epochs_done, old.changes) == ("finished", 6, tuple(old.log))


def test_a_runs_file_is_taken_in(store):
    record, status, marks, checkpoints = imported((KEPT / "run.npz").read_bytes(), "you", "new", 9, 10**7)
    kept, _ = store.load(summary_of(store, "turned").id, "me")
    assert (record.id, record.number, status.run, marks.name) == ("new", 9, "new", "taken along")
    assert record.history == kept.history
    assert record.changes == TURNED
    assert set(checkpoints) == {1, 2, 3, 4, 5, 6}


def test_a_file_and_a_link_of_an_experiment_say_the_same():
    experiment = Experiment.from_json((KEPT / "experiment.json").read_text(encoding="utf-8"))
    assert from_link((KEPT / "link.txt").read_text(encoding="utf-8")) == experiment
    assert experiment.origin is not None
    assert [layer.type for layer in experiment.model.layers] == ["Dense", "Dropout", "Dense"]
