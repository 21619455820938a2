"""Activation functions: what they make of a sum, and what they let through of a gradient."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lab.slow_motion.equation import (
    Cell,
    Equation,
    Grid,
    Number,
    Piece,
    Step,
    Term,
    minus,
    product,
    total,
)
from lab.slow_motion.ops import Op
from lab.slow_motion.view import View
from lab.slow_motion.words import named, said, titled, unit
from lab.slow_motion.zero import why_unit_zero
from lab.studies.words import Words
from netcore.activations import Elementwise

Array = np.ndarray[Any, Any]


def forward(view: View, op: Op) -> Iterator[Step]:
    if op.function.name == "softmax":
        yield from _softmax(view, op)
        return
    z = view.number(op.ins[0], "output")
    z = Number(z.value, "input", z.name)
    yield Step(
        f"forward.function.{op.out}",
        "forward",
        titled("function", op, function=named("activation", op.function.name)),
        (said(_sentence(op), unit=unit(view.focus[op.out]), function=op.function.name),),
        (Equation(view.number(op.out), (written(op.function, z),)),),
        lit=(view.lit(op.out, "output"),),
    )


def _sentence(op: Op) -> str:
    known = ("relu", "sigmoid", "tanh", "linear")
    return f"function.{op.function.name}" if op.function.name in known else "function.other"


def backward(view: View, op: Op) -> Iterator[Step]:
    if view.slope(op.ins[0]) is None:
        return
    if not isinstance(op.function, Elementwise):
        yield from _softmax_back(view, op)
        return
    into, out = view.slope_number(op.out), view.slope_number(op.ins[0])
    if _passed_by(view, op):  # told by the loss, which takes both derivatives at once
        return
    z, a = view.at(op.ins[0]), view.at(op.out)
    slope = Number(
        slope_at(op.function, z, a, view.of(op.out).dtype),
        "plain",
        f"f′({view.sign(op.ins[0], view.focus[op.ins[0]])})",
    )
    yield Step(
        f"backward.function.{op.out}",
        "backward",
        titled("through_function", op, function=named("activation", op.function.name)),
        (said("through_function", unit=unit(view.focus[op.out])),),
        (
            Equation(slope, (slope_written(op.function, z, a, slope.value),)),
            Equation(out, (product(into, slope),)),
        ),
        causes=why_unit_zero(view, op.ins[0], view.focus[op.ins[0]]) if out.value == 0 else (),
        lit=(view.lit(op.out, "gradient", value=out.value),),
    )


def _passed_by(view: View, op: Op) -> bool:
    """Whether the loss gave the gradient before this function at once: it is p - t there, and no product."""
    return op.out in view.update.trace.fused


# --- how a function is written


def written(function: Any, z: Number) -> Term:
    """f(z) with its number."""
    shapes: dict[str, Callable[[], tuple[float, tuple[Piece, ...]]]] = {
        "relu": lambda: (max(z.value, 0.0), ("max(0, ", z, ")")),
        "sigmoid": lambda: (1 / (1 + _exp(-z.value)), ("1 / (1 + e^{−", z, "})")),
        "tanh": lambda: (math.tanh(z.value), ("tanh(", z, ")")),
        "exponential": lambda: (_exp(z.value), ("e^{", z, "}")),
        "linear": lambda: (z.value, (z,)),
    }
    plain = function.name in shapes and not getattr(function, "needs_x", False)
    if plain and math.isfinite(z.value):
        return Term(*shapes[function.name]())
    return Term(float(function.of(np.array([z.value]))[0]), (f"{function.name}(", z, ")"))


def slope_at(function: Any, z: float, a: float, dtype: Any) -> float:
    """f'(z) as netcore computes it."""
    out = np.empty(1, dtype)
    function.slope(np.array([z], dtype), np.array([a], dtype), out)
    return float(out[0])


def slope_written(function: Any, z: float, a: float, value: float) -> Term:
    here = Number(a, "output", "a")
    if function.name == "sigmoid":
        return Term(a * (1 - a), (here, "·(1 − ", here, ")"))
    if function.name == "tanh":
        return Term(1 - a * a, ("1 − ", here, "²"))
    return Term(value, (f"{function.name}′(", Number(z, "input", "z"), ")"))


# --- softmax


def _softmax(view: View, op: Op) -> Iterator[Step]:
    index = view.focus[op.out]
    before, k = index[:-1], index[-1]
    z = view.of(op.ins[0])[before].astype(np.float64)
    powers = [
        Term(_exp(float(one)), ("e^{", Number(float(one), "input", f"z_{place + 1}"), "}"))
        for place, one in enumerate(z)
    ]
    whole = sum(power.value for power in powers)
    sum_number = Number(whole, "plain", "S")
    share = Term(powers[k].value / whole if whole else math.nan, (*powers[k].pieces, " / ", sum_number))
    p = view.of(op.out)[before]
    yield Step(
        f"forward.function.{op.out}",
        "forward",
        titled("function", op, function=Words("activation.softmax")),
        (said("function.softmax", unit=unit(index), classes=len(z)),),
        (total(sum_number, powers), Equation(view.number(op.out), (share,))),
        grids=(row_of_units(said("grid.shares"), p, k, view.update.dataset.classes),),
        lit=(view.lit(op.out, "output"),),
    )


def _softmax_back(view: View, op: Op) -> Iterator[Step]:
    """dz = p (dp - sum of dp p), unless the loss has taken both at once."""
    if op.function.name != "softmax" or _passed_by(view, op):
        return
    index = view.focus[op.out]
    before, k = index[:-1], index[-1]
    p = view.of(op.out)[before]
    numbers = [Number(float(one), "output", f"p_{place + 1}") for place, one in enumerate(p)]
    slopes = [view.slope_number(op.out, (*before, place)) for place in range(len(p))]
    products = [product(slope, share) for slope, share in zip(slopes, numbers, strict=True)]
    mean = Number(sum(term.value for term in products), "plain", "S")
    terms = (product(numbers[k], slopes[k]), minus(product(numbers[k], mean)))
    out = view.slope_number(op.ins[0])
    yield Step(
        f"backward.function.{op.out}",
        "backward",
        titled("through_function", op, function=Words("activation.softmax")),
        (said("through_softmax", unit=unit(index)),),
        (total(mean, products), Equation(out, terms)),
        causes=why_unit_zero(view, op.ins[0], view.focus[op.ins[0]]) if out.value == 0 else (),
        lit=(view.lit(op.out, "gradient", value=out.value),),
    )


def row_of_units(caption: Words, values: Array, chosen: int, names: tuple[str, ...] = (), most: int = 12) -> Grid:
    """All numbers of a layer for one sample, side by side; of many the first ones, and the one that is looked at."""
    shown = list(range(len(values)))[:most]
    if chosen not in shown:
        shown[-1] = chosen
    heads = names if len(names) == len(values) else tuple(str(place + 1) for place in range(len(values)))
    cells = tuple(Cell(float(values[place]), "output", "chosen" if place == chosen else "") for place in shown)
    return Grid(caption, (cells,), tuple(heads[place] for place in shown), more=len(values) - len(shown))


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf
