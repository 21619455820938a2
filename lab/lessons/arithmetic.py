"""Small formulas in a lesson, such as "large.loss > 2 * small.loss": read as a tree, never executed as Python.

Names stand for one number, or for one number of each seed; then everything is worked out seed by seed.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lab.lessons.refusal import LessonError
from netcore.syntax import undisturbed

Array = npt.NDArray[np.float64]
LONGEST: Final = 300
DEEPEST: Final = 20  # a formula of a lesson is read by a teacher

PAIRS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
}
COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "max": lambda *values: np.max(np.broadcast_arrays(*values), axis=0),
    "sd": lambda values: np.std(values),  # over the seeds: one number for all of them
    "min": lambda *values: np.min(np.broadcast_arrays(*values), axis=0),
}
OF_ONE: Final = ("abs", "ceil", "sd")  # a second argument would be where NumPy writes to


def parsed(formula: str) -> ast.expr:
    """The tree of a formula. Raises LessonError "lesson.formula" for anything but numbers, names and arithmetic."""
    try:
        if len(formula) > LONGEST:
            raise ValueError
        tree = undisturbed(lambda: ast.parse(formula.strip(), mode="eval")).body
        _check(tree, DEEPEST)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
        raise LessonError("lesson.formula", formula=formula[:LONGEST]) from None
    return tree


def names_in(formula: str) -> tuple[str, ...]:
    """What the formula is about: "large.loss", "rows"; each once."""
    return tuple(dict.fromkeys(_names(parsed(formula))))


def compares(formula: str) -> bool:
    """Whether it is true or false, and no number."""
    return isinstance(parsed(formula), ast.Compare)


def spreads(formula: str) -> bool:
    """Whether it asks how far the seeds lie apart, which their means do not tell."""
    calls = (node.func for node in ast.walk(parsed(formula)) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Name) and called.id == "sd" for called in calls)


def worked_out(formula: str, values: Mapping[str, Any]) -> Array:
    """The value of a formula; with comparisons 1 or 0 (a NaN compares with nothing). Raises LessonError, KeyError."""
    with np.errstate(all="ignore"):
        return np.asarray(_value(parsed(formula), values), dtype=np.float64)


def _check(node: ast.AST, depth: int) -> None:
    if depth == 0:
        raise ValueError
    match node:
        case ast.Constant(value=bool()):
            raise ValueError
        case ast.Constant(value=int() | float() as number):
            float(number)  # a whole number may be larger than any float
        case ast.Name() | ast.Attribute(value=ast.Name()):
            return
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, depth - 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in PAIRS:
            _check(left, depth - 1)
            _check(right, depth - 1)
        case ast.Compare(left=left, ops=ops, comparators=others) if (
            depth == DEEPEST
            and all(type(op) in COMPARISONS for op in ops)  # outermost: nobody counts with true and false
        ):
            for one in (left, *others):
                _check(one, depth - 1)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if (
            name in FUNCTIONS and args and (len(args) == 1 or name not in OF_ONE)
        ):
            for one in args:
                _check(one, depth - 1)
        case _:
            raise ValueError


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return [f"{owner}.{name}"]
        case ast.Call(args=args):
            return [name for one in args for name in _names(one)]
    return [name for child in ast.iter_child_nodes(node) for name in _names(child)]


def _value(node: ast.AST, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name() | ast.Attribute():
            return values[_names(node)[0]]
        case ast.UnaryOp(operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=op, right=right):
            return PAIRS[type(op)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(_value(one, values) for one in args))
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [_value(one, values) for one in (left, *others)]
            found = [COMPARISONS[type(op)](*sides[place : place + 2]) for place, op in enumerate(ops)]
            return np.all(np.broadcast_arrays(*found), axis=0)
    raise AssertionError(f"not checked: {ast.dump(node)}")
