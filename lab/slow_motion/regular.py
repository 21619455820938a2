"""Dropout and BatchNormalization: what is different while training."""

import math
from collections.abc import Iterator

import numpy as np

from lab.slow_motion.equation import Cell, Equation, Grid, Number, Step, Term, alone, minus, product, total
from lab.slow_motion.ops import Index, Op
from lab.slow_motion.view import View
from lab.slow_motion.weights import gradient_step, no_gradient
from lab.slow_motion.words import said, titled, unit
from lab.slow_motion.zero import why_unit_zero
from netcore.config import Array
from netcore.trace import Quantity

# --- Dropout


def dropout_forward(view: View, op: Op) -> Iterator[Step]:
    index, rate = view.focus[op.out], float(op.layer.rate)
    keep = view.inside(op, "mask")[0].value[view.sample]
    mask = Number(float(keep[index]), "plain", "m")
    row = keep[index[:-1]]
    cells = tuple(
        Cell(float(value), "plain", "chosen" if place == index[-1] else "") for place, value in enumerate(row[:16])
    )
    grid = Grid(said("grid.mask"), (cells,), tuple(str(p + 1) for p in range(len(cells))), more=len(row) - len(cells))
    yield Step(
        f"forward.layer.{op.out}",
        "forward",
        titled("dropout", op),
        (
            said("dropout.dropped" if mask.value == 0 else "dropout.kept", unit=unit(index), percent=f"{100 * rate:g}"),
            *([said("dropout.scale", rate=rate, scale=1 / (1 - rate))] if rate < 1 else []),
        ),
        (Equation(view.number(op.out), (product(view.number(op.ins[0], "input"), mask),)),),
        (grid,),
        lit=(view.lit(op.ins[0], "input"), view.lit(op.out, "output")),
    )


def dropout_backward(view: View, op: Op) -> Iterator[Step]:
    if view.slope(op.ins[0]) is None:
        return
    index = view.focus[op.out]
    mask = Number(float(view.inside(op, "mask")[0].value[view.sample][index]), "plain", "m")
    out = view.slope_number(op.ins[0])
    yield Step(
        f"backward.layer.{op.out}",
        "backward",
        titled("dropout_back", op),
        (said("dropout_back.dropped" if mask.value == 0 else "dropout_back.kept", unit=unit(index)),),
        (Equation(out, (product(view.slope_number(op.out), mask),)),),
        causes=why_unit_zero(view, op.ins[0], view.focus[op.ins[0]]) if out.value == 0 else (),
        lit=(view.lit(op.out, "gradient", value=out.value),),
    )


# --- BatchNormalization


def norm_forward(view: View, op: Op) -> Iterator[Step]:
    statistics, known = view.inside(op, "statistic"), view.inside(op, "normalised")
    if len(statistics) != 2 or not known or op.type != "BatchNormalization":
        return
    index, name = view.focus[op.out], op.ins[0]
    place = _place(op, index)
    values = _of_feature(view, op, name)
    mean = Number(_statistic(statistics[0], index), "memory", "μ")
    variance = Number(_statistic(statistics[1], index), "memory", "σ²")
    x, x_hat = view.number(name, "input"), Number(float(known[0].value[view.sample][index]), "plain", "x̂")
    normed = _normalised(x, mean, variance, Number(float(op.layer.epsilon), "plain", "ε"))
    lit = (view.lit(name, "input"), view.lit(op.out, "output"))
    if op.layer.trainable:
        yield Step(
            f"forward.statistics.{op.out}",
            "forward",
            titled("statistics", op),
            (said("statistics", unit=place + 1, count=len(values)),),
            _from_batch(values, mean, variance),
            lit=lit,
        )
    scaled = _scaled(op, place, x_hat)
    yield Step(
        f"forward.layer.{op.out}",
        "forward",
        titled("normalise", op),
        (said("normalise" if op.layer.trainable else "normalise.frozen", unit=place + 1), said("normalise.scale")),
        (Equation(x_hat, (normed,)), Equation(view.number(op.out), scaled)),
        lit=lit,
    )
    moving = _moving(view, op, place, mean, variance)
    if moving:
        yield Step(f"forward.moving.{op.out}", "forward", titled("moving", op), (said("moving"),), moving, lit=lit)


def _from_batch(values: Array, mean: Number, variance: Number) -> tuple[Equation, Equation]:
    """Mean and variance of a feature, from all numbers that the batch has of it."""
    count, numbers = len(values), [Number(float(value), "input") for value in values]
    each = [Term(v.value / count, (v, f" / {count}")) for v in numbers]
    spread = [Term((v.value - mean.value) ** 2 / count, ("(", v, " − ", mean, ")²", f" / {count}")) for v in numbers]
    return total(mean, each), total(variance, spread)


def _normalised(x: Number, mean: Number, variance: Number, epsilon: Number) -> Term:
    value = (x.value - mean.value) / math.sqrt(variance.value + epsilon.value)
    return Term(value, ("(", x, " − ", mean, ") / √(", variance, " + ", epsilon, ")"))


def _place(op: Op, index: Index) -> int:
    """Which feature: the place along the axis that has statistics of its own."""
    axis = int(op.layer.axis)
    return index[axis] if axis < 0 else index[axis - 1]


def _statistic(quantity: Quantity, index: Index) -> float:
    """The feature's own number out of (1, …, d): axes that are averaged over have size 1."""
    value = quantity.value[0]
    return float(value[tuple(0 if size == 1 else at for size, at in zip(value.shape, index, strict=True))])


def _of_feature(view: View, op: Op, name: str) -> Array:
    """All numbers of the batch of one feature."""
    axis = int(op.layer.axis)
    values: Array = np.take(view.all(name), _place(op, view.focus[op.out]), axis=axis).ravel()
    return values


def _scaled(op: Op, place: int, x_hat: Number) -> tuple[Term, ...]:
    first = (
        alone(x_hat)
        if op.layer.gamma is None
        else product(Number(float(op.layer.gamma[place]), "weight", f"γ_{place + 1}"), x_hat)
    )
    if op.layer.beta is None:
        return (first,)
    return (first, alone(Number(float(op.layer.beta[place]), "bias", f"β_{place + 1}")))


def _moving(view: View, op: Op, place: int, mean: Number, variance: Number) -> tuple[Equation, ...]:
    """How the moving statistics follow those of the batch."""
    momentum = Number(float(op.layer.momentum), "plain", "ρ")
    rest = Number(1 - momentum.value, "plain", "1 − ρ")
    before, after = view.inside(op, "moving"), view.inside(op, "moving_after")
    found = []
    for old, new in zip(before, after, strict=True):
        batch = variance if "variance" in old.name else mean
        sign = "s" if "variance" in old.name else "m"
        old_number = Number(float(old.value[place]), "memory", f"{sign}_{place + 1}")
        new_number = Number(float(new.value[place]), "memory", f"{sign}′_{place + 1}")
        found.append(Equation(new_number, (product(momentum, old_number), product(rest, batch))))
    return tuple(found)


def norm_backward(view: View, op: Op) -> Iterator[Step]:
    slope, known = view.slope(op.out), view.inside(op, "normalised")
    if slope is None:
        yield from no_gradient(op)
    if slope is None or not known or op.type != "BatchNormalization":
        return
    index = view.focus[op.out]
    place, axis = _place(op, index), int(op.layer.axis)
    dy = np.take(slope, place, axis=axis)
    x_hat = np.take(known[0].value, place, axis=axis)
    places = list(np.ndindex(dy.shape))
    if op.layer.gamma is not None:
        each = [
            (at[0], product(Number(float(dy[at]), "gradient"), Number(float(x_hat[at]), "plain", ""))) for at in places
        ]
        yield from gradient_step(view, op, "gamma", (place,), each)
    if op.layer.beta is not None:
        sums = [(at[0], alone(Number(float(dy[at]), "gradient"))) for at in places]
        yield from gradient_step(view, op, "beta", (place,), sums)
    if view.slope(op.ins[0]) is not None:
        yield _norm_to_input(view, op, dy, x_hat)


def _norm_to_input(view: View, op: Op, dy: Array, x_hat: Array) -> Step:
    """dx = γ / √(σ² + ε) · (dy − mean(dy) − x̂ · mean(dy x̂)); where it does not learn, only the first of the three."""
    index = view.focus[op.out]
    place = _place(op, index)
    variance = _statistic(view.inside(op, "statistic")[1], index)
    gamma = 1.0 if op.layer.gamma is None else float(op.layer.gamma[place])
    scale = Number(gamma / math.sqrt(variance + float(op.layer.epsilon)), "weight", "γ/√(σ²+ε)")
    mine = Number(float(view.inside(op, "normalised")[0].value[view.sample][index]), "plain", "x̂")
    terms = [product(scale, view.slope_number(op.out))]
    if op.layer.trainable:
        average = Number(float(dy.mean(dtype=np.float64)), "gradient", "mean(dy)")
        inner = Number(float((dy * x_hat).mean(dtype=np.float64)), "gradient", "mean(dy·x̂)")
        terms += [minus(product(scale, average)), minus(product(scale, mine, inner))]
    out = view.slope_number(op.ins[0])
    return Step(
        f"backward.input.{op.out}",
        "backward",
        titled("normalise_back", op),
        (said("normalise_back" if op.layer.trainable else "normalise_back.frozen"),),
        (Equation(out, tuple(terms)),),
        lit=(view.lit(op.out, "gradient"), view.lit(op.ins[0], "gradient", value=out.value)),
    )
