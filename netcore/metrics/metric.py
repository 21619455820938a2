"""Metric: what all of them share. Numbers for people, never trained on.

As in Keras: update_state, result, reset_state; arrays are (n, k) as the program holds them.
"""

from typing import Any, ClassVar

import numpy as np

from netcore.arguments import Given, Into, Made, Named
from netcore.config import Array
from netcore.data import as_floats
from netcore.errors import NetcoreTypeError, NetcoreValueError
from netcore.names import snake_case, unique_name
from netcore.registry import Registry


class Metric(Named):
    """Base of all metrics. What has been counted lies in `self.state`, float64, so that a run can be continued.

    Arguments of a subclass that come before `name`, as in Keras, stand in a class of their own, its last base.

    Raises:
        NetcoreTypeError "metric.unknown_argument": an argument that the metric does not have.
    """

    name: Into[str] = Given(
        default=None,
        about="key in the history; left out it is made from the class, numbered where Keras numbers it (auc, auc_1, …)",
    )
    dtype: str | None = Given(default=None, about="accepted for Keras programs; without effect, but in IoU")
    state: Array = Made()

    slots: ClassVar[int] = 2
    numbered: ClassVar[bool] = True
    default_name: ClassVar[str | None] = None

    def _set_up(self) -> None:
        self.name = self.name or self._own_name()
        self.build(1)

    def understand(self, unknown: dict[str, Any]) -> dict[str, Any]:
        raise NetcoreTypeError(
            "metric.unknown_argument",
            "{owner} has no argument {name!r}. It takes: {choices}.",
            owner=type(self).__name__,
            name=next(iter(unknown)),
            choices=", ".join([*self.params, "name"]),
        )

    def _own_name(self) -> str:
        cls = type(self).__name__
        return self.default_name or (unique_name(cls) if self.numbered else snake_case(cls))

    def state_shape(self, width: int) -> tuple[int, ...]:
        """Shape of what is counted, for outputs with `width` columns."""
        return (self.slots,)

    def build(self, width: int) -> None:
        """Make room to count outputs with `width` columns; what has been counted for as many stays."""
        shape = self.state_shape(width)
        if getattr(self, "state", None) is None or self.state.shape != shape:
            self.state = np.zeros(shape)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count more samples: y_true, y_pred (n, k); sample_weight (n,)."""
        y_pred = as_floats(y_pred, "y_pred")
        y_true = as_floats(y_true, "y_true", "float64" if y_pred.dtype == np.float64 else None)
        self.build(y_pred.shape[-1])
        with np.errstate(all="ignore"):
            self.count(y_true, y_pred, None if sample_weight is None else np.asarray(sample_weight, np.float64))

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        """`update_state` for arrays of floats, after `build`."""
        raise NotImplementedError

    def masked_weight(self, weight: Array | None, mask: Array | None) -> Array | None:
        """The weight (n, …) to count with where the outputs have a mask (t, n); as in Keras only means heed it."""
        return weight

    def result(self) -> Any:
        """The metric of all samples counted since the last reset: a number, or an array of one for each class."""
        raise NotImplementedError

    def reset_state(self) -> None:
        """Forget what has been counted."""
        self.state[...] = 0

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Count more samples and give the result."""
        self.update_state(*arguments, **keywords)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """The arguments, as JSON can hold them."""
        return {"name": self.name, **self.arguments()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Metric":
        """The metric of what `get_config` gave."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


METRICS: Registry[type[Metric]] = Registry("metric")


def matched(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Targets in the shape of the predictions: (n,) against (n, 1) is one column each."""
    if y_true.ndim == y_pred.ndim - 1 and y_pred.shape[-1] == 1:
        y_true = y_true[..., np.newaxis]
    if y_pred.ndim == y_true.ndim - 1 and y_true.shape[-1] == 1:
        y_pred = y_pred[..., np.newaxis]
    return y_true, y_pred


def spread(weight: Array, shape: tuple[int, ...]) -> Array:
    """Weights of samples (n,), or of single values, as weights of that shape.

    Raises:
        NetcoreValueError "metric.sample_weight": they do not fit.
    """
    if weight.ndim == len(shape) + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    try:
        return np.broadcast_to(weight.reshape(weight.shape + (1,) * (len(shape) - weight.ndim)), shape)
    except ValueError:
        raise NetcoreValueError(
            "metric.sample_weight",
            "`sample_weight` has shape {given}, but there are values of shape {expected} to weigh: one for each sample "
            "(and time step), where y_true and y_pred are (n, k). Give flat ones as (n, 1).",
            given=weight.shape,
            expected=shape,
        ) from None


def divided(numerator: Array, denominator: Array) -> Array:
    """The quotient, 0 where it would be divided by 0."""
    out = np.zeros(np.broadcast_shapes(np.shape(numerator), np.shape(denominator)))
    return np.divide(numerator, denominator, out=out, where=denominator != 0)


def number_or_array(value: Array) -> Any:
    """One entry as a plain number, several as an array."""
    return float(value.reshape(())) if value.size == 1 else value.copy()
