"""Metrics as functions: what a metric adds up, for each sample (or each output of it), as arrays (n, …).

The losses' functions, such as `mean_squared_error`, are metrics too. `compile(metrics=[…])` takes any of them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from netcore.config import Array, floatx
from netcore.data import as_floats
from netcore.metrics.accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    class_numbers,
)
from netcore.metrics.mean import MeanMetric
from netcore.metrics.metric import matched
from netcore.names import snake_case


def per_value(cls: Callable[..., MeanMetric], *, sparse: bool = False) -> Callable[..., Array]:
    """The function of a metric class; `sparse` where targets are class numbers."""

    def function(y_true: Any, y_pred: Any, **arguments: Any) -> Array:
        true, pred = as_floats(y_true, "y_true"), as_floats(y_pred, "y_pred")
        true, pred = (class_numbers(true, pred), pred) if sparse else matched(true, pred)
        return np.asarray(cls(**arguments).values(true, pred), floatx())

    function.__name__ = function.__qualname__ = snake_case(cls.__name__)
    function.__doc__ = cls.__doc__
    return function


binary_accuracy = per_value(BinaryAccuracy)
categorical_accuracy = per_value(CategoricalAccuracy)
sparse_categorical_accuracy = per_value(SparseCategoricalAccuracy, sparse=True)
top_k_categorical_accuracy = per_value(TopKCategoricalAccuracy)
sparse_top_k_categorical_accuracy = per_value(SparseTopKCategoricalAccuracy, sparse=True)
