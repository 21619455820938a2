"""What an argument may be: one small description, used by constructors, forms, docs, exporters and tests.

A class lists its arguments in `params = {"units": Int(low=1, typical=(1, 64))}`. The default of an argument
stands in the constructor's signature and nowhere else; `defaults(cls)` reads it there.
"""

import inspect
import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from netcore.errors import NetcoreValueError


@dataclass(frozen=True, kw_only=True)
class Param(ABC):
    """Description of one argument.

    Args:
        advanced: True for what a first lesson does not need; forms fold it away.
        optional: True if None is a value.
    """

    advanced: bool = False
    optional: bool = False

    def check(self, owner: str, name: str, value: Any) -> Any:
        """Return the value in its plain Python form, or raise NetcoreValueError naming owner, name and value."""
        if value is None and self.optional:
            return None
        return self._check(owner, name, value)

    @abstractmethod
    def _check(self, owner: str, name: str, value: Any) -> Any: ...

    @abstractmethod
    def invalid(self) -> tuple[Any, ...]:
        """Values that must be refused: the shared tests try each of them."""


@dataclass(frozen=True, kw_only=True)
class Int(Param):
    """A whole number from `low` to `high`, both allowed. `typical` is the range worth trying."""

    low: int = 0
    high: int | None = None
    typical: tuple[int, int] = (0, 10)

    def _check(self, owner: str, name: str, value: Any) -> int:
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not whole or value < self.low:
            raise NetcoreValueError(
                "param.int_below",
                "{owner}: `{name}` must be a whole number of at least {low}, but got {value!r}. Try {name}={typical}.",
                owner=owner,
                name=name,
                low=self.low,
                value=value,
                typical=self.typical[-1],
            )
        if self.high is not None and value > self.high:
            raise NetcoreValueError(
                "param.int_above",
                "{owner}: `{name}` must be a whole number of at most {high}, but got {value!r}. Try {name}={typical}.",
                owner=owner,
                name=name,
                high=self.high,
                value=value,
                typical=self.typical[-1],
            )
        return int(value)

    def invalid(self) -> tuple[Any, ...]:
        too_large = () if self.high is None else (self.high + 1,)
        return (self.low - 1, self.low + 0.5, str(self.low + 1), True, *too_large)


@dataclass(frozen=True, kw_only=True)
class Float(Param):
    """A finite number in a range whose ends are allowed unless `open_low` or `open_high` says otherwise.

    `log=True` tells a form that steps of ten read better than steps of one.
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    typical: tuple[float, float] = (0.0, 1.0)
    log: bool = False

    def _check(self, owner: str, name: str, value: Any) -> float:
        number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
        if not number or not self.allows(float(value)):
            raise NetcoreValueError(
                "param.float_range",
                "{owner}: `{name}` must be a number in {range}, but got {value!r}. Try {name}={typical}.",
                owner=owner,
                name=name,
                range=self.range_text(),
                value=value,
                typical=self.typical[0],
            )
        return float(value)

    def allows(self, value: float) -> bool:
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below

    def range_text(self) -> str:
        """The range as mathematics writes it: [0, 1) includes 0 and excludes 1."""
        left = "(" if self.open_low or math.isinf(self.low) else "["
        right = ")" if self.open_high or math.isinf(self.high) else "]"
        return f"{left}{self.low:g}, {self.high:g}{right}"

    def invalid(self) -> tuple[Any, ...]:
        edges = []
        if math.isfinite(self.low):
            edges.append(self.low if self.open_low else self.low - 1)
        if math.isfinite(self.high):
            edges.append(self.high if self.open_high else self.high + 1)
        return (*edges, math.nan, math.inf, "0.1", True)


@dataclass(frozen=True, kw_only=True)
class Bool(Param):
    """True or False."""

    def _check(self, owner: str, name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise NetcoreValueError(
                "param.bool",
                "{owner}: `{name}` must be True or False, but got {value!r}.",
                owner=owner,
                name=name,
                value=value,
            )
        return value

    def invalid(self) -> tuple[Any, ...]:
        return ("yes", 2, 0.5)


@dataclass(frozen=True, kw_only=True)
class Choice(Param):
    """One of a few names. `names` is called late, so that a registry may still be filling."""

    names: Callable[[], Sequence[str]]

    def _check(self, owner: str, name: str, value: Any) -> str:
        choices = self.names()
        if not isinstance(value, str) or value not in choices:
            raise NetcoreValueError(
                "param.choice",
                "{owner}: `{name}` must be one of {choices}, but got {value!r}.",
                owner=owner,
                name=name,
                choices=", ".join(choices),
                value=value,
            )
        return value

    def invalid(self) -> tuple[Any, ...]:
        return ("no-such-choice", 3)


def defaults(cls: type) -> dict[str, Any]:
    """Default of each argument in `cls.params`, read from the constructors' signatures; required ones are absent.

    What a class passes on as **keywords is looked up in the constructor of the class it comes from.
    """
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        for name, parameter in inspect.signature(base.__init__).parameters.items():  # type: ignore[misc]
            found[name] = parameter.default
    return {
        name: found[name]
        for name in getattr(cls, "params", {})
        if found.get(name, inspect.Parameter.empty) is not inspect.Parameter.empty
    }
