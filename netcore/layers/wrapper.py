"""Wrapper: a layer made of other layers. Like a nested model it is a graph, which the frame runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from netcore.errors import NetcoreValueError
from netcore.graph import Graph, GraphNode, Input, Shape, Tensor
from netcore.layers.layer import LAYERS, Demands, Layer, plain
from netcore.parameters import Weight
from netcore.params import Param


@dataclass(frozen=True, kw_only=True)
class LayerParam(Param):
    """An argument that is a layer: an instance, or a {"class_name", "config"} dict; kept as the dict, for JSON.

    `typical` is the class of a layer worth trying, `options` its further arguments, `base` what it must be.
    """

    typical: str = "Dense"
    options: tuple[tuple[str, Any], ...] = ()
    base: type[Layer] = Layer

    def take(self, owner: str, name: str, value: Any) -> Any:
        """As it was given: whether the layer itself is used, or copies of it, the wrapper decides."""
        self.check(owner, name, value)
        return value

    def _check(self, owner: str, name: str, value: Any) -> Any:
        fits = isinstance(value, self.base) or (
            isinstance(value, dict)
            and value.get("class_name") in LAYERS
            and issubclass(LAYERS.get(value["class_name"]), self.base)
            and isinstance(value.get("config"), dict)
        )
        if not fits:
            raise NetcoreValueError(
                "param.layer",
                "{owner}: `{name}` must be a layer such as {typical}(8), but got {value!r}.",
                owner=owner,
                name=name,
                value=value,
                typical=self.typical,
            )
        if isinstance(value, dict):
            layer_from(value)  # raises for arguments that it does not take
            params, config = LAYERS.get(value["class_name"]).params, value["config"]
            in_one_form = {key: params[key].check(owner, key, one) for key, one in config.items() if key in params}
            return {**value, "config": config | in_one_form}  # JSON has no tuples
        return plain(value)

    def invalid(self) -> tuple[Any, ...]:
        known = {"class_name": self.typical, "config": {}}  # without its size
        return (3, self.typical, {"class_name": "NoSuchLayer", "config": {}}, {"class_name": {}, "config": {}}, known)

    def example(self) -> dict[str, Any]:
        cls: Any = LAYERS.get(self.typical)
        config: dict[str, Any] = plain(cls(2, **dict(self.options)))
        return config


def layer_from(value: Any, **changes: Any) -> Layer:
    """A new layer from the dict; `changes` replace entries of its config."""
    return LAYERS.get(value["class_name"]).from_config({**value["config"], **changes})


class Wrapper(Layer):
    """Base of layers that are made of other layers; a subclass says which, and draws the graph of its inside."""

    def _set_up(self) -> None:
        self._graphs: dict[tuple[Shape, ...], Graph] = {}
        self._inner: list[Layer] = []  # a subclass puts them there, once it has its arguments
        super()._set_up()

    def inner_layers(self) -> Sequence[Layer]:
        return self._inner

    def draw(self, inputs: list[Tensor]) -> list[Tensor]:
        """Call the layers inside on `inputs`; returns the outputs."""
        raise NotImplementedError

    def inner_graph(self, shapes: list[Shape]) -> Graph:
        """The graph inside for inputs of those shapes; another number of time steps has another graph."""
        key = tuple(shapes)
        if key not in self._graphs:
            inputs = [Input(batch_shape=shape, dtype=self.dtype, name=self.name) for shape in shapes]
            self._graphs[key] = Graph(tuple(inputs), tuple(self.draw(inputs)))
        return self._graphs[key]

    def build(self, input_shape: Any) -> None:
        """Build the layers inside for inputs of that shape."""
        self.ensure_built(input_shape)

    def ensure_built(self, input_shape: Any) -> None:
        self.inner_graph(_shapes(input_shape))
        self.built = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        shapes = [tensor.shape for tensor in self.inner_graph(_shapes(input_shape)).outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    def demands(self, input_shape: Any) -> Demands:
        """Those of the layers inside, at every step where these are taken as samples."""
        shapes = _shapes(input_shape)
        nodes = [node for node in self.inner_graph(shapes).nodes if node.layer is not None and node.inputs]
        each = [node.layer.demands(_as_called(node)) for node in nodes if node.layer is not None]
        times = int(shapes[0][1] or 1) if self.time_as_samples else 1
        numbers, multiplications, steps = (sum(one) for one in zip(*each, strict=True)) if each else (0, 0, 0)
        return Demands(times * numbers, times * multiplications, steps)

    @property
    def _weights(self) -> list[Weight]:
        return [weight for layer in self._inner for weight in layer.weights]

    @_weights.setter
    def _weights(self, value: list[Weight]) -> None:
        """The weights are those of the layers inside; the base class's empty list is not needed."""

    @property
    def trainable_weights(self) -> list[Weight]:
        return [weight for layer in self._inner for weight in layer.trainable_weights] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Weight]:
        learning = {id(weight) for weight in self.trainable_weights}
        return [weight for weight in self._weights if id(weight) not in learning]


def _as_called(node: GraphNode) -> Any:
    shapes = [tensor.shape for tensor in node.inputs]
    return shapes if node.listed else shapes[0]


def _shapes(input_shape: Any) -> list[Shape]:
    return input_shape if isinstance(input_shape, list) else [input_shape]
