"""Metrics as functions: what a metric adds up, for each sample (or each output of it), as arrays (n, …).

The losses' functions, such as `mean_squared_error`, are metrics too. `compile(metrics=[…])` takes any of them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from netcore.config import Array, floatx
from netcore.data import as_floats
from netcore.metrics.mean import MeanMetric
from netcore.names import snake_case


def function_of(cls: Callable[..., MeanMetric]) -> Callable[..., Array]:
    """The function of a metric class, whose arguments it takes by name."""

    def function(y_true: Any, y_pred: Any, **arguments: Any) -> Array:
        metric = cls(**arguments)
        true, pred = metric.aligned(as_floats(y_true, "y_true"), as_floats(y_pred, "y_pred"))
        return np.asarray(metric.values(true, pred), floatx())

    function.__name__ = function.__qualname__ = snake_case(cls.__name__)
    function.__doc__ = cls.__doc__
    return function
