"""The metrics of a forecast without a network, in the units of the run's own history: a line for each chart."""

import math

import numpy as np

from lab.data.prepare import Dataset
from lab.spec.experiment import Experiment
from lab.verdict.baseline import baseline
from lab.verdict.baseline_loss import baseline_loss, forecast
from netcore.errors import NetcoreError
from netcore.metrics import for_output


def baseline_metrics(experiment: Experiment, dataset: Dataset, units: int) -> dict[str, float]:
    """Each metric of `experiment` on the validation part; one that the forecast has no finite value of is left out.

    Args:
        units: outputs of the network.
    """
    known = forecast(experiment, dataset, baseline(dataset, experiment.compile.loss), "validation", units)
    if known is None or dataset.task == "sequence_labels":
        return {}
    y_true, y_pred = known
    width = 1 if y_true.ndim == 1 else y_true.shape[-1]
    found = {}
    for name in experiment.compile.metrics:
        try:
            with np.errstate(all="ignore"):
                value = float(for_output(name, width, units)(y_true, y_pred))
        except NetcoreError:  # not a metric of such outputs: the run itself says so
            continue
        if math.isfinite(value):
            found[name] = value
    return found


def output_baselines(views: dict[str, tuple[Experiment, Dataset]], units: list[int]) -> dict[str, float]:
    """Losses and metrics of several outputs under the names that they have in the history."""
    found: dict[str, float] = {}
    for (name, (experiment, dataset)), width in zip(views.items(), units, strict=True):
        start = f"{name}_" if len(views) > 1 else ""
        line = baseline_loss(experiment, dataset, baseline(dataset, experiment.compile.loss), "validation", width)
        if start and line is not None:
            found[f"{start}loss"] = line.value
        found |= {f"{start}{metric}": value for metric, value in baseline_metrics(experiment, dataset, width).items()}
    return found
