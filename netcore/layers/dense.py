"""Dense: every output is a weighted sum of every input."""

from typing import Any, ClassVar

import numpy as np

from netcore import activations
from netcore.activations import Function, FunctionParam
from netcore.config import Array
from netcore.graph import Shape
from netcore.initializers import start_value
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node, Operation
from netcore.params import Bool, Int

FEW_UNITS, MANY_PRODUCTS = 64, 1 << 20  # measured on 784 features: a third to a half of the time of the product


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

    Backward, with z = inputs @ kernel + bias: dz = dy * activation'(z); dkernel = inputs.T @ dz, dbias = sum of dz over
    the samples, dx = dz @ kernel.T.
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
    taped = True
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
        features = self.features_of(input_shape)
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

    def bind(self) -> None:
        super().bind()
        # views made once: kernel over bias as (units, d + 1), and the kernel as a plain array (d, units)
        self._across = self.kernel_and_bias.swapaxes(-1, -2)
        self._kernel = self.kernel_and_bias[..., : self.kernel.shape[-2], :]

    def prepare(self, node: Node, *, training: bool) -> None:
        # many rows as they were given, and few units: BLAS is quicker with the product the other way round
        given = node.x.ndim == 2 and not node.x.flags.c_contiguous
        turned = given and self.units <= FEW_UNITS and self.units * node.x.size > MANY_PRODUCTS
        rows = np.empty(node.y.shape[::-1], node.y.dtype) if turned else None
        node.scratch = rows, None, None
        if not training or node.dy is None:
            return
        gradient = node.gradient["kernel_and_bias"]
        several = node.x.ndim > gradient.ndim  # axes between batch and features: a product for each place, then the sum
        each = np.empty((*node.x.shape[:-1], node.y.shape[-2]), node.y.dtype) if several else gradient
        node.scratch = rows, each, node.dy.swapaxes(-1, -2)

    def forward(self, node: Node, *, training: bool) -> None:
        # kernel over bias in one (d + 1, units) view; x ends in a row of ones, so the bias needs no sum of its own
        rows = node.scratch[0]
        if rows is not None:
            np.dot(node.x.T, self.kernel_and_bias, rows)  # (n, d + 1) @ (d + 1, units)
            np.copyto(node.y, rows.T)
            return
        product = np.dot if node.x.ndim == 2 else np.matmul  # matmul does it at each of the leading axes
        product(self._across, node.x, node.y)  # (units, d + 1) @ (d + 1, n)

    def backward(self, node: Node) -> None:
        _, each, dy_rows = node.scratch  # dy as (n, units)
        product = np.dot if node.x.ndim == 2 else np.matmul
        product(node.x, dy_rows, each)  # (d + 1, n) @ (n, units): summed over the n samples by the product
        if each is not node.gradient["kernel_and_bias"]:
            np.sum(each, tuple(range(each.ndim - 2)), out=node.gradient["kernel_and_bias"])
        if node.dx is not None:
            product(self._kernel, node.dy, node.dx)  # (d, units) @ (units, n)
