"""Losses: how wrong a prediction is, one value per sample, and the gradient of that value.

Inside, targets and predictions are (k, n): k outputs, n samples (with axes in front of k if the output has more).
Reduction and weights are the frame's work: `gradient` gets them as one factor per sample.
Called as in Keras, `loss(y_true, y_pred)` takes (n, k) and gives one number.
"""

from typing import Any, ClassVar

import numpy as np

from netcore import config
from netcore.config import Array
from netcore.data import as_floats, batch_last
from netcore.errors import NetcoreValueError
from netcore.names import snake_case
from netcore.params import Bool, Choice, Float, Param
from netcore.registry import Registry

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


class Loss:
    """Base of all losses.

    Args:
        reduction: how the values of a batch become one number; "sum_over_batch_size" is their mean.
        name: name in messages; made from the class if left out.

    Attributes:
        probabilities: "sigmoid" or "softmax" where y_pred must be such probabilities, else None.
        sparse: True where a target is the number of a class.
    """

    params: ClassVar[dict[str, Param]] = {}
    aliases: ClassVar[tuple[str, ...]] = ()
    sparse: ClassVar[bool] = False
    probabilities: str | None = None

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
        **arguments: Any,
    ) -> None:
        owner = type(self).__name__
        reduction = "none" if reduction is None else reduction
        self.reduction: str = Choice(names=lambda: REDUCTIONS).check(owner, "reduction", reduction)
        self.name = name or snake_case(owner)
        self.dtype = dtype
        for argument, value in arguments.items():
            setattr(self, argument, self.params[argument].check(owner, argument, value))

    def __init_subclass__(cls) -> None:
        cls.aliases = (*cls.aliases, snake_case(cls.__name__))

    def encode(self, y: Array, width: int) -> Array:
        """Targets as the equations want them: (k, n) with k = `width`.

        Raises:
            NetcoreValueError "loss.width": another number of columns than the model has outputs.
        """
        if y.shape[-2] != width:
            raise NetcoreValueError(
                "loss.width",
                "{loss}: y has shape {given}, but the model's output has shape {expected}. "
                "Each output needs one column of y: change the units of the last layer to {columns}, or encode y "
                "(utils.to_categorical) to {width} columns.",
                loss=self.name,
                given=public_shape(y.shape),
                expected=(None, *y.shape[:-2], width),
                columns=y.shape[-2],
                width=width,
            )
        return y

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        """Write the loss of each sample, (k, n), (k, n) -> (n,)."""
        raise NotImplementedError

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        """Write d(sum of weight * value) / d y_pred, (k, n), up to the factor `gradient_factor`.

        Args:
            weight: the frame's factor for each sample, (n,) or one number: sample weight / n, times `gradient_factor`.
        """
        raise NotImplementedError

    def gradient_factor(self, width: int) -> float:
        """A constant factor of the gradient, which the frame multiplies into `weight` once instead of in every step."""
        return 1.0

    def advice(self, last_activation: str, units: int) -> tuple[str, str] | None:
        """Code and sentence of a warning if outputs of that activation do not suit this loss."""
        return None

    def target_advice(self, y: Array) -> tuple[str, str] | None:
        """Code and sentence of a warning if the targets themselves do not suit this loss."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss of (n, k) arrays: one number, or (n,) with reduction "none"."""
        pred = batch_last(as_floats(y_pred, "y_pred"))
        true = self.encode(targets_like(y_true, pred, self.sparse), pred.shape[-2])
        values = np.empty((*pred.shape[:-2], pred.shape[-1]), pred.dtype)
        with np.errstate(all="ignore"):
            self.values(true, pred, values)
        values = np.moveaxis(values, -1, 0)
        if sample_weight is None:
            return reduce(values, None, self.reduction)
        weight = np.asarray(sample_weight, values.dtype)
        return reduce(values, weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)), self.reduction)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction, **{name: getattr(self, name) for name in self.params}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Loss":
        return cls(**config)


LOSSES: Registry[type[Loss]] = Registry("loss")


def get(identifier: Any) -> Loss:
    """A loss from a name, a class or an instance. Raises NetcoreValueError "registry.unknown"."""
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        return identifier()
    return LOSSES.get(identifier)()


def public_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(k, n) inside is (n, k) outside."""
    return (shape[-1], *shape[:-1])


def reduce(values: Array, weight: Array | None, reduction: str) -> Any:
    """Values of one batch to one number; Keras's meaning of each word (weights count in the numerator only, by default)."""
    weighted = values if weight is None else values * weight
    if reduction == "none":
        return weighted
    if reduction == "sum":
        return float(weighted.sum())
    if reduction == "mean_with_sample_weight" and weight is not None:
        return float(weighted.sum() / np.broadcast_to(weight, values.shape).sum())
    return float(weighted.mean())


def targets_like(y: Any, pred: Array, sparse: bool) -> Array:
    """Targets as (k, n): a flat y becomes one column, so that (n,) against (n, 1) never turns into (n, n)."""
    array = as_floats(y, "y")
    if array.ndim < pred.ndim:
        array = array[..., np.newaxis]
    if sparse and array.ndim < pred.ndim:
        array = array.reshape(*array.shape, 1)
    return batch_last(array)


@LOSSES.add
class MeanSquaredError(Loss):
    """Mean of (y_pred - y_true)**2 over the outputs, in the target's unit squared (°C -> °C²).

    Shapes: y_true, y_pred (k, n) -> one value per sample (n,); gradient (k, n). Source: as keras.losses.MeanSquaredError.
    """

    aliases = ("mse", "MSE")

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        np.mean(np.square(y_pred - y_true), axis=-2, out=out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        np.subtract(y_pred, y_true, out)
        np.multiply(out, weight, out)

    def gradient_factor(self, width: int) -> float:
        return 2 / width


@LOSSES.add
class MeanAbsoluteError(Loss):
    """Mean of |y_pred - y_true| over the outputs, in the target's own unit. Its slope is 0 where both agree."""

    aliases = ("mae", "MAE")

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        np.mean(np.abs(y_pred - y_true), axis=-2, out=out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        np.subtract(y_pred, y_true, out)
        np.sign(out, out)
        np.multiply(out, weight, out)

    def gradient_factor(self, width: int) -> float:
        return 1 / width


@LOSSES.add
class MeanAbsolutePercentageError(Loss):
    """100 * mean of |y_true - y_pred| / max(|y_true|, 1e-7), in percent. Useless where targets come near 0."""

    aliases = ("mape", "MAPE")

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        np.mean(np.abs(y_true - y_pred) / np.maximum(np.abs(y_true), config.epsilon()), axis=-2, out=out)
        np.multiply(out, 100.0, out)

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        np.subtract(y_pred, y_true, out)
        np.sign(out, out)
        np.divide(out, np.maximum(np.abs(y_true), config.epsilon()), out)
        np.multiply(out, weight, out)

    def gradient_factor(self, width: int) -> float:
        return 100 / width

    def target_advice(self, y: Array) -> tuple[str, str] | None:
        sizes = np.abs(y)
        if y.size and sizes.min() < 1e-3 * sizes.mean():
            return "advice.percentage_near_zero", (
                "{loss}: some targets are near 0, where a percentage of the target becomes huge. Use mae or mse."
            )
        return None


class Crossentropy(Loss):
    """What the cross-entropies share: `from_logits` says that y_pred has not been through sigmoid or softmax yet."""

    function: ClassVar[str]
    from_logits: bool
    label_smoothing: float = 0.0

    @property
    def probabilities(self) -> str | None:  # type: ignore[override]
        return None if self.from_logits else self.function

    def advice(self, last_activation: str, units: int) -> tuple[str, str] | None:
        if not self.from_logits and last_activation == "linear":
            return "advice.linear_with_crossentropy", (
                "{loss} expects probabilities, but the last layer {layer!r} has no activation. "
                "Give it activation={function!r}, or use {loss}(from_logits=True)."
            )
        if self.from_logits and last_activation in ("softmax", "sigmoid"):
            return "advice.logits_twice", (
                "{loss}(from_logits=True) applies {function} itself, but the last layer {layer!r} already ends in "
                "{activation}. Drop one of the two."
            )
        return None


def clipped(y_pred: Array) -> Array:
    """Probabilities kept away from 0 and 1 by 1e-7, so that their logarithm is finite."""
    low = config.epsilon()
    return np.clip(y_pred, low, 1 - low)


def inside(y_pred: Array) -> Array:
    """True where clipping changes nothing; elsewhere the slope is 0."""
    low = np.asarray(config.epsilon(), y_pred.dtype)
    return (y_pred >= low) & (y_pred <= 1 - low)


@LOSSES.add
class BinaryCrossentropy(Crossentropy):
    """-(t log p + (1 - t) log(1 - p)), mean over the outputs; t is 0 or 1, p a probability (one sigmoid unit).

    Args:
        from_logits: y_pred comes before the sigmoid.
        label_smoothing: pulls targets towards 1/2, t -> t (1 - s) + s / 2.

    Shapes: y_true, y_pred (k, n) -> (n,). No unit. Source: as keras.losses.BinaryCrossentropy.
    """

    aliases = ("bce", "BCE")
    params: ClassVar = {
        "from_logits": Bool(advanced=True),
        "label_smoothing": Float(low=0.0, high=1.0, typical=(0.1, 0.2), advanced=True),
    }
    function = "sigmoid"

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1, **keywords: Any
    ) -> None:
        super().__init__(from_logits=from_logits, label_smoothing=label_smoothing, **keywords)

    def encode(self, y: Array, width: int) -> Array:
        y = super().encode(y, width)
        return y if self.label_smoothing == 0 else y * (1 - self.label_smoothing) + self.label_smoothing / 2

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

    def gradient_factor(self, width: int) -> float:
        return 1 / width

    def advice(self, last_activation: str, units: int) -> tuple[str, str] | None:
        if last_activation == "softmax":
            return "advice.softmax_with_binary", (
                "{loss} reads every output as a yes or no of its own, but the last layer {layer!r} ends in softmax, whose "
                "outputs compete. Use categorical_crossentropy, or one unit with activation='sigmoid'."
            )
        return super().advice(last_activation, units)


@LOSSES.add
class CategoricalCrossentropy(Crossentropy):
    """-sum of t log p over the classes; t is one-hot, p are probabilities that are first scaled to add up to 1.

    Args:
        from_logits: y_pred comes before the softmax.
        label_smoothing: pulls targets towards equal shares, t -> t (1 - s) + s / k.

    Shapes: y_true, y_pred (k, n) -> (n,). No unit. Source: as keras.losses.CategoricalCrossentropy.
    """

    aliases: ClassVar[tuple[str, ...]] = ("cce", "CCE")
    params: ClassVar = {
        "from_logits": Bool(advanced=True),
        "label_smoothing": Float(low=0.0, high=1.0, typical=(0.1, 0.2), advanced=True),
    }
    function = "softmax"

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1, **keywords: Any
    ) -> None:
        super().__init__(from_logits=from_logits, label_smoothing=label_smoothing, **keywords)

    def encode(self, y: Array, width: int) -> Array:
        """One-hot columns, smoothed.

        Raises:
            NetcoreValueError "loss.needs_one_hot": y holds class numbers.
        """
        if y.shape[-2] == 1 and width > 1:
            raise NetcoreValueError(
                "loss.needs_one_hot",
                "{loss}: y must have one column per class, {width} in all, but has shape {given}. For class numbers use "
                "sparse_categorical_crossentropy, or utils.to_categorical(y, {width}).",
                loss=self.name,
                width=width,
                given=public_shape(y.shape),
            )
        y = super().encode(y, width)
        return y if self.label_smoothing == 0 else y * (1 - self.label_smoothing) + self.label_smoothing / width

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        if self.from_logits:
            z = y_pred - y_pred.max(axis=-2, keepdims=True)
            log_p = z - np.log(np.exp(z).sum(axis=-2, keepdims=True))
        else:
            log_p = np.log(clipped(y_pred / y_pred.sum(axis=-2, keepdims=True)))
        np.negative(np.sum(y_true * log_p, axis=-2), out)

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

    def advice(self, last_activation: str, units: int) -> tuple[str, str] | None:
        if units == 1:
            return "advice.one_unit_categorical", (
                "{loss} compares classes, but the last layer {layer!r} has one unit, whose softmax is always 1. "
                "Use one unit per class, or activation='sigmoid' with binary_crossentropy."
            )
        if not self.from_logits and last_activation == "sigmoid":
            return "advice.sigmoid_with_categorical", (
                "{loss} expects probabilities that add up to 1, but the last layer {layer!r} ends in sigmoid. "
                "Use activation='softmax'."
            )
        return super().advice(last_activation, units)


@LOSSES.add
class SparseCategoricalCrossentropy(CategoricalCrossentropy):
    """-log p of the right class; a target is the number of its class, 0 … k - 1.

    Args:
        from_logits: y_pred comes before the softmax.

    Shapes: y_true (1, n), y_pred (k, n) -> (n,). No unit. Source: as keras.losses.SparseCategoricalCrossentropy.
    """

    aliases: ClassVar[tuple[str, ...]] = ()
    params: ClassVar = {"from_logits": Bool(advanced=True)}
    sparse = True

    def __init__(self, from_logits: bool = False, axis: int = -1, **keywords: Any) -> None:
        Loss.__init__(self, from_logits=from_logits, **keywords)

    def encode(self, y: Array, width: int) -> Array:
        """Class numbers (1, n) as one-hot columns (k, n).

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
        classes = y[..., 0, :]
        bad = ~((classes >= 0) & (classes < width) & (classes == np.floor(classes)))
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
        return np.asarray(y == labels, y.dtype)
