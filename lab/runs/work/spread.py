"""How numbers are spread: a histogram of the finite ones, with their mean and deviation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

BINS = 48


@dataclass(frozen=True)
class Spread:
    """Args:
    low, high: smallest and largest of the finite numbers.
    counts: (bins,) of them, in bins of one width from low to high.
    mean, deviation: of the finite numbers (population).
    lost: how many are no finite numbers.
    """

    low: float
    high: float
    counts: tuple[int, ...]
    mean: float
    deviation: float
    lost: int = 0

    @property
    def edges(self) -> Array:
        """(bins + 1,)"""
        return np.linspace(self.low, self.high, len(self.counts) + 1)

    @property
    def total(self) -> int:
        return sum(self.counts)


def spread_of(values: Array, bins: int = BINS) -> Spread:
    """As numpy.histogram; numbers that are all the same lie in one bin of width 1 around them."""
    flat = np.asarray(values).ravel()
    finite = flat[np.isfinite(flat)].astype(np.float64)
    if not len(finite):
        return Spread(0.0, 0.0, (0,) * bins, 0.0, 0.0, len(flat))
    counts, edges = np.histogram(finite, bins)
    return Spread(
        float(edges[0]),
        float(edges[-1]),
        tuple(counts.tolist()),
        float(finite.mean()),
        float(finite.std()),
        len(flat) - len(finite),
    )


def on_one_axis(spreads: Sequence[Spread], bins: int) -> tuple[Array, Array]:
    """Several histograms on common bins: (bins + 1,) edges, (spreads, bins) shares of each, which add up to 1.

    A count is divided among the bins that its own bin reaches into.
    """
    known = [spread for spread in spreads if spread.total]
    low = min((spread.low for spread in known), default=0.0)
    high = max((spread.high for spread in known), default=1.0)
    edges = np.linspace(low, high, bins + 1)
    shares = np.zeros((len(spreads), bins))
    for row, spread in zip(shares, spreads, strict=True):
        if spread.total:
            below = np.concatenate([[0], np.cumsum(spread.counts)]) / spread.total
            row[:] = np.diff(np.interp(edges, spread.edges, below))
    return edges, shares
