"""The first update whose numbers are no numbers is found, with its layer, and the remedies keep a run finite."""

from dataclasses import replace

import numpy as np
import pytest

from lab.aside.progress import silently
from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.edits.advice import Known
from lab.insight.bad_update import bad_update_of
from lab.insight.nan_doctor import break_down, remedies
from lab.runs.kept.replay import past_of
from lab.runs.orders.run import run_spec
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment
from lab.starts import start
from tests.lab.runs.runs import iris
from tests.lab.runs.runs import trained as iris_trained


def data(experiment: Experiment):
    return prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)


def tmax(rate: float, **fit) -> Experiment:
    """Maximum temperature in °C with plain SGD: the course's example of a divergent learning rate."""
    base = start("tmax").with_data(target_scaling="none").with_fit(epochs=5, batch_size=32, **fit)
    return base.with_compile(optimizer={"type": "SGD", "params": {"learning_rate": rate}})


def run_of(experiment: Experiment):
    engine = InlineEngine()
    run = engine.start(RunRequest(experiment, data(experiment)), "me")
    engine.advance()
    return engine.record(run, "me"), engine.checkpoints(run, "me")


@pytest.fixture(scope="module")
def diverged():
    experiment = tmax(1.0)
    return experiment, *run_of(experiment)


def test_the_first_bad_update_is_found(diverged):
    experiment, record, checkpoints = diverged
    assert record.state == "diverged"
    found = break_down(record, checkpoints, data(experiment))
    trainer = Trainer(*run_spec(experiment, data(experiment)))
    if found.epoch > 1:
        trainer.advance(epochs=found.epoch - 1)
    with np.errstate(all="ignore"):
        for _ in range(found.batch - 1):
            trainer.step()
        assert all(np.isfinite(weight).all() for weight in trainer.model.get_weights())
        trainer.step()
    assert not all(np.isfinite(weight).all() for weight in trainer.model.get_weights())


def test_it_names_the_layer_and_what_was_on_its_way_out(diverged):
    experiment, record, checkpoints = diverged
    found = break_down(record, checkpoints, data(experiment))
    assert found.quantity
    assert found.stage in ("activation", "loss", "gradient", "parameter")
    assert found.largest.value > 1e6
    assert [one.update for one in found.growth] == list(range(found.batch - len(found.growth), found.batch))
    assert next(iter(found.causes)) == "learning_rate"


def test_a_layer_is_called_by_its_place():
    wild = {"type": "SGD", "params": {"learning_rate": 1e30}}
    experiment = iris(2).with_compile(optimizer=wild)
    found = break_down(*run_of(experiment), data(experiment))
    assert found.stage != "loss"
    assert found.layer == str(int(found.quantity.lstrip("adLzW/")[:1]) - 1)


def test_a_run_whose_numbers_are_fine_has_nothing_to_find():
    engine = InlineEngine()
    experiment = start("iris").with_fit(epochs=2)
    run = engine.start(RunRequest(experiment, data(experiment)), "me")
    engine.advance()
    assert break_down(engine.record(run, "me"), engine.checkpoints(run, "me"), data(experiment)) is None


def test_a_loss_that_is_no_number_while_all_weights_stay_is_found_at_the_update_that_had_its_row():
    still = {"type": "SGD", "params": {"learning_rate": 1e-30}}
    experiment = tmax(1.0).with_compile(optimizer=still)
    past = past_of(*run_of(experiment), data(experiment))
    trainer, row = past.trainer_at(1), 77
    rows = [trainer.step() for _ in range(trainer.updates_per_epoch)]
    [batch] = [place for place, one in enumerate(rows, start=1) if row in one]
    targets = past.arrays["y"].copy()
    targets[row] = 1e30
    found = bad_update_of(replace(past, arrays=past.arrays | {"y": targets}), 1, 0.0, silently)
    assert (found.epoch, found.batch, found.stage) == (2, batch, "loss")
    assert batch > 1
    assert found.growth == ()


def test_each_remedy_changes_the_experiment_and_together_they_keep_it_finite(diverged):
    experiment, record, checkpoints = diverged
    causes = break_down(record, checkpoints, data(experiment)).causes
    offered = remedies(experiment, causes)
    assert next(remedy.code for remedy in offered) == "lower_learning_rate"
    assert {remedy.code for remedy in offered} == {
        "lower_learning_rate",
        "standardise_target",
        "clip_gradients",
        "larger_batch",
    }
    mended = experiment
    for remedy in offered:
        mended = remedy.applied_to(mended, Known())
    assert run_of(mended)[0].state == "finished"


def test_a_step_makes_one_update_or_ends_the_epoch():
    whole, stepped = iris_trained(iris(1)), Trainer(*run_spec(iris(1), data(iris(1))))
    rows = []
    while stepped.epochs_done < 1:
        rows.append(stepped.step())
    assert sorted(np.concatenate(rows)) == list(range(len(data(iris(1)).train.x)))
    assert stepped.history == whole.history
