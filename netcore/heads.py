"""Heads: what `compile` attaches to each output (a loss with its weight, metrics), and the running sums of an epoch."""

import copy
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import multiply, subtract

from netcore import losses, metrics
from netcore.activations import sigmoid, softmax
from netcore.config import Array, scalar
from netcore.data import Columns, as_floats, batch_first, batch_last
from netcore.errors import NetcoreValueError
from netcore.losses import Loss
from netcore.losses.loss import wrong_width
from netcore.metrics import Metric
from netcore.node import Operation

FUSED: tuple[tuple[Operation, type[Loss]], ...] = (
    (softmax, losses.CategoricalCrossentropy),  # sparse targets arrive one-hot: the same class serves them
    (sigmoid, losses.BinaryCrossentropy),
)


def fuses(activation: Operation | None, loss: Loss | None) -> bool:
    """Whether activation and loss have the simple joint gradient p - t (both come before the same exp and log)."""
    return any(
        activation is function and isinstance(loss, cls) and not getattr(loss, "from_logits", False)
        for function, cls in FUSED
    )


def fused_gradient(y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
    """d loss / d logits = (p - t) * weight, for targets that add up to 1 (softmax) or are single (sigmoid)."""
    subtract(y_pred, y_true, out)
    multiply(out, weight, out)


@dataclass
class Head:
    """One output of the model.

    Attributes:
        name: of the output, part of the history keys of losses where there are several.
        shape: of the output with the batch axis last left out, such as (k,).
        loss: None for an output that is not trained on.
        weight: of its loss in the total.
        metric_names, weighted_names: as given to compile; they become objects when the targets are first seen.
        activation: the operation that makes the output, or None.
        masked: whether the output has a mask of its time steps; loss and mean metrics leave missing ones out.
        prefix: part of the history keys of metrics: the name again, of nested outputs that of the layer.
    """

    name: str
    shape: tuple[int, ...]
    loss: Loss | None
    weight: float = 1.0
    metric_names: list[Any] = field(default_factory=list)
    weighted_names: list[Any] = field(default_factory=list)
    activation: Operation | None = None
    masked: bool = False
    prefix: str = ""
    metrics: list[Metric] | None = None
    weighted: list[Metric] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.loss is not None:
            self.loss.check_output(self.shape)

    @property
    def width(self) -> int:
        return self.shape[-1]

    def make_metrics(self, target_width: int) -> None:
        if self.metrics is None:
            self.metrics = [metrics.for_output(name, target_width, self.width) for name in self.metric_names]
            self.weighted = [metrics.for_output(name, target_width, self.width) for name in self.weighted_names]


class Targets:
    """The targets of one head for some rows, encoded for the loss, and as given for the metrics.

    Args:
        head: the output they belong to.
        y: (N, …) as the program gave them; None for an output without a loss.
        sample_weight: (N,) or None.
        dtype: float type of the model.
        shape: of the output for these rows, where the head's own leaves sizes open.

    Attributes:
        encoded, raw: (k, N); the same object where encoding changes nothing.
        weight: (N,) or None.
        counted: (…, N) of bool where the loss leaves some targets out, else None.
        fusable: whether each column adds up to 1, as the joint gradient of softmax and cross-entropy takes for granted.
    """

    def __init__(
        self, head: Head, y: Any, sample_weight: Any, dtype: str, shape: tuple[int, ...] | None = None
    ) -> None:
        array = as_floats(y, "y", dtype)
        if array.ndim <= len(head.shape):
            array = array[..., np.newaxis]
        if array.ndim != len(head.shape) + 1:
            raise wrong_width(head.name, array.shape, (None, *head.shape))
        head.make_metrics(array.shape[-1])
        raw = np.ascontiguousarray(batch_last(array))
        encoded, counted = raw, None
        if head.loss is not None:
            head.loss.check_targets(raw, shape or head.shape)
            encoded, counted = head.loss.encode(raw, head.width), head.loss.counted(raw)
        self.raw = Columns(raw)
        self.encoded = self.raw if encoded is raw else Columns(encoded)
        self.weight = None if sample_weight is None else Columns(_weights(sample_weight, array, dtype))
        self.counted = None if counted is None else Columns(counted)
        shares = np.abs(encoded.sum(axis=-2) - 1) < 1e-5
        self.fusable = head.activation is sigmoid or bool(np.all(shares if counted is None else shares | ~counted))

    def order(self, permutation: Array) -> None:
        kept = (self.raw, self.encoded, self.weight, self.counted)
        for columns in {id(one): one for one in kept if one is not None}.values():
            columns.order(permutation)


def _weights(sample_weight: Any, y: Array, dtype: str) -> Array:
    weight = as_floats(sample_weight, "sample_weight", dtype)
    if weight.ndim == 2 and weight.shape[1] == 1:
        weight = weight[:, 0]
    if weight.shape != y.shape[: weight.ndim]:
        raise NetcoreValueError(
            "data.sample_weight",
            "`sample_weight` must have one number for each of the {rows} rows, but has shape {shape}.",
            rows=len(y),
            shape=weight.shape,
        )
    return weight if weight.ndim == 1 else batch_last(weight)


class Tracker:
    """Running sums of one head: its loss as Keras reports it (batch losses weighted by size), and its metrics.

    Args:
        rows: keep the loss of each of so many rows by itself too, in `row_losses`; 0 for none.
    """

    def __init__(self, head: Head, *, own_metrics: bool, rows: int = 0) -> None:
        self.head = head
        self.sums = np.zeros(2)  # of batch loss * rows, and of rows
        self.row_losses = np.zeros(rows)  # (N,), sample weights left out
        self._own = own_metrics
        self._metrics: list[Metric] | None = None

    @property
    def metrics(self) -> list[Metric]:
        """Those of `metrics=`, then those of `weighted_metrics=`; none before the first targets have been seen."""
        if self._metrics is None and self.head.metrics is not None:
            made = [*self.head.metrics, *self.head.weighted]
            self._metrics = copy.deepcopy(made) if self._own else made
            for metric in self._metrics:
                metric.reset_state()
        return self._metrics or []

    @property
    def _plain(self) -> int:
        return len(self.head.metrics or [])

    def reset(self) -> None:
        self.sums[...] = 0
        for metric in self.metrics:
            metric.reset_state()

    def update(
        self,
        targets: Targets,
        outputs: Array,
        start: int,
        bounds: Array,
        mask: Array | None = None,
        values: Array | None = None,
    ) -> None:
        """Count recorded outputs (k, m) of the rows start … start + m; `bounds` are the first rows of their batches.

        `mask` (t, m) says which time steps count; `values` are those of the loss, where they are known already.
        """
        stop = start + outputs.shape[-1]
        weight = None if targets.weight is None else targets.weight.ordered[..., start:stop]
        if self.head.loss is not None:
            true = targets.encoded.ordered[..., start:stop]
            if values is None:
                values = np.empty(self.head.loss.value_shape(outputs.shape), outputs.dtype)
                self.head.loss.values(true, outputs, values)
            counted = None if targets.counted is None else targets.counted.ordered[..., start:stop]
            there = both(counted, None if self.head.loss.sequence else mask)
            if len(self.row_losses):
                self.row_losses[start:stop] = row_means(values, there)
            self.sums += self._reduced(values, weight, bounds, there), values.shape[-1]
        if self.metrics:
            y_true, y_pred = batch_first(targets.raw.ordered[..., start:stop]), batch_first(outputs)
            plain = self._plain
            for index, metric in enumerate(self.metrics):
                own = batch_first(weight) if weight is not None and index >= plain else None
                metric.count(y_true, y_pred, metric.masked_weight(own, mask))

    def _reduced(self, values: Array, weight: Array | None, bounds: Array, mask: Array | None) -> float:
        """Sum over the batches of batch loss * rows."""
        assert self.head.loss is not None  # noqa: S101
        reduction = self.head.loss.reduction
        positions = math.prod(values.shape[:-1])  # values per row: 1, or the number of time steps and the like
        if mask is not None:
            weight = with_mask(weight, mask)
        weighted = values if weight is None else values * weight
        by_values = reduction in ("sum_over_batch_size", "mean", "none")
        if (by_values and mask is None) or (reduction == "mean_with_sample_weight" and weight is None):
            return float(np.add.reduce(weighted, None, np.float64)) / positions
        per_row = weighted.reshape(-1, values.shape[-1]).sum(axis=0, dtype=np.float64)
        sums = np.add.reduceat(per_row, bounds)
        sizes = np.diff([*bounds, values.shape[-1]])
        if by_values:  # the mean is over the steps that are there
            steps = mask.reshape(-1, mask.shape[-1])  # type: ignore[union-attr]
            there = np.add.reduceat(steps.sum(axis=0), bounds) * (positions / len(steps))
            sums = np.divide(sums, there, out=np.zeros_like(sums), where=there > 0)
        elif reduction == "mean_with_sample_weight":
            all_weights = np.broadcast_to(weight, values.shape).reshape(-1, values.shape[-1]).sum(axis=0)  # type: ignore[arg-type]
            divisors = np.add.reduceat(all_weights, bounds)
            sums = np.divide(sums, divisors, out=np.zeros_like(sums), where=divisors != 0)
        return float(np.dot(sums, sizes))

    def chosen(self, *, weighted: bool) -> list[Metric]:
        """The metrics of `metrics=`, or those of `weighted_metrics=`."""
        return self.metrics[self._plain :] if weighted else self.metrics[: self._plain]

    def loss(self) -> float:
        total, rows = self.sums
        return float(total / rows) if rows else 0.0

    def state(self) -> list[Array]:
        return [self.sums, *(metric.state for metric in self.metrics)]


def logs_of(trackers: list[Tracker], penalty: float = 0.0) -> dict[str, float]:
    """Loss (with the penalty in it), then metrics, by the names of the history.

    A name that stands already gets "weighted_" or a number.
    """
    several = len(trackers) > 1
    trained = [tracker for tracker in trackers if tracker.head.loss is not None]
    logs = {"loss": sum(tracker.head.weight * tracker.loss() for tracker in trained) + penalty}
    for tracker in trained:
        if len(trained) > 1:
            logs[f"{tracker.head.name}_loss"] = tracker.loss()
    found: dict[str, float] = {}
    for weighted in (False, True):
        for tracker in trackers:
            prefix = f"{tracker.head.prefix}_" if several else ""
            for metric in tracker.chosen(weighted=weighted):
                value = metric.result()  # an array where a metric has several numbers
                found[_free_name(prefix, metric.name, found, weighted=weighted)] = (
                    float(np.reshape(value, ())) if np.size(value) == 1 else value
                )
    return logs | (dict(sorted(found.items())) if several else found)


def _free_name(prefix: str, name: str, taken: dict[str, float], *, weighted: bool) -> str:
    if weighted and prefix + name in taken:
        name = f"weighted_{name}"
    number = 1
    free = name = prefix + name
    while free in taken:
        free = f"{name}_{number}"
        number += 1
    return free


def row_means(values: Array, there: Array | None) -> Array:
    """Mean loss of each row over its positions, those that are there: (…, n), mask (…, n) or None -> (n,)."""
    if values.ndim == 1:
        return np.asarray(values if there is None else values * there)
    axes = tuple(range(values.ndim - 1))
    if there is None:
        return np.asarray(values.mean(axes, np.float64))
    counts = np.broadcast_to(there, values.shape).sum(axes)
    sums = np.where(there, values, 0).sum(axes, np.float64)
    return np.asarray(np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0))


def both(one: Array | None, other: Array | None) -> Array | None:
    """What neither mask leaves out."""
    if one is None or other is None:
        return other if one is None else one
    return np.asarray(one & other)


def with_mask(weight: Array | None, mask: Array) -> Array:
    """Sample weights (n,) or (t, n), or none, as weights (t, n) that are 0 where a time step is missing."""
    return mask if weight is None else mask * weight


class StepWeight:
    """The factor that each sample's gradient gets: loss weight, sample weight and reduction in one.

    Without sample weights and masks it is one number, made once; with them an array that is filled at each step.

    Args:
        shape: of the output, (…, k, n).
        masks: which time steps the output has, and which values the loss counts by the targets; None for all of them.
    """

    def __init__(
        self, head: Head, shape: tuple[int, ...], weight: Array | None, dtype: Any, *masks: Array | None
    ) -> None:
        assert head.loss is not None  # noqa: S101  # heads without a loss have no gradient
        self._weight, self._masks = weight, [mask for mask in masks if mask is not None]
        mask = self._masks[0] if self._masks else None
        self.filled = weight is not None or mask is not None
        self._by_weight_sum = head.loss.reduction == "mean_with_sample_weight" and self.filled
        self._by_mask_sum = head.loss.reduction not in ("sum", "mean_with_sample_weight") and mask is not None
        values = math.prod(head.loss.value_shape(shape))
        divisor = 1 if head.loss.reduction == "sum" or self._by_weight_sum else values
        self._factor = scalar(head.weight * head.loss.gradient_factor(head.width) / divisor, dtype)
        like = () if not self.filled else (weight if mask is None else mask).shape  # type: ignore[union-attr]
        self.value: Array = np.empty((*like[:-1], 1, shape[-1]), dtype) if self.filled else self._factor

    def fill(self) -> None:
        if not self.filled:
            return
        mask = both(*self._masks) if len(self._masks) == 2 else self._masks[0] if self._masks else None
        weight = self._weight if mask is None else with_mask(self._weight, mask)
        out = self.value[..., 0, :]
        np.multiply(weight, self._factor, out)  # type: ignore[arg-type]  # filled: one of the two is there
        if self._by_weight_sum:
            out /= weight.sum() or 1  # type: ignore[union-attr]
        if self._by_mask_sum:  # the mean is over the steps that are there
            out *= mask.size / (mask.sum() or 1)  # type: ignore[union-attr]
