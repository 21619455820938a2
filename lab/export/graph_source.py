"""A functional model as statements of a Keras 3 program. No part is named here."""

import keyword
from collections.abc import Iterable, Mapping

from lab.export.calls import call
from lab.spec.experiment import Experiment, GraphSpec
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS

RESERVED = {"keras", "layers", "losses", "optimizers", "model", "x_train", "y_train", "x_val", "y_val"}


def graph_lines(experiment: Experiment, graph: GraphSpec, input_shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """The statements that make and compile `model`; what leads to no output is left out, as in a run.

    Args:
        input_shapes: of one sample, for each named input.
    """
    used = graph.leading_to(graph.outputs)
    inputs = [name for name in graph.inputs if name in used]
    names = variables([*inputs, *(node.id for node in graph.order())])
    lines = [f"{names[name]} = keras.Input({tuple(input_shapes.get(name, ()))!r}, name={name!r})" for name in inputs]
    lines += _node_lines(graph, used, names)
    read = {output.name: names[output.reads] for output in graph.outputs if output.reads in used and output.reads}
    return [
        *lines,
        f"model = keras.Model({_dict({name: names[name] for name in inputs})}, {_dict(read)})",
        *_compile_lines(experiment, graph),
    ]


def variables(names: list[str], others: Iterable[str] = ()) -> dict[str, str]:
    """A variable for each name: the name itself where it is free, else with underscores behind it.

    Args:
        others: variables that there are beside RESERVED.
    """
    taken = {*RESERVED, *others}
    found: dict[str, str] = {}
    for name in names:
        variable = name if name.isidentifier() and not keyword.iskeyword(name) else f"_{name}"
        while variable in taken:
            variable += "_"
        taken.add(variable)
        found[name] = variable
    return found


def _node_lines(graph: GraphSpec, used: set[str], names: dict[str, str]) -> list[str]:
    """One call for each node; a layer that is called more than once gets a name of its own first."""
    calls = [node for node in graph.order() if node.id in used]
    owners = [graph.layer_of(node).id for node in calls]
    shared = variables([f"{node.id}_layer" for node in calls], names.values())
    made: dict[str, str] = {}  # node that owns a layer -> variable of the layer, named after the first call
    lines = []
    for node, owner in zip(calls, owners, strict=True):
        layer = graph.layer_of(node)
        source = f"layers.{call(LAYERS, layer)}"
        if owners.count(owner) > 1:
            if owner not in made:
                made[owner] = shared[f"{node.id}_layer"]
                lines.append(f"{made[owner]} = {source}")
            source = made[owner]
        read = [names[name] for name in node.reads]
        several = LAYERS.get(layer.type).several_inputs or len(read) != 1
        argument = f"[{', '.join(read)}]" if several else read[0]
        lines.append(f"{names[node.id]} = {source}({argument})")
    return lines


def _compile_lines(experiment: Experiment, graph: GraphSpec) -> list[str]:
    compiled, outputs = experiment.compile, graph.outputs
    return [
        "model.compile(",
        f"    optimizer=optimizers.{call(OPTIMIZERS, compiled.optimizer)},",
        f"    loss={_dict({output.name: f'losses.{call(LOSSES, output.loss)}' for output in outputs})},",
        f"    loss_weights={_dict({output.name: _weight(experiment, graph, output.weight) for output in outputs})},",
        f"    metrics={_dict({output.name: repr(list(output.metrics)) for output in outputs})},",
        ")",
    ]


def _weight(experiment: Experiment, graph: GraphSpec, weight: float) -> str:
    """Keras adds the losses up; a mean is the sum of each loss divided by their number."""
    mean = experiment.compile.combine_losses == "mean"
    return f"{weight!r} / {len(graph.outputs)}" if mean else repr(weight)


def _dict(entries: Mapping[str, str]) -> str:
    """Names as text, values as they stand in the program."""
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in entries.items()) + "}"
