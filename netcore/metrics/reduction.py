"""Mean and Sum of numbers of one's own; not for compile, which has targets and outputs to give."""

from typing import Any

import numpy as np

from netcore.config import Array
from netcore.metrics.mean import MeanMetric
from netcore.metrics.metric import METRICS, spread


@METRICS.add
class Mean(MeanMetric):
    """Mean of the numbers given to update_state(values, sample_weight).

    Source: as keras.metrics.Mean.
    """

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]  # as in Keras
        """Count more values, (n,) or (n, …)."""
        self.add(
            np.asarray(values, np.float64), None if sample_weight is None else np.asarray(sample_weight, np.float64)
        )


@METRICS.add
class Sum(Mean):
    """Sum of the numbers given to update_state(values, sample_weight).

    Source: as keras.metrics.Sum.
    """

    def add(self, values: Array, weight: Array | None) -> None:
        total = np.sum(values if weight is None else values * spread(weight, values.shape))
        self.state += total, 1

    def result(self) -> float:
        return float(self.state[0])
