"""Activation: an activation function as a layer of its own."""

from typing import Any, ClassVar

from netcore.activations import Function, FunctionParam
from netcore.graph import Shape
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Operation


@LAYERS.add
class Activation(Layer):
    """outputs = activation(inputs), number by number (softmax: over the last axis).

    Args:
        activation: name of an activation function, None for none.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights.

    Backward: dx = dy * activation'(inputs); see each function for its slope.

    Source: as keras.layers.Activation.
    """

    params: ClassVar = {"activation": FunctionParam()}
    activation: Function

    def __init__(self, activation: Any, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.set_arguments(activation=activation)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self.activation.output_shape(input_shape)

    def operations(self) -> list[Operation]:
        return [self.activation]
