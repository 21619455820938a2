"""Metrics: numbers for people, never trained on. As in Keras: update_state, result, reset_state; arrays are (n, k)."""

from typing import Any, ClassVar

import numpy as np

from netcore import losses
from netcore.config import Array
from netcore.data import as_floats, batch_first
from netcore.names import snake_case
from netcore.params import Bool, Float, Int, Param
from netcore.registry import Registry


class Metric:
    """Base of all metrics. What has been counted lies in `self.state`, float64, so that a run can be continued."""

    params: ClassVar[dict[str, Param]] = {}
    aliases: ClassVar[tuple[str, ...]] = ()
    slots: ClassVar[int] = 2
    state: Array

    def __init__(self, name: str | None = None, dtype: str | None = None, **arguments: Any) -> None:
        self.name = name or snake_case(type(self).__name__)
        self.dtype = dtype
        for argument, value in arguments.items():
            setattr(self, argument, self.params[argument].check(type(self).__name__, argument, value))
        self.state = np.zeros(self.slots)

    def __init_subclass__(cls) -> None:
        cls.aliases = (*cls.__dict__.get("aliases", ()), snake_case(cls.__name__))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count more samples: y_true, y_pred (n, k); sample_weight (n,)."""
        y_pred = as_floats(y_pred, "y_pred")
        y_true = as_floats(y_true, "y_true", "float64" if y_pred.dtype == np.float64 else None)
        with np.errstate(all="ignore"):
            self.count(y_true, y_pred, None if sample_weight is None else np.asarray(sample_weight, np.float64))

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        raise NotImplementedError

    def masked_weight(self, weight: Array | None, mask: Array | None) -> Array | None:
        """The weight (n, …) to count with where the outputs have a mask (t, n); as in Keras only means heed it."""
        return weight

    def result(self) -> float:
        """The metric of all samples counted since the last reset."""
        raise NotImplementedError

    def reset_state(self) -> None:
        self.state[...] = 0

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, **{name: getattr(self, name) for name in self.params}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Metric":
        return cls(**config)


METRICS: Registry[type[Metric]] = Registry("metric")


def matched(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Targets in the shape of the predictions: (n,) against (n, 1) is one column each."""
    if y_true.ndim == y_pred.ndim - 1 and y_pred.shape[-1] == 1:
        y_true = y_true[..., np.newaxis]
    if y_pred.ndim == y_true.ndim - 1 and y_true.shape[-1] == 1:
        y_pred = y_pred[..., np.newaxis]
    return y_true, y_pred


class MeanMetric(Metric):
    """A mean over samples: `values` gives one number per sample; weights count in numerator and denominator."""

    def values(self, y_true: Array, y_pred: Array) -> Array:
        """(n, k), (n, k) -> (n,)."""
        raise NotImplementedError

    def masked_weight(self, weight: Array | None, mask: Array | None) -> Array | None:
        if mask is None:
            return weight
        steps = batch_first(mask).astype(float)
        return steps if weight is None else steps * weight.reshape(weight.shape + (1,) * (steps.ndim - weight.ndim))

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        values = self.values(*matched(y_true, y_pred))
        if weight is None:
            self.state += np.add.reduce(values, None, np.float64), values.size
        else:
            weight = np.broadcast_to(weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)), values.shape)
            self.state += np.sum(values * weight), weight.sum()

    def result(self) -> float:
        total, count = self.state
        return float(total / count) if count else 0.0


def class_numbers(y_true: Array, y_pred: Array) -> Array:
    """Targets as class numbers (n,): a last axis of 1 is dropped."""
    return y_true[..., 0] if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1 else y_true


@METRICS.add
class Accuracy(MeanMetric):
    """Share of values that are exactly equal. As "accuracy" in compile: the variant that fits the output."""

    aliases = ("acc",)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.mean(y_true == y_pred, axis=-1) if y_true.ndim > 1 else np.asarray(y_true == y_pred, float)


@METRICS.add
class BinaryAccuracy(MeanMetric):
    """Share of outputs on the right side of `threshold`; a probability above it counts as 1."""

    params: ClassVar = {"threshold": Float(low=0.0, high=1.0, typical=(0.5, 0.5), advanced=True)}
    threshold: float

    def __init__(self, name: str | None = None, dtype: str | None = None, threshold: float = 0.5) -> None:
        super().__init__(name, dtype, threshold=threshold)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(np.mean(y_true == (y_pred > self.threshold), axis=-1))


@METRICS.add
class CategoricalAccuracy(MeanMetric):
    """Share of samples whose largest output is the class of the one-hot target."""

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(y_true.argmax(axis=-1) == y_pred.argmax(axis=-1), float)


@METRICS.add
class SparseCategoricalAccuracy(MeanMetric):
    """Share of samples whose largest output is the class number in the target."""

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        super().count(class_numbers(y_true, y_pred), y_pred, weight)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        return np.asarray(y_true.reshape(y_pred.shape[:-1]) == y_pred.argmax(axis=-1), float)


@METRICS.add
class TopKCategoricalAccuracy(MeanMetric):
    """Share of samples whose class is among the `k` largest outputs; targets one-hot."""

    params: ClassVar = {"k": Int(low=1, typical=(2, 5))}
    k: int

    def __init__(self, k: int = 5, name: str | None = None, dtype: str | None = None) -> None:
        super().__init__(name, dtype, k=k)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        right = np.take_along_axis(y_pred, y_true.argmax(axis=-1)[..., np.newaxis], axis=-1)
        return np.asarray(np.sum(y_pred > right, axis=-1) < self.k, float)


@METRICS.add
class SparseTopKCategoricalAccuracy(TopKCategoricalAccuracy):
    """Share of samples whose class is among the `k` largest outputs; targets are class numbers."""

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        super().count(class_numbers(y_true, y_pred), y_pred, weight)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        labels = y_true.reshape(y_pred.shape[:-1]).astype(np.intp)[..., np.newaxis]
        right = np.take_along_axis(y_pred, labels, axis=-1)
        return np.asarray(np.sum(y_pred > right, axis=-1) < self.k, float)


class LossMetric(MeanMetric):
    """A loss watched as a metric, with the same equation."""

    loss: losses.Loss

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        true, pred = matched(y_true, y_pred)
        if self.loss.sparse and true.ndim < pred.ndim:
            true = true[..., np.newaxis]
        super().count(true, pred, weight)

    def values(self, y_true: Array, y_pred: Array) -> Array:
        pred = np.moveaxis(np.atleast_2d(y_pred), 0, -1)
        true = self.loss.encode(np.moveaxis(np.atleast_2d(y_true), 0, -1), pred.shape[-2])
        out = np.empty((*pred.shape[:-2], pred.shape[-1]), pred.dtype)
        self.loss.values(true, pred, out)
        return np.moveaxis(out, -1, 0)


@METRICS.add
class MeanSquaredError(LossMetric):
    """Mean squared error, in the target's unit squared."""

    aliases: ClassVar[tuple[str, ...]] = ("mse", "MSE")
    loss = losses.MeanSquaredError()


@METRICS.add
class RootMeanSquaredError(MeanSquaredError):
    """Square root of the mean squared error, in the target's own unit."""

    aliases: ClassVar[tuple[str, ...]] = ("rmse",)

    def result(self) -> float:
        return float(np.sqrt(super().result()))


@METRICS.add
class MeanAbsoluteError(LossMetric):
    """Mean absolute error, in the target's own unit."""

    aliases = ("mae", "MAE")
    loss = losses.MeanAbsoluteError()


@METRICS.add
class MeanAbsolutePercentageError(LossMetric):
    """Mean absolute percentage error, in percent."""

    aliases = ("mape", "MAPE")
    loss = losses.MeanAbsolutePercentageError()


@METRICS.add
class BinaryCrossentropy(LossMetric):
    """Binary cross-entropy of probabilities (or of logits)."""

    aliases = ("bce", "BCE")
    params: ClassVar = {"from_logits": Bool(), "label_smoothing": Float(low=0.0, high=1.0, typical=(0.1, 0.2))}

    def __init__(
        self, name: str | None = None, dtype: str | None = None, from_logits: bool = False, label_smoothing: float = 0.0
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)
        self.loss = losses.BinaryCrossentropy(from_logits, label_smoothing)


@METRICS.add
class CategoricalCrossentropy(LossMetric):
    """Categorical cross-entropy; targets one-hot."""

    aliases = ("cce", "CCE")
    params: ClassVar = {"from_logits": Bool(), "label_smoothing": Float(low=0.0, high=1.0, typical=(0.1, 0.2))}

    def __init__(
        self, name: str | None = None, dtype: str | None = None, from_logits: bool = False, label_smoothing: float = 0.0
    ) -> None:
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)
        self.loss = losses.CategoricalCrossentropy(from_logits, label_smoothing)


@METRICS.add
class SparseCategoricalCrossentropy(LossMetric):
    """Categorical cross-entropy; targets are class numbers."""

    params: ClassVar = {"from_logits": Bool()}

    def __init__(self, name: str | None = None, dtype: str | None = None, from_logits: bool = False) -> None:
        super().__init__(name, dtype, from_logits=from_logits)
        self.loss = losses.SparseCategoricalCrossentropy(from_logits)


class _ShareOfPositives(Metric):
    """What Precision and Recall share: true positives against positives that were claimed, or that exist."""

    params: ClassVar = {"thresholds": Float(low=0.0, high=1.0, typical=(0.5, 0.5), optional=True)}
    thresholds: float | None

    def __init__(self, thresholds: float | None = None, name: str | None = None, dtype: str | None = None) -> None:
        super().__init__(name, dtype, thresholds=thresholds)

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        y_true, y_pred = matched(y_true, y_pred)
        claimed = y_pred > (0.5 if self.thresholds is None else self.thresholds)
        real = y_true.astype(bool)
        each = np.ones(y_pred.shape)
        if weight is not None:
            each *= weight.reshape(weight.shape + (1,) * (y_pred.ndim - weight.ndim))
        self.state += each[claimed & real].sum(), each[self.considered(claimed, real)].sum()

    def considered(self, claimed: Array, real: Array) -> Array:
        raise NotImplementedError

    def result(self) -> float:
        hits, considered = self.state
        return float(hits / considered) if considered else 0.0


@METRICS.add
class Precision(_ShareOfPositives):
    """Of the samples called positive, the share that is."""

    def considered(self, claimed: Array, real: Array) -> Array:
        return claimed


@METRICS.add
class Recall(_ShareOfPositives):
    """Of the positive samples, the share that was called positive."""

    def considered(self, claimed: Array, real: Array) -> Array:
        return real


@METRICS.add
class Mean(Metric):
    """Mean of the numbers given to update_state(values)."""

    def update_state(self, y_true: Any, y_pred: Any = None, sample_weight: Any = None) -> None:
        values = np.asarray(y_true, np.float64)
        weight = np.ones_like(values) if sample_weight is None else np.broadcast_to(sample_weight, values.shape)
        self.state += (values * weight).sum(), weight.sum()

    def __call__(self, y_true: Any, y_pred: Any = None, sample_weight: Any = None) -> float:
        self.update_state(y_true, None, sample_weight)
        return self.result()

    def result(self) -> float:
        total, count = self.state
        return float(total / count) if count else 0.0


def get(identifier: Any) -> Metric:
    """A metric from a name, a class or an instance. Raises NetcoreValueError "registry.unknown"."""
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        return identifier()
    return METRICS.get(identifier)()


def for_output(identifier: Any, target_width: int, width: int) -> Metric:
    """The metric of a compile string, which names it in the history; "accuracy" picks the variant that fits the shapes.

    Args:
        target_width, width: last axis of the targets and of the model's output.
    """
    if not isinstance(identifier, str):
        return get(identifier)
    metric: Metric
    if identifier in ("accuracy", "acc"):
        sparse = SparseCategoricalAccuracy if target_width != width else CategoricalAccuracy
        metric = BinaryAccuracy() if width == 1 else sparse()
    else:
        metric = METRICS.get(identifier)()
    metric.name = identifier
    return metric
