"""Run: a fit as an iterator of events: epochs, validation, callbacks. A subclass makes the updates of an epoch."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from netcore.callbacks import Callbacks, History
from netcore.config import Array
from netcore.events import EpochEnded, Event, ValidationStep
from netcore.heads import Tracker, logs_of
from netcore.penalties import PenaltyMean
from netcore.progress import Progress

if TYPE_CHECKING:
    from netcore.models import Model

BETWEEN, UPDATING, LOOKING = range(3)  # phases of a run: no epoch begun, its updates, its validation


class Validation(Protocol):
    """What a run asks after each epoch: loss and metrics of rows that are not trained on; `batches` of them."""

    batches: int
    trackers: list[Tracker]
    penalty: PenaltyMean

    def steps(self, epoch: int = 0, callbacks: Callbacks | None = None) -> Iterator[ValidationStep]: ...
    def logs(self) -> dict[str, float]: ...
    def row_losses(self) -> Array | None: ...


class Run(Iterator[Event]):
    """A run of `iter_fit`.

    Args:
        steps: updates per epoch, None if nobody knows yet.
        validation_freq: validate after every so many epochs, or after the epochs listed (from 1).
        hindsight: the training rows once more, looked at after each epoch as validation rows are; None to leave it.

    Attributes:
        epochs: index of the epoch before which the run ends; may be assigned.
        batches_per_event: updates from one BatchEnded to the next; may be assigned. One event costs as much as a
            tenth of a tiny network's update, so a watcher that does not need each of them asks for fewer.
    """

    batches_per_event = 1

    def __init__(
        self,
        model: "Model",
        validation: Validation | None,
        *,
        epochs: int,
        initial_epoch: int,
        callbacks: Sequence[Any],
        batch_events: bool,
        steps: int | None,
        validation_freq: int | Collection[int] = 1,
        verbose: int = 0,
        hindsight: Validation | None = None,
    ) -> None:
        self.model = model
        self.epochs = epochs
        self._validation, self._validation_freq, self._hindsight = validation, validation_freq, hindsight
        self._batch_events = batch_events
        self._trackers = [Tracker(head, own_metrics=False) for head in model.heads]
        self._penalty = PenaltyMean()
        self._epoch, self._batch = initial_epoch, 0
        self._phase = BETWEEN
        self._train_logs: dict[str, float] = {}
        self.history = History()
        self._progress = Progress() if verbose else None
        shown = [] if self._progress is None else [self._progress]
        params = {"verbose": verbose, "epochs": epochs, "steps": steps}
        self._callbacks = Callbacks([callbacks, *shown, self.history], model, params)  # history sees what others add
        self._events = self._run()

    def __next__(self) -> Event:
        return next(self._events)

    @property
    def position(self) -> tuple[int, int]:
        """(epoch, batch) of the next update; `batch` is the number of updates already made in that epoch."""
        return self._epoch, self._batch

    # --- what a subclass writes

    def _begin_epoch(self) -> None:
        """Get ready for an epoch."""

    def _updates(self) -> Iterator[Event]:
        """The updates of the epoch that are still to be made."""
        raise NotImplementedError

    def _end_updates(self) -> None:
        """Count what has not been counted yet."""

    # --- the run

    def _run(self) -> Iterator[Event]:
        self.model.stop_training = False
        self.model.history = self.history
        self.model.ready_to_train()
        self._callbacks.call("on_train_begin")
        logs: dict[str, float] = {}
        while self._epoch < self.epochs and not self.model.stop_training:
            epoch = self._epoch
            if self._phase == BETWEEN:
                self._start_epoch()
            yield from self._updates()
            if self._phase == UPDATING:
                self._end_updates()
                self._phase, self._train_logs = LOOKING, self._logs()
            logs = dict(self._train_logs)
            extras = self._penalty.apart(logs["loss"])
            if self._validation is not None and self._validates(epoch):
                yield from self._validate(self._validation, epoch, logs, extras)
            if self._hindsight is not None:
                yield from self._look_back(self._hindsight, epoch, extras)
            self._epoch, self._batch, self._phase = epoch + 1, 0, BETWEEN
            logs = dict(sorted(logs.items()))  # the order in which Keras keeps them
            self._callbacks.call("on_epoch_end", epoch, logs=logs)
            self.history.keep_extras(extras)
            yield EpochEnded(epoch, logs, extras, self._row_losses(epoch))
        self.model.optimizer.finalize()
        self._callbacks.call("on_train_end", logs=logs)

    def _row_losses(self, epoch: int) -> dict[str, Array]:
        """The loss of each row looked at after the epoch, where it was kept."""
        validated = self._validation is not None and self._validates(epoch)
        looked_at = {"val_loss": self._validation if validated else None, "evaluated_loss": self._hindsight}
        found = {name: None if one is None else one.row_losses() for name, one in looked_at.items()}
        return {name: losses for name, losses in found.items() if losses is not None}

    def _start_epoch(self) -> None:
        self._callbacks.call("on_epoch_begin", self._epoch)
        for tracker in self._trackers:
            tracker.reset()
        self._penalty.reset()
        self._begin_epoch()
        self._phase = UPDATING

    def _validates(self, epoch: int) -> bool:
        if isinstance(self._validation_freq, int):
            return (epoch + 1) % self._validation_freq == 0
        return epoch + 1 in self._validation_freq

    def _validate(
        self, validation: Validation, epoch: int, logs: dict[str, float], extras: dict[str, float]
    ) -> Iterator[Event]:
        """Add the numbers of the validation rows to `logs` and `extras`."""
        self.model.stop_evaluating = False
        self._callbacks.call("on_test_begin")
        for step in validation.steps(epoch, self._callbacks):
            if self._batch_events:
                yield step
        val_logs = validation.logs()
        self._callbacks.call("on_test_end", logs=val_logs)
        logs.update({f"val_{name}": value for name, value in val_logs.items()})
        extras.update(validation.penalty.apart(val_logs["loss"], "val_"))

    def _look_back(self, hindsight: Validation, epoch: int, extras: dict[str, float]) -> Iterator[Event]:
        """Add what the training rows give now: `loss` is a mean over weights that got better during the epoch."""
        self.model.stop_evaluating = False
        for step in hindsight.steps(epoch):
            if self._batch_events:
                yield step
        logs = hindsight.logs()
        extras.update({f"evaluated_{name}": value for name, value in logs.items()})
        extras.update(hindsight.penalty.apart(logs["loss"], "evaluated_"))

    def _logs(self) -> dict[str, float]:
        """Loss and metrics of the epoch so far, as far as they have been counted."""
        return logs_of(self._trackers, self._penalty.result())
