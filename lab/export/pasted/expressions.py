"""Expressions of pasted code as values. Nothing is executed: what is not one of a few forms stays unknown."""

import ast
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from lab.export.pasted.tensors import combined, function_called, layer_called
from lab.export.pasted.values import (
    Argument,
    Called,
    Lambda,
    Names,
    Network,
    Reference,
    Unknown,
    is_number,
    is_plain,
    leaves,
)

LARGEST = 1e15  # result of an arithmetic expression: 28 * 28 is one, 9 ** 9 ** 9 is not
LARGEST_POWER = 64
LEAVES = 1000  # single values that a name, a list or a loop may stand for


def evaluate(node: ast.expr, names: Names) -> Any:
    """A number, text, list, tuple or dict of values; else a Reference, a Called, a Tensor, a Lambda or an Unknown.

    Args:
        names: what was assigned before.
    """
    if not names.budget.spend():
        return Unknown(node)
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=entries):
            return list(_entries(entries, names))
        case ast.Tuple(elts=entries):
            return tuple(_entries(entries, names))
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {
                _key(evaluate(key, names)): evaluate(value, names)
                for key, value in zip(keys, values, strict=True)
                if key is not None
            }
        case ast.UnaryOp() | ast.BinOp() | ast.Compare() | ast.IfExp():
            return _operation(node, names)
        case ast.Name(id=name):
            value = names.get(name, Reference((name,)))
            return Reference((name,), value) if isinstance(value, Network) else value
        case ast.Attribute(value=owner, attr=name):
            return _attribute(node, evaluate(owner, names), name)
        case ast.Call():
            return _call(node, names)
        case ast.Subscript(value=owner, slice=place):
            return _entry(node, evaluate(owner, names), evaluate(place, names))
        case ast.ListComp(elt=entry, generators=[ast.comprehension(target=target, iter=series, ifs=[])]):
            return _listed(node, entry, target, evaluate(series, names), names)
        case ast.JoinedStr(values=pieces):
            return _joined(node, pieces, names)
        case ast.Lambda():
            return Lambda(node, names.having({}))
    return Unknown(node)


def result_of(function: Lambda, *numbers: float) -> Any:
    """What a small function gives for these numbers; Unknown where only running it would tell."""
    parameters = [one.arg for one in function.node.args.args]
    if len(parameters) != len(numbers):
        return Unknown(function.node)
    return evaluate(function.node.body, function.names.having(dict(zip(parameters, numbers, strict=True))))


def entries_of(series: Any) -> list[Any] | None:
    """What a loop goes through: range(3), enumerate([8, 4]), a list; None if only running it would tell."""
    if isinstance(series, list | tuple):
        return list(series)
    if isinstance(series, str):
        return list(series[: LEAVES + 1])
    if not isinstance(series, Called) or len(series.path) != 1 or any(one.name for one in series.arguments):
        return None
    given = [one.value for one in series.arguments]
    if series.name == "range" and 1 <= len(given) <= 3 and all(type(one) is int for one in given) and given[2:] != [0]:
        numbers = range(*given)
        return list(numbers) if len(numbers) <= LEAVES else None
    inner = [entries_of(one) for one in given]
    if series.name == "enumerate" and len(inner) == 1 and inner[0] is not None:
        return list(enumerate(inner[0]))
    if series.name == "reversed" and len(inner) == 1 and inner[0] is not None:
        return inner[0][::-1]
    if series.name == "zip" and None not in inner:
        return list(zip(*(one or () for one in inner), strict=False))
    return None


def bound(target: ast.expr, value: Any) -> dict[str, Any] | None:
    """What `target = value` gives names to: one name, or several for a list of as many values; else None."""
    if isinstance(target, ast.Name):
        return {target.id: value}
    if not isinstance(target, ast.Tuple | ast.List) or not isinstance(value, list | tuple):
        return None
    if len(target.elts) != len(value):
        return None
    found: dict[str, Any] = {}
    for one, part in zip(target.elts, value, strict=True):
        inner = bound(one, part)
        if inner is None:
            return None
        found |= inner
    return found


# --- calls


def _attribute(node: ast.expr, owner: Any, name: str) -> Any:
    if not isinstance(owner, Reference):
        return Unknown(node)
    tensors = None if owner.network is None else owner.network.end(name)
    return Reference((*owner.path, name)) if tensors is None else tensors


def _call(node: ast.Call, names: Names) -> Any:
    found = evaluate(node.func, names)
    arguments = [_argument(None, one, names) for one in node.args]
    arguments += [_argument(one.arg or "**", one.value, names) for one in node.keywords]
    if isinstance(found, Called):
        return layer_called(found, arguments, node.lineno) or Unknown(node)
    if not isinstance(found, Reference):
        return Unknown(node)
    if found.network is not None:
        return found.network.called_on(arguments, node)
    given = [one.value for one in arguments]
    if found.name in FUNCTIONS and given and all(map(is_number, given)):
        return _computed(node, FUNCTIONS[found.name], *given)
    called = Called(found.path, tuple(arguments), node)
    return called if isinstance(names.get(found.path[0]), Network) else function_called(called) or called


def _argument(name: str | None, node: ast.expr, names: Names) -> Argument:
    return Argument(name, evaluate(node, names), node)


# --- lists and texts


def _entries(nodes: list[ast.expr], names: Names) -> Iterator[Any]:
    for node in nodes:
        if isinstance(node, ast.Starred):
            inner = evaluate(node.value, names)
            yield from inner if isinstance(inner, list | tuple) else [Unknown(node)]
        else:
            yield evaluate(node, names)


def _entry(node: ast.expr, owner: Any, place: Any) -> Any:
    try:
        return owner[place] if isinstance(owner, list | tuple | dict) and is_plain(place) else Unknown(node)
    except (LookupError, TypeError):  # a list's place must be a whole number, a dict's key something that can be one
        return Unknown(node)


def _listed(node: ast.expr, entry: ast.expr, target: ast.expr, series: Any, names: Names) -> Any:
    """A list made by a loop over something that is known."""
    values = entries_of(series)
    given = None if values is None or len(values) > LEAVES else [bound(target, value) for value in values]
    if given is None or None in given:
        return Unknown(node)
    found: list[Any] = []
    size = 0
    for one in given:
        found.append(evaluate(entry, names.having(one or {})))
        size += leaves(found[-1])
        if size > LEAVES:
            return Unknown(node)
    return found


def _joined(node: ast.expr, pieces: list[ast.expr], names: Names) -> Any:
    """f"dense_{number}" where the number is known."""
    texts = []
    for piece in pieces:
        value = evaluate(piece.value if isinstance(piece, ast.FormattedValue) else piece, names)
        plain = not isinstance(piece, ast.FormattedValue) or (piece.format_spec is None and piece.conversion == -1)
        if not plain or not isinstance(value, str | int | float):
            return Unknown(node)
        texts.append(str(value)[:LEAVES])
    return "".join(texts)


def _key(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


# --- arithmetic


def _operation(node: ast.UnaryOp | ast.BinOp | ast.Compare | ast.IfExp, names: Names) -> Any:
    match node:
        case ast.UnaryOp(op=operation, operand=operand) if type(operation) in SIGNS:
            return _computed(node, SIGNS[type(operation)], evaluate(operand, names))
        case ast.BinOp(left=left, op=operation, right=right):
            values = evaluate(left, names), evaluate(right, names)
            tensor = combined(operation, *values, node)
            if tensor is not None or type(operation) not in ARITHMETIC:
                return tensor or Unknown(node)
            return _computed(node, ARITHMETIC[type(operation)], *values)
        case ast.Compare(left=left, ops=[relation], comparators=[right]) if type(relation) in RELATIONS:
            values = evaluate(left, names), evaluate(right, names)
            return RELATIONS[type(relation)](*values) if all(map(is_number, values)) else Unknown(node)
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            holds = evaluate(test, names)
            return evaluate(body if holds else otherwise, names) if isinstance(holds, bool) else Unknown(node)
    return Unknown(node)


def _computed(node: ast.AST, operation: Callable[..., Any], *values: Any) -> Any:
    if not all(map(is_number, values)):
        return Unknown(node)
    if operation in (pow, math.pow) and (abs(values[1]) > LARGEST_POWER or abs(values[0]) > LARGEST):
        return Unknown(node)
    try:
        result = operation(*values)
    except (ArithmeticError, ValueError, TypeError):  # also a wrong number of arguments
        return Unknown(node)
    small = isinstance(result, int | float) and math.isfinite(result) and abs(result) <= LARGEST
    return result if small else Unknown(node)


SIGNS: dict[type, Callable[..., Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
ARITHMETIC: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: pow,
}
RELATIONS: dict[type, Callable[..., Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {  # of numbers, from math, NumPy or keras.ops
    **{name: getattr(math, name) for name in ("cos", "exp", "floor", "log", "pow", "sqrt")},
    "float": float,
    "int": int,
    "max": max,
    "min": min,
    "round": round,
}
