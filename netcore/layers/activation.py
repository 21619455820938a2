"""Activation: an activation function as a layer of its own."""

from typing import Any, ClassVar

from netcore import activations
from netcore.activations import ACTIVATIONS
from netcore.graph import Shape
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Operation
from netcore.params import Choice


@LAYERS.add
class Activation(Layer):
    """outputs = activation(inputs), number by number (softmax: over the last axis).

    Args:
        activation: name of an activation function, None for none.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights.
    """

    params: ClassVar = {"activation": Choice(names=ACTIVATIONS.names, optional=True)}
    activation: str | None

    def __init__(self, activation: Any, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.set_arguments(activation=activations.name_of(activation))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return activations.get(self.activation).output_shape(input_shape)

    def operations(self) -> list[Operation]:
        return [activations.get(self.activation)]
