"""Losses that are content once an answer is right by a margin of 1."""

from typing import Any

import numpy as np

from netcore.config import Array
from netcore.losses.functions import function_of
from netcore.losses.loss import LOSSES, Loss
from netcore.losses.regression import PerOutput


class MarginLoss(PerOutput):
    """What the hinges share: targets -1 and 1; targets that are all 0 or 1 become so."""

    targets = "yes_no"

    def encode(self, y: Array, width: int) -> Array:
        y = super().encode(y, width)
        return np.asarray(2 * y - 1) if np.all((y == 0) | (y == 1)) else y


@LOSSES.add
class Hinge(MarginLoss):
    """Mean of max(1 - t p, 0) over the outputs. Slope: -t inside the margin, else 0. Source: Cortes & Vapnik (1995).

    Shapes: y_true, y_pred (k, n) -> one value per sample (n,); gradient (k, n). As keras.losses.Hinge.
    """

    def each(self, y_true: Array, y_pred: Array) -> Any:
        return np.maximum(1 - y_true * y_pred, 0)

    def slope(self, y_true: Array, y_pred: Array) -> Any:
        return -y_true * (y_true * y_pred < 1)


hinge = function_of(Hinge)


@LOSSES.add
class SquaredHinge(MarginLoss):
    """Mean of max(1 - t p, 0)² over the outputs. Slope: -2 t max(1 - t p, 0).

    Shapes: as Hinge. Source: as keras.losses.SquaredHinge.
    """

    def each(self, y_true: Array, y_pred: Array) -> Any:
        return np.square(np.maximum(1 - y_true * y_pred, 0))

    def slope(self, y_true: Array, y_pred: Array) -> Any:
        return -y_true * np.maximum(1 - y_true * y_pred, 0)

    def gradient_factor(self, width: int) -> float:
        return 2 / width


squared_hinge = function_of(SquaredHinge)


@LOSSES.add
class CategoricalHinge(Loss):
    """max(neg - pos + 1, 0): pos is the output of the right class, neg the largest one of the others; t is one-hot.

    Gradient inside the margin: -t, and 1 - t where the largest other output stands.
    Source: as keras.losses.CategoricalHinge.

    Shapes: as Hinge.
    """

    targets = "classes"

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        np.sum(y_true * y_pred, axis=-2, out=out)
        np.subtract(np.max((1 - y_true) * y_pred, axis=-2), out, out)
        np.maximum(out + 1, 0, out=out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        others = (1 - y_true) * y_pred
        neg, pos = np.max(others, axis=-2, keepdims=True), np.sum(y_true * y_pred, axis=-2, keepdims=True)
        largest = others == neg
        np.multiply(largest / largest.sum(axis=-2, keepdims=True), 1 - y_true, out)  # ties share the slope
        np.subtract(out, y_true, out)
        np.multiply(out, (neg - pos + 1 > 0) * weight, out)


categorical_hinge = function_of(CategoricalHinge)
