"""TimeDistributed: the same layer at every time step."""

from typing import Any, ClassVar

from netcore.graph import Graph, Shape, Tensor
from netcore.layers.layer import LAYERS, Layer
from netcore.layers.wrapper import LayerParam, Wrapper, layer_from
from netcore.penalties import warn_of_ignored_penalty


@LAYERS.add
class TimeDistributed(Wrapper):
    """outputs[:, s] = layer(inputs[:, s]) for every time step s, with the same weights.

    All steps are computed at once, as if they were samples; so are the gradients. Batch normalisation inside keeps the
    steps apart: each is a batch of its own, as in Keras, which calls the layer once for each step.

    Args:
        layer: what is done at each step. Its `activity_regularizer` has no effect, as in Keras: give
            TimeDistributed one.

    Shapes (n = batch size, t = time steps): inputs (n, t, …) -> outputs (n, t, …); weights of the layer.

    Raises:
        NetcoreValueError "param.layer": `layer` is no layer.

    Source: as keras.layers.TimeDistributed.
    """

    params: ClassVar = {"layer": LayerParam(typical="Dense")}
    min_ndim = 3
    time_as_samples = True
    layer: Layer

    def __init__(self, layer: Any, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.keep_arguments(layer=layer)
        self.layer = layer if isinstance(layer, Layer) else layer_from(layer)
        warn_of_ignored_penalty(self.layer, self)

    def inner_layers(self) -> list[Layer]:
        return [self.layer]

    def inner_graph(self, shapes: list[Shape]) -> Graph:
        return super().inner_graph([(None, *shape[2:]) for shape in shapes])

    def draw(self, inputs: list[Tensor]) -> list[Tensor]:
        return [self.layer(inputs[0])]

    def compute_output_shape(self, input_shape: Any) -> Any:
        inside = super().compute_output_shape(input_shape)
        return (*input_shape[:2], *inside[1:])
