"""What a network says to a few rows while it learns, as one ready event: for pages that draw how they fare.

Small dense networks are computed in the browser from their weights and need none of it (docs/adr/0032).
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lab.model.drawn_units import MOST_PIXELS, MOST_UNITS
from lab.model.probe import MOST_TEXTS, between_rows, evenly
from lab.runs.wire.arrays import Arrays, data_of, rows_at
from lab.runs.wire.frame import event
from lab.runs.work.drawn import exact, shares
from netcore.layers import Conv2D, Dense

Array = np.ndarray[Any, Any]
Inputs = Array | dict[str, Array]

BUDGET_S = 0.02  # for the answers of one event: of a large network fewer rows are asked
SHARE = 0.05  # of the time since the last event, at most
FASTEST_S = 0.2  # between two events
TRIED = 8  # rows, to see how long one takes


class Answers:
    """Asks a network again and again.

    Args:
        arrays: of the run, as `Trainer` has them.
        clock: seconds.
    """

    def __init__(self, arrays: Arrays, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._next_at = 0.0
        self._rows, self._between = probe_of(arrays)
        self._count = 0  # of rows that are asked; 0 as long as it is not known how many there is time for

    def event(self, model: Any, epoch: int, *, at_rest: bool = False) -> bytes:
        """An event "answers": {"epoch", "rows", "outputs": {name: base64 of float32, row by row}, "first"}, or b"".

        "outputs": of `rows` rows, and behind them of the points between rows, where there are any; the one output of a
        sequential network is called "". Of texts there are few rows, (rows, time steps, classes). "first": see
        `first_layer`.

        Args:
            at_rest: nothing will follow, so that it is due at once.
        """
        began = self._clock()
        if began < self._next_at and not at_rest:
            return b""
        if not self._count:
            outputs = said(model, rows_at(self._rows, slice(TRIED)))
            self._count = _affordable((self._clock() - began) / TRIED, rows_of(self._rows), len(self._between))
            if any(output.ndim > 2 for output in outputs.values()):  # a class for each time step
                self._count = MOST_TEXTS
        answers = answers_of(model, rows_at(self._rows, slice(self._count)), self._between)
        took = self._clock() - began
        self._next_at = self._clock() + max(FASTEST_S, took / SHARE)
        rows = min(self._count, rows_of(self._rows))
        return event("answers", {"epoch": epoch, "rows": rows, "outputs": answers, "first": first_layer(model)})


def _affordable(row_s: float, rows: int, between: int) -> int:
    """How many rows there is time for; the points between rows are asked in any case."""
    return max(TRIED, min(rows, int(BUDGET_S / max(row_s, 1e-9)) - between))


def probe_of(arrays: Arrays) -> tuple[Inputs, Array]:
    """Rows of the validation part, or of the training part where there is none, and points between rows."""
    seen = data_of(arrays, "x_val")
    x = data_of(arrays, "x") if seen is None else seen
    places = evenly(rows_of(x))
    if isinstance(x, dict):
        return rows_at(x, places), np.empty((0, 0), np.float32)
    return rows_at(x, places), between_rows(*(part for part in (arrays["x"], arrays.get("x_val")) if part is not None))


def answers_of(model: Any, rows: Inputs, between: Array) -> dict[str, str]:
    """Of each output base64 of float32, row by row: of the rows, and of the points behind them."""
    outputs = said(model, rows)
    if len(between):
        outputs[""] = np.concatenate([outputs[""], said(model, between)[""]])
    return {name: exact(output) for name, output in outputs.items()}


def said(model: Any, rows: Inputs) -> dict[str, Array]:
    outputs = model.predict(rows, verbose=0)
    return outputs if isinstance(outputs, dict) else {"": np.asarray(outputs)}


def first_layer(model: Any) -> dict[str, Any] | None:
    """Weights of the first units of the first Dense or Conv2D, pixel by pixel, each in steps of its largest one.

    {"units", "weights": base64 of int8}; None where they are no image of one channel, or a large one.
    """
    layer = next((layer for layer in model.layers if layer.weights), None)
    if isinstance(layer, Dense):
        kernel = np.asarray(layer.kernel)[:, :MOST_UNITS]
    elif isinstance(layer, Conv2D):
        kernel = np.asarray(layer.get_weights()[0])
        if kernel.shape[2] != 1:
            return None
        kernel = kernel[:, :, 0, :MOST_UNITS].reshape(-1, min(MOST_UNITS, kernel.shape[3]))
    else:
        return None
    if len(kernel) > MOST_PIXELS:
        return None
    return {"units": kernel.shape[1], "weights": shares(kernel)}


def rows_of(x: Inputs) -> int:
    return len(next(iter(x.values()))) if isinstance(x, dict) else len(x)
