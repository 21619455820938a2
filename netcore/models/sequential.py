"""Sequential: layers one behind the other."""

from collections.abc import Sequence
from typing import Any

from netcore.config import Array
from netcore.errors import NetcoreError, NetcoreTypeError, NetcoreValueError
from netcore.graph import Graph, Input, Tensor
from netcore.layers.input_layer import InputLayer
from netcore.layers.layer import Layer
from netcore.models.describing import MODELS, entry, maker
from netcore.models.model import Model
from netcore.models.network import check_names
from netcore.names import unique_name
from netcore.nested import leaves


class Sequential(Model):
    """Layers one behind the other.

    Args:
        layers: the layers, perhaps with an Input in front.
        name: of the model.

    The model is built at once if it starts with Input or its first layer has `input_shape`, else at first use.

    Raises:
        NetcoreValueError "sequential.not_a_layer": something else stands among the layers.
    """

    sequential = True

    def __init__(self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name, trainable=trainable)
        self._stack: list[Layer] = []
        self.start: Tensor | None = None
        for layer in layers or []:
            self._append(layer)
        self._rebuild()

    @property
    def layers(self) -> list[Layer]:
        return list(self._stack)

    def add(self, layer: Any, **misplaced: Any) -> None:
        """Put a layer at the end.

        Raises:
            NetcoreTypeError "sequential.add_arguments": arguments that belong into the layer's own brackets.
        """
        misplaced.pop("rebuild", None)
        if misplaced:
            raise NetcoreTypeError(
                "sequential.add_arguments",
                "add() takes the layer only: {names} belongs inside the brackets of {layer}(…). "
                "Write model.add({layer}(…, {names}=…)).",
                names=", ".join(misplaced),
                layer=type(layer).__name__,
            )
        self._append(layer)
        self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer off and return it. Raises NetcoreValueError "sequential.empty"."""
        if not self._stack:
            raise NetcoreValueError("sequential.empty", "There are no layers in the model.")
        layer = self._stack.pop()
        self.graph = None
        self.built = False
        self._rebuild()
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Fix the input shape, (None, features), and make the weights.

        Raises:
            NetcoreValueError "sequential.shape": the model has another input shape already.
        """
        if self.start is not None and input_shape is not None and tuple(input_shape) != self.start.shape:
            raise NetcoreValueError(
                "sequential.shape",
                "The model {name!r} takes inputs of shape {expected} already, so it cannot be built for {given}.",
                name=self.name,
                expected=self.start.shape,
                given=tuple(input_shape),
            )
        if self.start is None and input_shape is not None:
            self.start = Input(batch_shape=input_shape, dtype=self.dtype)
        self._rebuild()

    def _append(self, layer: Any) -> None:
        if isinstance(layer, InputLayer):
            layer = layer.tensor
        if isinstance(layer, Tensor) and not self._stack and self.start is None:
            self.start = layer
            return
        if not isinstance(layer, Layer):
            raise NetcoreValueError(
                "sequential.not_a_layer",
                "Only layers can be added to a Sequential model (an Input comes first), but got {value!r}. "
                "Try model.add(layers.Dense(10)).",
                value=layer,
            )
        check_names([*self._stack, layer])
        self._stack.append(layer)

    def _rebuild(self) -> None:
        if self.start is None and self._stack:
            shape = self._stack[0].declared_shape or self._shape_of_first()
            self.start = None if shape is None else Input(batch_shape=shape, dtype=self.dtype)
        if self.start is None or not self._stack:
            return
        unique_name("Functional")  # Keras makes a model of that class inside, which takes a name
        tensor = self.start
        for layer in self._stack:
            layer.calls = []
            tensor = layer(tensor)
        self.input_structure, self.output_structure = self.start, tensor
        self._set_graph(Graph((self.start,), tuple(output for _, output in leaves(tensor))))

    def _shape_of_first(self) -> Any:
        """Input shape of a model that stands in front of other layers and knows it."""
        first = self._stack[0]
        known = isinstance(first, Model) and first.graph is not None and len(self._stack) > 1
        return first.input_shape if known else None

    def inner_layers(self) -> list[Layer]:
        known: list[Layer] = self.__dict__.get("_stack", [])
        return known

    def get_config(self) -> dict[str, Any]:
        """{"name", "trainable", "dtype", "layers"}, with the input first if it is known."""
        start = [] if self.start is None else [InputLayer(tensor=self.start)]
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": self.dtype,
            "layers": [entry(layer) for layer in (*start, *self._stack)],
        }

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None, make: Any = None) -> Any:
        """As for Model."""
        make = make or maker(custom_objects)
        layers = [make(description) for description in config["layers"]]
        return cls(layers, trainable=config.get("trainable", True), name=config.get("name"))

    def _require_graph(self, error: type[NetcoreError] = NetcoreValueError) -> Graph:
        if not self._stack:
            raise error(
                "sequential.no_layers",
                "The model {name!r} has no layers yet. Add one: model.add(Dense(10)).",
                name=self.name,
            )
        return super()._require_graph(error)

    def inputs_of(self, x: Any, batch_size: int | None = None) -> list[Array]:
        if not self._stack:
            self._require_graph()
        return super().inputs_of(x, batch_size)


MODELS["Sequential"] = Sequential
