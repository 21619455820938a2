"""An argument of a layer that is an activation function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from netcore.activations.function import ACTIVATIONS, Function
from netcore.activations.own_function import OwnFunction, get
from netcore.arguments import Common
from netcore.params import ChoiceParam


@dataclass(frozen=True, kw_only=True)
class FunctionParam(ChoiceParam):
    """An argument that is an activation function: checked as a name, kept as the function itself.

    A program's own function is checked when it is made.
    """

    names: Callable[[], Sequence[str]] = ACTIVATIONS.names
    optional: bool = True

    def _check(self, owner: str, name: str, value: Any) -> Any:
        if isinstance(value, str) and value in ACTIVATIONS:
            value = ACTIVATIONS.get(value).name  # "swish" is "silu"
        elif isinstance(value, Function) or callable(value):
            function = get(value)
            if isinstance(function, OwnFunction):
                return function
            value = function.name
        return super()._check(owner, name, value)

    def take(self, owner: str, name: str, value: Any) -> Function:
        return get(self.check(owner, name, value))


def ActivationFunction(*, names: Callable[[], Sequence[str]] = ACTIVATIONS.names, **common: Unpack[Common]) -> Any:
    """An argument that is an activation function, one of `names` or the program's own; see FunctionParam."""
    return FunctionParam(names=names, **common)
