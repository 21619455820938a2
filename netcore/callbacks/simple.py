"""Small callbacks: functions instead of a class, a rate by epoch, the end at the first NaN."""

import inspect
import math
import numbers
from collections.abc import Callable
from typing import Any

from netcore.arguments import Bool, Described, Given
from netcore.callbacks.callback import CALLBACKS, Callback
from netcore.callbacks.monitors import VERBOSE
from netcore.errors import NetcoreRuntimeError, NetcoreValueError


@CALLBACKS.add
class LambdaCallback(Callback):
    """A callback from functions.

    Args:
        on_epoch_begin, on_epoch_end: function(epoch, logs).
        on_train_begin, on_train_end: function(logs).
        on_train_batch_begin, on_train_batch_end: function(batch, logs).
        others: any further moment by its name, such as on_test_end.

    Source: as keras.callbacks.LambdaCallback.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **others: Any,
    ) -> None:
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **others,
        }
        for name, function in given.items():
            if function is not None:
                setattr(self, name, function)


@CALLBACKS.add
class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of each epoch; keeps it in the history.

    Raises, in fit:
        NetcoreValueError "callback.schedule": `schedule` gave no number.

    Source: as keras.callbacks.LearningRateScheduler.
    """

    schedule: Callable[..., float] = Given(
        about="function(epoch, learning_rate) or function(epoch) that gives the rate"
    )
    verbose: int = Described(VERBOSE, default=0, about="1 says each of them")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        rate = float(self.model.optimizer.learning_rate)
        new = self.schedule(epoch, rate) if _takes_two(self.schedule) else self.schedule(epoch)
        if not isinstance(new, numbers.Real) or isinstance(new, bool):
            raise NetcoreValueError(
                "callback.schedule",
                "LearningRateScheduler: `schedule` must give a number, but for epoch {epoch} it gave {value!r}.",
                epoch=epoch,
                value=new,
            )
        self.model.optimizer.learning_rate = float(new)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(new)}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def _takes_two(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(0, 0.1)
    except TypeError:
        return False
    return True


@CALLBACKS.add
class TerminateOnNaN(Callback):
    """Ends the training at the first batch whose loss is NaN or infinite.

    Raises, in fit:
        NetcoreRuntimeError "callback.nan": with `raise_error`, at that batch.

    Source: as keras.callbacks.TerminateOnNaN.
    """

    raise_error: bool = Bool(default=False, about="raise an error instead of ending quietly")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise NetcoreRuntimeError(
                "callback.nan",
                "The loss is {loss} at batch {batch}, so the training ends. A smaller learning rate, scaled inputs or "
                "a look for missing values in the data usually help.",
                loss=loss,
                batch=batch,
            )
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
