"""What an argument may be: one small description, used by constructors, forms, docs, exporters and tests.

A class writes its arguments in its body (arguments.py); there they become its table `params`, argument -> description.
"""

import difflib
import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from netcore.errors import NetcoreValueError

REQUIRED: Any = type("Required", (), {"__repr__": lambda self: "REQUIRED"})()  # stands for: there is no default


@dataclass(frozen=True, kw_only=True)
class Param(ABC):
    """Description of one argument.

    Args:
        default: what it is if left out; REQUIRED if it cannot be.
        about: what it means, in a few words, with its unit.
        advanced: True for what a first lesson does not need; forms fold it away.
        optional: True if None is a value.
        kw_only: True if it is given by name only.
        alias: name of the argument where it is not that of the attribute which keeps it.
        listed: False for what stands in no table and no config, such as the name of a layer.
    """

    default: Any = REQUIRED
    about: str = ""
    advanced: bool = False
    optional: bool = False
    kw_only: bool = False
    alias: str = ""
    listed: bool = True

    def in_class(self, cls: type) -> "Param":
        """The description as it holds for one class, where it leaves something to the class."""
        return self

    def check(self, owner: str, name: str, value: Any) -> Any:
        """Return the value in its plain Python form, or raise NetcoreValueError naming owner, name and value."""
        if value is None and self.optional:
            return None
        try:
            return self._check(owner, name, value)
        except TypeError:
            if not isinstance(value, dict):
                raise
            raise NetcoreValueError(  # what is described by class and arguments could not be made of them
                "param.config",
                "{owner}: `{name}` is given as {value!r}, and no {kind} can be made of these arguments.",
                owner=owner,
                name=name,
                value=value,
                kind=value.get("class_name"),
            ) from None

    def take(self, owner: str, name: str, value: Any) -> Any:
        """What an object keeps of a value: its checked, plain form, unless a description says more."""
        return self.check(owner, name, value)

    @abstractmethod
    def _check(self, owner: str, name: str, value: Any) -> Any: ...

    @abstractmethod
    def invalid(self) -> tuple[Any, ...]:
        """Values that must be refused: the shared tests try each of them."""

    @abstractmethod
    def example(self) -> Any:
        """A value that is allowed and worth trying: for an argument without a default."""


@dataclass(frozen=True, kw_only=True)
class AnyParam(Param):
    """Whatever a program gives: what it means is told by those who use it."""

    listed: bool = False

    def _check(self, owner: str, name: str, value: Any) -> Any:
        return value

    def invalid(self) -> tuple[Any, ...]:
        return ()

    def example(self) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class IntParam(Param):
    """A whole number from `low` to `high`, both allowed. `typical` is the range worth trying."""

    low: int = 0
    high: int | None = None
    typical: tuple[int, int] = (0, 10)

    def _check(self, owner: str, name: str, value: Any) -> int:
        whole = type(value) is int or (isinstance(value, numbers.Integral) and not isinstance(value, bool))
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

    def example(self) -> int:
        return self.typical[0] or self.typical[1]


@dataclass(frozen=True, kw_only=True)
class FloatParam(Param):
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
        number = type(value) is float or (isinstance(value, numbers.Real) and not isinstance(value, bool))
        if not (number and is_finite(value) and self.allows(value)):
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
        """Whether a finite number is in the range."""
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
        return (*edges, math.nan, math.inf, 10**400, "0.1", True)

    def example(self) -> float:
        return self.typical[0] or self.typical[1]


@dataclass(frozen=True, kw_only=True)
class BoolParam(Param):
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

    def example(self) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class ChoiceParam(Param):
    """One of a few names. `names` is called late, so that a registry may still be filling.

    `spelling` brings another spelling of a name to the one that is kept, such as "SAME" to "same".
    """

    names: Callable[[], Sequence[str]]
    spelling: Callable[[str], str] = str

    def _check(self, owner: str, name: str, value: Any) -> str:
        choices = self.names()
        found = self.spelling(value) if isinstance(value, str) else None
        if found is None or found not in choices:
            raise NetcoreValueError(
                "param.choice",
                "Could not interpret {name} identifier: {value!r}. {owner}: `{name}` must be one of {choices}. "
                "Did you mean {nearest!r}?",
                owner=owner,
                name=name,
                choices=", ".join(choices),
                value=value,
                nearest=nearest_of(value, choices),
            )
        return found

    def invalid(self) -> tuple[Any, ...]:
        return ("no-such-choice", 3)

    def example(self) -> str:
        return self.names()[-1]


@dataclass(frozen=True, kw_only=True)
class IntsParam(Param):
    """Whole numbers of at least `low`, given as tuple or list and kept as a tuple.

    Args:
        length: how many there must be; None for any number of them, but at least one.
        per_axis: as many as the class has `axes` to work along, and `typical` for each of them.
        spread: a single number stands for `length` equal ones, as in kernel_size=3.
        single: a single number is a value of its own and is kept as one.
        gaps: single entries may be None.
        typical: a value worth trying.
    """

    low: int = 0
    length: int | None = None
    per_axis: bool = False
    spread: bool = False
    single: bool = False
    gaps: bool = False
    typical: tuple[int, ...] = (1,)

    def in_class(self, cls: type) -> "IntsParam":
        axes = getattr(cls, "axes", None)
        if not self.per_axis or axes is None:
            return self
        return replace(self, length=axes, typical=self.typical * axes, per_axis=False)

    def _check(self, owner: str, name: str, value: Any) -> Any:
        if self._whole(value) and self.single:
            return int(value)
        entries = (value,) * (self.length or 1) if self._whole(value) and self.spread else value
        fits = isinstance(entries, tuple | list) and len(entries) in ((self.length,) if self.length else range(1, 99))
        if not fits or not all((entry is None and self.gaps) or self._whole(entry) for entry in entries):
            raise NetcoreValueError(
                "param.ints",
                "{owner}: `{name}` must hold whole numbers of at least {low}, but got {value!r}. Try {name}={typical}.",
                owner=owner,
                name=name,
                low=self.low,
                value=value,
                typical=self.typical,
            )
        return tuple(None if entry is None else int(entry) for entry in entries)

    def _whole(self, value: Any) -> bool:
        return isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= self.low

    def invalid(self) -> tuple[Any, ...]:
        count = self.length or 2
        wrong_count = () if self.length is None else ((self.low + 1,) * (count + 1),)
        alone = () if self.single or self.spread else (self.low + 1,)
        return ((), "3", (self.low - 1,) * count, (self.low + 0.5,) * count, ("1",) * count, *wrong_count, *alone)

    def example(self) -> tuple[int, ...]:
        return self.typical


@dataclass(frozen=True, kw_only=True)
class MarginsParam(Param):
    """What is added around an image: one number, (rows, columns), or ((top, bottom), (left, right)), the form kept."""

    typical: tuple[tuple[int, int], ...] = ((1, 1), (1, 1))

    def _check(self, owner: str, name: str, value: Any) -> tuple[tuple[int, int], ...]:
        pair = IntsParam(low=0, length=2, spread=True)
        try:
            above_below, left_right = (value, value) if isinstance(value, numbers.Integral) else value
            return (pair.check(owner, name, above_below), pair.check(owner, name, left_right))
        except (NetcoreValueError, TypeError, ValueError):
            raise NetcoreValueError(
                "param.margins",
                "{owner}: `{name}` must be a whole number, two of them, or ((top, bottom), (left, right)), "
                "but got {value!r}. Try {name}={typical}.",
                owner=owner,
                name=name,
                value=value,
                typical=self.typical,
            ) from None

    def invalid(self) -> tuple[Any, ...]:
        return (-1, 1.5, "1", (1,), (1, 2, 3), ((1, 2, 3), (1, 2)), (1, -1), True)

    def example(self) -> tuple[tuple[int, int], ...]:
        return self.typical


@dataclass(frozen=True, kw_only=True)
class NumbersParam(Param):
    """A finite number, or a list of them (of any depth), such as one for each feature.

    Args:
        low, high: range of every number, both ends allowed.
        single: whether a number by itself will do.
        typical: a value worth trying.
    """

    low: float = -math.inf
    high: float = math.inf
    single: bool = True
    typical: float | tuple[float, ...] = 1.0

    def _check(self, owner: str, name: str, value: Any) -> Any:
        plain = value.tolist() if hasattr(value, "tolist") else value
        if not self._allows(plain) or not (self.single or isinstance(plain, list | tuple)):
            told = {"owner": owner, "name": name, "value": value, "typical": self.typical}
            if math.isfinite(self.low) or math.isfinite(self.high):
                raise NetcoreValueError(
                    "param.numbers_range",
                    "{owner}: `{name}` must be a finite number or a list of them, from {low:g} to {high:g}, but got "
                    "{value!r}. Try {name}={typical}.",
                    low=self.low,
                    high=self.high,
                    **told,
                )
            raise NetcoreValueError(
                "param.numbers",
                "{owner}: `{name}` must be a finite number or a list of them, but got {value!r}. Try {name}={typical}.",
                **told,
            )
        return _as_floats(plain)

    def _allows(self, value: Any) -> bool:
        if isinstance(value, list | tuple):
            return bool(value) and all(self._allows(entry) for entry in value)
        number = isinstance(value, numbers.Real) and not isinstance(value, bool) and is_finite(value)
        return number and self.low <= value <= self.high

    def invalid(self) -> tuple[Any, ...]:
        beyond = [end for end in (self.low - 1, self.high + 1) if math.isfinite(end)]
        return ("1", math.nan, 10**400, True, [1.0, "2"], [], *beyond, *([] if self.single else [1.0]))

    def example(self) -> Any:
        return _as_floats(self.typical)


def is_finite(value: Any) -> bool:
    """Whether a float can be made of a number, and is neither infinite nor no number: whole ones may be too long."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _as_floats(value: Any) -> Any:
    return [_as_floats(entry) for entry in value] if isinstance(value, list | tuple) else float(value)


def nearest_of(value: Any, choices: Sequence[str]) -> str:
    """The choice that was probably meant."""
    near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.4)
    return near[0] if near else choices[0]


def defaults(cls: type) -> dict[str, Any]:
    """Default of each argument in `cls.params`, as the class body writes it; required ones are absent."""
    table: dict[str, Param] = getattr(cls, "params", {})
    return {name: param.default for name, param in table.items() if param.default is not REQUIRED}
