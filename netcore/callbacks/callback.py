"""Callback: a program's own code at fixed moments of a fit.

Order: train_begin, then for each epoch epoch_begin, (train_batch_begin, train_batch_end)…, validation (test_begin,
(test_batch_begin, test_batch_end)…, test_end), epoch_end, and at last train_end.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from netcore.arguments import Arguments, Made
from netcore.registry import Registry


class Callback(Arguments):
    """Base: a subclass overrides the moments that it needs; `self.model` and `self.params` are set before the first.

    On a class `params` is the table of its arguments, as for any registered part. On an object it is, from the
    beginning of a fit, what Keras calls so: {"verbose", "epochs", "steps"}.
    """

    model: Any = Made(default=None)

    def set_model(self, model: Any) -> None:
        """Called before the first moment, with the model."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Called before the first moment, with {"verbose", "epochs", "steps"}."""
        self.__dict__["params"] = params  # the class keeps its table

    def on_train_begin(self, logs: Any = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Any = None) -> None:
        """After the last epoch; `logs` are its numbers."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before the first batch of an epoch (from 0)."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After validation; `logs` may be added to and goes into the history."""

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """An older name of on_train_batch_begin."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """An older name of on_train_batch_end."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before an update."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After an update; `logs` holds running means of the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs: Any = None) -> None:
        """Before validation or evaluate."""

    def on_test_end(self, logs: Any = None) -> None:
        """After validation or evaluate."""

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of validation or evaluate."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of validation or evaluate; `logs` holds running means."""

    def on_predict_begin(self, logs: Any = None) -> None:
        """Before predict."""

    def on_predict_end(self, logs: Any = None) -> None:
        """After predict."""

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a batch of predict."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a batch of predict; `logs` holds its outputs."""


CALLBACKS: Registry[type[Callback]] = Registry("callback")

BATCH_MOMENTS: dict[str, tuple[str, ...]] = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


class Callbacks:
    """Several callbacks as one. Batch moments cost nothing unless somebody overrides them."""

    def __init__(self, callbacks: Iterable[Any], model: Any, params: dict[str, Any]) -> None:
        self._all = list(flat(callbacks))
        for callback in self._all:
            callback.set_params(params)
            callback.set_model(model)

    def wants_batches(self, kind: str) -> bool:
        """Whether some callback has code for the batches of `kind`: "train", "test" or "predict"."""
        return any(
            name in vars(callback) or getattr(type(callback), name, None) is not getattr(Callback, name)
            for callback in self._all
            for name in BATCH_MOMENTS[kind]
        )

    def call(self, moment: str, *arguments: Any, logs: dict[str, Any] | None = None) -> None:
        """One of the moments that are not about batches; `logs` is given by position, as in Keras."""
        for callback in self._all:
            getattr(callback, moment)(*arguments, {} if logs is None else logs)

    def call_batch(self, moment: str, batch: int, logs: dict[str, Any] | None = None) -> None:
        """One of the moments that are about batches; `logs` is given by name, as in Keras."""
        for callback in self._all:
            getattr(callback, moment)(batch, logs={} if logs is None else logs)


def flat(callbacks: Any) -> Iterator[Any]:
    """One callback, or a list of them."""
    if isinstance(callbacks, list | tuple):
        for one in callbacks:
            yield from flat(one)
    elif callbacks is not None:
        yield callbacks


class History(Callback):
    """What fit returns: `history` maps each name to its values, `epoch` lists the epochs.

    Where regularizers add a penalty to the loss, `extras` keeps both apart: data_loss, penalty, val_data_loss,
    val_penalty.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.extras: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def keep_extras(self, extras: dict[str, float]) -> None:
        """Keep what an epoch told besides its logs."""
        for name, value in extras.items():
            self.extras.setdefault(name, []).append(value)
