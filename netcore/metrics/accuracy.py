"""Accuracies: the share of answers that are right."""

import numpy as np

from netcore.arguments import Arguments, Float, Int
from netcore.config import Array
from netcore.metrics.functions import function_of
from netcore.metrics.mean import MeanMetric
from netcore.metrics.metric import METRICS


def class_numbers(y_true: Array, y_pred: Array) -> Array:
    """Targets as class numbers (n,): a last axis of 1 is dropped."""
    return y_true[..., 0] if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1 else y_true


@METRICS.add
class Accuracy(MeanMetric):
    """Share of values that are exactly equal. As "accuracy" in compile: the variant that fits the output.

    Source: as keras.metrics.Accuracy.
    """

    aliases = ("acc",)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(y_true == y_pred)


@METRICS.add
class BinaryAccuracy(MeanMetric):
    """Share of outputs on the right side of `threshold`; a probability above it counts as 1.

    Source: as keras.metrics.BinaryAccuracy.
    """

    threshold: float = Float(
        default=0.5, low=0.0, high=1.0, typical=(0.5, 0.5), advanced=True, about="an output above it counts as 1"
    )

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(y_true == (y_pred > self.threshold))


binary_accuracy = function_of(BinaryAccuracy)


@METRICS.add
class CategoricalAccuracy(MeanMetric):
    """Share of samples whose largest output is the class of the one-hot target.

    Source: as keras.metrics.CategoricalAccuracy.
    """

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(y_true.argmax(axis=-1) == y_pred.argmax(axis=-1))


categorical_accuracy = function_of(CategoricalAccuracy)


@METRICS.add
class SparseCategoricalAccuracy(MeanMetric):
    """Share of samples whose largest output is the class number in the target.

    Source: as keras.metrics.SparseCategoricalAccuracy.
    """

    def aligned(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        return class_numbers(y_true, y_pred), y_pred

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(y_true.reshape(y_pred.shape[:-1]) == y_pred.argmax(axis=-1))


sparse_categorical_accuracy = function_of(SparseCategoricalAccuracy)


class AmongFirst(Arguments):
    """For metrics that are content if the right class is among the first."""

    k: int = Int(default=5, low=1, typical=(2, 5), about="how many of the largest outputs count")


@METRICS.add
class TopKCategoricalAccuracy(MeanMetric, AmongFirst):
    """Share of samples whose class is among the `k` largest outputs; targets one-hot.

    Source: as keras.metrics.TopKCategoricalAccuracy.
    """

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return self._among_first(y_true.argmax(axis=-1), y_pred)

    def _among_first(self, classes: Array, y_pred: Array) -> Array:
        right = np.take_along_axis(y_pred, classes[..., np.newaxis], axis=-1)
        return np.asarray(np.sum(y_pred > right, axis=-1) < self.k)


top_k_categorical_accuracy = function_of(TopKCategoricalAccuracy)


@METRICS.add
class SparseTopKCategoricalAccuracy(TopKCategoricalAccuracy):
    """Share of samples whose class is among the `k` largest outputs; targets are class numbers.

    Source: as keras.metrics.SparseTopKCategoricalAccuracy.
    """

    def aligned(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        return class_numbers(y_true, y_pred), y_pred

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return self._among_first(y_true.reshape(y_pred.shape[:-1]).astype(np.intp), y_pred)


sparse_top_k_categorical_accuracy = function_of(SparseTopKCategoricalAccuracy)
