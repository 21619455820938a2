"""Where Keras learns otherwise than netcore from the same numbers: probabilities that it cuts off.

A cross-entropy of probabilities cuts them off at 1e-7 before it takes the logarithm. In Keras that stops the gradient
of an output that was surely wrong; netcore takes softmax or sigmoid and loss together (p - t), and goes on learning.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.runs.wire.arrays import Arrays, data_of, unpack_arrays
from lab.runs.wire.checkpoints import Checkpoints
from netcore import config
from netcore.heads import fuses

ROWS_LOOKED_AT = 5_000


@dataclass(frozen=True)
class CutOff:
    """At which of the epochs looked at most rows were cut off, and how many of how many rows."""

    epoch: int
    count: int
    rows: int


def cuts_off(model: Any) -> bool:
    """Whether one of its losses does that at all."""
    return any(fuses(head.activation, head.loss) for head in model.heads)


def cut_off(model: Any, arrays: Arrays, checkpoints: Checkpoints) -> CutOff | None:
    """What Keras would have cut off of the first training rows, at the start and at each state that was kept.

    Args:
        model: of the run, with the weights that it began with; it has them again afterwards.
        arrays: as the run got them, "x", "y", ….

    Returns:
        None if there was no such row, or the loss does not cut off.
    """
    if not cuts_off(model):
        return None
    start = model.weight_state()
    intake = model.take(data_of(arrays, "x"), data_of(arrays, "y"))
    intake = intake.cut(0, min(intake.rows, ROWS_LOOKED_AT))
    states = {0: start} | {epoch: unpack_arrays(state)[1] for epoch, state in checkpoints.items()}
    found = []
    for epoch, state in states.items():
        model.set_weight_state(state)
        found.append(CutOff(epoch, _rows_cut_off(model, intake), intake.rows))
    model.set_weight_state(start)
    worst = max(found, key=lambda one: one.count)
    return worst if worst.count else None


def _rows_cut_off(model: Any, intake: Any) -> int:
    """Rows with an output below 1e-7 that is right, or, from a sigmoid, with one that close to 1 and wrong."""
    cut = np.zeros(intake.rows, bool)
    for head, targets, made in zip(model.heads, intake.targets(), model.outputs_for(intake.arrays), strict=True):
        if not fuses(head.activation, head.loss):
            continue
        y_true = np.moveaxis(targets.encoded.ordered, -1, 0)
        wrong = (y_true > 0) & (made < config.epsilon())
        if head.activation.name == "sigmoid":
            wrong |= (y_true < 1) & (1 - made < config.epsilon())
        cut |= wrong.reshape(len(cut), -1).any(axis=1)
    return int(cut.sum())
