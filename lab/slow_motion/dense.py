"""A Dense layer: a weighted sum forward, three products backward."""

from collections.abc import Iterator

import numpy as np

from lab.slow_motion.equation import Number, Step, Term, alone, product, total
from lab.slow_motion.ops import Op, readers
from lab.slow_motion.view import View
from lab.slow_motion.weights import gradient_step, no_gradient, number_of
from lab.slow_motion.words import said, titled, unit
from netcore.config import Array


def forward(view: View, op: Op) -> Iterator[Step]:
    index, name = view.focus[op.out], op.ins[0]
    before, u = index[:-1], index[-1]
    x, kernel = view.of(name)[before], op.layer.kernel[:, u]
    terms = [product(weight_number(op, i, u), view.number(name, "input", (*before, i))) for i in range(len(x))]
    bias = [] if op.layer.bias is None else [alone(Number(float(op.layer.bias[u]), "bias", f"b_{u + 1}"))]
    yield Step(
        f"forward.sum.{op.out}",
        "forward",
        titled("sum", op),
        (said("sum", unit=unit(index), inputs=len(x)), *([] if not bias else [said("sum.bias")])),
        (total(view.number(op.out), terms, bias),),
        lit=(*(view.lit(name, "input", (*before, i)) for i in _strongest(x * kernel)), view.lit(op.out, "output")),
        wires=tuple(view.wire(op, i, u, "weight") for i in _strongest(x * kernel)),
    )


def backward(view: View, op: Op) -> Iterator[Step]:
    slope = view.slope(op.out)
    if slope is None:
        yield from no_gradient(op)
        return
    index, name = view.focus[op.out], op.ins[0]
    i, u = view.focus[name][-1], index[-1]
    x, dz = view.all(name), slope
    places = list(np.ndindex(dz.shape[:-1]))
    came = [Number(float(x[place][i]), "input", view.sign(name, (i,)), number_of(place)) for place in places]
    went = [Number(float(dz[place][u]), "gradient", f"∂z_{u + 1}", number_of(place)) for place in places]
    each = [(place[0], product(one, other)) for place, one, other in zip(places, came, went, strict=True)]
    yield from gradient_step(view, op, "kernel", (i, u), each)
    if op.layer.bias is not None:
        yield from gradient_step(
            view, op, "bias", (u,), [(place[0], alone(one)) for place, one in zip(places, went, strict=True)]
        )
    if view.slope(name) is not None:
        yield _to_inputs(view, op, slope)


def _to_inputs(view: View, op: Op, slope: Array) -> Step:
    """How much the loss changes with one input of the layer: by way of every unit that reads it."""
    index, name = view.focus[op.out], op.ins[0]
    before, i = view.focus[name][:-1], view.focus[name][-1]
    units = view.of(op.out).shape[-1]
    terms: list[Term] = [
        product(weight_number(op, i, u), view.slope_number(op.out, (*index[:-1], u))) for u in range(units)
    ]
    alone_here = len(list(readers(view.ops, name))) == 1
    result = view.slope_number(name, (*before, i))
    if not alone_here:  # other layers read it as well: what comes by this one is a part
        result = Number(sum(term.value for term in terms), "gradient", result.name)
    strongest = _strongest(np.array([term.value for term in terms]))
    return Step(
        f"backward.input.{op.out}",
        "backward",
        titled("to_inputs", op),
        (
            said("to_inputs" if units > 1 else "to_inputs.one", unit=unit(view.focus[name]), units=units),
            *([] if alone_here else [said("only_a_part")]),
        ),
        (total(result, terms),),
        lit=(
            *(
                view.lit(op.out, "gradient", (*index[:-1], u), float(slope[view.sample][(*index[:-1], u)]))
                for u in strongest
            ),
            view.lit(name, "gradient", value=result.value),
        ),
        wires=tuple(view.wire(op, i, u, "weight") for u in strongest),
    )


def weight_number(op: Op, i: int, u: int) -> Number:
    return Number(float(op.layer.kernel[i, u]), "weight", f"w_{i + 1},{u + 1}")


def _strongest(values: Array) -> list[int]:
    """Places of the largest ones, as many as the drawing can show."""
    order = np.argsort(-np.abs(np.nan_to_num(values)), kind="stable")[:16]
    return sorted(map(int, order))
