"""Activation functions with arguments of their own, as layers."""

import warnings
from typing import Any, ClassVar

import numpy as np

from netcore import activations
from netcore.config import Array
from netcore.errors import NetcoreWarning
from netcore.graph import Shape
from netcore.initializers import start_value
from netcore.layers.layer import LAYERS, Layer
from netcore.layers.normalization import AXIS, place_of, size_of
from netcore.node import Node, Operation
from netcore.params import Float, Ints


@LAYERS.add
class ReLU(Layer):
    """outputs = max(inputs, 0), number by number; slope 1 above 0, 0 elsewhere.

    Args:
        max_value: outputs are no larger; None for no limit.
        negative_slope: slope below the threshold.
        threshold: below it outputs = negative_slope * (inputs - threshold).

    Shapes: inputs (n, …) -> outputs of the same shape; no weights. Source: Nair & Hinton (2010); as keras.layers.ReLU.
    """

    params: ClassVar = {
        "max_value": Float(low=0.0, typical=(1.0, 6.0), optional=True, advanced=True),
        "negative_slope": Float(low=0.0, typical=(0.0, 0.3)),
        "threshold": Float(low=0.0, typical=(0.0, 1.0), advanced=True),
    }
    keeps_mask = True
    max_value: float | None
    negative_slope: float
    threshold: float

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        self.set_arguments(max_value=max_value, negative_slope=negative_slope, threshold=threshold)

    def operations(self) -> list[Operation]:
        if self.max_value is None and self.negative_slope == 0 and self.threshold == 0:
            return [activations.relu]
        return [activations.Relu(self.negative_slope, self.max_value, self.threshold)]


@LAYERS.add
class LeakyReLU(Layer):
    """outputs = inputs above 0, negative_slope * inputs below; slopes 1 and negative_slope.

    Args:
        negative_slope: slope below 0 (the function "leaky_relu" has 0.2, this layer 0.3, as in Keras).

    Shapes: inputs (n, …) -> outputs of the same shape; no weights. Source: Maas et al. (2013).
    """

    params: ClassVar = {"negative_slope": Float(low=0.0, typical=(0.01, 0.3))}
    keeps_mask = True
    negative_slope: float

    def __init__(self, negative_slope: float = 0.3, **keywords: Any) -> None:
        if "alpha" in keywords:
            negative_slope = keywords.pop("alpha")
            warnings.warn(
                NetcoreWarning("leaky_relu.alpha", "`alpha` is an old name. Use `negative_slope`."),
                stacklevel=2,
            )
        super().__init__(**keywords)
        self.set_arguments(negative_slope=negative_slope)

    def operations(self) -> list[Operation]:
        return [activations.LeakyRelu(self.negative_slope)]


@LAYERS.add
class ELU(Layer):
    """outputs = inputs above 0, alpha * (exp(inputs) - 1) below; slopes 1 and outputs + alpha.

    Args:
        alpha: the outputs stay above -alpha.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights. Source: Clevert et al. (2016); as keras.layers.ELU.
    """

    params: ClassVar = {"alpha": Float(low=0.0, typical=(0.5, 1.0))}
    keeps_mask = True
    alpha: float

    def __init__(self, alpha: float = 1.0, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.set_arguments(alpha=alpha)

    def operations(self) -> list[Operation]:
        return [activations.Elu(self.alpha)]


@LAYERS.add
class Softmax(Layer):
    """outputs = exp(inputs) / sum of exp(inputs) along an axis; dinputs = outputs * (dy - sum of dy * outputs).

    Args:
        axis: the axis or axes whose numbers add up to 1.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights.

    Raises: NetcoreValueError "layer.axis".

    Source: Bridle (1990); as keras.layers.Softmax.
    """

    params: ClassVar = {"axis": Ints(low=AXIS, single=True, typical=(-1,), advanced=True)}
    keeps_mask = True
    axis: Any

    def __init__(self, axis: Any = -1, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.set_arguments(axis=axis)

    def build(self, input_shape: Shape) -> None:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        self._places = tuple(place_of(axis, input_shape, self.name) for axis in axes)
        self._last = self._places == (len(input_shape) - 2,)

    def operations(self) -> list[Operation]:
        return [activations.softmax if self._last else activations.Softmax(self._places)]


@LAYERS.add
class PReLU(Layer):
    """outputs = inputs above 0, alpha * inputs below, with a slope alpha that is learnt.

    dalpha = sum of dy * inputs where inputs < 0; dinputs = dy above 0, alpha * dy below.

    Args:
        alpha_initializer: start value of alpha.
        shared_axes: axes along which one alpha serves all places, such as (1, 2) for each channel of an image.

    Shapes: inputs (n, …) -> outputs of the same shape; alpha (…), with 1 for shared axes.

    Raises: NetcoreValueError "layer.axis", "layer.open_axis".

    Source: He et al. (2015); as keras.layers.PReLU.
    """

    params: ClassVar = {
        "alpha_initializer": start_value(),
        "shared_axes": Ints(low=1, length=None, spread=True, optional=True, typical=(1,), advanced=True),
    }
    keeps_mask = True
    min_ndim = 2
    alpha_initializer: Any
    shared_axes: tuple[int, ...] | None
    alpha: Array

    def __init__(self, alpha_initializer: Any = "zeros", shared_axes: Any = None, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.set_arguments(alpha_initializer=alpha_initializer, shared_axes=shared_axes)

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
