"""An Embedding layer: a row is looked up, and only rows that were looked up learn."""

from collections.abc import Iterator

import numpy as np

from lab.slow_motion.equation import Equation, Number, Step, alone
from lab.slow_motion.functions import row_of_units
from lab.slow_motion.ops import Op
from lab.slow_motion.view import View
from lab.slow_motion.weights import gradient_step, no_gradient, number_of, weight_sign
from lab.slow_motion.words import said, titled, unit


def forward(view: View, op: Op) -> Iterator[Step]:
    index = view.focus[op.out]
    word = _word(view, op)
    entry = Number(float(op.layer.embeddings[word, index[-1]]), "weight", weight_sign("embeddings", (word, index[-1])))
    row = np.asarray(op.layer.embeddings[word])
    yield Step(
        f"forward.layer.{op.out}",
        "forward",
        titled("embedding", op),
        (said("embedding", place=unit(index[:-1]), word=word),),
        (Equation(view.number(op.out), (alone(entry),)),),
        (row_of_units(said("grid.embedding", word=word), row, index[-1]),),
        lit=(view.lit(op.ins[0], "input"), view.lit(op.out, "output")),
    )


def _word(view: View, op: Op) -> int:
    return int(view.of(op.ins[0])[view.focus[op.out][:-1]])


def backward(view: View, op: Op) -> Iterator[Step]:
    slope = view.slope(op.out)
    if slope is None:
        yield from no_gradient(op)
        return
    word, column = _word(view, op), view.focus[op.out][-1]
    each = [
        (
            int(place[0]),
            alone(Number(float(slope[(*place, column)]), "gradient", "∂a", number_of(tuple(map(int, place))))),
        )
        for place in np.argwhere(view.all(op.ins[0]) == word)
    ]
    yield from gradient_step(view, op, "embeddings", (word, column), each, more=[said("row_used", word=word)])
