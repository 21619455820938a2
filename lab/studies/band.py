"""The luck band: where the results of several seeds lie, and whether a difference is larger than that.

Everything but the seed is the same within a band: start weights, order of the batches and, unless the split has a seed
of its own, the rows that are learned from. What differs inside it is luck.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LOW, HIGH = 0.1, 0.9  # the middle 80 % of the seeds
FEWEST = 3  # seeds that a band can be told from


@dataclass(frozen=True)
class Band:
    """Median, and the middle 80 % of the seeds; `lost` of them have no number, since they diverged."""

    median: float
    low: float
    high: float
    seeds: int
    lost: int = 0

    @property
    def width(self) -> float:
        return self.high - self.low


def band_of(values: Sequence[float]) -> Band:
    """The band of one number a seed. Where more than half of the seeds diverged there is no median: NaN."""
    kept = [value for value in values if math.isfinite(value)]
    lost = len(values) - len(kept)
    if not kept or lost > len(kept):
        return Band(math.nan, math.nan, math.nan, len(values), lost)
    low, median, high = (float(value) for value in np.quantile(kept, (LOW, 0.5, HIGH)))
    return Band(median, low, high, len(values), lost)


def band_curves(curves: Sequence[Sequence[float]]) -> npt.NDArray[np.float64]:
    """Of one curve a seed: low, median and high at each epoch, (3, epochs), as far as half of the seeds go on."""
    epochs = max((len(curve) for curve in curves), default=0)
    rows = np.array([[*curve, *[math.nan] * (epochs - len(curve))] for curve in curves], float)
    rows[~np.isfinite(rows)] = math.nan
    enough = np.isfinite(rows).sum(axis=0) * 2 >= len(curves)
    until = epochs if enough.all() else int(np.argmin(enough))
    if not until:
        return np.empty((3, 0))
    return np.asarray(np.nanquantile(rows[:, :until], (LOW, 0.5, HIGH), axis=0))


def median_curve(curves: Sequence[Sequence[float]]) -> npt.NDArray[np.float64]:
    """Of one curve a seed: the median at each epoch of those that have begun, as far as half of them go on."""
    return np.asarray(band_curves([curve for curve in curves if len(curve)])[1])


@dataclass(frozen=True)
class Comparison:
    """How two settings differ in one number.

    Args:
        difference: of the medians, not signed.
        band: the wider of the two bands.
        wins: seeds with which the better setting did better, of `pairs` with which both have a number.
    """

    difference: float
    band: float
    wins: int
    pairs: int

    @property
    def known(self) -> bool:
        """Whether there are seeds enough to tell luck from effect."""
        return self.pairs >= FEWEST

    @property
    def clear(self) -> bool:
        """Larger than luck: one run of each would most likely have shown it too."""
        return self.known and self.difference > self.band


def compare(better: Sequence[float], worse: Sequence[float], *, up: bool) -> Comparison:
    """Two settings with the same seeds in the same order. A run without a number lost against one that has one.

    Args:
        up: larger is better.
    """
    one, other = band_of(better), band_of(worse)
    sign = 1.0 if up else -1.0
    pairs = [(a, b) for a, b in zip(better, worse, strict=True) if math.isfinite(a) or math.isfinite(b)]
    wins = sum(not math.isfinite(b) or (math.isfinite(a) and sign * (a - b) > 0) for a, b in pairs)
    if math.isnan(other.median):
        return Comparison(math.inf, one.width, wins, len(pairs))
    return Comparison(abs(one.median - other.median), max(one.width, other.width), wins, len(pairs))
