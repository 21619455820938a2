"""A model as pasted code builds it."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.export.pasted.values import Argument, Called, Network, Tensor, Unknown, behind, tensors_in

COPIED = 60  # tensors of a model that is called like a layer: twice as many as an experiment may have


@dataclass
class FitCall:
    """One call of fit; None: what the code says cannot be taken, the present value stays."""

    line: int
    epochs: int | None = 1  # Keras's defaults
    batch_size: int | None = 32
    initial_epoch: int | None = 0
    shuffle: bool = True
    class_weight: str | None = None
    early_stopping: dict[str, Any] | None = None
    schedule: Argument | None = None  # what a LearningRateScheduler calls at each epoch


@dataclass(frozen=True)
class Port:
    """An input or output of a functional model; `name` where Model(…) was given names."""

    name: str | None
    tensor: Tensor


@dataclass(eq=False)
class Draft(Network):
    """A model as the code builds it: layers one behind the other, or, with `outputs`, a graph of tensors."""

    line: int
    name: str
    layers: list[Called] = field(default_factory=list)
    inputs: list[Port] = field(default_factory=list)
    outputs: list[Port] = field(default_factory=list)
    has_layers: bool = True  # False for a model that the text speaks of without making it
    is_part: bool = False  # of another model, which calls it like a layer
    input_shape: tuple[int | None, ...] | None = None
    compiled: Called | None = None  # the last call of compile
    fits: list[FitCall] = field(default_factory=list)
    rates: list[tuple[int, float, int]] = field(default_factory=list)  # (fits before it, learning rate, line)
    validation_split: float | None = None

    @property
    def is_graph(self) -> bool:
        return bool(self.outputs)

    def called_on(self, arguments: Sequence[Argument], node: ast.Call) -> Any:
        """The model as part of another: its layers once more, the same ones each time it is called."""
        first = next((one for one in arguments if one.name in (None, "inputs")), None)
        given = self._tensors_for(None if first is None else first.value)
        if given is None:
            return Unknown(node)
        self.is_part = True
        if not self.is_graph:
            tensor = given[0]
            for layer in self.layers:
                tensor = Tensor(layer, (tensor,), node.lineno)
            return tensor
        copies = self._copied(given, node.lineno)
        return Unknown(node) if copies is None else _as_given([port.name for port in self.outputs], copies)

    def end(self, name: str) -> Any:
        """`model.input`, `model.inputs`, `model.output` and `model.outputs` of a functional model."""
        ports = {"input": self.inputs, "output": self.outputs}.get(name.removesuffix("s"), [])
        tensors = [port.tensor for port in ports]
        return tensors[0] if len(tensors) == 1 and not name.endswith("s") else tensors or None

    def _tensors_for(self, value: Any) -> tuple[Tensor, ...] | None:
        """The tensors given, in the order of the inputs; None if they are not as many."""
        if isinstance(value, dict):
            value = [value.get(port.name) for port in self.inputs]
        tensors = tensors_in(value)
        wanted = len(self.inputs) if self.is_graph else 1
        return tensors if tensors is not None and len(tensors) == wanted else None

    def _copied(self, given: Sequence[Tensor], line: int) -> list[Tensor] | None:
        """The outputs with other inputs put in; None if more is behind them than anybody builds."""
        made = behind([port.tensor for port in self.outputs])
        if len(made) > COPIED:
            return None
        copies = dict(zip((port.tensor for port in self.inputs), given, strict=True))
        for tensor in made:
            if tensor not in copies:
                copies[tensor] = Tensor(
                    tensor.made_by, tuple(copies[one] for one in tensor.reads), line, tensor.further
                )
        return [copies[port.tensor] for port in self.outputs]


def _as_given(names: Sequence[str | None], tensors: list[Tensor]) -> Any:
    """One tensor by itself; several as a list, or by name."""
    if None not in names:
        return dict(zip(names, tensors, strict=True))
    return tensors[0] if len(tensors) == 1 else tensors
