"""Why did the numbers become infinite? The likeliest cause, as key and blanks of a sentence."""

from typing import Any

import numpy as np

from lab.model.scales import LARGE_INPUT, rate_is_high

Array = np.ndarray[Any, Any]


def suspects(*, learning_rate: float, optimizer: str, largest_input: float, largest_target: float) -> dict[str, float]:
    """Name of each suspect -> the number that makes it one, in the order in which a teacher would look."""
    found: dict[str, float] = {}
    if rate_is_high(optimizer, learning_rate):
        found["learning_rate"] = learning_rate
    if largest_input > LARGE_INPUT:
        found["unscaled_inputs"] = largest_input
    if largest_target > LARGE_INPUT:
        found["large_target"] = largest_target
    return found


def likely_cause(
    epoch: int, learning_rate: float, optimizer: str, x: Array | dict[str, Array], y: Array | dict[str, Array]
) -> tuple[str, dict[str, Any]]:
    """The first suspect, as key and blanks of its sentence.

    Args:
        epoch: 1-based number of the epoch in which it happened.
        learning_rate: the one in force.
        optimizer: class name.
        x: training inputs (n, ...), or several by name.
        y: training targets (n, ...), or several by name.
    """
    found = suspects(
        learning_rate=learning_rate, optimizer=optimizer, largest_input=_largest(x), largest_target=_largest(y)
    )
    values: dict[str, Any] = {"epoch": epoch, "learning_rate": learning_rate}
    match next(iter(found), None):
        case "learning_rate":
            return "run.diverged_learning_rate", values
        case "unscaled_inputs":
            return "run.diverged_inputs", {**values, "largest": found["unscaled_inputs"]}
        case "large_target":
            return "run.diverged_target", {**values, "largest": found["large_target"]}
        case _:
            return "run.diverged", values


def _largest(data: Array | dict[str, Array]) -> float:
    """Largest absolute number; whole numbers are left out: they are the names of classes."""
    arrays = data.values() if isinstance(data, dict) else [data]
    return max((float(np.abs(array).max(initial=0)) for array in arrays if array.dtype.kind == "f"), default=0.0)
