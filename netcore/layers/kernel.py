"""KernelAndBias: what layers share that multiply their inputs with a kernel, add a bias, and apply an activation."""

from typing import Any

from netcore import activations
from netcore.arguments import Made
from netcore.config import Array
from netcore.constraints import Bounds
from netcore.graph import Shape
from netcore.layers.layer import Layer
from netcore.node import Operation
from netcore.regularizers import Penalty


class KernelAndBias(Layer):
    """Base of layers with a kernel (…, units) and, perhaps, a bias (units,).

    A subclass takes the arguments activation, use_bias, kernel_initializer and bias_initializer, and its equations may
    use `kernel_and_bias` (rows of the kernel + 1, units): the bias as one more row, which meets an input of 1.
    """

    kernel_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on the kernel, added to the loss")
    bias_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on the bias")
    kernel_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of the kernel, kept after each update")
    bias_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of the bias")
    kernel: Array = Made()
    bias: Array | None = Made()
    kernel_and_bias: Array = Made()
    features: int = Made()  # size of the inputs' last axis, which the kernel was made for

    def add_kernel_and_bias(self, shape: tuple[int, ...]) -> None:
        """Make the weights; `shape` is that of the kernel."""
        weights = [self.add_weight("kernel", shape, self.kernel_initializer)]
        if self.use_bias:
            weights.append(self.add_weight("bias", shape[-1:], self.bias_initializer))
        else:
            self.bias = None
        self.join("kernel_and_bias", *weights)

    def check_input(self, shapes: list[Shape]) -> None:
        super().check_input(shapes)
        if self.built:
            self.check_features(shapes[0], self.features)

    def operations(self) -> list[Operation]:
        return [self] if self.activation is activations.linear else [self, self.activation]
