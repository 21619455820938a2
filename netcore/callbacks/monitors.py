"""Callbacks that watch one number of the logs."""

import warnings
from typing import Any, ClassVar

from netcore.arguments import Bool, Choice, Float, Int
from netcore.callbacks.callback import CALLBACKS, Callback
from netcore.errors import NetcoreValueError, NetcoreWarning

UPWARDS = ("acc", "auc", "precision", "recall", "f1", "iou", "r2", "cosine", "positives", "negatives")
DOWNWARDS_AFTER_ALL = ("false_positives", "false_negatives")

MODE = Choice(names=lambda: ("auto", "min", "max"))
VERBOSE = Int(low=0, high=1, typical=(0, 1), advanced=True)
PATIENCE = Int(low=0, typical=(3, 10))


class Monitor(Callback):
    """Base: knows what an improvement of `monitor` is.

    Args:
        monitor: name in the logs.
        mode: "min", "max", or "auto" (accuracy and the like go up, everything else down).
        min_delta: smallest change that counts as an improvement.

    Raises, at the end of the first epoch:
        NetcoreValueError "callback.monitor": `monitor` is no loss or metric of the model.
    """

    monitor: str
    mode: str
    min_delta: float

    def __init__(self, monitor: str, mode: str, min_delta: float) -> None:
        self.monitor = monitor
        self.set_arguments(mode=mode)
        self.min_delta = abs(min_delta)
        name = monitor.removeprefix("val_")
        goes_up = any(part in name for part in UPWARDS) and not any(part in name for part in DOWNWARDS_AFTER_ALL)
        self._sign = -1.0 if mode == "max" or (mode == "auto" and goes_up) else 1.0
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

    Args:
        monitor, min_delta, mode: as Monitor says.
        patience: epochs without improvement before the end.
        verbose: 1 says when it stops.
        baseline: a value that must be beaten for the patience to start anew.
        restore_best_weights: put the best epoch's weights back at the end, also if it never stopped early.
        start_from_epoch: epochs to wait before watching.

    Attributes:
        best, best_epoch, stopped_epoch, wait: as in Keras.

    Source: as keras.callbacks.EarlyStopping.
    """

    params: ClassVar[Any] = {
        "min_delta": Float(typical=(0.0, 0.01)),
        "patience": PATIENCE,
        "verbose": VERBOSE,
        "mode": MODE,
        "baseline": Float(optional=True, advanced=True),
        "restore_best_weights": Bool(),
        "start_from_epoch": Int(low=0, advanced=True),
    }
    patience: int
    verbose: int
    baseline: float | None
    restore_best_weights: bool
    start_from_epoch: int

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        self.set_arguments(
            min_delta=min_delta,
            patience=patience,
            verbose=verbose,
            baseline=baseline,
            restore_best_weights=restore_best_weights,
            start_from_epoch=start_from_epoch,
        )
        super().__init__(monitor, mode, self.min_delta)
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

    Args:
        monitor, mode, min_delta: as Monitor says.
        factor: the new rate is the old one times this, below 1.
        patience: epochs without improvement before that.
        verbose: 1 says when it happens.
        cooldown: epochs after a change in which nothing is counted.
        min_lr: smallest learning rate.

    Source: as keras.callbacks.ReduceLROnPlateau.
    """

    params: ClassVar[Any] = {
        "factor": Float(low=0.0, high=1.0, open_high=True, typical=(0.1, 0.5)),
        "patience": PATIENCE,
        "verbose": VERBOSE,
        "mode": MODE,
        "min_delta": Float(typical=(0.0001, 0.01)),
        "cooldown": Int(low=0, advanced=True),
        "min_lr": Float(low=0.0, typical=(0.0, 1e-5), advanced=True),
    }
    factor: float
    patience: int
    verbose: int
    cooldown: int
    min_lr: float

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        self.set_arguments(
            factor=factor, patience=patience, verbose=verbose, min_delta=min_delta, cooldown=cooldown, min_lr=min_lr
        )
        super().__init__(monitor, mode, self.min_delta)
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
