"""Looking back and branching off: any epoch of a run again, and runs that go on from another one's weights."""

from dataclasses import replace

import numpy as np
import pytest

from lab.errors import ExperimentError
from lab.runs.kept.replay import brought_on, epoch_beside, is_on_the_way, past_of, seconds_to
from lab.runs.orders.run import run_spec
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.arrays import unpack_arrays
from lab.runs.wire.checkpoints import SCHEDULE, nearest, thinned
from lab.runs.wire.messages import Extend, SetBatchSize, SetLearningRate
from lab.runs.work.best import watched
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Change, EarlyStoppingSpec, Experiment
from lab.spec.limits import ALONE
from tests.lab.runs.runs import iris, iris_data, same_weights, spec_of, trained, with_rate


@pytest.fixture
def engine() -> InlineEngine:
    return InlineEngine(ALONE)


def finished(engine: InlineEngine, experiment: Experiment, **how) -> str:
    run = engine.start(RunRequest(experiment, iris_data(), **how), "me")
    engine.advance()
    return run


# --- checkpoints


def test_at_most_forty_epochs_are_kept_and_they_are_log_spaced():
    assert len(SCHEDULE) <= 40
    assert SCHEDULE[0] == 1
    assert SCHEDULE[-1] <= ALONE.epochs
    late = np.array(SCHEDULE[8:])
    assert np.allclose(late[1:] / late[:-1], 10 ** (1 / 9), rtol=0.06)


def test_checkpoints_are_thinned_to_what_fits_and_the_last_one_stays():
    known = {epoch: bytes(1000) for epoch in SCHEDULE}
    for room in (40_000, 20_000, 5_000, 1_000):
        kept = thinned(known, room)
        assert sum(map(len, kept.values())) <= room
        assert max(kept) == SCHEDULE[-1]
    assert thinned(known, 10) == {}


def test_the_nearest_checkpoint_lies_before():
    assert nearest({3: b"", 10: b""}, 9) == 3
    assert nearest({3: b"", 10: b""}, 10) == 10
    assert nearest({3: b""}, 2) == 0


# --- any epoch again


@pytest.mark.parametrize("epoch", [0, 1, 7, 13, 20])
def test_an_epoch_is_recomputed_bit_for_bit(engine, epoch):
    run = finished(engine, iris(20))
    again = past_of(engine.record(run, "me"), engine.checkpoints(run, "me"), iris_data()).trainer_at(epoch)
    straight = Trainer(*spec_of(iris(20)))
    if epoch:
        straight.advance(epochs=epoch)
    assert again.epochs_done == epoch
    assert same_weights(again, straight)
    assert again.history == straight.history
    assert again.extras == straight.extras


def test_knobs_turned_on_the_way_are_turned_again(engine):
    run = engine.start(RunRequest(iris(20), iris_data()), "me")
    engine.advance(4)
    engine.command(run, "me", SetLearningRate(0.1))
    engine.advance(5)
    engine.command(run, "me", SetBatchSize(30))
    engine.command(run, "me", Extend(25))
    engine.advance()
    record, whole = engine.record(run, "me"), engine._own(run, "me").trainer
    for epoch in (6, 9, 12, 25):
        again = past_of(record, engine.checkpoints(run, "me"), iris_data()).trainer_at(epoch)
        assert [values[epoch - 1] for values in again.history.values()] == [
            values[epoch - 1] for values in whole.history.values()
        ]
    assert same_weights(again, whole)


def test_the_time_it_takes_is_told_before(engine):
    run = finished(engine, iris(20))
    record = replace(engine.record(run, "me"), compute_s=20.0)
    assert seconds_to(record, {10: b""}, 15) == pytest.approx(5.0)
    assert seconds_to(record, {}, 20) == pytest.approx(20.0)


# --- forks


def test_a_fork_without_a_difference_gives_the_same_curve():
    one, other = trained(iris(12)), trained(iris(12).forked(5))
    assert other.history == one.history
    assert same_weights(one, other)


def test_a_fork_goes_its_own_way_from_the_fork_on():
    one, other = trained(iris(12)), trained(with_rate(iris(12).forked(5), 0.5))
    assert other.history["loss"][:5] == one.history["loss"][:5]
    assert other.history["loss"][5:] != one.history["loss"][5:]
    live = Trainer(*spec_of(iris(12)))
    live.advance(epochs=5)
    live.apply(SetLearningRate(0.5))
    live.advance()
    assert other.history == live.history  # a changed rate is what a knob turned at that epoch does


def test_a_fork_begins_at_a_checkpoint_of_its_parent_and_gives_the_same_numbers(engine):
    parent = finished(engine, iris(12))
    experiment = with_rate(iris(12).forked(9), 0.2)
    quick = finished(engine, experiment, fork_of=parent)
    slow = trained(experiment)
    record = engine.record(quick, "me")
    assert record.history == slow.history
    assert all(np.array_equal(a, b) for a, b in zip(record.weights, slow.weights, strict=True))
    assert set(engine.checkpoints(quick, "me")) >= {1, 2, 3, 4, 5, 6, 8, 10}


def test_a_fork_of_a_run_that_is_no_longer_kept_is_trained_from_the_start(engine):
    experiment = iris(8).forked(4)
    run = finished(engine, experiment, fork_of="gone")
    assert engine.record(run, "me").history == trained(experiment).history


def test_a_fork_may_change_optimizer_and_dropout_but_not_the_shapes_of_weights():
    base = iris(8).forked(4)
    other = base.with_compile(optimizer={"type": "SGD", "params": {"learning_rate": 0.1}})
    layers = [layer for layer in other.model.layers if layer.type != "Dropout"]
    assert trained(other.with_layers(layers)).epochs_done == 8
    wider = base.with_layers([base.model.layers[0].replace(params={"units": 5}), *base.model.layers[1:]])
    with pytest.raises(ValueError, match=r"run\.fork_weights"):
        trained(wider)


def test_a_fork_of_a_fork(engine):
    first = with_rate(iris(12).forked(4), 0.02)
    second = first.forked(8).with_fit(batch_size=30)
    run = finished(engine, second)
    history = engine.record(run, "me").history["loss"]
    assert history[:4] == trained(iris(12)).history["loss"][:4]
    assert history[:8] == trained(first).history["loss"][:8]
    assert history != trained(first).history["loss"]


def test_a_knob_turned_before_the_fork_is_part_of_it():
    changed = iris(12, changes=(Change(epoch=3, batch=0, name="learning_rate", value=0.2),))
    fork = changed.forked(6)
    assert fork.compile.optimizer.params["learning_rate"] == 0.2
    assert fork.fit.changes == ()
    assert trained(fork).history == trained(changed).history


def test_a_fork_can_be_left_and_taken_up_at_any_time():
    experiment = with_rate(iris(12).forked(5), 0.3)
    whole = trained(experiment)
    for stop in (3, 5, 9):
        first = Trainer(*spec_of(experiment))
        first.advance(epochs=stop)
        second = Trainer(*spec_of(experiment))
        second.restore(first.snapshot())
        second.advance()
        assert second.history == whole.history
        assert same_weights(second, whole)


def test_knobs_turned_before_a_fork_is_reached_count_from_the_fork_on():
    trainer = Trainer(*spec_of(iris(12).forked(5)))
    trainer.advance(epochs=2)
    trainer.apply(SetLearningRate(0.5))
    trainer.apply(Extend(14))
    assert trainer.epochs == 14
    trainer.advance()
    assert trainer.history["loss"][:5] == trained(iris(12)).history["loss"][:5]
    assert trainer.epochs_done == 14
    assert [(turn.epoch, turn.name) for turn in trainer.changes] == [(5, "learning_rate"), (5, "epochs")]


def test_what_a_fork_comes_from_stands_in_its_file():
    fork = with_rate(iris(12).forked(5), 0.3).forked(7)
    assert Experiment.from_json(fork.to_json()) == fork
    assert fork.content_hash() != iris(12).content_hash()
    assert fork.parent().parent() == iris(12).replace(name="")


def test_a_fork_must_go_on():
    with pytest.raises(ExperimentError) as refusal:
        iris(12).forked(6).with_fit(epochs=6)
    assert refusal.value.code == "experiment.fork_epochs"
    assert iris(12).forked(12).fit.epochs == 13


def test_forks_of_forks_have_an_end():
    experiment = iris(200)
    for epoch in range(1, ALONE.forks + 1):
        experiment = experiment.forked(epoch)
    with pytest.raises(ExperimentError) as refusal:
        experiment.forked(100)
    assert refusal.value.code == "experiment.fork_depth"


# --- early stopping and class weights


def test_early_stopping_can_watch_the_data_loss_without_the_penalty():
    experiment = iris(30, early_stopping=EarlyStoppingSpec(monitor="val_data_loss", patience=30))
    dense = experiment.model.layers[0]
    regularized = experiment.with_layer(
        dense.replace(params={**dense.params, "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.1}}})
    )
    trainer = trained(regularized)
    assert trainer.best_epoch == int(np.argmin(trainer.extras["val_data_loss"])) + 1
    plain = trained(experiment)  # no penalty: the same thing
    assert watched(plain.points, experiment.fit.early_stopping) == plain.history["val_loss"]


def test_balanced_class_weights_count_each_class_alike():
    spec, arrays = run_spec(iris(2, class_weight="balanced"), iris_data())
    counts = np.bincount(iris_data().train.target)
    assert np.allclose(np.array(spec.class_weight) * counts, counts.sum() / 3)
    trainer = Trainer(spec, arrays)
    trainer.advance()
    assert trainer.history["loss"] != trained(iris(2)).history["loss"]


def test_the_training_loss_after_each_epoch_is_that_of_the_weights_then():
    trainer = trained(iris(6))
    x, y = trainer._arrays["x"], trainer._arrays["y"]
    assert trainer.extras["evaluated_loss"][-1] == pytest.approx(trainer.model.evaluate(x, y, verbose=0)[0])
    assert "evaluated_loss" in trainer.take_points().extras


def test_a_checkpoint_does_not_grow_with_the_rows():
    trainer = Trainer(*spec_of(iris(1)))
    trainer.advance()
    (epoch, state), *_ = trainer.take_checkpoints()
    arrays = unpack_arrays(state)[1]
    assert epoch == 1
    assert max(array.size for array in arrays.values()) < len(iris_data().train.x) + 20_000
    assert arrays["run.order"].size == 0


# --- back to an epoch


def test_an_epoch_is_reached_in_slices_that_say_how_far_it_is():
    run = trained(iris(12))
    trainer = Trainer(*spec_of(iris(12)))
    trainer.advance(epochs=2)
    shares = list(brought_on(trainer, 12, seconds=1.0))  # two epochs in a slice
    assert shares == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert same_weights(trainer, run)
    assert list(brought_on(trainer, 12, seconds=1.0)) == []


def test_going_on_from_where_one_stands_is_taken_where_no_checkpoint_is_nearer():
    trainer = Trainer(*spec_of(iris(12)))
    trainer.advance(epochs=4)
    assert is_on_the_way(trainer, {2: b""}, 6)
    assert not is_on_the_way(trainer, {5: b""}, 6)
    assert not is_on_the_way(trainer, {}, 3)
    assert (epoch_beside(3, 1, 12), epoch_beside(12, 1, 12), epoch_beside(0, -1, 12)) == (4, 12, 0)
