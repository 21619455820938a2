"""The inside of a network while it learns: a few numbers of each layer, never the layers, as one ready event."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lab.model.probe import evenly
from lab.runs.wire.arrays import Arrays, data_of, rows_at, rows_in
from lab.runs.wire.frame import event
from lab.runs.wire.spec import RunSpec
from lab.runs.work.drawn import named_layers
from lab.runs.work.layer_numbers import length, parts_of, stuck, tensor_of
from lab.runs.work.slopes import slopes_of
from lab.runs.work.spread import spread_of
from netcore.trace import Trace

MOST_ROWS = 32  # looked at
FEWEST_ROWS = 2
BUDGET_S = 0.02  # for one event: of a network that takes longer fewer rows are looked at
SHARE = 0.02  # of the time since the last event, at most
FASTEST_S = 0.5  # between two events
BINS = 24


class Inside:
    """Looks into a network again and again: the next update with a few training rows, written down and taken back.

    Args:
        arrays: of the run, as `Trainer` has them.
        clock: seconds.
    """

    def __init__(self, arrays: Arrays, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock, self._next_at = clock, 0.0
        places = evenly(rows_in(arrays), MOST_ROWS)
        self._x, self._y = (rows_at(data_of(arrays, name), places) for name in ("x", "y"))
        self._count = len(places)

    def event(self, model: Any, spec: RunSpec, epoch: int, *, at_rest: bool = False) -> bytes:
        """An event "inside": {"epoch", "layers": {layer: numbers of `_numbers`}}, or b"" where it is too early.

        Layers are called by their place, in a functional model by their name.

        Args:
            at_rest: nothing will follow, so that it is due at once.
        """
        began = self._clock()
        if began < self._next_at and not at_rest:
            return b""
        rows = slice(self._count)
        traced: Trace = model.trace(rows_at(self._x, rows), rows_at(self._y, rows))
        outputs = {tensor.name for tensor in model.outputs}
        layers = {
            name: _numbers(traced, layer, hidden=tensor_of(layer) not in outputs)
            for name, layer in named_layers(model, spec)
        }
        took = self._clock() - began
        if took > BUDGET_S:
            self._count = max(FEWEST_ROWS, self._count // 2)
        self._next_at = self._clock() + max(FASTEST_S, took / SHARE)
        return event("inside", {"epoch": epoch, "layers": layers})


def _numbers(traced: Trace, layer: Any, *, hidden: bool) -> dict[str, Any]:
    """Of a layer that learns "low", "high" and "counts" of its weights, "norm" of its gradient, "ratio" of update to
    weights; of one whose units can be stuck the share of those that are. What is no finite number is None.
    """
    told: dict[str, Any] = {}
    weights = parts_of(traced, layer, "parameter")
    if len(weights):
        spread, size = spread_of(weights, BINS), length(weights)
        told |= {"low": _short(spread.low), "high": _short(spread.high), "counts": spread.counts}
        told["norm"] = _short(length(parts_of(traced, layer, "gradient")))
        told["ratio"] = _short(length(parts_of(traced, layer, "update")) / size) if size else None
    slopes = slopes_of(traced, layer) if hidden else None
    if slopes is not None:
        told["stuck"] = _short(sum(len(units) for units in stuck(slopes)) / len(slopes.flat))
    return told


def _short(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None
