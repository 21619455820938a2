"""Expressions of pasted code as plain values. Nothing is executed: what is not one of a few forms stays unknown."""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.export.pasted.text import excerpt

LARGEST = 1e15  # result of an arithmetic expression: 28 * 28 is one, 9 ** 9 ** 9 is not
LARGEST_POWER = 64


@dataclass(frozen=True)
class Reference:
    """A name that stands for something elsewhere: ("keras", "activations", "relu")."""

    path: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(frozen=True)
class Argument:
    """One argument of a call; `name` is None where it is given by position."""

    name: str | None
    value: Any
    line: int
    text: str  # as the code writes the value


@dataclass(frozen=True)
class Called:
    """A call such as layers.Dense(32, activation="relu")."""

    path: tuple[str, ...]
    arguments: tuple[Argument, ...]
    line: int
    text: str

    @property
    def name(self) -> str:
        return self.path[-1]

    def with_arguments(self, *more: Argument) -> "Called":
        return Called(self.path, (*self.arguments, *more), self.line, self.text)


@dataclass(frozen=True)
class Unknown:
    """An expression that would have to be executed: x.shape[1], a comprehension, a layer called on a tensor."""

    text: str
    calls: tuple[str, ...] = field(default=(), compare=False)  # names of what is called within


def evaluate(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """A number, text, list, tuple or dict of values; else a Reference, a Called or an Unknown.

    Args:
        names: what was assigned before.
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=entries):
            return [evaluate(entry, names) for entry in entries]
        case ast.Tuple(elts=entries):
            return tuple(evaluate(entry, names) for entry in entries)
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {
                _key(evaluate(key, names)): evaluate(value, names)
                for key, value in zip(keys, values, strict=True)
                if key is not None
            }
        case ast.UnaryOp(op=operation, operand=operand) if type(operation) in SIGNS:
            return _computed(node, SIGNS[type(operation)], evaluate(operand, names))
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in ARITHMETIC:
            return _computed(node, ARITHMETIC[type(operation)], evaluate(left, names), evaluate(right, names))
        case ast.Name(id=name):
            return names.get(name, Reference((name,)))
        case ast.Attribute(value=owner, attr=name):
            found = evaluate(owner, names)
            return Reference((*found.path, name)) if isinstance(found, Reference) else unknown(node)
        case ast.Call(func=function, args=positional, keywords=named):
            found = evaluate(function, names)
            if not isinstance(found, Reference):
                return unknown(node)
            arguments = [_argument(None, one, names) for one in positional]
            arguments += [_argument(one.arg or "**", one.value, names) for one in named]
            return Called(found.path, tuple(arguments), node.lineno, source(node))
    return unknown(node)


def _argument(name: str | None, node: ast.expr, names: Mapping[str, Any]) -> Argument:
    return Argument(name, evaluate(node, names), node.lineno, source(node))


def unknown(node: ast.AST) -> Unknown:
    return Unknown(source(node), called_names(node))


def source(node: ast.AST) -> str:
    """The code of a node, shortened."""
    return excerpt(ast.unparse(node))


def called_names(node: ast.AST) -> tuple[str, ...]:
    """Last names of everything that is called anywhere within."""
    functions = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return tuple(
        one.attr if isinstance(one, ast.Attribute) else one.id
        for one in functions
        if isinstance(one, ast.Attribute | ast.Name)
    )


def is_plain(value: Any) -> bool:
    """Whether a value is known to the last entry."""
    if isinstance(value, list | tuple):
        return all(is_plain(entry) for entry in value)
    if isinstance(value, dict):
        return all(is_plain(entry) for entry in value.values())
    return not isinstance(value, Reference | Called | Unknown)


def _key(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _computed(node: ast.AST, operation: Callable[..., Any], *values: Any) -> Any:
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return unknown(node)
    if operation is pow and (abs(values[1]) > LARGEST_POWER or abs(values[0]) > LARGEST):
        return unknown(node)
    try:
        result = operation(*values)
    except (ArithmeticError, ValueError):
        return unknown(node)
    small = isinstance(result, int | float) and math.isfinite(result) and abs(result) <= LARGEST
    return result if small else unknown(node)


SIGNS: dict[type, Callable[..., Any]] = {ast.USub: lambda x: -x, ast.UAdd: lambda x: x}
ARITHMETIC: dict[type, Callable[..., Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Pow: pow,
}


def leaves(value: Any) -> int:
    """How many single values there are within: names may stand for lists of lists of lists."""
    if isinstance(value, Called):
        return sum(leaves(argument.value) for argument in value.arguments) + 1
    if isinstance(value, dict):
        return sum(leaves(entry) for entry in value.values()) + 1
    return sum(leaves(entry) for entry in value) + 1 if isinstance(value, list | tuple) else 1
