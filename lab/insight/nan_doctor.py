"""Where a run's numbers first stopped being numbers: which update, which layer, and what can be done about it.

The run is brought back to the end of its last good epoch and taken on update by update; of the first bad update every
number is looked at in the order in which it is computed.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lab.data.prepare import Dataset
from lab.edits.advice import REMEDIES, Known, Remedy
from lab.insight.one_update import before_update, trace_of
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import trainer_at
from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import rows_in
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment
from lab.verdict.judging import causes_of
from lab.verdict.verdict import REMEDIES as ADVISED
from netcore.trace import Quantity, Trace

Array = np.ndarray[Any, Any]
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


@dataclass(frozen=True)
class Breakdown:
    """The first update that went wrong.

    Args:
        epoch, batch: of it, from 1.
        layer: its name; "" for inputs, targets and the loss.
        quantity: what was the first to be no number, as `netcore.trace` names it: "z1", "dL/dW2".
        stage: what kind of thing that is.
        largest: largest absolute number among what was computed before it in this update, and its name.
        growth: (update, from 1 in this epoch) -> largest absolute weight after it, of the last updates before.
        causes: likely ones, see `lab.verdict.suspects`; the likeliest first.
    """

    epoch: int
    batch: int
    layer: str
    quantity: str
    stage: Stage
    largest: tuple[str, float]
    growth: dict[int, float]
    causes: dict[str, float]


def break_down(record: RunRecord, checkpoints: Checkpoints, dataset: Dataset) -> Breakdown | None:
    """Find it; None if every number of the run's last epoch is finite after all.

    Raises:
        RunError "run.damaged": the run cannot be brought back.
    """
    experiment = record.experiment_with_changes()
    spec, arrays = run_spec(experiment, dataset)
    start = trainer_at(record, checkpoints, dataset, max(0, record.epochs_done - 1))
    state, updates = start.snapshot(), -(-rows_in(arrays) // start.batch_size)
    found = _first_bad_update(start, updates)
    for batch in range(min(updates, MOST_TRACED)) if found is None else (found[0],):
        _, model, rows = before_update(spec, arrays, state, batch)
        trace = trace_of(model, spec, arrays, rows)
        first = next((quantity for quantity in trace if not np.isfinite(quantity.value).all()), None)
        if first is not None:
            return Breakdown(
                epoch=max(1, record.epochs_done),
                batch=batch + 1,
                layer=first.layer,
                quantity=first.name,
                stage=STAGES[first.kind],
                largest=_largest_before(trace, first),
                growth={} if found is None else found[1],
                causes=causes_of(experiment, dataset),
            )
    return None


def _first_bad_update(trainer: Trainer, updates: int) -> tuple[int, dict[int, float]] | None:
    """Number (from 0) of the first update of this epoch after which a weight is no number, and how they grew."""
    growth: dict[int, float] = {}
    for batch in range(updates):
        trainer.step()
        largest = max(float(np.abs(weight).max(initial=0.0)) for weight in trainer.model.get_weights())
        if not np.isfinite(largest):
            return batch, dict(list(growth.items())[-MOST_GROWTH:])
        growth[batch + 1] = largest
    return None


def _largest_before(trace: Trace, bad: Quantity) -> tuple[str, float]:
    """The largest number computed before, which shows where it began."""
    best = ("", 0.0)
    for quantity in trace:
        if quantity is bad:
            break
        largest = float(np.abs(quantity.value).max(initial=0.0))
        if largest > best[1]:
            best = (quantity.name, largest)
    return best


# --- what can be done


FINITE = ("lower_learning_rate", "standardise_inputs", "standardise_target", "clip_gradients", "larger_batch")


def remedies(experiment: Experiment, causes: dict[str, float]) -> tuple[Remedy, ...]:
    """What changes this experiment and may keep its numbers finite, the likeliest help first."""
    codes = dict.fromkeys([*(ADVISED[cause] for cause in causes if ADVISED.get(cause) in FINITE), *FINITE])
    found = (REMEDIES[code] for code in codes)
    return tuple(one for one in found if one.applied_to(experiment, Known()) is not None)
