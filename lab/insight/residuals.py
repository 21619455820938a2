"""What a regression leaves over: actual minus predicted, row by row, and how often which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

MOST_BINS = 40


@dataclass(frozen=True)
class Residuals:
    """Of one part, in the target's unit.

    Args:
        predicted, values: (n,) what was predicted, and actual minus predicted.
        edges, counts: histogram, (bins + 1,) and (bins,).
        mean, deviation: of the values; a mean far from 0 is a forecast that is too high or too low on the whole.
    """

    predicted: Array
    values: Array
    edges: Array
    counts: Array
    mean: float
    deviation: float


def residuals(actual: Sequence[float], predicted: Sequence[float]) -> Residuals:
    """Args: actual, predicted: (n,) in the target's unit, n at least 1."""
    guess = np.asarray(predicted, np.float64)
    values = np.asarray(actual, np.float64) - guess
    bins = min(MOST_BINS, max(1, len(np.histogram_bin_edges(values, "sturges")) - 1))
    counts, edges = np.histogram(values, bins=bins)
    return Residuals(guess, values, edges, counts, float(values.mean()), float(values.std()))
