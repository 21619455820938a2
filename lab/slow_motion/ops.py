"""The operations of a traced update in their order: which layer or function made which quantity from which."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.slow_motion.update import Update
from lab.spec.experiment import GraphSpec
from netcore.activations import Function
from netcore.layers import LAYERS
from netcore.layers.recurrent.recurrent import Recurrent
from netcore.trace import Quantity

Array = np.ndarray[Any, Any]
Index = tuple[int, ...]  # of one number of a sample: without the axis of the samples


@dataclass(frozen=True)
class Op:
    """One operation.

    Args:
        layer: netcore's; function: the activation function that was applied, None for the layer's own equation.
        out, ins: names of quantities.
        node: id of the drawn node; label: what tells it from others of its type.
        is_plain: whether `ins` are what the equation reads; not where something in between had time steps as samples.
    """

    layer: Any
    function: Any
    out: str
    ins: tuple[str, ...]
    node: str
    label: str
    is_plain: bool = True

    @property
    def type(self) -> str:
        return type(self.layer).__name__


def ops_of(update: Update) -> list[Op]:
    """All operations, in the order of the forward pass."""
    layers = _layers(update)
    found: list[Op] = []
    kinds = {quantity.name: quantity for quantity in update.trace}
    used: dict[str, int] = {}
    for quantity in update.trace:
        known = layers.get(quantity.layer)
        if not quantity.reads or known is None or quantity.kind not in ("pre_activation", "activation"):
            continue
        if len(quantity.value) != update.size:  # inside TimeDistributed, where time steps are samples
            continue
        layer, places = known
        place = used.get(quantity.layer, 0)
        node, label = places[min(place, len(places) - 1)]
        if quantity.kind == "activation":
            used[quantity.layer] = place + 1
        ins = tuple(_of_samples(kinds, name, update.size) for name in quantity.reads)
        after_sum = kinds[quantity.reads[0]].kind == "pre_activation"
        function = _function(layer) if quantity.kind == "activation" else None
        alone = function is not None and function is layer.operations()[0]
        function = function if (after_sum or alone) and ins == quantity.reads else None
        found.append(Op(layer, function, quantity.name, ins, node, label, ins == quantity.reads))
    return found


def _of_samples(kinds: Mapping[str, Quantity], name: str, size: int) -> str:
    """The nearest quantity on the way back that has one entry for each sample."""
    while len(kinds[name].value) != size and kinds[name].reads:
        name = kinds[name].reads[0]
    return name


def _layers(update: Update) -> dict[str, tuple[Any, list[tuple[str, str]]]]:
    """Name of a layer, also of one inside a wrapper -> the layer, and (id, label) of the nodes that show it."""
    nodes = _nodes(update)
    found = {layer.name: (layer, nodes[layer.name]) for layer in update.model.layers if layer.name in nodes}
    for call in update.model.graph.nodes:
        inner = call.layer.inner_graph([tensor.shape for tensor in call.inputs])
        for layer in () if inner is None else inner.layers:
            ways = (" ←" if layer.go_backwards else " →") if isinstance(layer, Recurrent) else ""
            places = [(node, f"{label}{ways}") for node, label in nodes.get(call.layer.name, [])]
            if places:
                found[layer.name] = layer, places
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


SAME_PLACE = (*(layer.__name__ for layer in LAYERS if layer.training_only), "BatchNormalization", "LayerNormalization")


def follows(op: Op, index: Index, shape: Index, made: Index) -> Index | None:
    """Where a number of the input goes, if it goes to one place alone; None where it goes to several.

    Args:
        shape, made: of one sample of input and output.
    """
    return _moved(op, index, shape, made)


def comes_from(op: Op, index: Index, shape: Index, made: Index) -> Index | None:
    """The place of the input that a number of the output comes from alone; None where it comes from several."""
    return _moved(op, index, made, shape)


def _moved(op: Op, index: Index, here: Index, there: Index) -> Index | None:
    """From one side of an operation that mixes nothing to the other; the same way forward and back."""
    if not op.is_plain or len(op.ins) > 1:
        return None
    if op.function is not None or op.type in SAME_PLACE:
        return index if here == there else None
    if op.type in ("Flatten", "Reshape"):
        return tuple(map(int, np.unravel_index(np.ravel_multi_index(index, here), there)))
    if op.type == "Reversed":
        return (here[0] - 1 - index[0], *index[1:])
    return None


def readers(ops: list[Op], name: str) -> Iterator[Op]:
    """The operations that read a quantity."""
    return (op for op in ops if name in op.ins)
