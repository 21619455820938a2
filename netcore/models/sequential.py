"""Sequential: layers one behind the other."""

from collections.abc import Sequence
from typing import Any

from netcore.config import Array
from netcore.errors import NetcoreTypeError, NetcoreValueError
from netcore.graph import Graph, Input, Tensor
from netcore.layers.layer import Layer
from netcore.models.model import Model


class Sequential(Model):
    """Layers one behind the other.

    Args:
        layers: the layers, perhaps with an Input in front.
        name: of the model.

    The model is built at once if it starts with Input or its first layer has `input_shape`, else at first use.
    """

    def __init__(self, layers: Sequence[Any] | None = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name, trainable=trainable)
        self._stack: list[Layer] = []
        self._start: Tensor | None = None
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
        """Take the last layer off and return it."""
        if not self._stack:
            raise NetcoreValueError("sequential.empty", "There are no layers in the model.")
        layer = self._stack.pop()
        self.graph = None
        self.built = False
        self._rebuild()
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Fix the input shape, (None, features), and make the weights."""
        if self._start is None and input_shape is not None:
            self._start = Input(tuple(input_shape)[1:], dtype=self.dtype)
        self._rebuild()

    def _append(self, layer: Any) -> None:
        if isinstance(layer, Tensor) and not self._stack and self._start is None:
            self._start = layer
            return
        if not isinstance(layer, Layer):
            raise NetcoreTypeError(
                "sequential.not_a_layer",
                "Only layers can be added to a Sequential model (an Input comes first), but got {value!r}. "
                "Try model.add(layers.Dense(10)).",
                value=layer,
            )
        if any(layer.name == known.name for known in self._stack):
            raise NetcoreValueError(
                "model.layer_names",
                "All layers of a model need names of their own, but {names} stand for several layers.",
                names=layer.name,
            )
        self._stack.append(layer)

    def _rebuild(self) -> None:
        if self._start is None and self._stack and self._stack[0].declared_shape is not None:
            self._start = Input(self._stack[0].declared_shape[1:], dtype=self.dtype)
        if self._start is None or not self._stack:
            return
        tensor = self._start
        for layer in self._stack:
            layer.calls = []
            tensor = layer(tensor)
        self._input_structure, self._output_structure = self._start, tensor
        self._set_graph(Graph((self._start,), (tensor,)))

    def _require_graph(self) -> Graph:
        if not self._stack:
            raise NetcoreValueError(
                "sequential.no_layers",
                "The model {name!r} has no layers yet. Add one: model.add(Dense(10)).",
                name=self.name,
            )
        return super()._require_graph()

    def _inputs_of(self, x: Any) -> list[Array]:
        if not self._stack:
            self._require_graph()
        return super()._inputs_of(x)


# --- structures: one thing, a list by position, or a dict by name
