"""A network as it is drawn: columns of units and the wires between them. Knows shapes and weights, no pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

import numpy as np

from lab.data.prepare import Dataset
from lab.model.drawn_units import MOST_PIXELS, MOST_UNITS
from lab.model.layer_table import LayerRow, Shape
from lab.model.pixels import first_images
from lab.spec.experiment import Experiment, GraphSpec, LayerSpec
from netcore.layers import LAYERS

Array = np.ndarray[Any, Any]
# units: each by itself; same: as many as before, one for one; block: too many axes for that; image: the pixels of an
# input, or what each filter looks for in them; end: a target and its loss
Form = Literal["units", "same", "block", "image", "end"]

INPUT = "input"  # id of the one input of a sequential network


@dataclass(frozen=True)
class LayerWeights:
    """Of one Dense layer: kernel (inputs, units), bias (units,) or None without one.

    Of a Conv2D: kernel (height, width, channels, filters).
    """

    kernel: Array
    bias: Array | None


@dataclass(frozen=True)
class DrawnNode:
    """One column, or one of several in a column.

    Args:
        type: name of the layer; "" of an input and of an end.
        units: how many numbers its last axis has; shown: which of them are drawn, in their order, of a wide layer that
            has learned those first that the next layer listens to most; order: their places, the same ones first.
        names: of the units that are drawn, where they have any (columns, classes).
        detail: activation of a layer, loss of an end.
        bias: of the units that are drawn.
        shares: id of the node whose layer is called here once more; "" for a layer of its own.
        label: what tells it from others of its type: its number, or its id in a functional model.
        weight: what the loss of an end counts in the total.
        layer: what a worker calls the layer: its place in a sequential network, its id in a functional one.
        tile: (height, width) of the images that its units or filters are drawn as; of an image itself; None of others.
        tiles: (shown, height, width) weights from -1 to 1, beside the largest of each image; of an input one sample,
            from 0 to 1. None where nothing is learned yet.
    """

    id: str
    form: Form
    type: str = ""
    shape: Shape | None = None
    parameters: int | None = None
    reads: tuple[str, ...] = ()
    detail: str = ""
    units: int = 0
    shown: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    bias: Array | None = field(default=None, repr=False)
    shares: str = ""
    label: str = ""
    weight: float = 1.0
    layer: str = ""
    tile: tuple[int, int] | None = None
    tiles: Array | None = field(default=None, repr=False)

    @property
    def is_only_input(self) -> bool:
        """The input of a sequential network, which has no name of its own."""
        return self.id == INPUT and not self.type


@dataclass(frozen=True)
class Wires:
    """Between two nodes: every unit to every unit, each to its own, or as one band.

    Args:
        weights: (shown of source, shown of target) of a Dense layer, None where nothing is learned yet.
    """

    source: str
    target: str
    form: Literal["each", "straight", "band"]
    weights: Array | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class DrawnNetwork:
    """Inputs, layers and ends, each after what it reads; wires; `largest` size of a weight among those drawn.

    Two are equal where they look alike: a class that opens one experiment shares its drawing.
    """

    nodes: tuple[DrawnNode, ...]
    wires: tuple[Wires, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DrawnNetwork) and self.content == other.content

    def __hash__(self) -> int:
        return hash(self.content)

    @cached_property
    def content(self) -> bytes:
        """Names all that is drawn; what is written of nodes and wires leaves their arrays out."""
        named = sha256(repr((self.nodes, self.wires)).encode())
        arrays = [
            *(array for node in self.nodes for array in (node.bias, node.tiles)),
            *(one.weights for one in self.wires),
        ]
        for array in arrays:
            named.update(b"" if array is None else f"{array.dtype} {array.shape}".encode() + array.tobytes())
            named.update(b";")
        return named.digest()

    @cached_property
    def largest(self) -> float:
        sizes = [float(np.abs(wires.weights).max()) for wires in self.wires if wires.weights is not None]
        return max((size for size in sizes if np.isfinite(size)), default=0.0)

    def node(self, id: str) -> DrawnNode:
        return next(node for node in self.nodes if node.id == id)

    def narrowed(self, most: int) -> "DrawnNetwork":
        """The same with so many units of a layer at most."""
        if all(len(node.shown) <= most for node in self.nodes):
            return self
        kept = {node.id: _fewer(node, most) for node in self.nodes}
        nodes = tuple(_picked(node, kept[node.id]) for node in self.nodes)
        wires = (
            one
            if one.weights is None
            else replace(one, weights=one.weights[np.ix_(kept[one.source], kept[one.target])])
            for one in self.wires
        )
        return DrawnNetwork(nodes, tuple(wires))


def drawn_network(
    experiment: Experiment,
    rows: Sequence[LayerRow],
    dataset: Dataset | None,
    weights: Mapping[str, LayerWeights] | None = None,
    *,
    images: bool = True,
) -> DrawnNetwork:
    """The network of an experiment.

    Args:
        rows: of `lab.model.layer_table.layer_rows`; without a dataset there are none, and nothing has a shape.
        weights: by the id of each layer with a kernel; None before anything is learned.
        images: what is an image is drawn as one, not number by number.
    """
    weights = weights or {}
    nodes = [*_inputs(experiment, dataset), *_layers(experiment, rows), *_ends(experiment, dataset)]
    if images and dataset is not None:
        nodes = _with_images(nodes, dataset, experiment, weights)
    shown = _shown(nodes, weights)
    nodes = [_narrowed(node, *shown[node.id], weights.get(_owner(experiment, node.id))) for node in nodes]
    by_id = {node.id: node for node in nodes}
    wires = [
        _wires(by_id[source], node, weights.get(_owner(experiment, node.id)))
        for node in nodes
        for source in node.reads
        if source in by_id
    ]
    return DrawnNetwork(tuple(nodes), tuple(wires))


def _inputs(experiment: Experiment, dataset: Dataset | None) -> list[DrawnNode]:
    graph = experiment.model if isinstance(experiment.model, GraphSpec) else None
    names = (INPUT,) if graph is None else graph.inputs
    if dataset is None:
        return [DrawnNode(name, "block") for name in names]
    shapes = {INPUT: dataset.input_shape} if graph is None else dataset.input_shapes
    return [_input(name, shapes.get(name), _columns(dataset, name)) for name in names]


def _columns(dataset: Dataset, name: str) -> tuple[str, ...]:
    places = dataset.groups.get(name)
    return dataset.feature_names if places is None else tuple(dataset.feature_names[int(place)] for place in places)


def _input(name: str, shape: tuple[int, ...] | None, columns: tuple[str, ...]) -> DrawnNode:
    if shape is None:
        return DrawnNode(name, "block")
    flat = len(shape) == 1
    return DrawnNode(
        name, "units" if flat else "block", shape=(None, *shape), units=shape[-1], names=columns if flat else ()
    )


def _layers(experiment: Experiment, rows: Sequence[LayerRow]) -> list[DrawnNode]:
    graph = experiment.model if isinstance(experiment.model, GraphSpec) else None
    layers = {layer.id: layer for layer in experiment.model.layers}
    nodes: list[DrawnNode] = []
    before = INPUT
    for row in rows:
        owner: LayerSpec | None = layers.get(row.shares or row.id)
        activation = "" if owner is None else str(owner.params.get("activation") or "")
        node = DrawnNode(
            row.id,
            _form(row),
            type=row.type,
            shape=row.output_shape,
            parameters=row.parameters,
            reads=(before,) if graph is None else row.reads,
            detail=activation,
            shares=row.shares or "",
            label=f"{len(nodes) + 1}." if graph is None else row.id,
            layer=str(len(nodes)) if graph is None else row.shares or row.id,
            units=0 if row.output_shape is None else int(row.output_shape[-1] or 0),
        )
        nodes.append(node)
        before = row.id
    return nodes


def _form(row: LayerRow) -> Form:
    shape = row.output_shape
    if shape is None or len(shape) != 2 or not shape[-1]:
        return "block"
    return "same" if row.type != "Dense" and row.input_shape == shape and len(row.input_shapes) < 2 else "units"


def _ends(experiment: Experiment, dataset: Dataset | None) -> list[DrawnNode]:
    if isinstance(experiment.model, GraphSpec):
        return [
            DrawnNode(
                f"out:{out.name}",
                "end",
                reads=() if out.reads is None else (out.reads,),
                detail=out.loss.type,
                names=(out.name,),
                weight=out.weight,
            )
            for out in experiment.model.outputs
        ]
    layers = experiment.model.layers
    last = layers[-1].id if layers else INPUT
    name = experiment.data.target or "" if dataset is None else dataset.target_name
    return [DrawnNode("out", "end", reads=(last,), detail=experiment.compile.loss.type, names=(name,))]


def _owner(experiment: Experiment, id: str) -> str:
    """The id that the layer's weights go by: shared ones are those of the node that has them."""
    graph = experiment.model
    if not isinstance(graph, GraphSpec) or all(node.id != id for node in graph.nodes):
        return id
    return graph.node(id).shares or id


# --- images


def _with_images(
    nodes: Sequence[DrawnNode], dataset: Dataset, experiment: Experiment, weights: Mapping[str, LayerWeights]
) -> list[DrawnNode]:
    """Inputs that are images as one, and the first layer that looks at their pixels with an image for each unit."""
    samples = {
        name if isinstance(experiment.model, GraphSpec) else INPUT: sample
        for name, sample in first_images(dataset).items()
        if sample.size <= MOST_PIXELS
    }
    seen: dict[str, tuple[int, int]] = {id: sample.shape[1:] for id, sample in samples.items()}
    drawn = []
    for node in nodes:
        shape = seen.get(node.reads[0]) if len(node.reads) == 1 else None
        kernel = weights[owner].kernel if (owner := _owner(experiment, node.id)) in weights else None
        if node.id in seen and not node.type:
            node = replace(node, form="image", names=(), tile=seen[node.id], tiles=samples.get(node.id))
        elif shape is not None and (node.form == "same" or node.type == "Flatten"):
            seen[node.id] = shape  # the same pixels
        elif shape is not None and node.type == "Dense":
            node = replace(node, tile=shape)
        elif shape is not None and node.type == "Conv2D" and (window := _window(experiment, owner)) is not None:
            shown = tuple(range(min(node.units, MOST_UNITS)))
            tiles = None if kernel is None else _tiles(kernel[:, :, 0, : len(shown)], window)
            node = replace(node, form="image", shown=shown, order=shown, tile=window, tiles=tiles)
        drawn.append(node)
    return drawn


def _window(experiment: Experiment, id: str) -> tuple[int, int] | None:
    """(height, width) of a convolution's filters."""
    layer = next((layer for layer in experiment.model.layers if layer.id == id), None)
    size = None if layer is None else layer.filled(LAYERS).get("kernel_size")
    return (size, size) if isinstance(size, int) else None if size is None else (int(size[0]), int(size[1]))


def _tiles(kernel: Array, shape: tuple[int, int]) -> Array:
    """(…, units) -> (units, height, width), each beside its largest weight; what is no number is 0."""
    images = np.where(np.isfinite(kernel), kernel, 0).reshape(*shape, -1).transpose(2, 0, 1)
    largest = np.abs(images).max(axis=(1, 2), keepdims=True)
    return np.asarray(images / np.where(largest, largest, 1))


# --- which units of a wide layer


def _shown(
    nodes: Sequence[DrawnNode], weights: Mapping[str, LayerWeights]
) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    """`shown` and `order` of each: of a wide layer those units that the next Dense layer listens to most, the loudest
    first; before anything is learned, the first ones.
    """
    shown: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    for node in nodes:
        if node.form == "same" and node.reads and node.reads[0] in shown:
            shown[node.id] = shown[node.reads[0]]
            continue
        strength = _strength(node, nodes, weights)
        if strength is None or len(strength) != node.units or not np.isfinite(strength).all():
            shown[node.id] = (first := tuple(range(min(node.units, MOST_UNITS)))), first
            continue
        loudest = tuple(np.argsort(-strength, kind="stable")[:MOST_UNITS].tolist())
        first = tuple(range(len(loudest)))
        shown[node.id] = (first, loudest) if node.units <= MOST_UNITS else (loudest, first)
    return shown


def _strength(node: DrawnNode, nodes: Sequence[DrawnNode], weights: Mapping[str, LayerWeights]) -> Array | None:
    """(units,) sum of the sizes of the weights that lead on from each unit; None where no Dense layer reads them."""
    for reader in nodes:
        if node.id not in reader.reads:
            continue
        if reader.form == "same":
            return _strength(reader, nodes, weights)
        if reader.type == "Dense" and reader.id in weights and len(reader.reads) == 1:
            return np.asarray(np.abs(weights[reader.id].kernel).sum(axis=1))
    return None


def _narrowed(
    node: DrawnNode, shown: tuple[int, ...], order: tuple[int, ...], weights: LayerWeights | None
) -> DrawnNode:
    names = tuple(node.names[place] for place in shown) if node.form != "end" and node.names else node.names
    bias = None if weights is None or weights.bias is None or not shown else weights.bias[list(shown)]
    if node.form == "image":
        return node
    tiles = None
    if weights is not None and node.tile is not None and len(weights.kernel) == node.tile[0] * node.tile[1]:
        tiles = _tiles(weights.kernel[:, list(shown)], node.tile)
    if node.form not in ("units", "same"):
        shown = order = ()
    return replace(node, shown=shown, order=order, names=names, bias=bias, tiles=tiles)


def _fewer(node: DrawnNode, most: int) -> list[int]:
    """Places of the units that stay."""
    return list(node.order[:most] if len(node.shown) > most else range(len(node.shown)))


def _picked(node: DrawnNode, kept: Sequence[int]) -> DrawnNode:
    """With the units at these places alone."""
    if len(kept) == len(node.shown):
        return node
    return replace(
        node,
        shown=tuple(node.shown[place] for place in kept),
        order=tuple(range(len(kept))),
        names=tuple(node.names[place] for place in kept) if node.names else (),
        bias=None if node.bias is None else node.bias[list(kept)],
        tiles=None if node.tiles is None else node.tiles[list(kept)],
    )


def _wires(source: DrawnNode, target: DrawnNode, weights: LayerWeights | None) -> Wires:
    if target.form == "same" and source.shown == target.shown:
        return Wires(source.id, target.id, "straight")
    if "image" in (source.form, target.form) or not source.shown or not target.shown or target.type != "Dense":
        return Wires(source.id, target.id, "band")
    kernel = None if weights is None else weights.kernel[np.ix_(source.shown, target.shown)]
    return Wires(source.id, target.id, "each", kernel)
