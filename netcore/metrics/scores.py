"""Scores: F for classes, R² for numbers."""

import warnings
from typing import Any, ClassVar

import numpy as np

from netcore import config
from netcore.arguments import Choice, Float, Int
from netcore.config import Array
from netcore.errors import NetcoreValueError, NetcoreWarning
from netcore.metrics.metric import METRICS, Metric, matched, spread

AVERAGES = ("micro", "macro", "weighted")
AGGREGATIONS = ("uniform_average", "variance_weighted_average")


def columns(metric: Metric, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Targets and predictions (n, k). Raises NetcoreValueError "metric.rank" if they have other axes."""
    y_true, y_pred = matched(y_true, y_pred)
    if y_pred.ndim != 2 or y_true.shape != y_pred.shape:
        raise NetcoreValueError(
            "metric.rank",
            "{metric} expects targets and outputs of one shape (batch, outputs), but got {y_true} and {y_pred}. "
            "For class numbers use utils.to_categorical(y).",
            metric=type(metric).__name__,
            y_true=y_true.shape,
            y_pred=y_pred.shape,
        )
    return y_true, y_pred


@METRICS.add
class FBetaScore(Metric):
    """(1 + beta²) precision recall / (beta² precision + recall), one for each class.

    Args:
        average: None for an array of one score per class; "macro" for their mean, "weighted" for the mean weighted by
            how often each class is right, "micro" for one score of all counts together.
        beta: how many times more recall matters than precision.
        threshold: an output above it is a yes; None for the largest output of a sample.

    Source: as keras.metrics.FBetaScore.
    """

    params: ClassVar = {
        "average": Choice(names=lambda: AVERAGES, optional=True),
        "beta": Float(low=0.0, open_low=True, typical=(0.5, 2.0)),
        "threshold": Float(low=0.0, high=1.0, open_low=True, typical=(0.5, 0.5), optional=True),
    }
    numbered = False
    default_name = "fbeta_score"
    average: str | None
    beta: float = 1.0
    threshold: float | None

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, dtype, average=average, beta=beta, threshold=threshold)

    def state_shape(self, width: int) -> tuple[int, ...]:
        return (4, width)  # true positives, false positives, false negatives, weight of the right ones

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        y_true, y_pred = columns(self, y_true, y_pred)
        if self.threshold is None:
            chosen = (y_pred >= y_pred.max(axis=-1, keepdims=True)) & (np.abs(y_pred) > 1e-9)
        else:
            chosen = y_pred > self.threshold
        each = np.ones(y_pred.shape) if weight is None else spread(weight, y_pred.shape)
        parts = (chosen * y_true, chosen * (1 - y_true), ~chosen * y_true, y_true)
        self.state += [np.sum(part * each, axis=0) for part in parts]

    def result(self) -> Any:
        tp, fp, fn, weight = self.state.sum(axis=1) if self.average == "micro" else self.state
        tiny = config.epsilon()
        precision, recall = tp / (tp + fp + tiny), tp / (tp + fn + tiny)
        squared = self.beta**2
        scores = precision * recall / (squared * precision + recall + tiny) * (1 + squared)
        if self.average == "weighted":
            return float(np.sum(scores * (weight / (weight.sum() + tiny))))
        return np.asarray(scores) if self.average is None else float(np.mean(scores))


@METRICS.add
class F1Score(FBetaScore):
    """2 precision recall / (precision + recall): FBetaScore with beta 1.

    Source: as keras.metrics.F1Score.
    """

    params: ClassVar = {name: FBetaScore.params[name] for name in ("average", "threshold")}
    default_name = "f1_score"

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        Metric.__init__(self, name, dtype, average=average, threshold=threshold)


@METRICS.add
class R2Score(Metric):
    """1 - (sum of squared errors) / (sum of squared distances of the targets from their mean): 1 is best, 0 is as good
    as always saying the mean.

    Args:
        class_aggregation: None for one score per output, else how they become one.
        num_regressors: number of inputs p; above 0 the score is adjusted, 1 - (1 - r²) (n - 1) / (n - p - 1).

    Source: as keras.metrics.R2Score.
    """

    params: ClassVar = {
        "class_aggregation": Choice(names=lambda: AGGREGATIONS, optional=True),
        "num_regressors": Int(low=0, typical=(1, 10)),
    }
    numbered = False
    class_aggregation: str | None
    num_regressors: int

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, dtype, class_aggregation=class_aggregation, num_regressors=num_regressors)

    def state_shape(self, width: int) -> tuple[int, ...]:
        return (5, width)  # sums of y, y², squared errors, weights, and numbers seen

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        y_true, y_pred = (array.astype(float) for array in columns(self, y_true, y_pred))
        each = np.ones(y_true.shape) if weight is None else spread(weight, y_true.shape)
        self.state[:4] += [np.sum(part * each, axis=0) for part in (y_true, y_true**2, (y_true - y_pred) ** 2, 1.0)]
        self.state[4] += y_true.size

    def result(self) -> Any:
        total, squares, errors, weights, seen = self.state
        with np.errstate(all="ignore"):
            spread_of_y = squares - total * (total / weights)
            scores = 1 - errors / spread_of_y
            scores = np.where(np.isinf(scores), 0.0, scores)
            if self.class_aggregation == "variance_weighted_average":
                scores = np.sum(spread_of_y * scores) / np.sum(spread_of_y)
            elif self.class_aggregation is not None:
                scores = np.mean(scores)
            if self.num_regressors:
                scores = self._adjusted(scores, seen[0])
        return float(scores) if np.ndim(scores) == 0 else np.asarray(scores)

    def _adjusted(self, scores: Any, n: float) -> Any:
        if self.num_regressors >= n - 1:
            warnings.warn(
                NetcoreWarning(
                    "metric.r2_regressors",
                    "R2Score: with {n:g} numbers and {p} regressors the score cannot be adjusted and stays as it is.",
                    n=n,
                    p=self.num_regressors,
                ),
                stacklevel=3,
            )
            return scores
        return 1 - (1 - scores) * (n - 1) / (n - self.num_regressors - 1)
