"""Shapes and parameter counts of a model, layer by layer, without making a single weight."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lab.data.prepare import Dataset
from lab.errors import ExperimentError
from lab.spec.experiment import Experiment, GraphNode, GraphSpec, LayerSpec
from lab.spec.parts import LARGEST
from netcore import initializers
from netcore.errors import NetcoreError
from netcore.layers import LAYERS
from netcore.layers.layer import Demands

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class LayerRow:
    """One line of the summary; shapes have the batch axis None in front.

    `demands` is what training asks of the layer. `problem` is the error about this layer;
    shapes after it are blank (None), since nobody can know them. A node of a functional model has `input_shapes`, one
    for each tensor that it reads, and no parameters of its own if it shares the layer of the node `shares`.
    """

    id: str
    type: str
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: int | None
    demands: Demands | None = None
    problem: Any = None  # NetcoreError, or ExperimentError about the links of a graph
    input_shapes: tuple[Shape, ...] = ()
    reads: tuple[str, ...] = ()
    shares: str | None = None

    @property
    def inputs_text(self) -> str:
        """The shapes of all that it reads, as `(None, 16) + (None, 16)`."""
        return " + ".join(shape_text(shape) for shape in self.input_shapes or (self.input_shape,))


def layer_rows(experiment: Experiment, dataset: Dataset) -> tuple[LayerRow, ...]:
    """The layers of either kind of model on the inputs of a dataset. Never raises."""
    if isinstance(experiment.model, GraphSpec):
        return graph_table(experiment.model, dataset.input_shapes)
    return model_table(experiment, dataset.input_shape)


def model_table(experiment: Experiment, input_shape: tuple[int, ...]) -> tuple[LayerRow, ...]:
    """Shapes and parameter counts, layer by layer, without making a single weight. Never raises.

    Args:
        input_shape: of one sample, as `Dataset.input_shape`.
    """
    rows = []
    shape: Shape | None = (None, *input_shape)
    for layer in experiment.model.layers:
        row = _row(layer, shape)
        rows.append(row)
        shape = row.output_shape
    return tuple(rows)


def shape_text(shape: Shape | None) -> str:
    """As Python writes it, (None, 28, 28); "" for one that is not known."""
    return "" if shape is None else str(tuple(shape))


def as_counted(values: list[Any]) -> list[Any]:
    """A column of a table. One with whole numbers beyond what a browser counts exactly is text: the weights of a
    network that nobody could hold are counted all the same.
    """
    if not any(isinstance(value, int) and abs(value) > LARGEST for value in values):
        return values
    return [None if value is None else f"{value:,}" for value in values]


def layer_widths(rows: Sequence[LayerRow]) -> list[int | None]:
    """Numbers a sample has at the beginning and behind each layer with parameters; None where they are not known."""
    shapes = [rows[0].input_shape, *(row.output_shape for row in rows if row.parameters)]
    return [None if shape is None else shape[-1] for shape in shapes]


def merges(type: str) -> bool:
    """Whether a layer takes several inputs at once."""
    return bool(LAYERS.get(type).several_inputs)


def parameter_count(table: tuple[LayerRow, ...]) -> int:
    """Parameters of all layers whose number is known."""
    return sum(row.parameters or 0 for row in table)


def graph_table(graph: GraphSpec, input_shapes: Mapping[str, tuple[int, ...]]) -> tuple[LayerRow, ...]:
    """Shapes and parameter counts of a functional model, each node after what it reads. Never raises.

    Args:
        input_shapes: of one sample, for each named input, as `Dataset.input_shapes`.
    """
    shapes: dict[str, Shape | None] = {name: (None, *shape) for name, shape in input_shapes.items()}
    rows = []
    for node in graph.order():
        row = _node_row(graph, node, [shapes.get(name) for name in node.reads])
        rows.append(row)
        shapes[node.id] = row.output_shape
    return tuple(rows)


def _node_row(graph: GraphSpec, node: GraphNode, shapes: list[Shape | None]) -> LayerRow:
    layer = graph.layer_of(node)
    known = [shape for shape in shapes if shape is not None]
    row = LayerRow(
        node.id,
        layer.type,
        known[0] if known else None,
        None,
        None,
        input_shapes=tuple(known),
        reads=node.reads,
        shares=node.shares,
    )
    if len(known) < len(shapes):
        return row
    try:
        output_shape, parameters, demands = _measure(layer, _as_called(node, layer, known))
        if isinstance(output_shape, list):
            raise ExperimentError("graph.several_results", node=node.id, layer=layer.type)
    except (NetcoreError, ExperimentError) as problem:
        return replace(row, problem=problem)
    return replace(row, output_shape=output_shape, parameters=0 if node.shares else parameters, demands=demands)


def _as_called(node: GraphNode, layer: LayerSpec, shapes: list[Shape]) -> Shape | list[Shape]:
    """A merging layer is called on a list, any other on one tensor. Raises ExperimentError."""
    if LAYERS.get(layer.type).several_inputs:
        if len(shapes) < 2:
            raise ExperimentError("graph.reads_too_few", node=node.id, layer=layer.type, count=len(shapes))
        return shapes
    if not shapes:
        raise ExperimentError("graph.reads_nothing", node=node.id, layer=layer.type)
    if len(shapes) > 1:
        raise ExperimentError("graph.reads_too_many", node=node.id, layer=layer.type, count=len(shapes))
    return shapes[0]


def _row(layer: LayerSpec, shape: Shape | None) -> LayerRow:
    if shape is None:
        return LayerRow(layer.id, layer.type, None, None, None)
    try:
        output_shape, parameters, demands = _measure(layer, shape)
        if isinstance(output_shape, list):
            raise ExperimentError("model.several_results", layer=layer.type)
    except (NetcoreError, ExperimentError) as problem:
        return LayerRow(layer.id, layer.type, shape, None, None, problem=problem)
    return LayerRow(layer.id, layer.type, shape, output_shape, parameters, demands)


def _measure(layer: LayerSpec, shape: Shape | list[Shape]) -> tuple[Any, int, Demands]:
    """Output shape, number of parameters, and what training asks. The layer is asked for its weights, but they are only
    counted: the start values of millions of weights would make each click on the page slow. Those of the layers inside
    it count too. What cannot make start values of such a shape says so here.
    """
    part: Any = layer.built(LAYERS)
    counted = 0

    def count(name: str, shape: tuple[int, ...], initializer: Any, *, trainable: bool = True) -> None:
        nonlocal counted
        initializers.get(initializer).check_shape(shape)
        counted += math.prod(shape)

    for one in _with_inner(part):
        one.add_weight = count
        one.join = lambda *views: None
        one.bind = lambda: None  # there is nothing that views could be made of
    part.check_input(shape if isinstance(shape, list) else [shape])
    part.build(shape)
    result = part.compute_output_shape(shape)
    return (result if isinstance(result, list) else tuple(result)), counted, part.demands(shape)


def _with_inner(part: Any) -> list[Any]:
    """The layer, and those that it is made of."""
    return [part, *(layer for one in part.inner_layers() for layer in _with_inner(one))]
