"""Activation: an activation function as a layer of its own."""

from netcore.activations import ActivationFunction, Function
from netcore.arguments import Into
from netcore.graph import Shape
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Operation


@LAYERS.add
class Activation(Layer):
    """outputs = activation(inputs), number by number (softmax: over the last axis).

    Shapes: inputs (n, …) -> outputs of the same shape; no weights.

    Backward: dx = dy * activation'(inputs); see each function for its slope.

    Source: as keras.layers.Activation.
    """

    activation: Into[Function] = ActivationFunction(about="name of an activation function, None for none")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return self.activation.output_shape(input_shape)

    def operations(self) -> list[Operation]:
        return [self.activation]
