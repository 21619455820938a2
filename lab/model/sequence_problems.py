"""What of a network does not fit the task of reading a text from a signal."""

from collections.abc import Iterator

import numpy as np

from lab.data.prepare import PART_NAMES, Dataset
from lab.model.layer_table import LayerRow
from lab.model.problem import Problem
from lab.spec.experiment import Experiment
from netcore.errors import NetcoreError
from netcore.layers import LAYERS
from netcore.losses import LOSSES, Loss


def sequence_problems(experiment: Experiment, dataset: Dataset, row: LayerRow) -> Iterator[Problem]:
    """The loss, the shape of the last layer `row`, labels too long for its time steps, a second softmax, metrics."""
    name, classes = experiment.compile.loss.type, len(dataset.classes)
    loss: Loss = experiment.compile.loss.built(LOSSES)
    shape = row.output_shape or ()
    if not loss.sequence:
        yield Problem("model.sequence_loss", {"loss": name})
        return
    if len(shape) != 3 or shape[1] is None or shape[2] is None:
        yield Problem("model.sequence_output", {"shape": str(shape)}, layer_id=row.id)
        return
    steps, units = int(shape[1]), int(shape[2])
    if units != classes:
        yield Problem("model.output_units", {"units": units, "needed": classes}, layer_id=row.id)
        return
    labels = np.concatenate([dataset.part(part).target for part in PART_NAMES]).T[:, None]  # (l, 1, n), as netcore's
    try:
        loss.check_targets(labels, (steps, units))
    except NetcoreError as problem:
        yield Problem(problem.code, problem.values)
        return
    activation = last_activation(experiment)
    advice = loss.advice(activation, units)
    if advice is not None:
        values = {"loss": name, "activation": activation, "layer": experiment.model.layers[-1].type, "units": units}
        yield Problem(advice[0], values, "warning")
    for layer in experiment.model.layers:
        if layer.built(LAYERS).makes_mask:
            yield Problem("model.mask_before_ctc", {"layer": layer.type}, "warning", layer_id=layer.id)
    for metric in experiment.compile.metrics:
        yield Problem("model.metric_fails", {"metric": metric})


def last_activation(experiment: Experiment) -> str:
    """Name of the activation that the output leaves through; "linear" if there is none."""
    for layer in reversed(experiment.model.layers):
        if "activation" in LAYERS.get(layer.type).params:
            return layer.filled(LAYERS)["activation"] or "linear"
    return "linear"
