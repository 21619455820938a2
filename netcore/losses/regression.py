"""Losses for numbers: by how much a prediction misses."""

import math
from typing import Any, ClassVar

import numpy as np
from numpy import add, divide, log, logaddexp, maximum, minimum, multiply, negative, sign, sqrt, square, subtract, tanh

from netcore import config
from netcore.arguments import Arguments, Float, Given, Into
from netcore.config import Array
from netcore.errors import Advice
from netcore.losses.functions import function_of
from netcore.losses.loss import LOSSES, AlongAxis, Loss, OneAnswer

HALVINGS = 64  # of the targets' range: as near as float64 can tell, near 0 also


@LOSSES.add
class MeanSquaredError(Loss):
    """Mean of (y_pred - y_true)**2 over the outputs, in the target's unit squared (°C -> °C²).

    Shapes: y_true, y_pred (k, n) -> one value per sample (n,); gradient (k, n).
    Source: as keras.losses.MeanSquaredError.
    """

    aliases = ("mse", "MSE")
    unit = "target²"
    taped = True

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        add.reduce(square(y_pred - y_true), axis=-2, out=out)  # np.mean takes three times as long for a small network
        divide(out, y_pred.shape[-2], out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        subtract(y_pred, y_true, out)
        multiply(out, weight, out)

    def gradient_factor(self, width: int) -> float:
        return 2 / width


mean_squared_error = function_of(MeanSquaredError)


class PerOutput(Loss):
    """A mean over the outputs: what one output adds to the value, and the slope of that."""

    one_answer: ClassVar[OneAnswer] = "least"

    def each(self, y_true: Array, y_pred: Array) -> Any:
        """(k, n), (k, n) -> (k, n)."""
        raise NotImplementedError

    def slope(self, y_true: Array, y_pred: Array) -> Any:
        """Derivative of `each` with respect to y_pred."""
        raise NotImplementedError

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        np.mean(self.each(y_true, y_pred), axis=-2, out=out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        multiply(self.slope(y_true, y_pred), weight, out)

    def gradient_factor(self, width: int) -> float:
        return 1 / width

    def best_answer(self, y: Array) -> float:
        """Where the slope over all targets changes its sign. Below it the loss falls everywhere, above it rises."""
        targets = np.asarray(y, np.float64)
        low, high = float(targets.min()), float(targets.max())
        with np.errstate(all="ignore"):
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                rising = float(np.sum(self.slope(targets, np.full_like(targets, middle)))) > 0
                low, high = (low, middle) if rising else (middle, high)
        return (low + high) / 2


@LOSSES.add
class MeanAbsoluteError(PerOutput):
    """Mean of |y_pred - y_true| over the outputs, in the target's own unit. Its slope is 0 where both agree.

    Slope: sign(y_pred - y_true) / k.

    Shapes: as MeanSquaredError. Source: as keras.losses.MeanAbsoluteError.
    """

    aliases = ("mae", "MAE")
    unit = "target"
    one_answer = "median"

    def each(self, y_true: Array, y_pred: Array) -> Any:
        return np.abs(y_pred - y_true)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        subtract(y_pred, y_true, out)
        sign(out, out)
        multiply(out, weight, out)

    def best_answer(self, y: Array) -> float:
        return float(np.median(np.asarray(y, np.float64)))


mean_absolute_error = function_of(MeanAbsoluteError)


@LOSSES.add
class MeanAbsolutePercentageError(PerOutput):
    """100 * mean of |y_true - y_pred| / max(|y_true|, 1e-7), in percent. Useless where targets come near 0.

    Slope: 100 sign(y_pred - y_true) / max(|y_true|, 1e-7) / k.

    Shapes: as MeanSquaredError. Source: as keras.losses.MeanAbsolutePercentageError.
    """

    aliases = ("mape", "MAPE")
    unit = "%"

    def each(self, y_true: Array, y_pred: Array) -> Any:
        return 100.0 * np.abs(y_true - y_pred) / maximum(np.abs(y_true), config.epsilon())

    def slope(self, y_true: Array, y_pred: Array) -> Any:
        return sign(y_pred - y_true) / maximum(np.abs(y_true), config.epsilon())

    def gradient_factor(self, width: int) -> float:
        return 100 / width

    def target_advice(self, y: Array) -> Advice | None:
        sizes = np.abs(y)
        if y.size and sizes.min() < 1e-3 * sizes.mean():
            return Advice(
                "advice.percentage_near_zero",
                "{loss}: some targets are near 0, where a percentage of the target becomes huge. Use mae or mse.",
            )
        return None


mean_absolute_percentage_error = function_of(MeanAbsolutePercentageError)


@LOSSES.add
class MeanSquaredLogarithmicError(PerOutput):
    """Mean of (log(1 + p) - log(1 + t))² with both kept at 1e-7 or more: misses count by their ratio, not their size.

    Slope 0 where y_pred is below 1e-7. No unit. Source: as keras.losses.MeanSquaredLogarithmicError.

    Shapes: as MeanSquaredError.
    """

    aliases = ("msle", "MSLE")

    def each(self, y_true: Array, y_pred: Array) -> Any:
        return square(self._distance(y_true, y_pred))

    def slope(self, y_true: Array, y_pred: Array) -> Any:
        low = config.epsilon()
        return self._distance(y_true, y_pred) * (y_pred > low) / (maximum(y_pred, low) + 1)

    def gradient_factor(self, width: int) -> float:
        return 2 / width

    def _distance(self, y_true: Array, y_pred: Array) -> Any:
        low = config.epsilon()
        return log(maximum(y_pred, low) + 1) - log(maximum(y_true, low) + 1)


mean_squared_logarithmic_error = function_of(MeanSquaredLogarithmicError)


class Delta(Arguments):
    """For losses that change their form where a miss is large."""

    delta: float = Float(
        default=1.0,
        low=0.0,
        open_low=True,
        typical=(0.5, 2.0),
        about="where the parabola ends, in the target's own unit",
    )


@LOSSES.add
class Huber(PerOutput, Delta):
    """e²/2 for misses |e| up to `delta`, delta |e| - delta²/2 beyond: squared near the target, absolute far from it.

    Slope: e, kept within -delta … delta. Source: Huber (1964).

    Shapes: as MeanSquaredError.
    """

    name: Into[str] = Given(default="huber_loss", about="name in messages")

    def each(self, y_true: Array, y_pred: Array) -> Any:
        error = np.abs(y_pred - y_true)
        return np.where(error <= self.delta, 0.5 * square(error), self.delta * error - 0.5 * self.delta**2)

    def slope(self, y_true: Array, y_pred: Array) -> Any:
        return np.clip(y_pred - y_true, -self.delta, self.delta)


huber = function_of(Huber)


@LOSSES.add
class LogCosh(PerOutput):
    """Mean of log(cosh(e)): about e²/2 for small misses, |e| - log 2 for large ones, smooth everywhere.

    Slope: tanh(e). Source: as keras.losses.LogCosh.

    Shapes: as MeanSquaredError.
    """

    def each(self, y_true: Array, y_pred: Array) -> Any:
        error = y_pred - y_true  # log cosh e = e + log(1 + exp(-2 e)) - log 2: cosh itself overflows early
        return error + logaddexp(0, -2 * error) - y_pred.dtype.type(math.log(2))

    def slope(self, y_true: Array, y_pred: Array) -> Any:
        return tanh(y_pred - y_true)


log_cosh = function_of(LogCosh)


@LOSSES.add
class CosineSimilarity(Loss, AlongAxis):
    """-cos of the angle between y_true and y_pred: -1 where they point the same way, whatever their lengths.

    Gradient: with u = y_true / |y_true| and v = y_pred / |y_pred|, -(u - (u·v) v) / |y_pred|. Lengths below 1e-7 count
    as 1e-7, so that a vector of zeros has similarity 0. Source: as keras.losses.CosineSimilarity.

    Shapes: as MeanSquaredError.
    """

    targets = "vectors"

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        np.sum(y_true * y_pred * (_shrink(y_true) * _shrink(y_pred)), axis=-2, out=out)
        negative(out, out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        shrink = _shrink(y_pred)
        u, v = y_true * _shrink(y_true), y_pred * shrink
        cosine = np.sum(u * v, axis=-2, keepdims=True)
        cosine *= shrink < 1 / config.epsilon()  # a length held at 1e-7 does not change with y_pred
        multiply((cosine * v - u) * shrink, weight, out)


cosine_similarity = function_of(CosineSimilarity)


def _shrink(vectors: Array) -> Array:
    """1 / length of each vector (k, n) -> (1, n), at most 1e7."""
    lengths = sqrt(np.sum(square(vectors), axis=-2, keepdims=True))
    return np.asarray(minimum(1 / lengths, vectors.dtype.type(1 / config.epsilon())))
