"""Means over samples: what most metrics are."""

from collections.abc import Callable
from typing import Any

import numpy as np

from netcore.config import Array
from netcore.data import batch_first
from netcore.metrics.metric import Metric, matched, spread


class MeanMetric(Metric):
    """A mean over samples: `values` gives one number per sample; weights count in numerator and denominator.

    Where `values` gives several numbers per sample, their mean counts.
    """

    numbered = False

    def values(self, y_true: Array, y_pred: Array) -> Array:
        """(n, k), (n, k) -> (n,) or (n, …)."""
        raise NotImplementedError

    def aligned(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        """Targets and outputs in the shapes that `values` takes."""
        return matched(y_true, y_pred)

    def masked_weight(self, weight: Array | None, mask: Array | None) -> Array | None:
        if mask is None:
            return weight
        steps = batch_first(mask).astype(float)
        return steps if weight is None else steps * spread(weight, steps.shape)

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        self.add(self.values(*self.aligned(y_true, y_pred)), weight)

    def add(self, values: Array, weight: Array | None) -> None:
        """Count values (n,) or (n, …) with weights of samples, or of single values."""
        per_sample = values.size // len(values) if values.ndim and len(values) else 1
        if weight is None:
            self.state += np.add.reduce(values, None, np.float64) / per_sample, len(values) if values.ndim else 1
        else:
            weight = spread(weight, values.shape)
            self.state += np.sum(values * weight) / per_sample, weight.sum() / per_sample

    def result(self) -> float:
        total, count = self.state
        return float(total / count) if count else 0.0


class MeanMetricWrapper(MeanMetric):
    """The mean of a function of one's own, fn(y_true, y_pred) -> (n,).

    Args:
        fn: called with arrays (n, k).
        name: key in the history; the function's name if left out.
        options: further arguments of the function.
    """

    numbered = True

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: str | None = None, **options: Any
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self.fn, self.options = fn, options

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(self.fn(y_true, y_pred, **self.options))
