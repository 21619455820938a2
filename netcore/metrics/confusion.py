"""Right and wrong, positive and negative: what is counted for a yes-or-no answer at one or more thresholds."""

from typing import Any, ClassVar

import numpy as np

from netcore.arguments import Arguments, Int, Numbers
from netcore.config import Array
from netcore.metrics.metric import METRICS, Metric, divided, matched, number_or_array, spread

OUTSIDE = -1e10  # outputs that are not among the `top_k`, and the threshold that all others pass
TP, FP, TN, FN = range(4)


def confusion(y_true: Array, y_pred: Array, weight: Array | None, below: Array, thresholds: int) -> Array:
    """Weighted true positives, false positives, true negatives, false negatives, (4, thresholds, labels).

    Args:
        y_true, y_pred: (n, labels); what is not 0 in y_true is positive.
        below: (n, labels), how many of the ascending thresholds are below each prediction.
    """
    labels = y_pred.shape[-1]
    cells = below + np.arange(labels) * (thresholds + 1)
    real = y_true != 0
    each = np.ones(y_pred.shape) if weight is None else weight
    counts = []
    for kind in (real, ~real):
        found = np.bincount(cells.ravel(), (each * kind).ravel(), labels * (thresholds + 1)).reshape(labels, -1)
        claimed = found[:, ::-1].cumsum(axis=1)[:, -2::-1].T  # all that pass threshold t are in cells t + 1, t + 2, …
        counts += [claimed, found.sum(axis=1) - claimed]
    tp, fn, fp, tn = counts
    return np.array([tp, fp, tn, fn])


def passed(y_pred: Array, thresholds: Array) -> Array:
    """How many of the ascending thresholds each prediction is above; NaN is above none."""
    limits = thresholds.astype(y_pred.dtype)  # 0.3 in float32 is not above 0.3
    return np.where(np.isnan(y_pred), 0, np.searchsorted(limits, y_pred, side="left"))


class Thresholds(Arguments):
    """For metrics of a yes or no."""

    thresholds: Any = Numbers(
        default=None,
        low=0.0,
        high=1.0,
        typical=0.5,
        optional=True,
        about="one, or a list: then the result is an array. A prediction above it is a yes; left out: 0.5, or with "
        "`top_k` every output",
    )


class Counts(Metric, Thresholds):
    """What Precision, Recall and the four counters share."""

    usual = 0.5

    @property
    def limits(self) -> Array:
        """The thresholds as given, as an array."""
        return np.atleast_1d(np.asarray(self.usual if self.thresholds is None else self.thresholds, float))

    def state_shape(self, width: int) -> tuple[int, ...]:
        return (4, len(self.limits))

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        y_true, y_pred = matched(y_true, y_pred)
        each = None if weight is None else spread(weight, y_pred.shape)
        order = np.argsort(self.limits, kind="stable")
        y_true, y_pred = y_true.reshape(-1, 1), y_pred.reshape(-1, 1)
        each = None if each is None else each.reshape(-1, 1)
        below = passed(y_pred, self.limits[order])
        self.state[:, order] += confusion(y_true, y_pred, each, below, len(order))[..., 0]


def top(y_pred: Array, k: int) -> Array:
    """The k largest outputs of each sample; all others far below any threshold. Of equal ones the first stay."""
    first = np.argsort(-y_pred, axis=-1, kind="stable")[..., :k]
    kept = np.full_like(y_pred, OUTSIDE)
    np.put_along_axis(kept, first, np.take_along_axis(y_pred, first, axis=-1), axis=-1)
    return kept


@METRICS.add
class TruePositives(Counts):
    """How many positive samples were called positive (the sum of their weights, if there are weights).

    Source: as keras.metrics.TruePositives.
    """

    def result(self) -> Any:
        return number_or_array(self.state[TP])


@METRICS.add
class TrueNegatives(Counts):
    """How many negative samples were called negative.

    Source: as keras.metrics.TrueNegatives.
    """

    def result(self) -> Any:
        return number_or_array(self.state[TN])


@METRICS.add
class FalsePositives(Counts):
    """How many negative samples were called positive.

    Source: as keras.metrics.FalsePositives.
    """

    def result(self) -> Any:
        return number_or_array(self.state[FP])


@METRICS.add
class FalseNegatives(Counts):
    """How many positive samples were called negative.

    Source: as keras.metrics.FalseNegatives.
    """

    def result(self) -> Any:
        return number_or_array(self.state[FN])


class Chosen(Thresholds):
    """For metrics that may look at some of the outputs only."""

    top_k: int | None = Int(
        default=None, low=1, typical=(1, 3), optional=True, about="only the k largest outputs of a sample can be a yes"
    )
    class_id: int | None = Int(default=None, low=0, typical=(0, 1), optional=True, about="look at this output alone")


class Share(Counts, Chosen):
    """True positives against positives that were claimed, or that exist."""

    among: ClassVar[int]

    def after_arguments(self) -> None:
        self.usual = 0.5 if self.top_k is None else OUTSIDE

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        y_true, y_pred = matched(y_true, y_pred)
        weight = None if weight is None else spread(weight, y_pred.shape)
        if self.top_k is not None:
            y_pred = top(y_pred, self.top_k)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
            weight = None if weight is None else weight[..., self.class_id]
        super().count(y_true, y_pred, weight)

    def result(self) -> Any:
        return number_or_array(divided(self.state[TP], self.state[TP] + self.state[self.among]))


@METRICS.add
class Precision(Share):
    """Of the samples called positive, the share that is: tp / (tp + fp), 0 if none was called so.

    Source: as keras.metrics.Precision.
    """

    among = FP


@METRICS.add
class Recall(Share):
    """Of the positive samples, the share that was called positive: tp / (tp + fn), 0 if there is none.

    Source: as keras.metrics.Recall.
    """

    among = FN
