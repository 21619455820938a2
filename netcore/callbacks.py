"""Callbacks: a program's own code at fixed moments of a fit.

Order: train_begin, then for each epoch epoch_begin, (train_batch_begin, train_batch_end)…, validation, epoch_end,
and at last train_end.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from netcore.errors import NetcoreValueError
from netcore.params import Bool, Choice, Float, Int


class Callback:
    """Base: a subclass overrides the moments that it needs; `self.model` and `self.params` are set before the first."""

    model: Any = None
    params: Any = None

    def set_model(self, model: Any) -> None:
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def on_train_begin(self, logs: Any = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Any = None) -> None:
        """After the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before the first batch of an epoch (from 0)."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After validation; `logs` may be added to and goes into the history."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before an update."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After an update; `logs` holds running means of the epoch so far."""

    def on_test_begin(self, logs: Any = None) -> None:
        """Before validation or evaluate."""

    def on_test_end(self, logs: Any = None) -> None:
        """After validation or evaluate."""


class History(Callback):
    """What fit returns: `history` maps each name to its values, `epoch` lists the epochs."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class Callbacks:
    """Several callbacks as one; batch moments cost nothing unless somebody overrides them."""

    def __init__(self, callbacks: Iterable[Any], model: Any, params: dict[str, Any]) -> None:
        self._all = list(callbacks)
        for callback in self._all:
            callback.set_params(params)
            callback.set_model(model)
        self.wants_batches = any(
            getattr(type(callback), name, None) is not getattr(Callback, name)
            for callback in self._all
            for name in ("on_train_batch_begin", "on_train_batch_end")
        )

    def call(self, moment: str, *arguments: Any, logs: Any = None) -> None:
        for callback in self._all:
            getattr(callback, moment)(*arguments, logs=logs)


class TerminateOnNaN(Callback):
    """Ends the training at the first batch whose loss is NaN or infinite."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            self.model.stop_training = True


class EarlyStopping(Callback):
    """Ends the training when the monitored number has stopped improving.

    Args:
        monitor: name in the logs.
        min_delta: smallest change that counts as an improvement.
        patience: epochs without improvement before the end.
        mode: "min", "max", or "auto" (accuracy and the like go up, everything else down).
        baseline: a value that must be beaten for the patience to start anew.
        restore_best_weights: put the best epoch's weights back at the end, also if it never stopped early.
        start_from_epoch: epochs to wait before watching.
    """

    arguments = {  # noqa: RUF012  # a table, read only
        "min_delta": Float(typical=(0.0, 0.01)),
        "patience": Int(low=0, typical=(3, 10)),
        "mode": Choice(names=lambda: ("auto", "min", "max")),
        "baseline": Float(optional=True),
        "restore_best_weights": Bool(),
        "start_from_epoch": Int(low=0),
    }
    min_delta: float
    patience: int
    mode: str
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
        given = {
            "min_delta": min_delta,
            "patience": patience,
            "mode": mode,
            "baseline": baseline,
            "restore_best_weights": restore_best_weights,
            "start_from_epoch": start_from_epoch,
        }
        for name, value in given.items():
            setattr(self, name, self.arguments[name].check("EarlyStopping", name, value))
        self.monitor, self.verbose = monitor, verbose
        upwards = mode == "max" or (
            mode == "auto" and any(part in monitor for part in ("acc", "auc", "precision", "recall"))
        )
        self._sign = -1.0 if upwards else 1.0
        self.min_delta = abs(self.min_delta)
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        current = (logs or {}).get(self.monitor)
        if current is None:
            raise NetcoreValueError(
                "callback.monitor",
                "EarlyStopping watches {monitor!r}, but the logs hold only: {choices}.",
                monitor=self.monitor,
                choices=", ".join(logs or {}),
            )
        if epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)
        self.wait += 1
        if self.best is None or self._better(current, self.best):
            self.best = current
            self._keep(epoch)
            if self.baseline is None or self._better(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        if self.restore_best_weights and self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def _keep(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def _better(self, value: float, reference: float) -> bool:
        return self._sign * value < self._sign * reference - self.min_delta
