"""Losses as functions: `mean_squared_error(y_true, y_pred)` gives the value of each sample, (n, k) -> (n,).

Arguments of the class follow, in its order: `huber(y_true, y_pred, 0.5)`. `compile(loss=…)` takes one like its class.
"""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from netcore.config import Array
from netcore.losses.loss import LOSSES, Loss, loss_of
from netcore.names import snake_case


@cache
def function_of(cls: Callable[..., Loss]) -> Callable[..., Array]:
    """The function of a loss class, always the same one."""
    names = [name for name in inspect.signature(cls).parameters if name not in ("reduction", "name", "dtype")]

    def function(y_true: Any, y_pred: Any, *arguments: Any, **keywords: Any) -> Array:
        if len(arguments) > len(names):
            takes = f"takes at most {len(names) + 2} positional arguments but {len(arguments) + 2} were given"
            raise TypeError(f"{function.__name__}() {takes}")
        placed = dict(zip(names, arguments, strict=False))
        return cls(**placed, **keywords, reduction="none").per_sample(y_true, y_pred)[0]

    function.__name__ = function.__qualname__ = snake_case(cls.__name__)
    function.__doc__ = cls.__doc__
    function.loss_class = cls  # type: ignore[attr-defined]  # how `loss_of` finds back
    return function


def get(identifier: Any) -> Any:
    """What Keras gives for it: the function for a name in small letters or for short ("mse"), else a loss object.

    Args:
        identifier: a name, a class, a loss or a function of this package, a {"class_name", "config"} dict, or None.

    Raises:
        NetcoreValueError "registry.unknown": no loss has that name.
    """
    if identifier is None or hasattr(identifier, "loss_class"):
        return identifier
    if not isinstance(identifier, str):
        return loss_of(identifier)
    cls: Any = LOSSES.get(identifier)
    return cls() if identifier == cls.__name__ else function_of(cls)
