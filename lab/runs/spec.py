"""Experiment + Dataset → the plain values and arrays that a Trainer needs. The web side of the waist."""

from typing import Any

import numpy as np

from lab.data.prepare import Dataset
from lab.errors import RunError
from lab.experiment import Experiment, PartSpec
from lab.runs.arrays import Arrays
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.registry import Registry


def run_spec(experiment: Experiment, dataset: Dataset) -> tuple[dict[str, Any], Arrays]:
    """What `Trainer` takes: a JSON-able description, and "x" (n, ...), "y", "x_val", "y_val" as netcore wants them.

    The test part is not in it: no worker ever sees the sealed rows.

    Raises:
        RunError "run.no_layers": there is nothing to train.
    """
    layers = experiment.model.layers
    if not layers:
        raise RunError("run.no_layers")
    fit = experiment.fit
    spec = {
        "layers": [_part(LAYERS, layer) for layer in layers],
        "input_shape": list(dataset.input_shape),
        "optimizer": _part(OPTIMIZERS, experiment.compile.optimizer),
        "loss": _part(LOSSES, experiment.compile.loss),
        "metrics": list(experiment.compile.metrics),
        "fit": {"epochs": fit.epochs, "batch_size": fit.batch_size, "shuffle": fit.shuffle},
        "changes": [change.model_dump() for change in fit.changes],
        "seed": experiment.seed,
    }
    units = _output_units(experiment)
    arrays = {"x": dataset.train.x, "y": dataset.targets_for("train", experiment.compile.loss.type, units)}
    if len(dataset.validation.x):
        arrays["x_val"] = dataset.validation.x
        arrays["y_val"] = dataset.targets_for("validation", experiment.compile.loss.type, units)
    return spec, {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _part(registry: Registry[Any], part: PartSpec) -> dict[str, Any]:
    return {"type": part.type, "params": part.filled(registry)}


def _output_units(experiment: Experiment) -> int:
    """Units of the last layer that has any: how many numbers the network gives for a sample. 1 if none says so."""
    units = (layer.params["units"] for layer in reversed(experiment.model.layers) if "units" in layer.params)
    return int(next(units, 1))
