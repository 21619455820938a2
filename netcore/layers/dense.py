"""Dense: every output is a weighted sum of every input."""

import math
from typing import Any

from netcore.activations import ActivationFunction, Function
from netcore.arguments import Bool, Int, Into
from netcore.graph import Shape
from netcore.initializers import StartValue
from netcore.layers.kernel import KernelAndBias
from netcore.layers.layer import LAYERS
from netcore.layers.products import BatchProducts
from netcore.node import Node


@LAYERS.add
class Dense(KernelAndBias):
    """outputs = activation(inputs @ kernel + bias).

    Shapes (n = batch size, d = input features; axes between them are kept, the last one is d):
        inputs (n, d) -> outputs (n, units); kernel (d, units); bias (units,)

    Raises:
        NetcoreValueError "param.int_below": `units` is not a whole number of at least 1.

    Source: Glorot & Bengio (2010), eq. 16, for the start value of `kernel`.

    Backward, with z = inputs @ kernel + bias: dz = dy * activation'(z); dkernel = inputs.T @ dz, dbias = sum of dz over
    the samples, dx = dz @ kernel.T.
    """

    units: int = Int(low=1, typical=(1, 64), about="size of the output; no unit of measure")
    activation: Into[Function] = ActivationFunction(default=None, about="name of an activation function, None for none")
    use_bias: bool = Bool(default=True, advanced=True, about="whether there is a bias")
    kernel_initializer: Any = StartValue(default="glorot_uniform", about="start value of the kernel")
    bias_initializer: Any = StartValue(default="zeros", about="start value of the bias")

    min_ndim = 2
    keeps_mask = True
    stackable = True
    taped = True

    def after_arguments(self) -> None:
        self.wants_ones = self.use_bias  # x ends in a row of ones, so that the bias needs no sum of its own

    def build(self, input_shape: Shape) -> None:
        self.features = self.features_of(input_shape)
        self.add_kernel_and_bias((self.features, self.units))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self.activation.output_shape((*input_shape[:-1], self.units))

    def bind(self) -> None:
        super().bind()
        self._across = self.kernel_and_bias.swapaxes(-1, -2)  # (units, d + 1), a view made once
        self._kernel = self.kernel_and_bias[..., : self.kernel.shape[-2], :]  # (d, units) as a plain array

    def multiplications(self, x: tuple[int, ...], y: tuple[int, ...]) -> int:
        """Each output meets each input feature."""
        return math.prod(y) * x[-1]

    def prepare(self, node: Node, *, training: bool) -> None:
        learns = training and node.dy is not None
        node.scratch = BatchProducts(node, node.gradient["kernel_and_bias"] if learns else None)

    def forward(self, node: Node, *, training: bool) -> None:
        # y = [kernel, bias].T [x, 1]: (units, d + 1) @ (d + 1, n)
        node.scratch.forward(self._across, node.x, node.y)

    def backward(self, node: Node) -> None:
        # d[kernel, bias] = [x, 1] dy.T: (d + 1, n) @ (n, units), summed over the n samples by the product
        node.scratch.back_to_weights(node.x, node.gradient["kernel_and_bias"])
        if node.dx is not None:  # dx = kernel dy: (d, units) @ (units, n)
            node.scratch.back_to_inputs(self._kernel, node.dy, node.dx)
