"""Scores: F for classes, R² for numbers."""

import warnings
from typing import Any

import numpy as np

from netcore import config
from netcore.arguments import Arguments, Choice, Float, Int, Made
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


class FBeta(Arguments):
    """What an F score is made of."""

    average: str | None = Choice(
        default=None,
        names=lambda: AVERAGES,
        optional=True,
        about='None for an array of one score per class; "macro" for their mean, "weighted" for the mean weighted by '
        'how often each class is right, "micro" for one score of all counts together',
    )
    beta: float = Float(
        default=1.0,
        low=0.0,
        open_low=True,
        typical=(0.5, 2.0),
        about="how many times more recall matters than precision",
    )
    threshold: float | None = Float(
        default=None,
        low=0.0,
        high=1.0,
        open_low=True,
        typical=(0.5, 0.5),
        optional=True,
        about="an output above it is a yes; None for the largest output of a sample",
    )


@METRICS.add
class FBetaScore(Metric, FBeta):
    """(1 + beta²) precision recall / (beta² precision + recall), one for each class.

    Source: as keras.metrics.FBetaScore.
    """

    numbered = False
    default_name = "fbeta_score"

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

    beta: float = Made(default=1.0)

    default_name = "f1_score"


class Regressors(Arguments):
    """What an R² score is made of."""

    class_aggregation: str | None = Choice(
        default="uniform_average",
        names=lambda: AGGREGATIONS,
        optional=True,
        about="None for one score per output, else how they become one",
    )
    num_regressors: int = Int(
        default=0,
        low=0,
        typical=(1, 10),
        about="number of inputs p; above 0 the score is adjusted, 1 - (1 - r²) (n - 1) / (n - p - 1)",
    )


@METRICS.add
class R2Score(Metric, Regressors):
    """1 - (sum of squared errors) / (sum of squared distances of the targets from their mean): 1 is best, 0 is as good
    as always saying the mean.

    Source: as keras.metrics.R2Score.
    """

    numbered = False

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
