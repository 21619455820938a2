"""The knobs of a fork: each turns what it says, and nothing else."""

import pytest

from lab.edits.forks import KNOBS, end_of_fork, epoch_to_fork, forked, knobs_of, step_beside
from lab.errors import ExperimentError
from lab.insight.differences import differences
from lab.insight.honest import honesty, random_layers
from lab.runs.kept.positions import positions, updates_at
from lab.starts import STARTS, start
from tests.lab.runs.runs import iris, iris_data, trained

BY_CODE = {knob.code: knob for knob in KNOBS}


@pytest.mark.parametrize("name", STARTS)
def test_every_start_can_be_forked_with_each_knob_that_it_has(name):
    parent = start(name)
    for knob in knobs_of(parent):
        value = knob.propose(parent)
        fork = forked(parent, 3, knob, value, parent.fit.epochs)
        turned = [one.knob.path for one in differences([parent, fork]) if one.knob.path != "origin.epoch"]
        assert fork.parent() == parent.replace(name="")
        assert bool(turned) == (knob.code != "epochs"), knob.code
        if knob.code != "epochs":
            assert knob.read(fork) == value
            assert knob.turn(fork, value) == fork


def test_a_planned_change_of_the_same_knob_is_overruled_and_others_stay():
    rate = {"epoch": 6, "batch": 0, "name": "learning_rate", "value": 0.5}
    size = {"epoch": 7, "batch": 0, "name": "batch_size", "value": 30}
    parent = iris(10, changes=(rate, size))
    fork = forked(parent, 4, BY_CODE["learning_rate"], 0.001, 12)
    assert [change.name for change in fork.fit.changes] == ["batch_size"]
    assert (fork.fit.epochs, BY_CODE["learning_rate"].read(fork)) == (12, 0.001)


def test_dropout_may_be_new_or_another_and_the_fork_still_trains():
    parent = start("iris").with_fit(epochs=6)
    assert BY_CODE["dropout"].read(parent) == 0.0
    fork = forked(parent, 3, BY_CODE["dropout"], 0.5, 6)
    assert [layer.type for layer in fork.model.layers].count("Dropout") == 1
    one, other = trained(parent), trained(fork)
    assert one.history["loss"][:3] == other.history["loss"][:3]
    assert one.history["loss"][3:] != other.history["loss"][3:]


def test_a_setting_out_of_range_is_refused():
    with pytest.raises(ExperimentError):
        forked(iris(10), 4, BY_CODE["batch_size"], 0, 12)
    with pytest.raises(ExperimentError):
        forked(iris(10), 4, BY_CODE["epochs"], None, 4)


# --- where epochs stand on the x axis


def test_updates_are_counted_with_every_change_of_the_batch_size_as_the_trainer_counts_them():
    changes = (
        {"epoch": 2, "batch": 3, "name": "batch_size", "value": 30},
        {"epoch": 4, "batch": 0, "name": "batch_size", "value": 7},
    )
    experiment = iris(6, changes=changes)
    rows = len(iris_data().train.x)
    trainer = trained(experiment)
    assert updates_at(experiment, rows, 6)[-1] == trainer.updates
    fork = experiment.forked(3).with_fit(batch_size=45, changes=())
    assert updates_at(fork, rows, 6)[:3] == updates_at(experiment, rows, 6)[:3]
    assert updates_at(fork, rows, 6)[-1] == trained(fork).updates


def test_seconds_are_shared_out_among_the_updates():
    rows = len(iris_data().train.x)
    assert list(positions(iris(4), rows, 4, 8.0, "epoch")) == [1, 2, 3, 4]
    assert list(positions(iris(4), rows, 4, 8.0, "second")) == pytest.approx([2, 4, 6, 8])
    fork = iris(4).forked(2)
    assert list(positions(fork, rows, 4, 8.0, "second")) == pytest.approx([4, 8, 12, 16])
    assert list(positions(iris(4), rows, 0, 0.0, "second")) == []


# --- honest curves


def test_the_running_loss_lags_behind_and_random_layers_are_named():
    trainer = trained(iris(6))
    found = honesty(iris(6), trainer.history, trainer.extras)
    assert found.epochs == 6
    assert found.lag > 0
    assert found.below_running >= found.below_evaluated
    assert (found.best_total, found.random_layers) == (None, ("Dropout",))
    assert random_layers(start("hourly")) == ()
    assert random_layers(start("iris").with_added_layer("BatchNormalization", {}, 1)) == ("BatchNormalization",)


def test_a_penalty_is_told_apart():
    base = iris(6)
    experiment = BY_CODE["l2"].turn(base, 0.05)
    trainer = trained(experiment)
    found = honesty(experiment, trainer.history, trainer.extras)
    assert 0 < found.penalty_share < 1
    assert found.best_data
    assert honesty(experiment, trainer.history, {}) is None


# --- what a form proposes


def test_a_fork_is_proposed_from_the_best_epoch_and_given_epochs_of_its_own():
    assert epoch_to_fork(10, 7, None) == 7
    assert epoch_to_fork(10, 7, 3) == 3
    assert epoch_to_fork(5, 7, None) == 5  # the best one may lie where the numbers had gone bad
    assert epoch_to_fork(10, 0, None) == 10
    assert end_of_fork(iris(100), 100, 7) == (100, True)
    assert end_of_fork(iris(30), 30, 29) == (49, False)
    assert step_beside(0.5) == 0.25
