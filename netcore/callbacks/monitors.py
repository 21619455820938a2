"""Callbacks that watch one number of the logs."""

import warnings
from typing import Any

from netcore.arguments import Bool, Described, Float, Int
from netcore.callbacks.callback import CALLBACKS, Callback
from netcore.errors import NetcoreValueError, NetcoreWarning
from netcore.params import AnyParam, ChoiceParam, IntParam

UPWARDS = ("acc", "auc", "precision", "recall", "f1", "iou", "r2", "cosine", "positives", "negatives")
DOWNWARDS_AFTER_ALL = ("false_positives", "false_negatives")


def goes_up(name: str) -> bool:
    """Whether more of what has that name in the logs is better: of accuracy and the like, not of losses and errors."""
    name = name.lower()
    return any(part in name for part in UPWARDS) and not any(part in name for part in DOWNWARDS_AFTER_ALL)


MODE = ChoiceParam(
    names=lambda: ("auto", "min", "max"),
    about='what is better: "min", "max", or "auto" (accuracy and the like go up, everything else down)',
)
MONITOR = AnyParam(about="name in the logs of what is watched")
VERBOSE = IntParam(low=0, high=1, typical=(0, 1), advanced=True)
PATIENCE = IntParam(low=0, typical=(3, 10))


class Watching:
    """What a Monitor has, each class in the order in which Keras's takes it."""

    monitor: str
    mode: str
    min_delta: float


class Monitor(Watching, Callback):
    """Base: knows what an improvement of `monitor` is.

    Raises, at the end of the first epoch:
        NetcoreValueError "callback.monitor": `monitor` is no loss or metric of the model.
    """

    def _set_up(self) -> None:
        self.min_delta = abs(self.min_delta)
        name, mode = self.monitor.removeprefix("val_"), self.mode
        self._sign = -1.0 if mode == "max" or (mode == "auto" and goes_up(name)) else 1.0
        self.best: float | None = None

    def better(self, value: float, reference: float | None) -> bool:
        """Whether `value` beats `reference` by more than min_delta."""
        return reference is None or self._sign * value < self._sign * reference - self.min_delta

    def current(self, logs: Any) -> float | None:
        """The number watched; None, with a warning, where this fit does not have it, such as val_loss."""
        logs = logs or {}
        if self.monitor in logs:
            return float(logs[self.monitor])
        known = self.monitor.removeprefix("val_") in logs
        if not known and self.mode == "auto":
            raise NetcoreValueError(
                "callback.monitor",
                "{owner} watches {monitor!r}, but the logs hold only: {choices}.",
                owner=type(self).__name__,
                monitor=self.monitor,
                choices=", ".join(logs),
            )
        warnings.warn(
            NetcoreWarning(
                "callback.monitor_missing",
                "{owner} watches {monitor!r}, which this fit does not have, so it does nothing. "
                "The logs hold: {choices}. Give validation_split or validation_data for names with val_.",
                owner=type(self).__name__,
                monitor=self.monitor,
                choices=", ".join(logs),
            ),
            stacklevel=2,
        )
        return None


@CALLBACKS.add
class EarlyStopping(Monitor):
    """Ends the training when the monitored number has stopped improving.

    Attributes:
        best, best_epoch, stopped_epoch, wait: as in Keras.

    Source: as keras.callbacks.EarlyStopping.
    """

    monitor: str = Described(MONITOR, default="val_loss")
    min_delta: float = Float(default=0, typical=(0.0, 0.01), about="smallest change that counts as an improvement")
    patience: int = Described(PATIENCE, default=0, about="epochs without improvement before the end")
    verbose: int = Described(VERBOSE, default=0, about="1 says when it stops")
    mode: str = Described(MODE, default="auto")
    baseline: float | None = Float(
        default=None,
        optional=True,
        advanced=True,
        about="a value that must be beaten for the patience to start anew",
    )
    restore_best_weights: bool = Bool(
        default=False, about="put the best epoch's weights back at the end, also if it never stopped early"
    )
    start_from_epoch: int = Int(default=0, low=0, advanced=True, about="epochs to wait before watching")

    def after_arguments(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        current = self.current(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)
        self.wait += 1
        if self.better(current, self.best):
            self.best = current
            self._keep(epoch)
            if self.baseline is None or self.better(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def _keep(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()


@CALLBACKS.add
class ReduceLROnPlateau(Monitor):
    """Makes the learning rate smaller when the monitored number has stopped improving; keeps it in the history.

    Source: as keras.callbacks.ReduceLROnPlateau.
    """

    monitor: str = Described(MONITOR, default="val_loss")
    factor: float = Float(
        default=0.1,
        low=0.0,
        high=1.0,
        open_high=True,
        typical=(0.1, 0.5),
        about="the new rate is the old one times this, below 1",
    )
    patience: int = Described(PATIENCE, default=10, about="epochs without improvement before that")
    verbose: int = Described(VERBOSE, default=0, about="1 says when it happens")
    mode: str = Described(MODE, default="auto")
    min_delta: float = Float(
        default=1e-4, typical=(0.0001, 0.01), about="smallest change that counts as an improvement"
    )
    cooldown: int = Int(default=0, low=0, advanced=True, about="epochs after a change in which nothing is counted")
    min_lr: float = Float(default=0.0, low=0.0, typical=(0.0, 1e-5), advanced=True, about="smallest learning rate")

    def after_arguments(self) -> None:
        self.on_train_begin()

    def on_train_begin(self, logs: Any = None) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        current = self.current(logs)
        if current is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.better(current, self.best):
            self.best = current
            self.wait = 0
        elif self.cooldown_counter == 0:
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        old = float(self.model.optimizer.learning_rate)
        if old <= self.min_lr:
            return
        new = max(old * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = new
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}.")
