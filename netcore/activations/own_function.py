"""A program's own function in the place of a ready-made one, and how either is asked for."""

from collections.abc import Callable
from typing import Any

import numpy as np

from netcore.activations.function import ACTIVATIONS, Elementwise, Function
from netcore.config import Array
from netcore.errors import NetcoreTypeError
from netcore.own import name_of, slopes_of


def get(identifier: Any) -> Function:
    """The function named by a string, a ready-made one or the program's own, or None for linear.

    Raises:
        NetcoreValueError "registry.unknown": no function has that name.
        NetcoreTypeError "activation.callable": a function of one's own that does not take each number by itself.
    """
    if identifier is None:
        return ACTIVATIONS.get("linear")
    if isinstance(identifier, Function):
        return identifier
    return OwnFunction(identifier) if callable(identifier) else ACTIVATIONS.get(identifier)


class OwnFunction(Elementwise):
    """A program's own function of each number by itself, such as `lambda x: x * x`; its slope is found by small steps.

    Raises:
        NetcoreTypeError "activation.callable": the function mixes the numbers, or does not take arrays.
    """

    needs_x = True

    def __init__(self, function: Callable[[Array], Any]) -> None:
        super().__init__()
        self.function = function
        self.__name__ = self.name = name_of(function)
        probe = np.array([[0.3, -0.7, 1.1], [0.2, 0.9, -1.3]])
        try:
            alone = [[float(np.asarray(function(np.array([[number]])))[0, 0]) for number in row] for row in probe]
            fits = np.allclose(function(probe), alone, equal_nan=True)
        except (TypeError, ValueError, IndexError):
            fits = False
        if not fits:
            raise NetcoreTypeError(
                "activation.callable",
                "`activation` must be a name such as 'relu' or a function of each number by itself, but got {value!r}. "
                "netcore has no automatic derivative for others: choose one of {choices}.",
                value=function,
                choices=", ".join(ACTIVATIONS.names()),
            )

    def __call__(self, x: Any, *arguments: Any, **options: Any) -> Array:
        return np.asarray(self.function(np.asarray(x), *arguments, **options))

    def apply(self, x: Array, out: Array) -> None:
        out[...] = self.function(x)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        out[...] = slopes_of(self.function, x)
