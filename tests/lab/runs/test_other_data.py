"""Other rows for a run that goes on: its weights stay, and its log makes the same run again."""

import random

import pytest

from lab.data.given import given_table
from lab.data.prepare import prepare
from lab.errors import ExperimentError, RunError
from lab.runs.kept.replay import past_of
from lab.runs.orders.run import arrays_of, run_spec, source_text
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.arrays import count_of_others, other_name
from lab.runs.wire.messages import SetData
from lab.runs.work.trainer import Trainer
from lab.spec.data import AS_FOUND, PlaygroundSource
from lab.spec.experiment import MOST_DATA, Change, Experiment, checked
from tests.lab.runs.play import playground
from tests.lab.runs.runs import same_weights


def data(experiment: Experiment):
    return prepare(given_table(experiment.data.source, AS_FOUND), experiment.data, experiment.seed)


def trainer_of(experiment: Experiment) -> Trainer:
    return Trainer(*run_spec(experiment, data(experiment)))


def other(experiment: Experiment, **changes) -> PlaygroundSource:
    return experiment.data.source.replace(**changes)


@pytest.mark.parametrize("seed", range(4))
def test_a_run_whose_rows_change_at_random_moments_is_the_same_run_out_of_its_log(seed):
    chance, experiment, engine = random.Random(seed), playground(4, epochs=14), InlineEngine()
    run = engine.start(RunRequest(experiment, data(experiment)), "me")
    live = engine._runs[run].trainer
    weights = {}
    while live.state == "running":
        if chance.random() < 0.5:
            made = other(experiment, noise=float(chance.randint(0, 50)), points=chance.choice([60, 80, 40]))
            engine.command(run, "me", SetData(source_text(made)))
        live.advance(updates=chance.randint(1, 4))
        if chance.random() < 0.3:  # its worker died
            moved = trainer_of(experiment)
            moved.take_arrays(live._all_arrays)
            moved.restore(live.snapshot())
            live = engine._runs[run].trainer = moved
        weights.setdefault(live.epochs_done, live.weights)
    engine.advance()
    record = engine.record(run, "me")
    assert any(change.name == "data" for change in record.changes)
    again = trainer_of(Experiment.from_json(record.experiment_with_changes().to_json()))
    again.advance()
    assert (again.history, again.extras) == (live.history, live.extras)
    assert same_weights(live, again)
    kept = engine.checkpoints(run, "me") | dict(live.take_checkpoints())
    for epoch in sorted(weights)[2::4]:
        back = past_of(record, kept, data(experiment)).trainer_at(epoch)
        assert [one.tobytes() for one in back.weights] == [one.tobytes() for one in weights[epoch]]


def test_the_weights_stay_and_the_new_rows_are_learned_from_the_next_epoch_on():
    experiment, engine = playground(4, epochs=4), InlineEngine()
    run = engine.start(RunRequest(experiment, data(experiment)), "me")
    trainer = engine._runs[run].trainer
    trainer.advance(updates=1)
    before = [weight.tobytes() for weight in trainer.model.get_weights()]
    engine.command(run, "me", SetData(source_text(other(experiment, points=100))))
    assert [weight.tobytes() for weight in trainer.model.get_weights()] == before
    assert trainer.updates_per_epoch == 3
    trainer.advance(epochs=1)
    trainer.advance(updates=1)
    assert trainer.updates_per_epoch == 5
    assert [(one.epoch, one.batch, one.name) for one in trainer.log] == [(1, 0, "data")]


def test_a_fork_goes_on_with_the_rows_that_the_run_had_by_then():
    experiment = playground(4, epochs=10)
    change = Change(epoch=3, batch=0, name="data", value=0.0, source=other(experiment, noise=30.0, points=90))
    whole = experiment.with_fit(changes=(change,))
    straight, forked = trainer_of(whole), trainer_of(whole.forked(6))
    straight.advance()
    forked.advance()
    assert same_weights(straight, forked)
    assert straight.history == forked.history


@pytest.mark.parametrize("changes", [{"dataset": "sine"}, {"dataset": "rings"}, {"dataset": "reg-plane"}])
def test_rows_that_the_weights_do_not_fit_are_refused(changes):
    experiment, engine = playground(4), InlineEngine()
    run = engine.start(RunRequest(experiment, data(experiment)), "me")
    with pytest.raises((RunError, ValueError)):
        engine.command(run, "me", SetData(source_text(other(experiment, **changes))))
    assert engine.record(run, "me").changes == ()
    with pytest.raises(RunError, match=r"run\.other_inputs"):
        arrays_of(experiment, other(experiment, dataset="rings"))


@pytest.mark.parametrize(
    "odd",
    [
        {"name": "data"},
        {"name": "l1", "source": {"kind": "playground"}},
        {"name": "data", "source": {"kind": "playground"}, "batch": 2},
    ],
)
def test_a_change_of_data_and_no_other_has_a_source(odd):
    with pytest.raises(ExperimentError):
        checked(Change, {"epoch": 1, "batch": 0, "value": 0.0, **odd})


def test_a_run_changes_to_so_many_tables_and_no_more():
    experiment = playground(4)
    sources = [other(experiment, seed=seed) for seed in range(MOST_DATA + 1)]
    changes = [Change(epoch=0, batch=0, name="data", value=0.0, source=source) for source in sources]
    assert experiment.with_fit(changes=tuple(changes[:-1])).fit.changes
    with pytest.raises(ExperimentError, match=r"run\.too_many_changes"):
        experiment.with_fit(changes=tuple(changes))
    names = [other_name(source_text(source), part) for source in sources[:3] for part in ("x", "y")]
    assert count_of_others(["x", "y", *names]) == 3
