"""AUC: how well outputs tell positive from negative samples, whatever the threshold."""

from typing import Any

import numpy as np

from netcore import config
from netcore.arguments import Arguments, Bool, Choice, Int, Into, Numbers
from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.metrics.confusion import FN, FP, TN, TP, confusion, passed
from netcore.metrics.metric import METRICS, Metric, divided, matched, spread

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "minoring", "majoring")


class Curve(Arguments):
    """Which curve, and how its area is computed."""

    num_thresholds: int = Int(
        default=200, low=2, typical=(100, 200), about="how many thresholds, evenly spread from 0 to 1"
    )
    curve: str = Choice(
        default="ROC",
        names=lambda: CURVES,
        spelling=str.upper,
        about='"ROC" (true positive rate over false positive rate), "PR" (precision over recall) or "PRGAIN" (gains)',
    )
    summation_method: str = Choice(
        default="interpolation",
        names=lambda: SUMMATIONS,
        about="height of a strip: the mean of its two ends (for PR a better curve between them), or the smaller "
        '("minoring") or larger ("majoring") one',
    )


@METRICS.add
class AUC(Metric, Curve):
    """Area under a curve that is drawn by moving the threshold, as a sum of strips between neighbouring thresholds.

    Raises:
        NetcoreValueError "metric.num_labels": num_labels without multi_label.

    Source: Davis & Goadrich (2006) for the interpolated PR curve; Flach & Kull (2015) for the gains.
    """

    thresholds: Into[list[float] | None] = Numbers(
        default=None,
        low=0.0,
        high=1.0,
        single=False,
        typical=(0.25, 0.5, 0.75),
        optional=True,
        about="thresholds of one's own, instead",
    )
    multi_label: bool = Bool(default=False, about="one area for each output, then their mean")
    num_labels: int | None = Int(
        default=None,
        low=1,
        typical=(2, 10),
        optional=True,
        about="number of outputs, for multi_label; found out if left out",
    )
    label_weights: Into[list[float] | None] = Numbers(
        default=None, low=0.0, single=False, typical=(1.0, 2.0), optional=True, about="weights of the outputs"
    )
    from_logits: bool = Bool(default=False, about="outputs come before the sigmoid")

    def after_arguments(self) -> None:
        if self.num_labels is not None and not self.multi_label:
            raise NetcoreValueError(
                "metric.num_labels",
                "{owner}: `num_labels` is used with multi_label=True only. Leave it out, or set multi_label.",
                owner=type(self).__name__,
            )
        between = np.linspace(0, 1, self.num_thresholds)[1:-1] if self.thresholds is None else np.sort(self.thresholds)
        low = config.epsilon()
        self.limits: Array = np.array([-low, *between, 1 + low])  # every probability is above the first, below the last
        self.build(self.num_labels or 1)

    def state_shape(self, width: int) -> tuple[int, ...]:
        return (4, len(self.__dict__.get("limits", ())), width if self.multi_label else 1)

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        y_true, y_pred = matched(y_true, y_pred)
        if self.from_logits:
            y_pred = 1 / (1 + np.exp(-y_pred))
        each = None if weight is None else spread(weight, y_pred.shape)
        if self.label_weights is not None and not self.multi_label:
            each = np.broadcast_to((1.0 if each is None else each) * np.asarray(self.label_weights), y_pred.shape)
        columns = y_pred.shape[-1] if self.multi_label else 1
        y_true, y_pred = y_true.reshape(-1, columns), y_pred.reshape(-1, columns)
        each = None if each is None else each.reshape(-1, columns)
        self.state += confusion(y_true, y_pred, each, self._passed(y_pred), len(self.limits))

    def _passed(self, y_pred: Array) -> Array:
        """How many thresholds each prediction is above; evenly spread ones are counted without looking for them."""
        last = len(self.limits) - 1
        if self.thresholds is not None:
            return passed(np.clip(y_pred, 0, 1), self.limits)
        inside = np.where(np.isnan(y_pred), 0, np.clip(y_pred, 0, 1))
        below: Array = np.maximum(np.ceil(inside * y_pred.dtype.type(last)), 1).astype(np.intp)
        return below

    def result(self) -> float:
        areas = self._strips().sum(axis=0)
        if self.label_weights is None or not self.multi_label:
            return float(areas.mean())
        weights: Array = np.asarray(self.label_weights)
        return float(divided(np.sum(areas * weights), np.sum(weights)))

    def _strips(self) -> Any:
        """Areas between neighbouring thresholds, (thresholds - 1, labels)."""
        tp, fp, tn, fn = self.state[TP], self.state[FP], self.state[TN], self.state[FN]
        recall = divided(tp, tp + fn)
        if self.curve == "ROC":
            x, y = divided(fp, fp + tn), recall
        elif self.curve == "PR":
            if self.summation_method == "interpolation":
                return _interpolated(tp, fp, fn)
            x, y = recall, divided(tp, tp + fp)
        else:  # gains: 0 is what calling everything positive gives, 1 is best
            odds = divided(tp + fn, tn + fp)
            x = np.maximum(np.where(tp == 0, 0, 1 - odds * divided(fn, tp)), 0)
            y = np.where(tp == 0, 1, 1 - odds * divided(fp, tp))
        ends = np.array([y[:-1], y[1:]])
        heights = {"interpolation": ends.mean(axis=0), "minoring": ends.min(axis=0), "majoring": ends.max(axis=0)}
        return (x[:-1] - x[1:]) * heights[self.summation_method]


def _interpolated(tp: Array, fp: Array, fn: Array) -> Array:
    """Strips under the PR curve where, between two thresholds, tp grows evenly with tp + fp (so precision does not)."""
    claimed = tp + fp
    more_tp, more = tp[:-1] - tp[1:], claimed[:-1] - claimed[1:]
    slope = divided(more_tp, np.maximum(more, 0))
    intercept = tp[1:] - slope * claimed[1:]
    both = (claimed[:-1] > 0) & (claimed[1:] > 0)
    ratio = np.where(both, divided(claimed[:-1], np.maximum(claimed[1:], 0)), 1)
    return divided(slope * (more_tp + intercept * np.log(ratio)), np.maximum(tp[1:] + fn[1:], 0))
