"""Losses watched as metrics, with the same equations."""

from typing import Any, ClassVar

import numpy as np

from netcore import losses
from netcore.arguments import Described, Int, Made
from netcore.config import Array
from netcore.losses.crossentropy import FROM_LOGITS, IGNORE_CLASS, LABEL_SMOOTHING
from netcore.losses.loss import AXIS
from netcore.metrics.mean import MeanMetric
from netcore.metrics.metric import METRICS, matched, spread


class LossMetric(MeanMetric):
    """The mean of a loss's value of each sample.

    What the loss leaves out (ignore_class) counts as 0, or not at all where there are sample weights: as in Keras.
    """

    loss: losses.Loss = Made()

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        values, counted = self.loss.per_sample(y_true, y_pred)
        if counted is not None and weight is not None:
            weight = spread(weight, values.shape) * counted
        self.add(values, weight)


@METRICS.add
class MeanSquaredError(LossMetric):
    """Mean squared error, in the target's unit squared.

    Source: as keras.metrics.MeanSquaredError.
    """

    aliases: ClassVar[tuple[str, ...]] = ("mse", "MSE")
    loss = losses.MeanSquaredError()


@METRICS.add
class RootMeanSquaredError(MeanSquaredError):
    """Square root of the mean squared error, in the target's own unit.

    Source: as keras.metrics.RootMeanSquaredError.
    """

    aliases = ("rmse",)

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        y_true, y_pred = matched(y_true, y_pred)
        self.add((y_pred - y_true) ** 2, weight)  # of each output by itself: flat arrays are one answer per sample

    def result(self) -> float:
        return float(np.sqrt(super().result()))


@METRICS.add
class MeanAbsoluteError(LossMetric):
    """Mean absolute error, in the target's own unit.

    Source: as keras.metrics.MeanAbsoluteError.
    """

    aliases = ("mae", "MAE")
    loss = losses.MeanAbsoluteError()


@METRICS.add
class MeanAbsolutePercentageError(LossMetric):
    """Mean absolute percentage error, in percent.

    Source: as keras.metrics.MeanAbsolutePercentageError.
    """

    aliases = ("mape", "MAPE")
    loss = losses.MeanAbsolutePercentageError()


@METRICS.add
class MeanSquaredLogarithmicError(LossMetric):
    """Mean squared difference of the logarithms of 1 + value.

    Source: as keras.metrics.MeanSquaredLogarithmicError.
    """

    aliases = ("msle", "MSLE")
    loss = losses.MeanSquaredLogarithmicError()


@METRICS.add
class LogCoshError(LossMetric):
    """Mean of log(cosh(error)).

    Source: as keras.metrics.LogCoshError.
    """

    default_name = "logcosh"
    loss = losses.LogCosh()


@METRICS.add
class CosineSimilarity(LossMetric):
    """Mean cosine of the angle between target and output: +1 is best, the other way round than the loss.

    Source: as keras.metrics.CosineSimilarity.
    """

    axis: int = Int(
        default=-1,
        low=-10,
        high=10,
        typical=(-1, -1),
        advanced=True,
        about="where the outputs of a sample lie: in a model last",
    )

    def after_arguments(self) -> None:
        self.loss = losses.CosineSimilarity(axis=self.axis)

    def add(self, values: Array, weight: Array | None) -> None:
        super().add(-values, weight)


@METRICS.add
class KLDivergence(LossMetric):
    """Mean Kullback-Leibler divergence of the outputs from the targets, in nats.

    Source: as keras.metrics.KLDivergence.
    """

    aliases = ("kld", "KLD")
    loss = losses.KLDivergence()


@METRICS.add
class Poisson(LossMetric):
    """Mean Poisson loss of rates for counts.

    Source: as keras.metrics.Poisson.
    """

    loss = losses.Poisson()


@METRICS.add
class Hinge(LossMetric):
    """Mean hinge loss; targets -1 and 1 (0 and 1 become so).

    Source: as keras.metrics.Hinge.
    """

    loss = losses.Hinge()


@METRICS.add
class SquaredHinge(LossMetric):
    """Mean squared hinge loss; targets -1 and 1 (0 and 1 become so).

    Source: as keras.metrics.SquaredHinge.
    """

    loss = losses.SquaredHinge()


@METRICS.add
class CategoricalHinge(LossMetric):
    """Mean categorical hinge loss; targets one-hot.

    Source: as keras.metrics.CategoricalHinge.
    """

    loss = losses.CategoricalHinge()


class CrossentropyMetric(LossMetric):
    """A cross-entropy of probabilities or of logits: the arguments of the loss of the same name."""

    loss_class: ClassVar[Any]
    axis = -1

    def after_arguments(self) -> None:
        self.loss = self.loss_class(**self.arguments(), axis=self.axis)


@METRICS.add
class BinaryCrossentropy(CrossentropyMetric):
    """Binary cross-entropy of probabilities (or of logits).

    Source: as keras.metrics.BinaryCrossentropy.
    """

    aliases = ("bce", "BCE")
    loss_class = losses.BinaryCrossentropy

    from_logits: bool = Described(FROM_LOGITS, default=False)
    label_smoothing: float = Described(LABEL_SMOOTHING, default=0.0)


@METRICS.add
class CategoricalCrossentropy(CrossentropyMetric):
    """Categorical cross-entropy; targets one-hot.

    Source: as keras.metrics.CategoricalCrossentropy.
    """

    aliases = ("cce", "CCE")
    loss_class = losses.CategoricalCrossentropy

    from_logits: bool = Described(FROM_LOGITS, default=False)
    label_smoothing: float = Described(LABEL_SMOOTHING, default=0.0)
    axis: int = Described(AXIS, default=-1)


@METRICS.add
class SparseCategoricalCrossentropy(CrossentropyMetric):
    """Categorical cross-entropy; targets are class numbers. Those of `ignore_class` count as 0.

    Source: as keras.metrics.SparseCategoricalCrossentropy.
    """

    loss_class = losses.SparseCategoricalCrossentropy

    from_logits: bool = Described(FROM_LOGITS, default=False)
    ignore_class: int | None = Described(IGNORE_CLASS, default=None)
    axis: int = Described(AXIS, default=-1)
