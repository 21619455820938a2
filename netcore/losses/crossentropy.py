"""Cross-entropies: how surprised a prediction is by the truth."""

from typing import Any, ClassVar

import numpy as np

from netcore.arguments import Arguments, Described, Given, Into, Made
from netcore.config import Array
from netcore.errors import Advice, NetcoreValueError
from netcore.losses.functions import function_of
from netcore.losses.loss import AXIS, LOSSES, AlongAxis, Loss, clipped, inside, public_shape
from netcore.params import BoolParam, FloatParam, IntParam

FROM_LOGITS = BoolParam(advanced=True, about="y_pred has not been through sigmoid or softmax yet")
LABEL_SMOOTHING = FloatParam(
    low=0.0,
    high=1.0,
    typical=(0.1, 0.2),
    advanced=True,
    about="pulls targets towards equal shares of the k classes, t -> t (1 - s) + s / k; k is 2 for a yes or no",
)
IGNORE_CLASS = IntParam(
    low=-(2**31),
    typical=(-1, 0),
    optional=True,
    advanced=True,
    about='a number in the targets that means "no answer": such samples are left out, of the mean too',
)


class FromLogits(Arguments):
    """For what takes outputs with or without their last activation function."""

    from_logits: bool = Described(FROM_LOGITS, default=False)


class Smoothing(FromLogits):
    """For what may be told that its targets are not quite certain."""

    label_smoothing: float = Described(LABEL_SMOOTHING, default=0.0)


class IgnoringClass(FromLogits):
    """For what may leave out a class."""

    ignore_class: int | None = Described(IGNORE_CLASS, default=None)


class Crossentropy(Loss, AlongAxis, FromLogits):
    """What the cross-entropies share."""

    function: ClassVar[str]

    @property
    def probabilities(self) -> str | None:  # type: ignore[override]
        """The activation function whose outputs are wanted; None for logits."""
        return None if self.from_logits else self.function

    def advice(self, last_activation: str, units: int) -> Advice | None:
        if not self.from_logits and last_activation == "linear":
            return Advice(
                "advice.linear_with_crossentropy",
                "{loss} expects probabilities, but the last layer {layer!r} has no activation. "
                "Give it activation={function!r}, or use {loss}(from_logits=True).",
            )
        if self.from_logits and last_activation in ("softmax", "sigmoid"):
            return Advice(
                "advice.logits_twice",
                "{loss}(from_logits=True) applies {function} itself, but the last layer {layer!r} already ends in "
                "{activation}. Drop one of the two.",
            )
        return None

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


class ForEachOutput(Crossentropy, Smoothing):
    """Every output is a yes or no of its own, told by sigmoid."""

    targets = "yes_no"
    function = "sigmoid"

    def encode(self, y: Array, width: int) -> Array:
        y = super().encode(y, width)
        return y if self.label_smoothing == 0 else y * (1 - self.label_smoothing) + self.label_smoothing / 2

    def gradient_factor(self, width: int) -> float:
        return 1 / width

    def advice(self, last_activation: str, units: int) -> Advice | None:
        if last_activation == "softmax":
            return Advice(
                "advice.softmax_with_binary",
                "{loss} reads every output as a yes or no of its own, but the last layer {layer!r} ends in softmax, "
                "whose outputs compete. Use categorical_crossentropy, or one unit with activation='sigmoid'.",
            )
        return super().advice(last_activation, units)


class OverClasses(Crossentropy, Smoothing):
    """The outputs are shares of classes that exclude each other, told by softmax; targets are one-hot."""

    targets = "classes"
    function = "softmax"

    def encode(self, y: Array, width: int) -> Array:
        """One-hot columns, smoothed.

        Raises:
            NetcoreValueError "loss.needs_one_hot": y holds class numbers.
        """
        if y.shape[-2] == 1 and width > 1:
            raise NetcoreValueError(
                "loss.needs_one_hot",
                "{loss}: y must have one column per class, {width} in all, but has shape {given}. For class numbers "
                "use sparse_categorical_crossentropy, or utils.to_categorical(y, {width}).",
                loss=self.name,
                width=width,
                given=public_shape(y.shape),
            )
        y = super().encode(y, width)
        return y if self.label_smoothing == 0 else y * (1 - self.label_smoothing) + self.label_smoothing / width

    def advice(self, last_activation: str, units: int) -> Advice | None:
        if units == 1:
            return Advice(
                "advice.one_unit_categorical",
                "{loss} compares classes, but the last layer {layer!r} has one unit, whose softmax is always 1. "
                "Use one unit per class, or activation='sigmoid' with binary_crossentropy.",
            )
        if not self.from_logits and last_activation == "sigmoid":
            return Advice(
                "advice.sigmoid_with_categorical",
                "{loss} expects probabilities that add up to 1, but the last layer {layer!r} ends in sigmoid. "
                "Use activation='softmax'.",
            )
        return super().advice(last_activation, units)


@LOSSES.add
class BinaryCrossentropy(ForEachOutput):
    """-(t log p + (1 - t) log(1 - p)), mean over the outputs; t is 0 or 1, p a probability (one sigmoid unit).

    Slope: (p - t) / (p (1 - p)), with logits sigmoid(z) - t.
    Shapes: y_true, y_pred (k, n) -> (n,). No unit. Source: as keras.losses.BinaryCrossentropy.
    """

    aliases = ("bce", "BCE")

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        if self.from_logits:  # max(z, 0) - z t + log(1 + exp(-|z|)): no overflow
            each = np.maximum(y_pred, 0) - y_pred * y_true + np.log1p(np.exp(-np.abs(y_pred)))
        else:
            p = clipped(y_pred)
            each = -(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))
        np.mean(each, axis=-2, out=out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        if self.from_logits:
            np.subtract(1 / (1 + np.exp(-y_pred)), y_true, out)
        else:
            p = clipped(y_pred)
            np.divide((p - y_true) * inside(y_pred), p * (1 - p), out)
        np.multiply(out, weight, out)


binary_crossentropy = function_of(BinaryCrossentropy)


@LOSSES.add
class CategoricalCrossentropy(OverClasses):
    """-sum of t log p over the classes; t is one-hot, p are probabilities that are first scaled to add up to 1.

    Gradient, for outputs y that add up to s: (sum of t - t / p) / s; with logits p * (sum of t) - t.
    Shapes: y_true, y_pred (k, n) -> (n,). No unit. Source: as keras.losses.CategoricalCrossentropy.
    """

    aliases = ("cce", "CCE")

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        if self.from_logits:
            z = y_pred - y_pred.max(axis=-2, keepdims=True)
            log_p = z - np.log(np.exp(z).sum(axis=-2, keepdims=True))
        else:
            log_p = np.log(clipped(y_pred / np.add.reduce(y_pred, axis=-2, keepdims=True)))
        np.negative(np.add.reduce(y_true * log_p, axis=-2), out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        if self.from_logits:
            p = np.exp(y_pred - y_pred.max(axis=-2, keepdims=True))
            p *= y_true.sum(axis=-2, keepdims=True) / p.sum(axis=-2, keepdims=True)
            np.subtract(p, y_true, out)
        else:
            total = y_pred.sum(axis=-2, keepdims=True)
            p = y_pred / total
            t = y_true * inside(p)
            np.divide(t.sum(axis=-2, keepdims=True) - t / clipped(p), total, out)
        np.multiply(out, weight, out)


categorical_crossentropy = function_of(CategoricalCrossentropy)


@LOSSES.add
class SparseCategoricalCrossentropy(CategoricalCrossentropy, IgnoringClass):
    """-log p of the right class; a target is the number of its class, 0 … k - 1.

    Gradient: that of CategoricalCrossentropy, 0 for samples that are left out.
    Shapes: y_true (1, n), y_pred (k, n) -> (n,). No unit. Source: as keras.losses.SparseCategoricalCrossentropy.
    """

    label_smoothing: float = Made(default=0.0)  # the class is known
    axis: int = Described(AXIS, default=-1, kw_only=True)
    name: Into[str] = Given(default=None, kw_only=True, about="name in messages; made from the class if left out")
    dtype: str | None = Given(default=None, kw_only=True, about="accepted for Keras programs; without effect")

    sparse = True

    def encode(self, y: Array, width: int) -> Array:
        """Class numbers (1, n) as one-hot columns (k, n); a column of zeros where the class is left out.

        Raises:
            NetcoreValueError "loss.sparse_columns": y has several columns (it is one-hot already).
            NetcoreValueError "loss.sparse_range": a class number below 0 or not below k.
        """
        if y.shape[-2] != 1:
            raise NetcoreValueError(
                "loss.sparse_columns",
                "{loss}: y must hold one class number for each sample, but it has shape {given}. "
                "For one-hot columns use categorical_crossentropy.",
                loss=self.name,
                given=public_shape(y.shape),
            )
        classes, counts = y[..., 0, :], self.counted(y)
        bad = ~((classes >= 0) & (classes < width) & (classes == np.floor(classes)))
        bad = bad if counts is None else bad & counts
        if bad.any():
            raise NetcoreValueError(
                "loss.sparse_range",
                "{loss}: class numbers must be whole numbers from 0 to {high}, because the model has {width} outputs, "
                "but y holds {value:g}. Give the last layer one unit per class, or number the classes from 0.",
                loss=self.name,
                high=width - 1,
                width=width,
                value=float(classes[bad][0]),
            )
        labels = np.arange(width, dtype=y.dtype)[:, np.newaxis]
        one_hot = y == labels if counts is None else (y == labels) & counts[..., np.newaxis, :]
        return np.asarray(one_hot, y.dtype)

    def counted(self, y: Array) -> Array | None:
        return None if self.ignore_class is None else np.asarray(y[..., 0, :] != self.ignore_class)


sparse_categorical_crossentropy = function_of(SparseCategoricalCrossentropy)


class EitherCrossentropy(CategoricalCrossentropy):
    """What loss="crossentropy" means for several outputs: targets are one-hot or class numbers, whichever come."""

    def encode(self, y: Array, width: int) -> Array:
        return SparseCategoricalCrossentropy().encode(y, width) if y.shape[-2] == 1 else super().encode(y, width)


def fitting_crossentropy(width: int) -> Loss:
    """The cross-entropy for that many outputs: a yes or no for one, else a choice between classes."""
    return BinaryCrossentropy() if width == 1 else EitherCrossentropy()
