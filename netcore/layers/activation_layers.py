"""Activation functions with arguments of their own, as layers."""

import warnings
from typing import Any

import numpy as np

from netcore import activations
from netcore.arguments import Float, Into, Ints
from netcore.constraints import Bounds
from netcore.errors import NetcoreValueError, NetcoreWarning
from netcore.graph import Shape, Tensor
from netcore.initializers import StartValue
from netcore.layers.layer import LAYERS, Layer
from netcore.layers.normalization import AXIS, place_of, size_of
from netcore.node import Node, Operation
from netcore.regularizers import Penalty


@LAYERS.add
class ReLU(Layer):
    """outputs = max(inputs, 0), number by number; slope 1 above 0, 0 elsewhere.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights. Source: Nair & Hinton (2010); as keras.layers.ReLU.
    """

    max_value: float | None = Float(
        default=None,
        low=0.0,
        typical=(1.0, 6.0),
        optional=True,
        advanced=True,
        about="outputs are no larger; None for no limit",
    )
    negative_slope: float = Float(default=0.0, low=0.0, typical=(0.0, 0.3), about="slope below the threshold")
    threshold: float = Float(
        default=0.0,
        low=0.0,
        typical=(0.0, 1.0),
        advanced=True,
        about="below it outputs = negative_slope * (inputs - threshold)",
    )

    keeps_mask = True

    def operations(self) -> list[Operation]:
        if self.max_value is None and self.negative_slope == 0 and self.threshold == 0:
            return [activations.relu]
        return [activations.Relu(self.negative_slope, self.max_value, self.threshold)]


@LAYERS.add
class LeakyReLU(Layer):
    """outputs = inputs above 0, negative_slope * inputs below; slopes 1 and negative_slope.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights. Source: Maas et al. (2013).
    """

    negative_slope: float = Float(
        default=0.3, low=0.0, typical=(0.01, 0.3), about="slope below 0; 0.2 in the function, 0.3 here, as in Keras"
    )

    keeps_mask = True

    def understand(self, unknown: dict[str, Any]) -> dict[str, Any]:
        if unknown.keys() != {"alpha"}:
            return super().understand(unknown)
        warnings.warn(
            NetcoreWarning("leaky_relu.alpha", "`alpha` is an old name. Use `negative_slope`."),
            stacklevel=3,
        )
        return {"negative_slope": unknown["alpha"]}

    def operations(self) -> list[Operation]:
        return [activations.LeakyRelu(self.negative_slope)]


@LAYERS.add
class ELU(Layer):
    """outputs = inputs above 0, alpha * (exp(inputs) - 1) below; slopes 1 and outputs + alpha.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights. Source: Clevert et al. (2016); as keras.layers.ELU.
    """

    alpha: float = Float(default=1.0, low=0.0, typical=(0.5, 1.0), about="the outputs stay above -alpha")

    keeps_mask = True

    def operations(self) -> list[Operation]:
        return [activations.Elu(self.alpha)]


@LAYERS.add
class Softmax(Layer):
    """outputs = exp(inputs) / sum of exp(inputs) along an axis; dinputs = outputs * (dy - sum of dy * outputs).

    Shapes: inputs (n, …) -> outputs of the same shape; no weights.

    Raises: NetcoreValueError "layer.axis"; "softmax.mask" for a mask whose shape does not fit.

    Source: Bridle (1990); as keras.layers.Softmax.
    """

    axis: Any = Ints(
        default=-1,
        low=AXIS,
        single=True,
        typical=(-1,),
        advanced=True,
        about="the axis or axes whose numbers add up to 1",
    )

    keeps_mask = True

    def build(self, input_shape: Shape) -> None:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        self._places = tuple(place_of(axis, input_shape, self.name) for axis in axes)
        self._last = self._places == (len(input_shape) - 2,)

    def __call__(  # type: ignore[override]  # Keras's own order of arguments
        self, inputs: Any, mask: Any = None, training: bool | None = None
    ) -> Any:
        """As any layer. On an array, `mask` tells which of its numbers take part; the outputs of the others are 0.

        Its shape is that of the array, or spreads over it.
        """
        if mask is None or isinstance(inputs, Tensor):
            return super().__call__(inputs, training=training, mask=mask)
        array = np.asarray(inputs, self.dtype)
        try:
            there = np.broadcast_to(np.asarray(mask) > 0.5, array.shape)  # numbers may stand for a yes
        except ValueError:
            raise NetcoreValueError(
                "softmax.mask",
                "{name}: `mask` must have the shape of the inputs, {expected}, or sizes of 1 where it counts for all, "
                "but has shape {given}.",
                name=self.name,
                expected=array.shape,
                given=np.shape(mask),
            ) from None
        lowest = np.finfo(array.dtype).min
        return np.where(there, super().__call__(np.where(there, array, lowest), training=training), 0)

    def operations(self) -> list[Operation]:
        return [activations.softmax if self._last else activations.Softmax(self._places)]


@LAYERS.add
class PReLU(Layer):
    """outputs = inputs above 0, alpha * inputs below, with a slope alpha that is learnt.

    dalpha = sum of dy * inputs where inputs < 0; dinputs = dy above 0, alpha * dy below.

    Shapes: inputs (n, …) -> outputs of the same shape; alpha (…), with 1 for shared axes.

    Raises: NetcoreValueError "layer.axis", "layer.open_axis".

    Source: He et al. (2015); as keras.layers.PReLU.
    """

    alpha_initializer: Any = StartValue(default="zeros", about="start value of alpha")
    alpha_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on alpha, added to the loss")
    alpha_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of alpha, kept after each update")
    shared_axes: Into[tuple[int, ...] | None] = Ints(
        default=None,
        kw_only=True,
        low=1,
        spread=True,
        optional=True,
        typical=(1,),
        advanced=True,
        about="axes along which one alpha serves all places, such as (1, 2) for each channel of an image",
    )

    keeps_mask = True
    min_ndim = 2

    def build(self, input_shape: Shape) -> None:
        shared = {place_of(axis, input_shape, self.name) for axis in self.shared_axes or ()}
        places = range(len(input_shape) - 1)
        shape = tuple(1 if place in shared else size_of(input_shape, place, self.name) for place in places)
        self.add_weight("alpha", shape, self.alpha_initializer)

    def prepare(self, node: Node, *, training: bool) -> None:
        node.scratch = np.empty(node.x.shape, node.y.dtype)

    def forward(self, node: Node, *, training: bool) -> None:
        below = node.scratch
        np.minimum(node.x, activations.ZERO, out=below)
        np.multiply(below, self.alpha[..., np.newaxis], node.y)
        np.add(node.y, np.maximum(node.x, activations.ZERO), node.y)

    def backward(self, node: Node) -> None:
        below = node.scratch
        product = below * node.dy
        axes = tuple(axis for axis, size in enumerate((*self.alpha.shape, 1)) if size == 1)
        np.sum(product, axis=axes, out=node.gradient["alpha"][..., np.newaxis], keepdims=True)
        if node.dx is not None:
            slope = (node.x > 0) + (node.x < 0) * self.alpha[..., np.newaxis]
            np.multiply(slope, node.dy, node.dx)
