"""What in the links of a functional model does not fit, before anything is trained."""

from collections.abc import Iterator

from lab.data.prepare import Dataset
from lab.model.problem import Problem
from lab.spec.experiment import Experiment, GraphSpec, OutputSpec


def graph_problems(experiment: Experiment, graph: GraphSpec, dataset: Dataset) -> Iterator[Problem]:
    """Errors first; where there is one, shapes and losses need not be looked at."""
    groups, targets = tuple(dataset.groups), [target.column for target in experiment.data.targets]
    if set(groups) != set(graph.inputs):
        values = {"inputs": ", ".join(graph.inputs), "groups": ", ".join(groups)}
        yield Problem("graph.inputs_differ", values)
    if not graph.outputs:
        yield Problem("graph.no_outputs", {})
    for output in graph.outputs:
        yield from _of_output(graph, output, targets)
    used = graph.leading_to(graph.outputs)
    for target in targets:
        if all(output.target != target for output in graph.outputs):
            yield Problem("graph.target_unused", {"target": target}, "warning")
    for name in graph.inputs:
        if name not in used:
            yield Problem("graph.input_unused", {"input": name}, "warning")
    for node in graph.nodes:
        if node.id not in used:
            yield Problem("graph.node_unused", {"node": node.id}, "warning", layer_id=node.id)


def _of_output(graph: GraphSpec, output: OutputSpec, targets: list[str]) -> Iterator[Problem]:
    if output.target not in targets:
        values = {"output": output.name, "target": output.target, "choices": ", ".join(targets)}
        yield Problem("graph.unknown_target", values, output=output.name)
    if output.reads is None or output.reads in graph.inputs:
        yield Problem("graph.output_reads_no_node", {"output": output.name}, output=output.name)
    if output.weight == 0 and len(graph.outputs) > 1:
        yield Problem("graph.weight_zero", {"output": output.name}, "note", output=output.name)
