"""The operations of a traced update in their order: which layer or function made which quantity from which."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.slow_motion.update import Update
from lab.spec.experiment import GraphSpec
from netcore.activations import Function

Array = np.ndarray[Any, Any]
Index = tuple[int, ...]  # of one number of a sample: without the axis of the samples


@dataclass(frozen=True)
class Op:
    """One operation.

    Args:
        layer: netcore's; function: the activation function that was applied, None for the layer's own equation.
        out, ins: names of quantities.
        node: id of the drawn node; label: what tells it from others of its type.
    """

    layer: Any
    function: Any
    out: str
    ins: tuple[str, ...]
    node: str
    label: str

    @property
    def type(self) -> str:
        return type(self.layer).__name__


def ops_of(update: Update) -> list[Op]:
    """All operations, in the order of the forward pass."""
    by_name = {layer.name: layer for layer in update.model.layers}
    nodes = _nodes(update)
    kinds = {quantity.name: quantity.kind for quantity in update.trace}
    used: dict[str, int] = {}
    found: list[Op] = []
    for quantity in update.trace:
        if not quantity.reads or quantity.kind not in ("pre_activation", "activation"):
            continue
        layer = by_name.get(quantity.layer)
        if layer is None:  # inside a wrapper: told as a whole by what the wrapper makes
            continue
        after_sum = kinds.get(quantity.reads[0]) == "pre_activation"
        place = used.get(layer.name, 0)
        node, label = nodes[layer.name][min(place, len(nodes[layer.name]) - 1)]
        if quantity.kind == "activation":
            used[layer.name] = place + 1
        function = _function(layer) if quantity.kind == "activation" else None
        alone = function is not None and function is layer.operations()[0]
        found.append(Op(layer, function if after_sum or alone else None, quantity.name, quantity.reads, node, label))
    return found


def _function(layer: Any) -> Any:
    """The activation function that a layer ends in, as netcore's object."""
    last = layer.operations()[-1]
    return last if isinstance(last, Function) else None


def _nodes(update: Update) -> dict[str, list[tuple[str, str]]]:
    """Name of a layer of the model -> (id, label) of the drawn nodes that are uses of it."""
    specs, graph = update.experiment.model.layers, update.experiment.model
    if not isinstance(graph, GraphSpec):
        layers = update.model.layers[-len(specs) :]
        return {
            layer.name: [(spec.id, update.network.node(spec.id).label)]
            for spec, layer in zip(specs, layers, strict=True)
        }
    found: dict[str, list[tuple[str, str]]] = {}
    for node in update.network.nodes:
        if node.type:
            found.setdefault(node.shares or node.id, []).append((node.id, node.label))
    return found


# --- one number each to one number


def follows(op: Op, index: Index, shape: Index, made: Index) -> Index | None:
    """Where a number of the input goes, if it goes to one place alone; None where it goes to several.

    Args:
        shape, made: of one sample of input and output.
    """
    if op.function is not None:
        return index if shape == made else None
    if op.type in ("Flatten", "Reshape"):
        return tuple(map(int, np.unravel_index(np.ravel_multi_index(index, shape), made)))
    if op.type in ("Dropout", "BatchNormalization", "LayerNormalization", "GaussianNoise", "GaussianDropout"):
        return index
    return None


def comes_from(op: Op, index: Index, shape: Index, made: Index) -> Index | None:
    """The place of the input that a number of the output comes from alone; None where it comes from several."""
    if op.function is not None:
        return index if shape == made else None
    if op.type in ("Flatten", "Reshape"):
        return tuple(map(int, np.unravel_index(np.ravel_multi_index(index, made), shape)))
    if op.type in ("Dropout", "BatchNormalization", "LayerNormalization", "GaussianNoise", "GaussianDropout"):
        return index
    return None


def readers(ops: list[Op], name: str) -> Iterator[Op]:
    """The operations that read a quantity."""
    return (op for op in ops if name in op.ins)
