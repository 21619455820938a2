"""Losses between distributions and counts."""

from typing import Any

import numpy as np

from netcore import config
from netcore.config import Array
from netcore.errors import Advice
from netcore.losses.functions import function_of
from netcore.losses.loss import LOSSES, Loss
from netcore.losses.regression import PerOutput


@LOSSES.add
class KLDivergence(Loss):
    """sum of t log(t / p): what is lost when the distribution p stands for the distribution t; 0 where they are equal.

    Both are kept within 1e-7 … 1. Gradient: -t / p, 0 where p is kept. Unit: nats. Source: Kullback & Leibler (1951).

    Shapes: y_true, y_pred (k, n) -> one value per sample (n,); gradient (k, n).
    """

    aliases = ("kld", "KLD")
    targets = "classes"
    function = "softmax"
    probabilities = "softmax"

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        t, p = _kept(y_true), _kept(y_pred)
        np.sum(t * np.log(t / p), axis=-2, out=out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        p = _kept(y_pred)
        np.divide(_kept(y_true), p, out)
        np.multiply(out, p == y_pred, out)
        np.multiply(out, -weight, out)

    def advice(self, last_activation: str, units: int) -> Advice | None:
        if last_activation == "linear":
            return Advice(
                "advice.linear_with_divergence",
                "{loss} expects probabilities, but the last layer {layer!r} has no activation. "
                "Give it activation={function!r}.",
            )
        return None


kl_divergence = function_of(KLDivergence)


def _kept(shares: Array) -> Array:
    return np.clip(shares, config.epsilon(), 1)


@LOSSES.add
class Poisson(PerOutput):
    """Mean of p - t log(p + 1e-7), for counts t that come at rate p (which must be positive: softplus or exponential).

    Slope: 1 - t / (p + 1e-7). Source: as keras.losses.Poisson.

    Shapes: as KLDivergence.
    """

    positive = True

    def each(self, y_true: Array, y_pred: Array) -> Any:
        return y_pred - y_true * np.log(y_pred + config.epsilon())

    def slope(self, y_true: Array, y_pred: Array) -> Any:
        return 1 - y_true / (y_pred + config.epsilon())

    def advice(self, last_activation: str, units: int) -> Advice | None:
        if last_activation in ("linear", "tanh"):
            return Advice(
                "advice.rate_not_positive",
                "{loss} takes the logarithm of the outputs, but the last layer {layer!r} ends in {activation}, which "
                "can be negative: the loss would become NaN. Use activation='softplus' or 'exponential'.",
            )
        return None


poisson = function_of(Poisson)
