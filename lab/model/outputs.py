"""Several outputs, looked at one at a time: each as a network with one output, so that what is known about such a
network (problems, baseline, verdict, evaluation) holds for each output of a functional model too.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from lab.data.prepare import Dataset
from lab.errors import ExperimentError
from lab.model.layer_table import model_table
from lab.spec.experiment import CompileSpec, Experiment, GraphSpec, LayerSpec, ModelSpec, OutputSpec
from netcore.layers import LAYERS

View = tuple[Experiment, Dataset]


def output_views(experiment: Experiment, dataset: Dataset) -> dict[str, View]:
    """Name of each output -> the experiment and the dataset with that output alone; empty for a sequential model."""
    if not isinstance(experiment.model, GraphSpec):
        return {}
    return {
        output.name: (one_output(experiment, experiment.model, output), dataset.of_target(output.target))
        for output in experiment.model.outputs
    }


def one_output(experiment: Experiment, graph: GraphSpec, output: OutputSpec) -> Experiment:
    """The experiment with this output's target, loss and metrics alone.

    Its model is the straight way to the output: the layers since the last merge. It tells the output's activation and
    units; shapes and parameters are those of the whole graph (`lab.model.layer_table`).
    """
    data = experiment.data
    target = next(target for target in data.targets if target.column == output.target)
    return experiment.model_copy(
        update={
            "data": data.for_target(target).replace(groups=()),
            "model": ModelSpec(layers=way_to(graph, output)),
            "compile": CompileSpec(optimizer=experiment.compile.optimizer, loss=output.loss, metrics=output.metrics),
        }
    )


def way_to(graph: GraphSpec, output: OutputSpec) -> tuple[LayerSpec, ...]:
    """The layers one behind the other that lead to an output, from the last merge or input on."""
    way: list[LayerSpec] = []
    source = output.reads
    while source is not None and source not in graph.inputs:
        node = graph.node(source)
        layer = graph.layer_of(node)
        way.append(LayerSpec(id=node.id, type=layer.type, params=layer.params))
        merges = LAYERS.get(layer.type).several_inputs
        source = None if merges or not node.reads else node.reads[0]
    return tuple(reversed(way))


def combined(experiment: Experiment, losses: Mapping[str, float]) -> float:
    """The losses of all outputs as one number, as `compile` combines them."""
    if not isinstance(experiment.model, GraphSpec):
        raise ExperimentError("experiment.needs_graph")
    total = sum(output.weight * losses[output.name] for output in experiment.model.outputs)
    return total / len(losses) if experiment.compile.combine_losses == "mean" else total


def total_formula(
    outputs: Sequence[OutputSpec], combine: Literal["sum", "mean"], plain: Callable[[str], str] = str
) -> str:
    """How the total loss is made of the losses of the outputs: "1 × tmax_loss + 0.5 × rain_loss".

    Args:
        plain: makes a name safe for where the formula is shown.
    """
    terms = " + ".join(f"{output.weight:g} × {plain(f'{output.name}_loss')}" for output in outputs)
    return terms if combine == "sum" else f"({terms}) ÷ {len(outputs)}"


def history_keys(experiment: Experiment, *, validated: bool) -> tuple[str, ...]:
    """The history keys that a run will have, as netcore and Keras name them: total, losses, then metrics."""
    if isinstance(experiment.model, GraphSpec):
        outputs = experiment.model.outputs
        if len(outputs) == 1:  # as for a sequential model, without the output's name
            names = ["loss", *outputs[0].metrics]
        else:
            names = ["loss", *(f"{out.name}_loss" for out in outputs)]
            names += [f"{out.name}_{name}" for out in outputs for name in out.metrics]
    else:
        names = ["loss", *experiment.compile.metrics]
    return (*names, *(f"val_{name}" for name in names)) if validated else tuple(names)


def split_key(key: str, experiment: Experiment) -> tuple[str | None, str]:
    """A history key without "val_" -> (output or None, quantity): "rain_loss" -> ("rain", "loss")."""
    if isinstance(experiment.model, GraphSpec):
        for output in experiment.model.outputs:
            for name in ("loss", *output.metrics):
                if key == f"{output.name}_{name}":
                    return output.name, name
    return None, key


def history_of(history: dict[str, list[float]], name: str, outputs: int) -> dict[str, list[float]]:
    """The history of one output under the keys that it would have if it were alone."""
    if outputs == 1:
        return history
    found = {}
    for key, values in history.items():
        start = "val_" if key.startswith("val_") else ""
        rest = key.removeprefix(start)
        if rest.startswith(f"{name}_"):
            found[start + rest.removeprefix(f"{name}_")] = values
    return found


def output_units(experiment: Experiment, dataset: Dataset) -> int:
    """Numbers that a sequential model gives for a sample, or for each time step of one; 1 where nobody knows."""
    table = model_table(experiment, dataset.input_shape)
    shape = table[-1].output_shape if table else None
    return int((shape or (None, 1))[-1] or 1)
