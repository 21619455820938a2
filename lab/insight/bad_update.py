"""The first update of a run whose numbers were no numbers any more.

The run is brought back to the end of its last good epoch and taken on update by update; of the first bad update every
number is looked at in the order in which it is computed.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from lab.aside.progress import Progress, Tell
from lab.insight.one_update import before_update, trace_of
from lab.runs.kept.replay import Past, brought_on
from lab.runs.wire.arrays import rows_in
from lab.runs.work.drawn import named_layers
from lab.runs.work.trainer import Trainer
from netcore.trace import Quantity, Trace

Stage = Literal["input", "activation", "loss", "gradient", "parameter"]

STAGES: dict[str, Stage] = {
    "input": "input",
    "target": "input",
    "pre_activation": "activation",
    "activation": "activation",
    "mask": "activation",
    "statistic": "activation",
    "normalised": "activation",
    "moving": "activation",
    "moving_after": "activation",
    "sample_weight": "loss",
    "sample_loss": "loss",
    "penalty": "loss",
    "loss": "loss",
    "gradient": "gradient",
    "learning_rate": "parameter",
    "taken_gradient": "gradient",
    "slot": "parameter",
    "slot_after": "parameter",
    "parameter": "parameter",
    "update": "parameter",
    "parameter_after": "parameter",
}
MOST_TRACED = 300  # updates that are looked at number by number while no weight has gone bad
MOST_GROWTH = 200  # updates whose largest weight is told


class Size(NamedTuple):
    """The largest absolute number of a quantity."""

    quantity: str
    value: float


class Growth(NamedTuple):
    """The largest absolute weight after an update, counted from 1 in its epoch."""

    update: int
    largest: float


@dataclass(frozen=True)
class BadUpdate:
    """The first update that went wrong.

    Args:
        epoch, batch: of it, from 1.
        layer: as `named_layers` calls it; "" for inputs, targets, the loss and what is inside another layer.
        quantity: what was the first to be no number, as `netcore.trace` names it: "z1", "dL/dW2".
        stage: what kind of thing that is.
        largest: of what was computed before it in this update; its quantity is "" if there was nothing.
        growth: of the last updates before.
    """

    epoch: int
    batch: int
    layer: str
    quantity: str
    stage: Stage
    largest: Size
    growth: tuple[Growth, ...]


def bad_update_of(past: Past, after: int, seconds: float, tell: Tell) -> BadUpdate | None:
    """Find it in the epoch behind epoch `after`; None if every number of that epoch is finite after all.

    Args:
        seconds: that bringing the run there will take.

    Raises:
        RunError "run.damaged"; and whatever `tell` raises.
    """
    trainer = past.trainer_from(after)
    for share in brought_on(trainer, after, seconds):
        tell(Progress("epoch", share))
    state, updates = trainer.snapshot(), -(-rows_in(past.arrays) // trainer.batch_size)
    bad, growth = _first_bad_weights(trainer, updates, tell)
    for batch in range(min(updates, MOST_TRACED)) if bad is None else (bad,):
        made, model, rows = before_update(past.spec, past.arrays, state, 0 if bad is None else batch)
        trace = trace_of(model, past.spec, past.arrays, rows)
        first = next((quantity for quantity in trace if not np.isfinite(quantity.value).all()), None)
        if first is not None:
            stage, largest = STAGES[first.kind], _largest_before(trace, first)
            names = {layer.name: name for name, layer in named_layers(model, past.spec)}
            return BadUpdate(after + 1, batch + 1, names.get(first.layer, ""), first.name, stage, largest, growth)
        state = made.snapshot()
        tell(Progress("updates", batch / updates))
    return None


def _first_bad_weights(trainer: Trainer, updates: int, tell: Tell) -> tuple[int | None, tuple[Growth, ...]]:
    """Number (from 0) of the first update of this epoch after which a weight is no number, and how they grew."""
    growth: list[Growth] = []
    for batch in range(updates):
        trainer.step()
        largest = max(float(np.abs(weight).max(initial=0.0)) for weight in trainer.model.get_weights())
        if not np.isfinite(largest):
            return batch, tuple(growth[-MOST_GROWTH:])
        growth.append(Growth(batch + 1, largest))
        tell(Progress("updates", batch / updates))
    return None, ()


def _largest_before(trace: Trace, bad: Quantity) -> Size:
    """The largest number computed before, which shows where it began."""
    best = Size("", 0.0)
    for quantity in trace:
        if quantity is bad:
            break
        largest = float(np.abs(quantity.value).max(initial=0.0))
        if largest > best.value:
            best = Size(quantity.name, largest)
    return best
