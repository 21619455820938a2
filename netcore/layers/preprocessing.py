"""Preprocessing inside a model: numbers brought to a common scale, so that a saved model takes raw data."""

from typing import Any

import numpy as np

from netcore import config
from netcore.arguments import Bool, Ints, Numbers
from netcore.config import Array
from netcore.data import as_floats
from netcore.errors import NetcoreValueError
from netcore.graph import Shape
from netcore.layers.layer import LAYERS, Layer
from netcore.layers.normalization import AXIS, place_of, size_of
from netcore.node import Node


@LAYERS.add
class Normalization(Layer):
    """outputs = (inputs - mean) / max(sqrt(variance), 1e-7), with the mean and variance of the data given to `adapt`.

    The gradient of the inputs is dy / max(sqrt(variance), 1e-7); nothing is learnt while training.

    Shapes: inputs (n, …, d) -> outputs of the same shape; mean, variance (d,), count (); none of them trainable.

    Raises:
        NetcoreValueError "normalization.both": only one of mean and variance, or of different shapes.
        NetcoreValueError "layer.axis", "layer.open_axis".

    Source: as keras.layers.Normalization; the variance is that of the population.
    """

    axis: Any = Ints(
        default=-1,
        low=AXIS,
        single=True,
        optional=True,
        typical=(-1,),
        advanced=True,
        about="the axis or axes that keep a mean of their own (-1: each feature); None for one mean of all numbers",
    )
    known_mean: Any = Numbers(
        default=None, optional=True, advanced=True, alias="mean", about="known mean instead of `adapt`"
    )
    known_variance: Any = Numbers(
        default=None, optional=True, advanced=True, alias="variance", about="known variance; both are given or none"
    )
    invert: bool = Bool(
        default=False,
        advanced=True,
        about="undo the normalisation instead: outputs = inputs * max(sqrt(variance), 1e-7) + mean",
    )

    keeps_mask = True

    def after_arguments(self) -> None:
        mean, variance = self.known_mean, self.known_variance
        if (mean is None) != (variance is None) or np.shape(mean) != np.shape(variance):
            raise NetcoreValueError(
                "normalization.both",
                "Normalization: `mean` and `variance` must be given together and with the same shape, "
                "but got mean={mean} and variance={variance}.",
                mean=mean,
                variance=variance,
            )

    def build(self, input_shape: Shape) -> None:
        axes = () if self.axis is None else self.axis if isinstance(self.axis, tuple) else (self.axis,)
        self._places = tuple(sorted(place_of(axis, input_shape, self.name) for axis in axes))
        shape = tuple(size_of(input_shape, place, self.name) for place in self._places)
        self._aligned = (
            *(shape[self._places.index(i)] if i in self._places else 1 for i in range(len(input_shape) - 1)),
            1,
        )
        if self.known_mean is None:
            self.add_weight("mean", shape, "zeros", trainable=False)
            self.add_weight("variance", shape, "ones", trainable=False)
            self.add_weight("count", (), "zeros", trainable=False)
        else:
            known = (self.known_mean, self.known_variance)
            self.mean, self.variance = (np.broadcast_to(np.asarray(one, self.dtype), shape) for one in known)

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data: an array (n, …, d), or an iterable of such batches."""
        array = np.concatenate([as_floats(batch, "data", "float64") for batch in _batches(data)])
        self.ensure_built((None, *array.shape[1:]))
        if self.known_mean is not None:
            return
        rest = tuple(axis for axis in range(array.ndim) if axis - 1 not in self._places)
        weights = {weight.name: weight for weight in self.weights}
        weights["mean"].assign(array.mean(axis=rest))
        weights["variance"].assign(array.var(axis=rest))

    def _mean_and_deviation(self) -> tuple[Array, Array]:
        deviation = np.maximum(np.sqrt(self.variance), config.epsilon())
        return self.mean.reshape(self._aligned), deviation.reshape(self._aligned)

    def forward(self, node: Node, *, training: bool) -> None:
        mean, deviation = self._mean_and_deviation()
        if self.invert:
            np.multiply(node.x, deviation, node.y)
            np.add(node.y, mean, node.y)
        else:
            np.subtract(node.x, mean, node.y)
            np.divide(node.y, deviation, node.y)

    def backward(self, node: Node) -> None:
        _, deviation = self._mean_and_deviation()
        (np.multiply if self.invert else np.divide)(node.dy, deviation, node.dx)


def _batches(data: Any) -> list[Any]:
    """The inputs of data that is one table, or an iterable of batches x or (x, y)."""
    table = hasattr(data, "shape") or (isinstance(data, list | tuple) and not hasattr(data[0], "shape"))
    return [data] if table else [batch[0] if isinstance(batch, tuple) else batch for batch in data]


@LAYERS.add
class Rescaling(Layer):
    """outputs = inputs * scale + offset; the gradient of the inputs is dy * scale. 1 / 255 brings pixels to 0 … 1.

    Shapes: inputs (n, …, d) -> outputs of the same shape; no weights. Source: as keras.layers.Rescaling.
    """

    scale: Any = Numbers(typical=1 / 255, about="a number, or one for each feature")
    offset: Any = Numbers(default=0.0, typical=0.0, about="a number, or one for each feature")

    keeps_mask = True

    def prepare(self, node: Node, *, training: bool) -> None:
        node.scratch = tuple(
            np.asarray(value, node.y.dtype)[..., np.newaxis] if np.ndim(value) else np.asarray(value, node.y.dtype)
            for value in (self.scale, self.offset)
        )

    def forward(self, node: Node, *, training: bool) -> None:
        scale, offset = node.scratch
        np.multiply(node.x, scale, node.y)
        np.add(node.y, offset, node.y)

    def backward(self, node: Node) -> None:
        np.multiply(node.dy, node.scratch[0], node.dx)
