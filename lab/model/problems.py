"""What an experiment's model looks like and what in it does not fit, before anything is trained."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from lab.data.prepare import Dataset
from lab.model.graph_problems import graph_problems
from lab.model.layer_table import LayerRow, layer_rows, model_table, parameter_count
from lab.model.outputs import output_views
from lab.model.problem import Problem
from lab.model.scales import LARGE_INPUT, MIN_TRAIN_ROWS, MIN_VALIDATION_ROWS, SMALL_BATCH, rate_is_high
from lab.model.sequence_problems import last_activation, sequence_problems
from lab.model.size import excess
from lab.spec.experiment import Experiment, GraphSpec
from lab.spec.limits import Limits, current_limits
from lab.starts import propose_output
from netcore.activations import ACTIVATIONS
from netcore.errors import NetcoreError
from netcore.layers import LAYERS
from netcore.losses import LOSSES, Loss
from netcore.metrics import LossMetric, for_output
from netcore.names import counted_anew
from netcore.optimizers import OPTIMIZERS

Array = np.ndarray[Any, Any]

NEAR_ZERO = 1e-3  # of the target's mean size: below it a percentage error explodes


def updates_arithmetic(rows: int, batch_size: int, epochs: int) -> tuple[int, int]:
    """(updates per epoch, updates in all); a batch larger than the data is one batch."""
    per_epoch = math.ceil(rows / batch_size)
    return per_epoch, per_epoch * epochs


def batches_are_full(rows: int, batch_size: int) -> bool:
    """Whether the last batch of an epoch has as many rows as the others."""
    return rows % batch_size == 0


# --- what does not fit


def model_problems(experiment: Experiment, dataset: Dataset | None, limits: Limits | None = None) -> list[Problem]:
    """Everything that keeps the experiment from training, or will surprise the learner; errors first.

    Args:
        dataset: None while the data itself cannot be prepared; then only the settings are looked at.
        limits: of the profile in force if None.
    """
    problems = [*_of_settings(experiment)]
    if dataset is not None:
        problems += _of_size(experiment, dataset, limits or current_limits())
        problems += _of_model(experiment, dataset)
    order = ("error", "warning", "note")
    return sorted(problems, key=lambda problem: order.index(problem.severity))


def _of_settings(experiment: Experiment) -> Iterator[Problem]:
    try:
        with counted_anew():
            experiment.compile.optimizer.built(OPTIMIZERS)
    except NetcoreError as refusal:  # arguments that are right each by itself, and not together
        yield Problem(refusal.code, refusal.values)
    rate = experiment.compile.learning_rate
    if rate == 0:
        yield Problem("model.learning_rate_zero", {}, "warning")
    elif rate_is_high(experiment.compile.optimizer.type, rate):
        yield Problem("model.learning_rate_huge", {"value": f"{rate:g}"}, "warning")
    stopping, epochs = experiment.fit.early_stopping, experiment.fit.epochs
    if stopping is not None and stopping.patience >= epochs:
        yield Problem("model.patience_beyond_epochs", {"patience": stopping.patience, "epochs": epochs}, "warning")


def _of_size(experiment: Experiment, dataset: Dataset, limits: Limits) -> Iterator[Problem]:
    rows, features = len(dataset.train.x), math.prod(dataset.input_shape)
    if rows * features > limits.train_values:
        values = {"rows": rows, "features": features, "values": rows * features, "high": limits.train_values}
        yield Problem("model.too_many_values", values)
    if experiment.fit.batch_size > rows:
        values = {"batch_size": experiment.fit.batch_size, "rows": rows}
        yield Problem("model.batch_larger_than_data", values, "note")
    elif experiment.fit.batch_size <= SMALL_BATCH:
        yield Problem("model.batch_small", {"batch_size": experiment.fit.batch_size}, "note")
    yield from _of_parts(dataset)
    parameters = parameter_count(layer_rows(experiment, dataset))
    if parameters > limits.parameters:
        yield Problem("model.too_many_parameters", {"parameters": parameters, "high": limits.parameters})
    too_large = excess(experiment, dataset, limits)
    if too_large is not None:
        yield too_large


def _of_parts(dataset: Dataset) -> Iterator[Problem]:
    """Parts of so few rows that their curves say little; no validation part at all is a choice."""
    rows, validated = len(dataset.train.rows), len(dataset.validation.rows)
    if rows < MIN_TRAIN_ROWS:
        yield Problem("model.few_train_rows", {"rows": rows, "low": MIN_TRAIN_ROWS}, "warning")
    if 0 < validated < MIN_VALIDATION_ROWS:
        yield Problem("model.few_validation_rows", {"rows": validated, "low": MIN_VALIDATION_ROWS}, "warning")


def _of_model(experiment: Experiment, dataset: Dataset) -> Iterator[Problem]:
    yield from _of_inputs(dataset)
    if isinstance(experiment.model, GraphSpec):
        yield from _of_graph(experiment, experiment.model, dataset)
    else:
        yield from _of_layers(experiment, dataset)
        yield from _of_target(experiment, dataset)


def _of_graph(experiment: Experiment, graph: GraphSpec, dataset: Dataset) -> Iterator[Problem]:
    """The links, then the layers, then output by output what is asked of a network with one output."""
    problems = list(graph_problems(experiment, graph, dataset))
    yield from problems
    if any(problem.blocks for problem in problems):
        return
    used = graph.leading_to(graph.outputs)
    table = {row.id: row for row in layer_rows(experiment, dataset) if row.id in used}
    broken = [Problem(row.problem.code, row.problem.values, layer_id=row.id) for row in table.values() if row.problem]
    yield from broken
    if broken:
        return
    for (name, view), output in zip(output_views(experiment, dataset).items(), graph.outputs, strict=True):
        row = table[str(output.reads)]
        for problem in (*_of_output(*view, row), *_of_target(*view)):
            yield replace(problem, output=name)


def _of_layers(experiment: Experiment, dataset: Dataset) -> Iterator[Problem]:
    table = model_table(experiment, dataset.input_shape)
    if not table:
        params, _loss, _metrics = propose_output(dataset.task, len(dataset.classes))
        yield Problem(
            "model.no_layers", {"proposal": f"Dense({params['units']}, {params.get('activation', 'linear')})"}
        )
        return
    broken = next((row for row in table if row.problem is not None), None)
    if broken is not None:
        yield Problem(broken.problem.code, broken.problem.values, layer_id=broken.id)
        return
    first = experiment.model.layers[0]
    if "rate" in first.params and LAYERS.get(first.type).training_only and len(dataset.input_shape) == 1:
        yield Problem("model.dropout_on_inputs", {}, "note", layer_id=first.id)
    yield from _of_output(experiment, dataset, table[-1])


def _of_output(experiment: Experiment, dataset: Dataset, row: LayerRow) -> Iterator[Problem]:
    """What the last layer gives, against the loss, the metrics and the task."""
    shape = row.output_shape or ()
    if LAYERS.get(row.type).training_only:
        yield Problem("model.output_only_in_training", {"layer": row.type}, layer_id=row.id)
        return
    if dataset.task == "sequence_labels":
        yield from sequence_problems(experiment, dataset, row)
        return
    if experiment.compile.loss.built(LOSSES).sequence:
        yield Problem("model.loss_for_sequences", {"loss": experiment.compile.loss.type})
        return
    if len(shape) == 3:
        yield Problem("model.output_over_time", {"shape": str(shape)}, layer_id=row.id)
        return
    if len(shape) != 2 or shape[1] is None:
        yield Problem("model.output_rank", {"shape": str(shape)}, layer_id=row.id)
        return
    misfit = _misfit(experiment, dataset, shape[1])
    if misfit is not None:
        yield misfit
    else:
        yield from _of_activation(experiment, dataset, shape[1])
        for metric in experiment.compile.metrics:
            problem = metric_problem(metric, experiment, dataset, shape[1])
            if problem is not None:
                yield problem


def _misfit(experiment: Experiment, dataset: Dataset, units: int) -> Problem | None:
    """The number of outputs, the loss and the task must fit together: the first thing that does not."""
    loss, classes, last = experiment.compile.loss.type, len(dataset.classes), experiment.model.layers[-1].id
    function = _probability_function(experiment)
    if dataset.task == "regression":
        if function == "sigmoid":
            return Problem("model.target_not_01", {"loss": loss})
        if function == "softmax":
            return Problem("model.loss_for_classes", {"loss": loss})
        if units != 1:
            return Problem("model.output_units", {"units": units, "needed": 1}, layer_id=last)
        return None
    if function == "softmax" and units == 1:
        return Problem("model.loss_needs_classes", {"loss": loss, "needed": classes, "units": units}, layer_id=last)
    if dataset.task == "binary" and units not in (1, 2):
        return Problem("model.output_units_binary", {"units": units}, layer_id=last)
    if dataset.task == "multiclass" and units != classes:
        return Problem("model.output_units", {"units": units, "needed": classes}, layer_id=last)
    return None


def _of_activation(experiment: Experiment, dataset: Dataset, units: int) -> Iterator[Problem]:
    loss, activation = experiment.compile.loss, last_activation(experiment)
    built: Loss = loss.built(LOSSES)
    if dataset.task == "regression":
        low, high = activation_range(activation)
        target = scaled_target(dataset)
        if target.min(initial=math.inf) < low or target.max(initial=-math.inf) > high:
            values = {"activation": activation, "low": _bound(low), "high": _bound(high)}
            yield Problem("model.bounded_output", values, "warning")
        return
    function = _probability_function(experiment)
    advice = built.advice(activation, units)
    if activation == "softmax" and units == 1:
        yield Problem("model.softmax_one_unit", {}, "warning")
    elif advice is not None:
        blanks = {"layer": experiment.model.layers[-1].type, "function": function, "units": units}
        yield Problem(advice[0], {"loss": loss.type, "activation": activation, **blanks}, "warning")
    elif function is None:
        usual = "BinaryCrossentropy" if units == 1 else "CategoricalCrossentropy"
        yield Problem("model.class_loss_note", {"loss": loss.type, "proposal": usual}, "note")
    elif built.probabilities and activation_range(activation) != (0.0, 1.0):
        values = {"loss": loss.type, "activation": activation, "proposal": "sigmoid" if units == 1 else "softmax"}
        yield Problem("model.not_probabilities", values, "warning")


def _probability_function(experiment: Experiment) -> str | None:
    """ "sigmoid" or "softmax" for a loss over probabilities (or over what becomes them), None for any other loss."""
    return getattr(LOSSES.get(experiment.compile.loss.type), "function", None)


def metric_problem(name: str, experiment: Experiment, dataset: Dataset, units: int) -> Problem | None:
    """Whether a metric can be computed and says anything: it is tried on good and on bad outputs.

    Args:
        name: of the metric, as `compile` is told.
        units: outputs of the network.
    """
    if dataset.task == "sequence_labels":
        return Problem("model.metric_fails", {"metric": name})  # texts are judged after the run, letter by letter
    y_true, right, wrong = _outputs_to_try(dataset, units, sparse=experiment.compile.loss.built(LOSSES).sparse)
    width = 1 if y_true.ndim == 1 else y_true.shape[-1]
    try:
        metrics = [for_output(name, width, units) for _ in range(2)]
        for metric, y_pred in zip(metrics, (right, wrong), strict=True):
            metric.count(y_true, y_pred, None)
        results = [metric.result() for metric in metrics]
    except (ValueError, IndexError, TypeError, NotImplementedError):  # whatever NumPy says to shapes that do not fit
        return Problem("model.metric_fails", {"metric": name})
    if any(np.ndim(result) for result in results):  # a curve is drawn of one number, not of an array of one
        return Problem("model.metric_fails", {"metric": name})
    if dataset.task == "regression":
        # classes are hit or missed; between numbers only a distance means anything
        says_something = isinstance(metrics[0], LossMetric) and metrics[0].loss.targets == "numbers"
    else:
        says_something = results[0] != results[1]
    return None if says_something else Problem("model.metric_unfit", {"metric": name}, "warning")


def _outputs_to_try(dataset: Dataset, units: int, *, sparse: bool) -> tuple[Array, Array, Array]:
    """(targets, right outputs, wrong outputs) of a few rows; sure to 90 % as a network would be."""
    classes = len(dataset.classes) or 3
    # every class twice: as many rows as classes could hide that shapes do not fit
    numbers = np.tile(np.arange(classes), 2)
    y_true = numbers[:, None] if units == 1 else np.eye(classes)[numbers]
    right = (0.1 + 0.8 * y_true).astype(np.float32)
    return (numbers if sparse else y_true.astype(np.float32)), right, np.roll(right, 1, axis=0)


def _of_inputs(dataset: Dataset) -> Iterator[Problem]:
    largest = float(np.abs(dataset.train.x).max(initial=0.0))
    if largest > LARGE_INPUT:
        yield Problem("model.inputs_not_scaled", {"largest": largest}, "warning")


def _of_target(experiment: Experiment, dataset: Dataset) -> Iterator[Problem]:
    if dataset.task != "regression":
        return
    target = scaled_target(dataset)
    mean, spread = float(np.mean(target)), float(np.std(target))
    if max(abs(mean), spread) > LARGE_INPUT:
        yield Problem("model.target_large", {"mean": mean, "spread": spread}, "warning")
    if LOSSES.get(experiment.compile.loss.type).unit == "%":
        near_zero = int(np.sum(np.abs(dataset.train.target) <= NEAR_ZERO * np.mean(np.abs(dataset.train.target))))
        if experiment.data.target_scaling == "standard":
            yield Problem("model.mape_scaled_target", {}, "warning")
        elif near_zero:
            yield Problem("model.mape_near_zero", {"count": near_zero}, "warning")


def activation_range(name: str) -> tuple[float, float]:
    """Smallest and largest value an activation gives; found by asking it, so that a new one needs no entry here."""
    far = 50.0
    inputs = np.array([[-far, far], [far, -far], [0.0, 0.0]])  # two features, so that softmax shows its range too
    outputs = ACTIVATIONS.get(name)(inputs)
    low, high = float(np.min(outputs)), float(np.max(outputs))
    # what still grows at the far end has no bound; what has settled is rounded to its limit
    return (-math.inf if low < -far / 10 else round(low, 6)), (math.inf if high > far / 10 else round(high, 6))


def scaled_target(dataset: Dataset) -> Array:
    """The training target of a regression as the network sees it."""
    return dataset.scaled_target(dataset.train.target)


def _bound(value: float) -> str:
    return f"{value:g}" if math.isfinite(value) else ("∞" if value > 0 else "-∞")
