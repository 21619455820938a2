"""What the training rows say about a column of numbers: where its middle lies, how wide it is."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lab.spec.data import Scaling

Array = npt.NDArray[Any]

ROUNDING = 1e-12  # a width that is smaller, beside the largest value, is only rounding: the column is constant
FENCE = 3.0  # interquartile ranges beyond the quartiles: Tukey's outer fences


def mean_and_deviation(values: Array) -> tuple[float, float]:
    """Mean and standard deviation (of the values themselves, ddof 0); 0 deviation for a constant.

    The largest value is divided out first, so that numbers near the largest float don't overflow, and a deviation
    that is only rounding counts as none.
    """
    peak = _peak(values)
    scaled = values / peak
    deviation = float(scaled.std())
    return float(scaled.mean()) * peak, deviation * peak if deviation > ROUNDING else 0.0


def centre_and_width(values: Array, scaling: Scaling, constant: float = 1.0) -> tuple[float, float, Scaling]:
    """(mean, scale) that make (x - mean) / scale of x, and the scaling; a scale of 0 marks a constant column.

    A column that is mostly one value has equal quartiles. "robust" then standardises it and says so: divided by the
    width of its quartiles it would look like a constant.

    Args:
        values: (n,) without gaps, n at least 1; "log" expects them after log1p.
        constant: what "constant" divides by.
    """
    if scaling == "constant":
        return 0.0, constant, scaling
    if scaling == "none":
        return 0.0, 1.0, scaling
    if scaling in ("min_max", "robust"):
        peak = _peak(values)
        low, middle, high = np.percentile(values / peak, [0, 50, 100] if scaling == "min_max" else [25, 50, 75])
        if high - low > ROUNDING:
            return float(low if scaling == "min_max" else middle) * peak, float(high - low) * peak, scaling
    mean, deviation = mean_and_deviation(values)
    return mean, deviation, "standard" if scaling == "robust" and deviation else scaling


def outer_fences(values: Array) -> tuple[float, float] | None:
    """Where outliers begin: 3 interquartile ranges beyond the quartiles; None if the quartiles are equal.

    Source: Tukey (1977), "Exploratory Data Analysis", section 2D.
    """
    peak = _peak(values)
    low, high = np.percentile(values / peak, [25, 75])
    if high - low <= ROUNDING:
        return None
    return float(low - FENCE * (high - low)) * peak, float(high + FENCE * (high - low)) * peak


def _peak(values: Array) -> float:
    return float(np.abs(values).max(initial=0.0)) or 1.0
