"""What expressions of pasted code stand for: plain values, and a few forms of which more is known."""

import ast
import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.export.pasted.text import excerpt

STEPS = 50_000  # of reading: a text as long as may be has ten thousand expressions
_numbers = itertools.count()


class Budget:
    """Steps of reading that are left: loops within loops within loops end."""

    def __init__(self, steps: int = STEPS) -> None:
        self.steps = steps

    def spend(self) -> bool:
        """Whether there was a step left."""
        self.steps -= 1
        return self.steps >= 0


class Names(dict[str, Any]):
    """What names stand for, and the budget of all that is read with them."""

    def __init__(self, values: Mapping[str, Any] | None = None, budget: Budget | None = None) -> None:
        super().__init__(values or {})
        self.budget = budget or Budget()

    def having(self, more: Mapping[str, Any]) -> "Names":
        """These names, and more or others, for a while."""
        return Names({**self, **more}, self.budget)


class Network(ABC):
    """Something under a name that can be called as a whole: a model, a function of the code."""

    @abstractmethod
    def called_on(self, arguments: "Sequence[Argument]", node: ast.Call) -> Any:
        """What the call gives, perhaps Unknown."""

    def end(self, name: str) -> Any:
        """The tensors of an attribute such as `model.input`; None if there are none."""
        return None

    def result(self, *numbers: float) -> Any:
        """What a function gives for these numbers; None where only running it would tell."""
        return None


@dataclass(frozen=True)
class Reference:
    """A name that stands for something elsewhere: ("keras", "activations", "relu"); `network` if the code made it."""

    path: tuple[str, ...]
    network: Network | None = None

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(frozen=True)
class Argument:
    """One argument of a call; `name` is None where it is given by position."""

    name: str | None
    value: Any
    node: ast.expr

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def text(self) -> str:
        """As the code writes the value."""
        return source(self.node)


@dataclass(frozen=True, eq=False)
class Called:
    """A call such as layers.Dense(32, activation="relu"). Two that are written alike are two things all the same."""

    path: tuple[str, ...]
    arguments: tuple[Argument, ...]
    node: ast.expr

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def text(self) -> str:
        return source(self.node)

    def with_arguments(self, *more: Argument) -> "Called":
        return Called(self.path, (*self.arguments, *more), self.node)

    def without(self, *names: str) -> "Called":
        return Called(self.path, tuple(one for one in self.arguments if one.name not in names), self.node)

    def argument(self, name: str) -> Argument | None:
        return next((argument for argument in self.arguments if argument.name == name), None)


@dataclass(frozen=True, eq=False)
class Tensor:
    """An Input, or what a layer gives when it is called on other tensors.

    Attributes:
        made_by: the layer or the Input. One that made several tensors is a shared layer.
        reads: what the layer was called on; nothing for an Input.
        further: arguments of that call beside the tensors.
        number: tensors in the order in which the code makes them.
    """

    made_by: Called
    reads: tuple["Tensor", ...]
    line: int
    further: tuple[Argument, ...] = ()
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass(frozen=True, eq=False)
class Lambda:
    """A small function of numbers: lambda epoch: 0.1 * 0.9**epoch."""

    node: ast.Lambda
    names: Names


@dataclass(frozen=True, eq=False)
class Unknown:
    """An expression that would have to be executed: x.shape[1], a file that is opened."""

    node: ast.AST

    @property
    def text(self) -> str:
        return source(self.node)

    @property
    def calls(self) -> tuple[str, ...]:
        """Last names of everything that is called anywhere within."""
        functions = [one.func for one in ast.walk(self.node) if isinstance(one, ast.Call)]
        return tuple(
            one.attr if isinstance(one, ast.Attribute) else one.id
            for one in functions
            if isinstance(one, ast.Attribute | ast.Name)
        )


def tensors_in(value: Any) -> tuple[Tensor, ...] | None:
    """A tensor, or a list of tensors, as a tuple; None for anything else."""
    entries = value if isinstance(value, list | tuple) else [value]
    return tuple(entries) if entries and all(isinstance(entry, Tensor) for entry in entries) else None


def behind(ends: Sequence[Tensor]) -> list[Tensor]:
    """These tensors and all that they depend on, in the order in which they were made."""
    found: set[Tensor] = set()
    waiting = list(ends)
    while waiting:
        tensor = waiting.pop()
        if tensor not in found:
            found.add(tensor)
            waiting += tensor.reads
    return sorted(found, key=lambda tensor: tensor.number)


def source(node: ast.AST) -> str:
    """The code of a node, shortened."""
    return excerpt(ast.unparse(node))


def is_plain(value: Any) -> bool:
    """Whether a value is known to the last entry."""
    if isinstance(value, list | tuple):
        return all(is_plain(entry) for entry in value)
    if isinstance(value, dict):
        return all(is_plain(entry) for entry in value.values())
    return not isinstance(value, Reference | Called | Tensor | Lambda | Unknown)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def leaves(value: Any) -> int:
    """How many single values there are within: names may stand for lists of lists of lists."""
    if isinstance(value, Called):
        return sum(leaves(argument.value) for argument in value.arguments) + 1
    if isinstance(value, dict):
        return sum(leaves(entry) for entry in value.values()) + 1
    return sum(leaves(entry) for entry in value) + 1 if isinstance(value, list | tuple) else 1
