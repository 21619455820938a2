"""TimeDistributed: the same layer at every time step."""

from typing import Any

from netcore.arguments import Described
from netcore.graph import Graph, Shape, Tensor
from netcore.layers.layer import LAYERS, Layer, plain
from netcore.layers.wrapper import LayerParam, Wrapper, layer_from
from netcore.penalties import warn_of_ignored_penalty


@LAYERS.add
class TimeDistributed(Wrapper):
    """outputs[:, s] = layer(inputs[:, s]) for every time step s, with the same weights.

    All steps are computed at once, as if they were samples; so are the gradients. Batch normalisation inside keeps the
    steps apart: each is a batch of its own, as in Keras, which calls the layer once for each step.

    An `activity_regularizer` of the layer has no effect, as in Keras: give TimeDistributed one.

    Shapes (n = batch size, t = time steps): inputs (n, t, …) -> outputs (n, t, …); weights of the layer.

    Raises:
        NetcoreValueError "param.layer": `layer` is no layer.

    Source: as keras.layers.TimeDistributed.
    """

    _given: Any = Described(LayerParam(typical="Dense"), alias="layer", about="what is done at each step")

    min_ndim = 3
    time_as_samples = True

    def after_arguments(self) -> None:
        given, self._given = self._given, plain(self._given)
        self.layer = given if isinstance(given, Layer) else layer_from(given)
        self._inner = [self.layer]
        warn_of_ignored_penalty(self.layer, self)

    def inner_graph(self, shapes: list[Shape]) -> Graph:
        return super().inner_graph([(None, *shape[2:]) for shape in shapes])

    def draw(self, inputs: list[Tensor]) -> list[Tensor]:
        return [self.layer(inputs[0])]

    def compute_output_shape(self, input_shape: Any) -> Any:
        inside = super().compute_output_shape(input_shape)
        return (*input_shape[:2], *inside[1:])
