"""Why did the numbers become infinite? The likeliest cause, as key and blanks of a sentence."""

from typing import Any

import numpy as np

from lab.runs.messages import Reason

Array = np.ndarray[Any, Any]

LARGE_INPUT = 50.0  # standardised columns stay below this; raw pixels, years or prices do not
HIGH_RATE = {"SGD": 1.0}  # beyond this even well-scaled data diverges; adaptive optimizers are listed by the default
HIGH_RATE_DEFAULT = 0.1


def likely_cause(
    epoch: int, learning_rate: float, optimizer: str, x: Array | dict[str, Array], y: Array | dict[str, Array]
) -> Reason:
    """Look at the usual suspects in the order in which a teacher would: learning rate, inputs, target.

    Args:
        epoch: 1-based number of the epoch in which it happened.
        learning_rate: the one in force.
        optimizer: class name.
        x: training inputs (n, ...), or several by name.
        y: training targets (n, ...), or several by name.
    """
    values: dict[str, Any] = {"epoch": epoch, "learning_rate": learning_rate}
    if learning_rate > HIGH_RATE.get(optimizer, HIGH_RATE_DEFAULT):
        return Reason("run.diverged_learning_rate", values)
    largest_input = _largest(x)
    if largest_input > LARGE_INPUT:
        return Reason("run.diverged_inputs", {**values, "largest": largest_input})
    largest_target = _largest(y)
    if largest_target > LARGE_INPUT:
        return Reason("run.diverged_target", {**values, "largest": largest_target})
    return Reason("run.diverged", values)


def _largest(data: Array | dict[str, Array]) -> float:
    """Largest absolute number; whole numbers are left out: they are the names of classes."""
    arrays = data.values() if isinstance(data, dict) else [data]
    return max((float(np.abs(array).max(initial=0)) for array in arrays if array.dtype.kind == "f"), default=0.0)
