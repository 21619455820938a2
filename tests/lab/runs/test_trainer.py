"""The Trainer: however a run is cut into slices, paused, moved or changed on the way, its record gives it again."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.runs.kept.record import as_changes
from lab.runs.wire.messages import Extend, Pause, Resume, SetBatchSize, SetLearningRate, Step, Stop, pack, unpack
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Change, EarlyStoppingSpec, Experiment
from tests.lab.runs.clock import Clock
from tests.lab.runs.runs import iris, same_weights, spec_of, trained, with_rate


def by_batches(experiment) -> Trainer:
    """A Trainer whose clock stands still, so that it never learns to take several batches in one go."""
    return Trainer(*spec_of(experiment), clock=lambda: 0.0)


def one_batch_at_a_time(trainer: Trainer, batches: int) -> None:
    for _ in range(batches):
        trainer.advance(deadline=-math.inf)


def moved(trainer: Trainer, experiment) -> Trainer:
    """The same run in another process: only bytes go over."""
    other = Trainer(*spec_of(experiment))
    other.restore(bytes(trainer.snapshot()))
    return other


def test_slices_of_one_batch_give_the_same_numbers_as_one_go():
    whole, sliced = trained(iris(5)), by_batches(iris(5))
    while sliced.advance(deadline=-math.inf):
        pass
    assert sliced.history == whole.history
    assert same_weights(sliced, whole)
    assert sliced.state == whole.state == "finished"


@settings(max_examples=8)
@given(st.integers(0, 60))
def test_a_run_goes_on_bit_for_bit_from_a_snapshot_at_any_batch(batches):
    experiment = iris(5)
    trainer = by_batches(experiment)
    one_batch_at_a_time(trainer, batches)
    other = moved(trainer, experiment)
    other.advance()
    whole = trained(experiment)
    assert other.history == whole.history
    assert same_weights(other, whole)
    assert other.best_epoch == whole.best_epoch


def test_changes_made_live_are_logged_with_their_positions_and_replayed_to_the_same_numbers():
    experiment = iris(6)
    live = by_batches(experiment)
    one_batch_at_a_time(live, 13)
    live.apply(SetLearningRate(0.003))
    one_batch_at_a_time(live, 9)
    live.apply(SetBatchSize(7))
    one_batch_at_a_time(live, 20)
    live.apply(Extend(9))
    live.advance()
    assert [turn.name for turn in live.log] == ["learning_rate", "batch_size", "epochs"]
    assert live.epochs_done == 9
    replayed = trained(experiment.with_fit(changes=as_changes(live.log)))
    assert replayed.history == live.history
    assert same_weights(replayed, live)
    assert replayed.log == live.log
    assert all(one is other for one, other in zip(as_changes(live.log), as_changes(live.log), strict=True))  # made once


def test_a_run_that_takes_many_batches_in_one_go_still_logs_and_replays_exactly():
    experiment = iris(100)
    tick = 0.0001
    clock = Clock(step=tick)  # a look at it takes a third of the time between two looks: some batches go in one go
    live = Trainer(*spec_of(experiment), clock=clock)
    for rate in (0.02, 0.005, 0.03):
        for _ in range(3):
            live.advance(deadline=clock.now + 3.5 * tick)
        live.apply(SetLearningRate(rate))
    assert {turn.batch for turn in live.log} != {0}  # in the middle of epochs, too
    live.advance()
    assert len(live.log) == 3
    replayed = Trainer(*spec_of(experiment.with_fit(changes=as_changes(live.log))), clock=clock)
    while replayed.advance(deadline=clock.now + 5.5 * tick):
        pass
    assert replayed.history == live.history
    assert replayed.log == live.log


def test_changes_that_lie_ahead_survive_a_move():
    experiment = iris(6, changes=(Change(epoch=4, batch=2, name="learning_rate", value=0.5),))
    trainer = by_batches(experiment)
    one_batch_at_a_time(trainer, 5)
    other = moved(trainer, experiment)
    other.advance()
    assert other.history == trained(experiment).history
    assert other.learning_rate == pytest.approx(0.5)


def test_more_epochs_continue_from_the_trained_weights_and_the_record_says_so():
    extended = trained(iris(5))
    assert extended.state == "finished"
    extended.apply(Extend(8))
    extended.advance()
    assert extended.history == trained(iris(8)).history
    replayed = trained(iris(5, changes=as_changes(extended.log)))
    assert replayed.history == extended.history


def test_a_finished_run_can_be_extended_in_another_process():
    experiment = iris(5)
    other = moved(trained(experiment), experiment)
    assert other.state == "finished"
    other.apply(Extend(8))
    other.advance()
    assert other.history == trained(iris(8)).history


def test_epochs_that_are_over_cannot_be_taken_back():
    trainer = Trainer(*spec_of(iris(20)))
    trainer.advance(epochs=5)
    trainer.apply(Extend(3))
    assert trainer.epochs == 20
    trainer.apply(Extend(6))
    trainer.advance()
    assert trainer.epochs_done == 6


def test_a_paused_run_does_nothing_until_it_is_resumed():
    trainer = Trainer(*spec_of(iris()))
    trainer.advance(epochs=2)
    trainer.apply(Pause())
    assert trainer.advance() is False
    assert trainer.epochs_done == 2
    trainer.apply(Resume())
    trainer.advance(epochs=1)
    assert trainer.epochs_done == 3


def test_a_step_ends_after_its_epochs_even_from_the_middle_of_one():
    trainer = by_batches(iris())
    one_batch_at_a_time(trainer, 3)
    trainer.apply(Step(2))
    trainer.advance()
    assert (trainer.state, trainer.epochs_done, trainer.between_epochs) == ("paused", 2, True)


def test_a_stopped_run_keeps_whole_epochs_and_their_weights():
    trainer = by_batches(iris(20))
    one_batch_at_a_time(trainer, 30)
    done = trainer.epochs_done
    assert not trainer.between_epochs
    trainer.apply(Stop())
    assert trainer.advance() is False
    assert trainer.state == "stopped"
    assert same_weights(trainer, trained(iris(done)))


def test_what_makes_no_sense_for_an_ended_run_changes_nothing():
    trainer = trained(iris(2))
    for command in (Pause(), Resume(), Step(1), Stop(), SetLearningRate(1.0), SetBatchSize(1), Extend(2), Extend(1)):
        trainer.apply(command)
    assert (trainer.state, trainer.log, trainer.epochs) == ("finished", [], 2)


def test_a_knob_set_to_what_it_was_is_not_worth_a_line_in_the_record():
    trainer = Trainer(*spec_of(iris()))
    trainer.apply(SetBatchSize(10))
    trainer.apply(SetLearningRate(trainer.learning_rate))
    assert trainer.log == []


def test_divergence_ends_the_run_with_its_cause_and_keeps_the_last_good_weights():
    trainer = Trainer(*spec_of(iris(50)))
    trainer.advance(epochs=3)
    good = [array.copy() for array in trainer.weights]
    trainer.apply(SetLearningRate(1e30))
    trainer.advance()
    assert trainer.state == "diverged"
    assert trainer.reason.code == "run.diverged_learning_rate"
    assert trainer.reason.values["epoch"] == trainer.epochs_done
    assert trainer.last_good_epoch == trainer.epochs_done - 1
    assert all(np.isfinite(array).all() for array in trainer.weights)
    if trainer.last_good_epoch == 3:
        assert all(np.array_equal(a, b) for a, b in zip(trainer.weights, good, strict=True))


def test_a_reason_comes_out_of_the_pipe_as_it_went_in():
    status = trained(with_rate(iris(3), 1e30)).status("r")
    assert status.reason.code == "run.diverged_learning_rate"
    assert unpack(pack(status)) == status


def test_layers_are_called_by_their_place_however_many_models_a_process_has_made():
    names = [[layer.name for layer in Trainer(*spec_of(iris())).model.layers] for _ in range(2)]
    assert names[0] == names[1]
    assert names[0][-3:] == ["dense", "dropout", "dense_1"]


@pytest.mark.parametrize("rate", [0.0, 1e9])
def test_extreme_learning_rates_run(rate):
    trainer = trained(with_rate(iris(3), rate))
    assert trainer.state in ("finished", "diverged")
    assert trainer.epochs_done >= 1


def test_a_batch_larger_than_the_data_is_one_full_batch():
    trainer = trained(iris(3).with_fit(batch_size=100_000))
    assert trainer.updates == 3
    assert trainer.updates_per_epoch == 1


def test_points_are_handed_out_once_and_without_a_gap():
    trainer = Trainer(*spec_of(iris(5)))
    trainer.advance(epochs=2)
    first = trainer.take_points()
    trainer.advance()
    second = trainer.take_points()
    assert (first.epochs, second.epochs) == ([1, 2], [3, 4, 5])
    assert first.history["loss"] + second.history["loss"] == trainer.history["loss"]
    assert first.extras.keys() == trainer.extras.keys()
    assert trainer.take_points().epochs == []


def test_compute_time_counts_only_computing():
    now = iter(range(10_000))
    trainer = Trainer(*spec_of(iris(2)), clock=lambda: float(next(now)))
    trainer.advance(epochs=1)
    before = trainer.compute_s
    trainer.apply(Pause())
    trainer.advance()
    assert before > 0
    assert trainer.compute_s - before <= 1  # two looks at the clock


# --- early stopping


def standing_still(patience: int, epochs: int = 30, **stopping) -> Experiment:
    """A run whose validation loss is the same after each epoch, so that the first epoch stays the best."""
    return with_rate(iris(epochs, early_stopping=EarlyStoppingSpec(patience=patience, **stopping)), 0.0)


@pytest.mark.parametrize("patience", [1, 2, 7])
def test_early_stopping_waits_for_exactly_as_many_epochs_as_its_patience(patience):
    trainer = trained(standing_still(patience))
    assert len(set(trainer.history["val_loss"])) == 1
    assert (trainer.state, trainer.epochs_done, trainer.best_epoch) == ("finished", 1 + patience, 1)
    assert trainer.reason.values == {"epoch": 1 + patience, "best_epoch": 1}


def test_patience_that_is_as_long_as_the_run_ends_nothing():
    trainer = trained(standing_still(patience=5, epochs=5))
    assert (trainer.epochs_done, trainer.reason) == (5, None)


def test_a_better_epoch_begins_the_patience_anew():
    """It stands still for three epochs, learns for three, and stands still again."""
    turns = (Change(epoch=3, batch=0, name="learning_rate", value=0.05),)
    turns += (Change(epoch=6, batch=0, name="learning_rate", value=0.0),)
    trainer = trained(standing_still(patience=4).with_fit(changes=turns))
    assert trainer.best_epoch == 6
    assert trainer.epochs_done == 6 + 4


def test_what_is_better_by_no_more_than_min_delta_is_not_better():
    learning = iris(12, early_stopping=EarlyStoppingSpec(patience=2, min_delta=1e6))
    trainer = trained(learning)
    assert trainer.history["val_loss"][2] < trainer.history["val_loss"][0]
    assert (trainer.best_epoch, trainer.epochs_done) == (1, 3)


@pytest.mark.parametrize("restore", [True, False])
def test_early_stopping_goes_back_to_the_best_weights_only_if_it_was_told_to(restore):
    stopping = EarlyStoppingSpec(patience=2, min_delta=1e6, restore_best_weights=restore)
    trainer = trained(iris(12, early_stopping=stopping))
    assert same_weights(trainer, trained(iris(1 if restore else 3)))


def test_a_stop_that_was_overruled_begins_the_patience_anew():
    trainer = trained(standing_still(patience=3, epochs=10))
    assert trainer.epochs_done == 4
    trainer.apply(Extend(20))
    trainer.advance()
    assert (trainer.epochs_done, trainer.reason.code) == (4 + 3, "run.stopped_early")


def test_patience_goes_on_where_it_was_in_another_process():
    experiment = standing_still(patience=4)
    trainer = Trainer(*spec_of(experiment))
    trainer.advance(epochs=3)
    other = moved(trainer, experiment)
    other.advance()
    assert other.epochs_done == 1 + 4


def test_early_stopping_ends_the_run_and_goes_back_to_the_best_weights():
    stopping = EarlyStoppingSpec(patience=3)
    trainer = trained(with_rate(iris(300, early_stopping=stopping), 0.3))
    losses = trainer.history["val_loss"]
    assert trainer.state == "finished"
    assert trainer.reason.code == "run.stopped_early"
    assert len(losses) == trainer.best_epoch + 3 < 300
    assert trainer.best_epoch == int(np.argmin(losses)) + 1
    assert all(np.array_equal(a, b) for a, b in zip(trainer.weights, trainer.best_weights, strict=True))


def test_a_run_that_stopped_early_may_be_told_to_go_on_and_the_file_repeats_it():
    experiment = with_rate(iris(300, early_stopping=EarlyStoppingSpec(patience=3)), 0.3)
    trainer = trained(experiment)
    ended = trainer.epochs_done
    trainer.apply(Extend(400))
    trainer.advance()
    assert trainer.epochs_done > ended
    changes = as_changes(trainer.log)
    assert trained(experiment.with_fit(changes=changes)).history == trainer.history


def test_a_status_comes_out_of_the_pipe_as_it_went_in():
    trainer = Trainer(*spec_of(iris(2)))
    trainer.apply(SetLearningRate(0.5))
    status = trainer.status("r")
    assert [turn.value for turn in status.changes] == [0.5]
    assert unpack(pack(status)) == status


def test_bytes_that_are_no_snapshot_are_refused():
    trainer = Trainer(*spec_of(iris(2)))
    with pytest.raises(ValueError):
        trainer.restore(b"\x80\x04N.")  # a pickle, for one
