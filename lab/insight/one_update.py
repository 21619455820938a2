"""One update of a run by itself: the network before it, the rows that it learned from, every number of it."""

from typing import Any

import numpy as np

from lab.runs.wire.arrays import Arrays, data_of, rows_at
from lab.runs.wire.spec import RunSpec
from lab.runs.work.trainer import Trainer
from netcore.trace import Trace

Array = np.ndarray[Any, Any]


def before_update(spec: RunSpec, arrays: Arrays, state: bytes, batch: int) -> tuple[Trainer, Any, Array]:
    """The network before update `batch` (from 0) of the epoch that begins with this state, and the rows it learns from.

    An epoch that has fewer updates gives its last one.

    Returns:
        The Trainer that has just made it, the model before, the rows.
    """
    trainer, before = Trainer(spec, arrays), Trainer(spec, arrays)
    trainer.restore(state)
    for _ in range(min(batch, trainer.updates_per_epoch - 1)):
        trainer.step()
    trainer.make_ready()
    before.restore(trainer.snapshot())
    return trainer, before.model, trainer.step()


def trace_of(model: Any, spec: RunSpec, arrays: Arrays, rows: Array) -> Trace:
    """Every number of the update of `model` with these rows as its batch."""
    weights = None if spec.class_weight is None else dict(enumerate(spec.class_weight))
    x, y = (rows_at(data_of(arrays, name), rows) for name in ("x", "y"))
    found: Trace = model.trace(x, y, class_weight=weights)
    return found
