"""Convolution and pooling: one window of the input, and what becomes of it."""

from collections.abc import Iterator

import numpy as np

from lab.slow_motion.equation import Cell, Equation, Grid, Number, Role, Step, Term, alone, product, total
from lab.slow_motion.ops import Index, Op, readers
from lab.slow_motion.view import View, places_text
from lab.slow_motion.weights import gradient_step, no_gradient, weight_sign
from lab.slow_motion.windows import WindowCells, cells_of, channels_of, plan_of, source_of, window_of
from lab.slow_motion.words import said, titled, unit
from lab.slow_motion.zero import why_unit_zero
from lab.studies.words import Words
from netcore.config import Array
from netcore.windows import Sweep

MOST_CELLS = 8  # of a window are written out one by one
WIDEST = 14  # a window as it is drawn


# --- convolution


def conv_forward(view: View, op: Op) -> Iterator[Step]:
    index, name = view.focus[op.out], op.ins[0]
    window = _window(view, op)
    weights, terms = window.weights(op.layer, index[-1]), []
    for cell, place in enumerate(window.places):
        for channel, at in enumerate(window.channels):
            if place is not None:
                weight = _kernel_number(
                    op, _kernel_index(window, cell, channel, index[-1]), float(weights[cell, channel])
                )
                terms.append(product(weight, view.number(name, "input", (*place, at))))
    bias = [] if op.layer.bias is None else [_bias_number(op, index[-1])]
    channel = window.channels.index(view.focus[name][-1]) if view.focus[name][-1] in window.channels else 0
    says = [said("window", unit=unit(index), cells=len(terms)), said(f"window.places{len(index) - 1}")]
    says += [said("sum.bias")] if bias else []
    if None in window.places:
        says.append(said("window.padding"))
    shown = window.channels[channel] + 1
    grids = [
        _window_grid(window, window.values[:, channel], "input", said("grid.window", channel=shown)),
        _window_grid(window, weights[:, channel], "weight", said("grid.kernel", channel=shown)),
    ]
    yield Step(
        f"forward.sum.{op.out}",
        "forward",
        titled("window", op),
        tuple(says),
        (total(view.number(op.out), terms, bias),),
        tuple(grids),
        lit=(view.lit(name, "input"), view.lit(op.out, "output")),
    )


def conv_backward(view: View, op: Op) -> Iterator[Step]:
    slope = view.slope(op.out)
    if slope is None:
        yield from no_gradient(op)
        return
    index, name = view.focus[op.out], op.ins[0]
    window, filter_ = _window(view, op), index[-1]
    cell, channel = _followed(window, view.focus[name])
    at = _kernel_index(window, cell, channel, filter_)
    yield from gradient_step(view, op, "kernel", at, _kernel_terms(view, op, slope, at), more=[said("kernel_slides")])
    if op.layer.bias is not None:
        mine = [
            (
                view.sample,
                alone(Number(float(slope[view.sample][(*place, filter_)]), "gradient", "∂z", place_of(place))),
            )
            for place in np.ndindex(slope.shape[1:-1])
        ]
        others = [
            (
                sample,
                alone(
                    Number(
                        float(slope[sample][..., filter_].sum(dtype=np.float64)), "gradient", "Σ∂z", f"#{sample + 1}"
                    )
                ),
            )
            for sample in range(len(slope))
            if sample != view.sample
        ]
        yield from gradient_step(view, op, "bias", (filter_,), [*mine, *others], more=[said("kernel_slides")])
    if view.slope(name) is not None:
        yield _conv_to_input(view, op)


def _kernel_terms(view: View, op: Op, slope: Array, at: Index) -> list[tuple[int, Term]]:
    """What each place gives to the gradient of one weight; of samples that are not followed the sum of all places."""
    x = view.all(op.ins[0])
    plan, filter_ = plan_of(op.layer, x.shape[1:-1]), at[-1]
    channel = channels_of(op.layer, x.shape[-1], filter_)[at[-2]]
    found: list[tuple[int, Term]] = []
    sums = np.zeros(len(x))
    for place in np.ndindex(slope.shape[1:-1]):
        source = source_of(plan, place, at[: len(place)])
        if source is None:
            continue
        sums += across_samples(x, (*source, channel)) * across_samples(slope, (*place, filter_))
        came = Number(float(x[(view.sample, *source, channel)]), "input", "x", place_of(source))
        went = Number(float(slope[(view.sample, *place, filter_)]), "gradient", "∂z", place_of(place))
        found.append((view.sample, product(came, went)))
    found.sort(key=lambda one: -abs(one[1].value))
    others = [
        (sample, alone(Number(float(value), "gradient", "Σ", f"#{sample + 1}")))
        for sample, value in enumerate(sums)
        if sample != view.sample
    ]
    return [*found, *others]


def place_of(index: Index) -> str:
    """Where a number of the followed sample lies."""
    return f"({places_text(index)})"


def across_samples(array: Array, index: Index) -> Array:
    """(n,) one number of each sample."""
    found: Array = np.moveaxis(array, 0, -1)[index].astype(np.float64)
    return found


def _conv_to_input(view: View, op: Op) -> Step:
    """By way of every window that the number lies in, and every filter."""
    name = op.ins[0]
    followed, x = view.focus[name], view.of(name)
    plan, terms = plan_of(op.layer, x.shape[:-1]), []
    read = [channels_of(op.layer, x.shape[-1], filter_) for filter_ in range(op.layer.filters)]
    for cell in cells_of(plan):
        place = _window_at(plan, followed[:-1], cell)
        if place is None:
            continue
        for filter_, channels in enumerate(read):
            if followed[-1] in channels:
                at = (*cell, channels.index(followed[-1]), filter_)
                weight = _kernel_number(op, at, float(op.layer.kernel[at]))
                terms.append(product(weight, view.slope_number(op.out, (*place, filter_))))
    result = view.slope_number(name)
    alone_here = len(list(readers(view.ops, name))) == 1
    if not alone_here:
        result = Number(sum(term.value for term in terms), "gradient", result.name)
    return Step(
        f"backward.input.{op.out}",
        "backward",
        titled("to_inputs", op),
        (said("to_inputs", unit=unit(followed), units=len(terms)), *([] if alone_here else [said("only_a_part")])),
        (total(result, terms),),
        lit=(
            view.lit(op.out, "gradient", value=view.slope_number(op.out).value),
            view.lit(name, "gradient", value=result.value),
        ),
    )


def _window_at(plan: Sweep, source: Index, cell: Index) -> Index | None:
    """The window in which that cell reads this number of the input; None where there is none."""
    found = []
    for at, stride, one, dilation, before, count in zip(
        source, plan.strides, cell, plan.dilation, plan.before, plan.outputs, strict=True
    ):
        place, rest = divmod(at + before - one * dilation, stride)
        if rest or not 0 <= place < count:
            return None
        found.append(place)
    return tuple(found)


def _window(view: View, op: Op) -> WindowCells:
    window = window_of(op.layer, view.of(op.ins[0]), view.focus[op.out])
    assert window is not None  # noqa: S101  # only called for layers with windows
    return window


def _kernel_index(window: WindowCells, cell: int, channel: int, filter_: int) -> Index:
    return (*map(int, np.unravel_index(cell, window.size)), channel, filter_)


def _kernel_number(op: Op, at: Index, value: float) -> Number:
    return Number(value, "weight", weight_sign("kernel", at))


def _bias_number(op: Op, filter_: int) -> Term:
    return alone(Number(float(op.layer.bias[filter_]), "bias", f"b_{filter_ + 1}"))


def _followed(window: WindowCells, index: Index) -> tuple[int, int]:
    """(cell, channel) of the window that the followed number of the input is; the first that lies inside otherwise."""
    cell = next((cell for cell in window.inside if window.places[cell] == index[:-1]), window.inside[0])
    return cell, window.channels.index(index[-1]) if index[-1] in window.channels else 0


def _window_grid(window: WindowCells, values: Array, role: Role, caption: Words, chosen: int | None = None) -> Grid:
    """The numbers of a window as they lie: an image in rows, a series in one."""
    width = min(window.size[-1], WIDEST)
    rows = [
        tuple(
            Cell(float(values[cell]), role, "chosen" if cell == chosen else "") for cell in range(start, start + width)
        )
        for start in range(0, len(values), window.size[-1])
    ]
    return Grid(caption, tuple(rows[:WIDEST]), more=len(values) - width * min(len(rows), WIDEST))


# --- pooling


def pool_forward(view: View, op: Op) -> Iterator[Step]:
    index, window = view.focus[op.out], _window(view, op)
    inside = window.inside
    numbers = [
        Number(float(window.values[cell, 0]), "input", view.sign(op.ins[0], (*(window.places[cell] or ()), index[-1])))
        for cell in inside
    ]
    chosen = inside[int(np.argmax([number.value for number in numbers]))] if _takes_largest(op) else None
    kind = "pool_max" if _takes_largest(op) else "pool_mean"
    if _takes_largest(op):
        equation = _largest(view.number(op.out), numbers)
    else:
        shares = [Term(number.value / len(numbers), (number, f" / {len(numbers)}")) for number in numbers]
        equation = total(view.number(op.out), shares)
    grid = _window_grid(window, window.values[:, 0], "input", said("grid.window", channel=index[-1] + 1), chosen)
    yield Step(
        f"forward.layer.{op.out}",
        "forward",
        titled(kind, op),
        (said(kind, unit=unit(index), cells=len(numbers)),),
        (equation,),
        (grid,),
        lit=(view.lit(op.ins[0], "input"), view.lit(op.out, "output")),
    )


def _takes_largest(op: Op) -> bool:
    return "Max" in op.type


def _largest(result: Number, numbers: list[Number]) -> Equation:
    shown = numbers if len(numbers) <= MOST_CELLS else sorted(numbers, key=lambda one: -one.value)[:MOST_CELLS]
    rest = sorted((number.value for number in numbers), reverse=True)[len(shown) :]
    terms = tuple(alone(number) for number in shown)
    return Equation(result, terms, len(rest), rest[0] if rest else 0.0, "max")


def pool_backward(view: View, op: Op) -> Iterator[Step]:
    name = op.ins[0]
    if view.slope(name) is None or view.slope(op.out) is None:
        return
    window, followed = _window(view, op), view.focus[name]
    inside = [place for place in window.places if place is not None]
    came, result = view.slope_number(op.out), view.slope_number(name)
    here = followed[:-1] in inside and followed[-1] in window.channels
    if _takes_largest(op):
        values = window.values[window.inside, 0]
        first = int(np.argmax(values))
        winners = [place for place, value in zip(inside, values, strict=True) if value == values[first]]
        winners = winners or [inside[first]]  # NaN equals nothing, not even itself
        won = here and followed[:-1] in (winners if "Global" in op.type else winners[:1])
        share = (1 / len(winners) if "Global" in op.type else 1.0) if won else 0.0
        says = said("pool_back.chosen", place=unit((*winners[0], window.channels[0])))
    else:
        share, says = (1 / len(inside) if here else 0.0), said("pool_back.mean")
    terms = [product(came, Number(share, "plain", ""))] if share not in (0.0, 1.0) else [alone(came)] if share else []
    other = result.value - sum(term.value for term in terms)
    told = [says]
    if abs(other) > 1e-6 * max(abs(result.value), abs(came.value), 1e-12):
        terms.append(alone(Number(other, "gradient", "…")))
        told.append(said("pool_back.others", value=result.value))
    yield Step(
        f"backward.layer.{op.out}",
        "backward",
        titled("pool_back", op),
        tuple(told),
        (Equation(result, tuple(terms) or (alone(Number(0.0, "gradient")),)),),
        causes=why_unit_zero(view, name, followed) if result.value == 0 else (),
        lit=(view.lit(op.out, "gradient", value=came.value), view.lit(name, "gradient", value=result.value)),
    )
