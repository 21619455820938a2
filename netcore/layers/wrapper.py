"""Wrapper: a layer made of other layers. Like a nested model it is a graph, which the frame runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from netcore.errors import NetcoreValueError
from netcore.graph import Graph, Input, Shape, Tensor
from netcore.layers.layer import LAYERS, Layer, plain
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
        return value if isinstance(value, dict) else layer_config(value)

    def invalid(self) -> tuple[Any, ...]:
        return (3, self.typical, {"class_name": "NoSuchLayer", "config": {}})

    def example(self) -> dict[str, Any]:
        return layer_config(LAYERS.get(self.typical)(2, **dict(self.options)))  # type: ignore[call-arg, arg-type]  # units


def layer_config(layer: Layer) -> dict[str, Any]:
    """{"class_name", "config"} of a layer."""
    return {"class_name": type(layer).__name__, "config": layer.get_config()}


def layer_from(value: Any, **changes: Any) -> Layer:
    """A new layer from the dict; `changes` replace entries of its config."""
    return LAYERS.get(value["class_name"]).from_config({**value["config"], **changes})


class Wrapper(Layer):
    """Base of layers that are made of other layers; a subclass says which, and draws the graph of its inside."""

    def __init__(self, **keywords: Any) -> None:
        self._graphs: dict[tuple[Shape, ...], Graph] = {}
        self._arguments: dict[str, Any] = {}
        super().__init__(**keywords)

    def inner_layers(self) -> Sequence[Layer]:
        """The layers inside, in the order of their weights."""
        raise NotImplementedError

    def draw(self, inputs: list[Tensor]) -> list[Tensor]:
        """Call the layers inside on `inputs`; returns the outputs."""
        raise NotImplementedError

    @property
    def differs_in_training(self) -> bool:
        """Whether a layer inside does."""
        return any(layer.differs_in_training for layer in self.inner_layers())

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

    @property
    def trainable(self) -> bool:
        """Whether the layers inside learn."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value
        if self._arguments:  # the layers inside are there
            for layer in self.inner_layers():
                layer.trainable = value

    @property
    def _weights(self) -> list[Weight]:
        return [weight for layer in self.inner_layers() for weight in layer.weights] if self._arguments else []

    @_weights.setter
    def _weights(self, value: list[Weight]) -> None:
        """The weights are those of the layers inside; the base class's empty list is not needed."""

    @property
    def trainable_weights(self) -> list[Weight]:
        if not (self.trainable and self._arguments):
            return []
        return [weight for layer in self.inner_layers() for weight in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        learning = {id(weight) for weight in self.trainable_weights}
        return [weight for weight in self._weights if id(weight) not in learning]

    def get_config(self) -> dict[str, Any]:
        common = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        return {**common, **self._arguments, **{name: plain(getattr(self, name)) for name in self.tail}}

    def keep_arguments(self, **arguments: Any) -> None:
        """Check the arguments and keep them for `get_config`, apart from the layers themselves."""
        owner = type(self).__name__
        self._arguments = {name: self.params[name].check(owner, name, value) for name, value in arguments.items()}


def _shapes(input_shape: Any) -> list[Shape]:
    return input_shape if isinstance(input_shape, list) else [input_shape]
