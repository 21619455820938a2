"""Focal losses: cross-entropies that care less about what is right already. Source: Lin et al. (2018)."""

from typing import Any

import numpy as np

from netcore.arguments import Arguments, Bool, Float
from netcore.config import Array
from netcore.losses.crossentropy import ForEachOutput, OverClasses
from netcore.losses.functions import function_of
from netcore.losses.loss import LOSSES, clipped, inside


class Focal(Arguments):
    """What makes a loss focal."""

    alpha: float = Float(default=0.25, low=0.0, high=1.0, typical=(0.25, 0.5), about="a factor of the whole loss")
    gamma: float = Float(
        default=2.0,
        low=0.0,
        typical=(1.0, 2.0),
        about="how little counts what is nearly right; 0 gives the plain cross-entropy",
    )


class Balanced(Arguments):
    """For losses that may weigh ones and zeros apart."""

    apply_class_balancing: bool = Bool(default=False, about="also weigh ones with `alpha` and zeros with 1 - alpha")


@LOSSES.add
class BinaryFocalCrossentropy(ForEachOutput, Focal, Balanced):
    """(1 - q)^gamma * BinaryCrossentropy, mean over the outputs; q = t p + (1 - t)(1 - p) is what the truth was given.

    Slope, with b the cross-entropy: (1 - q)^gamma (p - t) / (p (1 - p)) - gamma (1 - q)^(gamma - 1) (2 t - 1) b.

    Shapes: y_true, y_pred (k, n) -> one value per sample (n,); gradient (k, n).
    Source: Lin et al. (2017); as keras.losses.BinaryFocalCrossentropy.
    """

    alpha: float = Float(default=0.25, low=0.0, high=1.0, typical=(0.25, 0.5), about="weight of the ones")

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        p = self._probability(y_pred)
        each = (self._missed(y_true, p) ** self.gamma) * self._crossentropy(y_true, p)
        np.mean(each * self._balance(y_true), axis=-2, out=out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        p = self._probability(y_pred)
        kept, missed = clipped(p), self._missed(y_true, p)
        slope = missed**self.gamma * (kept - y_true) / (kept * (1 - kept)) * inside(p)
        if self.gamma:
            slope -= self.gamma * missed ** (self.gamma - 1) * (2 * y_true - 1) * self._crossentropy(y_true, p)
        if self.from_logits:
            slope *= p * (1 - p)
        np.multiply(slope * self._balance(y_true), weight, out)

    def _probability(self, y_pred: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-y_pred))) if self.from_logits else y_pred

    def _missed(self, y_true: Array, p: Array) -> Array:
        """1 - q."""
        return np.asarray(1 - (y_true * p + (1 - y_true) * (1 - p)))

    def _crossentropy(self, y_true: Array, p: Array) -> Array:
        p = clipped(p)
        return np.asarray(-(y_true * np.log(p) + (1 - y_true) * np.log(1 - p)))

    def _balance(self, y_true: Array) -> Any:
        return y_true * self.alpha + (1 - y_true) * (1 - self.alpha) if self.apply_class_balancing else 1.0


binary_focal_crossentropy = function_of(BinaryFocalCrossentropy)


@LOSSES.add
class CategoricalFocalCrossentropy(OverClasses, Focal):
    """-sum of alpha (1 - p)^gamma t log p over the classes; p are probabilities that are first scaled to add up to 1.

    Gradient: with h = alpha t (gamma (1 - p)^(gamma - 1) log p - (1 - p)^gamma / p) and outputs that add up to s,
    (h - sum of h p) / s; with logits p (h - sum of h p).

    Shapes: as BinaryFocalCrossentropy.
    Source: Lin et al. (2017); as keras.losses.CategoricalFocalCrossentropy.
    """

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        p = clipped(self._shares(y_pred)[0])
        np.sum(-self.alpha * (1 - p) ** self.gamma * y_true * np.log(p), axis=-2, out=out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        shares, total = self._shares(y_pred)
        p = clipped(shares)
        h = -((1 - p) ** self.gamma) / p
        if self.gamma:
            h += self.gamma * (1 - p) ** (self.gamma - 1) * np.log(p)
        h *= self.alpha * y_true * inside(shares)
        h -= np.sum(h * shares, axis=-2, keepdims=True)
        np.multiply(h * shares if self.from_logits else h / total, weight, out)

    def _shares(self, y_pred: Array) -> tuple[Array, Array]:
        """Probabilities that add up to 1, and what the outputs added up to."""
        y = np.exp(y_pred - y_pred.max(axis=-2, keepdims=True)) if self.from_logits else y_pred
        total = y.sum(axis=-2, keepdims=True)
        return y / total, total


categorical_focal_crossentropy = function_of(CategoricalFocalCrossentropy)
