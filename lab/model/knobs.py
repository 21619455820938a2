"""At which knob a problem is told: the setting that it is about, by the name that its widget has on every page.

    knob_of(Problem("model.learning_rate_huge", …), experiment)   # "optimizer.Adam.learning_rate"

A page tells a problem at the first of its widgets whose name is the knob, or begins with it.
"""

from collections.abc import Callable
from typing import Final

from lab.model.problem import Problem
from lab.spec.experiment import Experiment, GraphSpec, LayerSpec
from netcore.layers import LAYERS

Named = Callable[[Experiment, Problem], str]


def knob_of(problem: Problem, experiment: Experiment) -> str:
    """What netcore says of a layer stands at that layer, of an optimizer there, what a loss says of the outputs or
    targets at the loss.
    """
    of_netcore = _layer if problem.layer_id is not None else _optimizer if _is_of_optimizer(problem) else _loss
    return KNOBS.get(problem.code, of_netcore)(experiment, problem)


def _fixed(name: str) -> Named:
    return lambda _experiment, _problem: name


def _layer(experiment: Experiment, problem: Problem) -> str:
    if problem.layer_id is not None:  # of a node that shares a layer its own card
        return f"layer-{problem.layer_id}"
    layer = _layer_at(experiment, problem)
    return LAYERS_LIST if layer is None else f"layer-{layer.id}"


def _argument(name: str) -> Named:
    """Of the layer that the problem is about, or of the last one in front of it that has it: a Flatten has no units."""

    def named(experiment: Experiment, problem: Problem) -> str:
        layer = _layer_at(experiment, problem)
        if layer is not None and name not in LAYERS.get(layer.type).params:
            before = list(experiment.model.layers)[: _place(experiment, layer)]
            layer = next((one for one in reversed(before) if name in LAYERS.get(one.type).params), None)
        return _layer(experiment, problem) if layer is None else f"layer-{layer.id}.{layer.type}.{name}"

    return named


def _layer_at(experiment: Experiment, problem: Problem) -> LayerSpec | None:
    """By its id, the one that gives the output, or the last."""
    model = experiment.model
    if isinstance(model, GraphSpec):
        node = problem.layer_id
        if node is None and problem.output is not None:
            node = model.output(problem.output).reads
        return None if node is None or node in model.inputs else model.layer_of(model.node(node))
    found = [layer for layer in model.layers if problem.layer_id in (None, layer.id)]
    return found[-1] if found else None


def _place(experiment: Experiment, layer: LayerSpec) -> int:
    return 0 if isinstance(experiment.model, GraphSpec) else list(experiment.model.layers).index(layer)


def _loss(experiment: Experiment, problem: Problem) -> str:
    return "loss.type" if problem.output is None else f"loss-{problem.output}.type"


def _optimizer(_experiment: Experiment, _problem: Problem) -> str:
    return "optimizer"


def _is_of_optimizer(problem: Problem) -> bool:
    return problem.code.startswith("optimizer.")


def _metrics(experiment: Experiment, problem: Problem) -> str:
    return "compile.metrics" if problem.output is None else f"output.{problem.output}.metrics"


def _of_output(field: str) -> Named:
    return lambda _experiment, problem: f"output.{problem.output}.{field}"


def _rate(experiment: Experiment, _: Problem) -> str:
    return f"optimizer.{experiment.compile.optimizer.type}.learning_rate"


LAYERS_LIST: Final = "layers"  # where layers are added
KNOBS: Final[dict[str, Named]] = {
    "model.no_layers": _fixed(LAYERS_LIST),
    "model.too_many_parameters": _fixed(LAYERS_LIST),
    "model.too_many_values": _fixed("data.inputs"),
    "model.inputs_not_scaled": _fixed("data.scaling"),
    "model.target_large": _fixed("data.target_scaling"),
    "model.mape_scaled_target": _fixed("data.target_scaling"),
    "model.few_train_rows": _fixed("data.split.validation"),
    "model.few_validation_rows": _fixed("data.split.validation"),
    "model.learning_rate_zero": _rate,
    "model.learning_rate_huge": _rate,
    "model.batch_larger_than_data": _fixed("fit.batch_size"),
    "model.batch_small": _fixed("fit.batch_size"),
    "size.batch_too_large": _fixed("fit.batch_size"),
    "size.batch_too_heavy": _fixed("fit.batch_size"),
    "size.row_too_large": _layer,
    "size.row_too_heavy": _layer,
    "size.rows_too_heavy": _layer,
    "size.too_many_steps": _layer,
    "model.patience_beyond_epochs": _fixed("fit.epochs"),
    "model.output_units": _argument("units"),
    "model.output_units_binary": _argument("units"),
    "model.loss_needs_classes": _argument("units"),
    "model.bounded_output": _argument("activation"),
    "model.softmax_one_unit": _argument("activation"),
    "model.not_probabilities": _argument("activation"),
    "model.sequence_output": _layer,
    "model.output_over_time": _layer,
    "model.output_rank": _layer,
    "model.output_only_in_training": _layer,
    "model.dropout_on_inputs": _argument("rate"),
    "model.mask_before_ctc": _layer,
    "model.loss_for_classes": _loss,
    "model.target_not_01": _loss,
    "model.loss_for_sequences": _loss,
    "model.sequence_loss": _loss,
    "model.class_loss_note": _loss,
    "model.mape_near_zero": _loss,
    "model.metric_unfit": _metrics,
    "model.metric_fails": _metrics,
    "graph.inputs_differ": _fixed(LAYERS_LIST),
    "graph.no_outputs": _fixed(LAYERS_LIST),
    "graph.target_unused": _fixed(LAYERS_LIST),
    "graph.input_unused": _fixed(LAYERS_LIST),
    "graph.node_unused": _layer,
    "graph.unknown_target": _loss,
    "graph.output_reads_no_node": _of_output("reads"),
    "graph.weight_zero": _of_output("weight"),
}
