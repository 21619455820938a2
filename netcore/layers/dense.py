"""Dense: every output is a weighted sum of every input."""

from typing import Any, ClassVar

import numpy as np

from netcore import activations
from netcore.activations import Function, FunctionParam
from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.graph import Shape
from netcore.initializers import start_value
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node, Operation
from netcore.params import Bool, Int


@LAYERS.add
class Dense(Layer):
    """outputs = activation(inputs @ kernel + bias).

    Args:
        units: size of the output; no unit of measure, at least 1.
        activation: name of an activation function, None for none.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: start values.

    Shapes (n = batch size, d = input features; axes between them are kept, the last one is d):
        inputs (n, d) -> outputs (n, units); kernel (d, units); bias (units,)

    Raises:
        NetcoreValueError "param.int_below": `units` is not a whole number of at least 1.

    Source: Glorot & Bengio (2010), eq. 16, for the start value of `kernel`.
    """

    params: ClassVar = {
        "units": Int(low=1, typical=(1, 64)),
        "activation": FunctionParam(),
        "use_bias": Bool(advanced=True),
        "kernel_initializer": start_value(),
        "bias_initializer": start_value(),
    }
    min_ndim = 2
    keeps_mask = True
    stackable = True
    units: int
    activation: Function
    use_bias: bool
    kernel_initializer: Any
    bias_initializer: Any
    kernel: Array
    kernel_and_bias: Array

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        **keywords: Any,
    ) -> None:
        super().__init__(**keywords)
        self.set_arguments(
            units=units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
        )
        self.wants_ones = self.use_bias

    def build(self, input_shape: Shape) -> None:
        features = input_shape[-1]
        if features is None:
            raise NetcoreValueError(
                "layer.open_shape",
                "{name}: the last axis of the input must have a known size, but the input shape is {shape}.",
                name=self.name,
                shape=input_shape,
            )
        kernel = self.add_weight("kernel", (features, self.units), self.kernel_initializer)
        if self.use_bias:
            bias = self.add_weight("bias", (self.units,), self.bias_initializer)
            self.join("kernel_and_bias", kernel, bias)
        else:
            self.join("kernel_and_bias", kernel)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self.activation.output_shape((*input_shape[:-1], self.units))

    def check_input(self, shapes: list[Shape]) -> None:
        super().check_input(shapes)
        if self.built:
            self.check_features(shapes[0], len(self.kernel))

    def operations(self) -> list[Operation]:
        return [self] if self.activation is activations.linear else [self, self.activation]

    def prepare(self, node: Node, *, training: bool) -> None:
        if training and node.x.ndim > self.kernel_and_bias.ndim:
            node.scratch = np.empty((*node.x.shape[:-1], node.y.shape[-2]), node.y.dtype)

    def forward(self, node: Node, *, training: bool) -> None:
        # kernel over bias in one (d + 1, units) view; x ends in a row of ones, so the bias needs no sum of its own
        if node.x.ndim == 2:
            self.kernel_and_bias.T.dot(node.x, node.y)  # (units, d + 1) @ (d + 1, n); the method is faster than np.dot
        else:
            np.matmul(self.kernel_and_bias.swapaxes(-1, -2), node.x, node.y)  # the same at each of the leading axes

    def backward(self, node: Node) -> None:
        if node.x.ndim == 2:
            node.x.dot(node.dy.T, node.gradient["kernel_and_bias"])  # summed over the n samples by the product
            if node.dx is not None:
                self.kernel.dot(node.dy, node.dx)  # (d, units) @ (units, n)
        else:
            gradient = node.gradient["kernel_and_bias"]
            each = gradient if node.scratch is None else node.scratch
            np.matmul(node.x, node.dy.swapaxes(-1, -2), each)  # (…, d + 1, units)
            if each is not gradient:
                np.sum(each, axis=tuple(range(each.ndim - 2)), out=gradient)
            if node.dx is not None:
                np.matmul(self.kernel, node.dy, node.dx)
