"""Loss: what all of them share. One value per sample, and the gradient of that value.

Inside, targets and predictions are (k, n): k outputs, n samples (with axes in front of k if the output has more).
Reduction and weights are the frame's work: `gradient` gets them as one factor per sample.
Called as in Keras, `loss(y_true, y_pred)` takes (n, k) and gives one number.
"""

from typing import Any, ClassVar, Literal

import numpy as np

from netcore import config
from netcore.arguments import Arguments, Choice, Described, Given, Into, Named
from netcore.config import Array
from netcore.data import as_floats, batch_last
from netcore.errors import Advice, NetcoreTypeError, NetcoreValueError
from netcore.names import snake_case
from netcore.params import IntParam
from netcore.registry import Registry

OneAnswer = Literal["mean", "median", "least"]
REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


class Loss(Named):
    """Base of all losses.

    Attributes:
        targets: what they are: "numbers"; "yes_no", 0 or 1 for each output; "classes", one-hot or their numbers;
            "vectors", of which the direction counts; "labels", a sequence of them for each sample.
        unit: of a value, where the targets have one: "target", "target²" or "%"; "" for none.
        probabilities: "sigmoid" or "softmax" where y_pred must be such probabilities, else None.
        sparse: True where a target is the number of a class.
        sequence: True where a sample is a whole sequence, (t, k) outputs for one value.
        positive: True where y_pred must be above 0.
        taped: True where `gradient` may be put on a tape, as Operation.taped says.
        one_answer: what `best_answer` is of the targets: their "mean", their "median", or "least" where neither.
        told_values: True where `gradient` finds the values on its way, and `gradient_and_values` tells them.

    Arguments of a subclass come before these three, as in Keras: they stand in a class of their own, which is given as
    its last base.

    Raises:
        NetcoreTypeError "loss.unknown_argument": an argument that the loss does not have.
    """

    reduction: Into[str] = Choice(
        default="sum_over_batch_size",
        names=lambda: REDUCTIONS,
        optional=True,
        listed=False,
        about='how the values of a batch become one number; "sum_over_batch_size" is their mean, None is "none"',
    )
    name: Into[str] = Given(default=None, about="name in messages; made from the class if left out")
    dtype: str | None = Given(default=None, about="accepted for Keras programs; without effect")

    targets: ClassVar[Literal["numbers", "yes_no", "classes", "vectors", "labels"]] = "numbers"
    unit: ClassVar[Literal["target", "target²", "%", ""]] = ""
    sparse: ClassVar[bool] = False
    sequence: ClassVar[bool] = False
    positive: ClassVar[bool] = False
    one_answer: ClassVar[OneAnswer] = "mean"
    taped: ClassVar[bool] = False
    told_values: ClassVar[bool] = False
    probabilities: ClassVar[str | None] = None
    axis = -1

    def _set_up(self) -> None:
        self.reduction = "none" if self.reduction is None else self.reduction
        self.name = self.name or snake_case(type(self).__name__)

    def understand(self, unknown: dict[str, Any]) -> dict[str, Any]:
        raise NetcoreTypeError(
            "loss.unknown_argument",
            "{owner} has no argument {name!r}. It takes: {choices}.",
            owner=type(self).__name__,
            name=next(iter(unknown)),
            choices=", ".join([*self.params, "reduction", "name"]),
        )

    # --- what a loss is

    def encode(self, y: Array, width: int) -> Array:
        """Targets as the equations want them: (k, n) with k = `width`.

        Raises:
            NetcoreValueError "loss.width": another number of columns than the model has outputs.
        """
        if y.shape[-2] != width:
            raise wrong_width(self.name, public_shape(y.shape), (None, *y.shape[:-2], width))
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

    def gradient_and_values(self, y_true: Array, y_pred: Array, weight: Array, out: Array, values: Array) -> None:
        """`gradient`, and into `values` what `values` would say; written where `told_values` is True."""
        raise NotImplementedError

    def gradient_factor(self, width: int) -> float:
        """A constant factor of the gradient, which the frame multiplies into `weight` once instead of in every step."""
        return 1.0

    def value_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of the values for outputs (…, k, n): one for each position, (…, n)."""
        return (*shape[:-2], shape[-1])

    def scratch_numbers(self, y_true: tuple[int, ...], y_pred: tuple[int, ...]) -> int:
        """How many numbers it takes for one sample while training, about, where that may be far more than y_pred holds.

        Args:
            y_true, y_pred: shapes of one sample.
        """
        return 0

    def multiplications(self, y_true: tuple[int, ...], y_pred: tuple[int, ...]) -> int:
        """How many for one sample, about, likewise."""
        return 0

    def steps_in_turn(self, y_pred: tuple[int, ...]) -> int:
        """Steps made one after the other, however many samples there are."""
        return 0

    def counted(self, y: Array) -> Array | None:
        """(…, n) of bool: which values count, by the targets alone; None for all of them."""
        return None

    # --- what does not fit

    def check_output(self, shape: tuple[int | None, ...]) -> None:
        """Refuse an output (…, k) of a model, batch axis left out, that this loss cannot work with.

        Raises:
            NetcoreValueError "loss.axis": the classes are to lie in another axis than the last one.
        """
        if self.axis not in (-1, len(shape)):
            raise NetcoreValueError(
                "loss.axis",
                "{loss}: in a model the classes lie in the last axis, but `axis` is {axis}. "
                "Put a Permute layer in front of the output and leave `axis` out.",
                loss=self.name,
                axis=self.axis,
            )

    def check_targets(self, y: Array, shape: tuple[int, ...]) -> None:
        """Refuse targets (…, n) that outputs (…, k) can never fit, before `encode`."""

    def advice(self, last_activation: str, units: int) -> Advice | None:
        """A warning if outputs of that activation do not suit this loss."""
        return None

    def target_advice(self, y: Array) -> Advice | None:
        """A warning if the targets themselves do not suit this loss."""
        return None

    def best_answer(self, y: Array) -> float:
        """The number that has the lowest loss where it is the answer to all of these targets (n,)."""
        return float(np.mean(y, dtype=np.float64))

    # --- called by itself

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss of (n, k) arrays: one number, or (n,) with reduction "none"."""
        values, counts = self.per_sample(y_true, y_pred)
        weight = None if sample_weight is None else np.asarray(sample_weight, values.dtype)
        if weight is not None:
            if weight.ndim == values.ndim + 1 and weight.shape[-1] == 1:
                weight = weight[..., 0]
            weight = weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim))
        return reduce(values, weight, self.reduction, counts)

    def per_sample(self, y_true: Any, y_pred: Any) -> tuple[Array, Array | None]:
        """Values of (n, k) arrays, (n,), and which of them count; (k,) and (k,) are one sample, with one value ()."""
        true, pred = aligned(y_true, y_pred, self)
        alone = pred.ndim == 1
        if self.axis != -1 and not alone:
            pred = np.moveaxis(pred, self.axis, -1)
            true = true if self.sparse else np.moveaxis(true, self.axis, -1)
        if alone:
            true, pred = true[np.newaxis], pred[np.newaxis]
        true, pred = batch_last(true), batch_last(pred)
        self.check_targets(true, pred.shape[:-1])
        encoded = self.encode(true, pred.shape[-2])
        values = np.empty(self.value_shape(pred.shape), pred.dtype)
        counts = self.counted(true)
        with np.errstate(all="ignore"):
            self.values(encoded, pred, values)
        values = np.moveaxis(values, -1, 0)
        counts = None if counts is None else np.moveaxis(counts, -1, 0)
        return (values[0], counts if counts is None else counts[0]) if alone else (values, counts)

    # --- description

    def get_config(self) -> dict[str, Any]:
        """The arguments, as JSON can hold them."""
        return {"name": self.name, "reduction": self.reduction, **self.arguments()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Loss":
        """The loss of what `get_config` gave."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


LOSSES: Registry[type[Loss]] = Registry("loss")

AXIS = IntParam(
    low=-10, high=10, listed=False, about="where the outputs of a sample lie; in a model always the last axis"
)


class AlongAxis(Arguments):
    """For losses of all outputs of a sample together, when they are called by themselves."""

    axis: int = Described(AXIS, default=-1)


def loss_of(identifier: Any) -> Loss:
    """The loss object from a name, a class, an instance, a function of this package, or what `serialize` gave.

    Raises:
        NetcoreValueError "registry.unknown": no loss has that name.
        NetcoreTypeError "loss.callable": a function of one's own, whose derivative nobody has written.
    """
    if isinstance(identifier, Loss):
        return identifier
    identifier = getattr(identifier, "loss_class", identifier)
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        return identifier()
    if isinstance(identifier, dict):
        return LOSSES.get(identifier["class_name"]).from_config(identifier["config"])
    if callable(identifier):
        raise NetcoreTypeError(
            "loss.callable",
            "`loss` must be a name such as 'mse' or an object of netcore.losses, but got {value!r}. netcore has no "
            "automatic derivative: choose one of {choices}, or write a class of losses.Loss with `values` and "
            "`gradient`.",
            value=identifier,
            choices=", ".join(LOSSES.names()),
        )
    return LOSSES.get(identifier)()


def wrong_width(loss: str, given: tuple[int, ...], expected: tuple[int | None, ...]) -> NetcoreValueError:
    """The refusal of targets (n, …) that do not have one column for each output (None, …) of the model."""
    return NetcoreValueError(
        "loss.width",
        "{loss}: y has shape {given}, but the model's output has shape {expected}. Each output needs one column of y: "
        "change the units of the last layer to {columns}, or encode y (utils.to_categorical) to {width} columns.",
        loss=loss,
        given=given,
        expected=expected,
        columns=given[-1],
        width=expected[-1],
    )


def public_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(k, n) inside is (n, k) outside."""
    return (shape[-1], *shape[:-1])


def reduce(values: Array, weight: Array | None, reduction: str, counts: Array | None = None) -> Any:
    """Values of one batch to one number; Keras's meaning of each word (by default weights count in the numerator only).

    Args:
        counts: bool, False for values that are left out, of the mean too.
    """
    if counts is not None:
        weight = counts.astype(values.dtype) if weight is None else weight * counts
    weighted = values if weight is None else values * weight
    if reduction == "none":
        return weighted
    if reduction == "sum":
        return float(weighted.sum())
    if reduction == "mean_with_sample_weight" and weight is not None:
        divisor = np.broadcast_to(weight, values.shape).sum()
    else:
        divisor = np.asarray(values.size if counts is None else counts.sum())
    return float(weighted.sum() / divisor) if divisor else 0.0


def aligned(y_true: Any, y_pred: Any, loss: Loss) -> tuple[Array, Array]:
    """Targets with as many axes as the predictions: (n,) against (n, 1) is one column each, never (n, n)."""
    pred = np.asarray(y_pred)
    pred = np.atleast_1d(pred) if pred.dtype.kind == "f" else as_floats(y_pred, "y_pred")
    true = as_floats(y_true, "y", str(pred.dtype))
    if pred.ndim == 1 and true.ndim == 2 and true.shape[-1] == 1 and not loss.sparse:
        pred = pred[:, np.newaxis]
    while true.ndim < pred.ndim:
        true = true[..., np.newaxis]
    if loss.sparse and true.ndim == 1:  # one class number against one row of outputs
        true = true[:1]
    return true, pred


# --- what several equations use


def clipped(y_pred: Array) -> Array:
    """Probabilities kept away from 0 and 1 by 1e-7, so that their logarithm is finite."""
    low = config.epsilon()
    return np.clip(y_pred, low, 1 - low)


def inside(y_pred: Array) -> Array:
    """True where clipping changes nothing; elsewhere the slope is 0."""
    low = np.asarray(config.epsilon(), y_pred.dtype)
    return (y_pred >= low) & (y_pred <= 1 - low)
