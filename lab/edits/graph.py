"""From a sequential model to a functional one and back, and the edits that concern data and graph at once.

Each function returns a new experiment in which groups of columns and inputs, targets and outputs still go together.
"""

import re
from collections.abc import Sequence
from typing import Any

from lab.data.propose import guess_task, task_choices, usable_inputs, usual_scaling
from lab.data.table import Column, Table
from lab.edits.layers import new_layer_params
from lab.errors import ExperimentError
from lab.model.outputs import way_to
from lab.spec.data import ALL_INPUTS, DataSpec, InputGroup, TargetSpec, Task
from lab.spec.experiment import CompileSpec, Experiment, GraphNode, GraphSpec, ModelSpec, OutputSpec
from lab.spec.graph import is_name, reads_as_a_key
from lab.starts import propose_output
from netcore.layers import LAYERS

# --- the two kinds of model


def as_graph(experiment: Experiment) -> Experiment:
    """The same network as a functional model: one input, one output, the layers in a chain. It learns the same."""
    if isinstance(experiment.model, GraphSpec):
        return experiment
    nodes: list[GraphNode] = []
    for layer in experiment.model.layers:
        reads = (nodes[-1].id if nodes else ALL_INPUTS,)
        nodes.append(GraphNode(id=layer.id, type=layer.type, params=layer.params, reads=reads))
    output = OutputSpec(
        name=name_for(experiment.data.target, ()),
        target=experiment.data.target,
        reads=nodes[-1].id if nodes else None,
        loss=experiment.compile.loss,
        metrics=experiment.compile.metrics,
    )
    graph = GraphSpec(kind="graph", inputs=(ALL_INPUTS,), nodes=tuple(nodes), outputs=(output,))
    plain = CompileSpec()
    return experiment.replace(model=graph, compile=experiment.compile.replace(loss=plain.loss, metrics=plain.metrics))


def as_sequential(experiment: Experiment) -> Experiment:
    """The way to the first output alone, since the last merge, on all columns; further targets are given up."""
    graph = experiment.model
    if not isinstance(graph, GraphSpec):
        return experiment
    alone = experiment.data.input_groups[0].image_shape if len(experiment.data.input_groups) == 1 else None
    data = experiment.data.replace(groups=(), more_targets=(), image_shape=alone)
    compiled = experiment.compile.replace(combine_losses="sum")
    if not graph.outputs:
        return experiment.replace(data=data, model=ModelSpec(), compile=compiled)
    output = graph.outputs[0]
    target = next((t for t in experiment.data.targets if t.column == output.target), None)
    if target is not None:
        data = data.for_target(target)
    # a merge has nothing to merge in a chain
    layers = tuple(layer for layer in way_to(graph, output) if not LAYERS.get(layer.type).several_inputs)
    return experiment.replace(
        data=data,
        model=ModelSpec(layers=layers),
        compile=compiled.replace(loss=output.loss, metrics=output.metrics),
    )


def gives_up_something(experiment: Experiment) -> bool:
    """Whether a sequential model could not keep everything that the graph has: it is more than one chain."""
    graph = experiment.model
    if not isinstance(graph, GraphSpec):
        return False
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        return True
    way = way_to(graph, graph.outputs[0])
    return len(way) != len(graph.nodes) or any(LAYERS.get(layer.type).several_inputs for layer in way)


def name_for(column: str, taken: Sequence[str]) -> str:
    """A name for an output or input, made from a column's: "내일강수(0/1)" -> "내일강수_0_1"."""
    name = re.sub(r"\W+", "_", column).strip("_")[:24]
    if not is_name(name) or reads_as_a_key(name):
        name = f"y_{name}".rstrip("_")
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


# --- groups of columns and inputs


def with_groups(experiment: Experiment, groups: Sequence[InputGroup]) -> Experiment:
    """Other groups under the same names of inputs."""
    return experiment.replace(data=experiment.data.with_groups(groups))


def with_added_group(experiment: Experiment, columns: Sequence[str]) -> Experiment:
    """A new input for these columns, which leave the groups they were in as long as those keep one."""
    graph = graph_of(experiment)
    taken = {*graph.inputs, *(node.id for node in graph.nodes)}
    number = len(graph.inputs) + 1
    while f"group{number}" in taken:
        number += 1
    moved = set(columns)
    kept = [_without(group, moved) for group in experiment.data.input_groups]
    groups = (*kept, InputGroup(name=f"group{number}", columns=tuple(columns)))
    return experiment.replace(
        data=experiment.data.with_groups(groups), model=graph.replace(inputs=(*graph.inputs, f"group{number}"))
    )


def columns_for_new_group(data: DataSpec, table: Table) -> tuple[str, ...]:
    """What a new group begins with: a column that is not in use, else the last one of the largest group."""
    taken = {*data.inputs, *(target.column for target in data.targets)}
    unused = tuple(name for name in usable_inputs(table, data.target) if name not in taken)
    largest = max(data.input_groups, key=lambda group: len(group.columns))
    return unused[:1] or (largest.columns[-1:] if len(largest.columns) > 1 else ())


def _without(group: InputGroup, columns: set[str]) -> InputGroup:
    left = tuple(column for column in group.columns if column not in columns)
    return group.replace(columns=left) if left else group


def without_group(experiment: Experiment, name: str) -> Experiment:
    """An input less, its columns with it."""
    graph = graph_of(experiment).without_input(name)
    groups = [group for group in experiment.data.input_groups if group.name != name]
    return experiment.replace(data=experiment.data.with_groups(groups), model=graph)


def with_group_columns(experiment: Experiment, name: str, columns: Sequence[str]) -> Experiment:
    return experiment.replace(data=experiment.data.with_group(name, columns=tuple(columns)))


def with_group_renamed(experiment: Experiment, old: str, new: str) -> Experiment:
    """Another name for an input, everywhere. Raises ExperimentError if it cannot be one."""
    model = graph_of(experiment).with_input_renamed(old, new)
    return experiment.replace(data=experiment.data.with_group(old, name=new), model=model)


# --- targets and outputs


def with_added_target(experiment: Experiment, column: Column) -> Experiment:
    """One more column to predict, and an output for it beside the last one."""
    graph, target = graph_of(experiment), target_for(column)
    data = experiment.data.without_inputs(column.name)
    data = data.with_targets([*data.targets, target])
    params, loss, metrics = propose_output(target.task, column.distinct)
    beside = next((output.reads for output in reversed(graph.outputs) if output.reads is not None), None)
    reads = graph.node(beside).reads if beside is not None and beside not in graph.inputs else graph.inputs[:1]
    graph = graph.with_added_node("Dense", params, reads)
    output = OutputSpec(
        name=name_for(column.name, [out.name for out in graph.outputs]),
        target=column.name,
        reads=graph.nodes[-1].id,
        loss=loss,
        metrics=metrics,
    )
    return experiment.replace(data=data, model=graph.with_added_output(output))


def target_for(column: Column, task: Task | None = None) -> TargetSpec:
    """The likeliest task of a column, a number standardised: of several outputs each is to count alike."""
    chosen = task if task is not None else (*task_choices(column), guess_task(column))[0]
    return TargetSpec(column=column.name, task=chosen, scaling=usual_scaling(chosen))


def without_target(experiment: Experiment, column: str) -> Experiment:
    """A target less; its outputs, and the nodes that led to nothing else, go with it."""
    graph = graph_of(experiment)
    before = graph.leading_to(graph.outputs)
    for output in graph.outputs:
        if output.target == column:
            graph = graph.without_output(output.name)
    idle = before - graph.leading_to(graph.outputs)
    for node in reversed(graph.order()):
        if node.id in idle:
            graph = graph.without_node(node.id)
    kept = [target for target in experiment.data.targets if target.column != column]
    return experiment.replace(data=experiment.data.with_targets(kept), model=graph)


def with_target_changed(experiment: Experiment, old: str, column: Column, task: Task | None = None) -> Experiment:
    """Another column, or another task, in the place of a target; its outputs follow with layer, loss and metrics."""
    target = target_for(column, task)
    data = experiment.data if old == column.name else experiment.data.without_inputs(column.name)
    data = data.with_targets([target if known.column == old else known for known in data.targets])
    graph = graph_of(experiment)
    params, loss, metrics = propose_output(target.task, column.distinct)
    for output in graph.outputs:
        if output.target == old:
            others = [other.name for other in graph.outputs if other.name != output.name]
            name = output.name if old == column.name else name_for(column.name, others)
            graph = graph.with_output(output.name, name=name, target=column.name, loss=loss, metrics=metrics)
            graph = with_fitting_node(graph, output.reads, params)
    return experiment.replace(data=data, model=graph)


def with_fitting_node(graph: GraphSpec, id: str | None, params: dict[str, object]) -> GraphSpec:
    """The node of an output with the units and activation that its target asks for, if it is a layer with units."""
    node = next((node for node in graph.layers if node.id == id), None)
    return graph if node is None or "units" not in node.params else graph.with_layer(node.replace(params=params))


def with_target_scaling(experiment: Experiment, column: str, scaling: str) -> Experiment:
    targets = [
        target.replace(scaling=scaling) if target.column == column else target for target in experiment.data.targets
    ]
    return experiment.replace(data=experiment.data.with_targets(targets))


def free_targets(experiment: Experiment, table: Table) -> list[str]:
    """Columns that could be predicted as well, the last of the table first."""
    taken = {target.column for target in experiment.data.targets}
    free = [column for column in table.columns if column.name not in taken and task_choices(column)]
    return [column.name for column in reversed(free)]


def with_new_node(experiment: Experiment, name: str, reads: Sequence[str]) -> Experiment:
    """A node more in a functional model."""
    params = new_layer_params(name, experiment)
    return experiment.with_model(graph_of(experiment).with_added_node(name, params, reads))


def with_reads(experiment: Experiment, id: str, reads: Sequence[str]) -> Experiment:
    """A node that reads something else."""
    graph = graph_of(experiment)
    return experiment.with_model(graph.with_layer(graph.node(id).replace(reads=tuple(reads))))


def with_output(experiment: Experiment, name: str, /, **changes: Any) -> Experiment:
    """Fields of an output changed."""
    return experiment.with_model(graph_of(experiment).with_output(name, **changes))


def graph_of(experiment: Experiment) -> GraphSpec:
    """Raises ExperimentError "experiment.needs_graph" for a sequential model."""
    if not isinstance(experiment.model, GraphSpec):
        raise ExperimentError("experiment.needs_graph")
    return experiment.model
