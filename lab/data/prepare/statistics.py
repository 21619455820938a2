"""What the training rows say about columns of numbers: where the middle of each lies, how wide it is."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lab.spec.data import Scaling

Array = npt.NDArray[Any]

ROUNDING = 1e-12  # a width that is smaller, beside the largest value, is only rounding: the column is constant
FENCE = 3.0  # interquartile ranges beyond the quartiles: the "outer fences" of Tukey (1977)


def mean_and_deviation(values: Array) -> tuple[float, float]:
    """Mean and standard deviation (of the values themselves, ddof 0) of one column; 0 deviation for a constant."""
    means, deviations = means_and_deviations(values[None])
    return float(means[0]), float(deviations[0])


def means_and_deviations(values: Array) -> tuple[Array, Array]:
    """Those of each column.

    The largest value is divided out first, so that numbers near the largest float don't overflow, and a deviation
    that is only rounding counts as none.

    Args:
        values: (columns, n).
    """
    peaks = _peaks(values)
    scaled = values / peaks[:, None]
    deviations = scaled.std(axis=1)
    return scaled.mean(axis=1) * peaks, np.where(deviations > ROUNDING, deviations * peaks, 0.0)


def centre_and_width(values: Array, scaling: Scaling, constant: float = 1.0) -> tuple[float, float, Scaling]:
    """As `centres_and_widths`, of one column."""
    means, scales, scalings = centres_and_widths(values[None], scaling, constant)
    return float(means[0]), float(scales[0]), scalings[0]


def centres_and_widths(values: Array, scaling: Scaling, constant: float = 1.0) -> tuple[Array, Array, list[Scaling]]:
    """(means, scales) that make (x - mean) / scale of x, and the scaling of each; a scale of 0 marks a constant column.

    A column that is mostly one value has equal quartiles. "robust" then standardises it and says so: divided by the
    width of its quartiles it would look like a constant.

    Args:
        values: (columns, n) without gaps, n at least 1; "log" expects them after log1p.
        constant: what "constant" divides by.
    """
    count = len(values)
    if scaling in ("constant", "none"):
        return np.zeros(count), np.full(count, constant if scaling == "constant" else 1.0), [scaling] * count
    means, scales = means_and_deviations(values)
    if scaling not in ("min_max", "robust"):
        return means, scales, [scaling] * count
    peaks = _peaks(values)
    low, middle, high = np.percentile(
        values / peaks[:, None], [0, 50, 100] if scaling == "min_max" else [25, 50, 75], axis=1
    )
    wide = high - low > ROUNDING
    found: list[Scaling] = [
        "standard" if scaling == "robust" and not is_wide and deviation else scaling
        for is_wide, deviation in zip(wide, scales, strict=True)
    ]
    means = np.where(wide, (low if scaling == "min_max" else middle) * peaks, means)
    return means, np.where(wide, (high - low) * peaks, scales), found


def outer_fences(values: Array) -> tuple[float, float] | None:
    """Where outliers of one column begin: 3 interquartile ranges beyond the quartiles; None if these are equal.

    Source: Tukey (1977), "Exploratory Data Analysis", section 2D.
    """
    peak = float(_peaks(values[None])[0])
    low, high = np.percentile(values / peak, [25, 75])
    if high - low <= ROUNDING:
        return None
    return float(low - FENCE * (high - low)) * peak, float(high + FENCE * (high - low)) * peak


def _peaks(values: Array) -> Array:
    """(columns,) the largest size of a number in each, 1 where all are 0."""
    peaks: Array = np.abs(values).max(axis=1, initial=0.0)
    return np.where(peaks == 0.0, 1.0, peaks)
