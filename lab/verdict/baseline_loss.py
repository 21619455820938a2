"""The loss of a forecast without a network, in the unit of the run's own loss: the line a curve has to get below."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.data.prepare import Dataset, PartName
from lab.errors import DataError
from lab.spec.experiment import Experiment
from lab.verdict.baseline import Baseline
from lab.verdict.evidence import BaselineKind
from netcore.errors import NetcoreError
from netcore.losses import LOSSES

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class BaselineLoss:
    """`value` is comparable with the run's loss; `kind` says what the forecast is."""

    value: float
    kind: BaselineKind


def baseline_loss(
    experiment: Experiment, dataset: Dataset, rule: Baseline, part: PartName, units: int
) -> BaselineLoss | None:
    """The baseline's loss on one part; None for a part without rows, and for outputs that do not fit the target.

    For classes the forecast is the share of each class in the training part, also beside a persistence rule: a rule
    that names one class for certain has an endless cross-entropy as soon as it is wrong once.

    Args:
        units: outputs of the network.
    """
    found = forecast(experiment, dataset, rule, part, units)
    if found is None:
        return None
    try:
        value = float(experiment.compile.loss.built(LOSSES)(*found))
    except NetcoreError:  # not a loss of such outputs: as below
        return None
    return BaselineLoss(value, rule.kind if dataset.task in ("regression", "sequence_labels") else "majority")


def forecast(
    experiment: Experiment, dataset: Dataset, rule: Baseline, part: PartName, units: int
) -> tuple[Array, Array] | None:
    """(targets, outputs of a network that followed the rule) of a part; None for no rows, and where they do not fit."""
    if not len(dataset.part(part).target):
        return None
    loss = experiment.compile.loss
    try:
        y_true = dataset.targets_for(part, loss.type, units)
    except DataError:  # such a run never was: only its file says so, and its page has to open
        return None
    from_logits = bool(loss.params.get("from_logits", False))
    return y_true, constant_output(dataset, rule, part, units, from_logits=from_logits)


def constant_output(
    dataset: Dataset, rule: Baseline, part: PartName, units: int, *, from_logits: bool = False
) -> Array:
    """What a network that followed the rule would put out for the rows of a part, (n, units) or (n, time, units)."""
    if dataset.task == "regression":
        return dataset.scaled_target(rule.predictions[part]).astype(np.float32)[:, None]
    shares = np.clip(rule.probabilities, 1e-7, 1 - 1e-7)
    if dataset.task == "sequence_labels":
        row = np.full(units, np.log(1e-7), np.float32)
        row[: len(shares)] = np.log(shares)
        return np.tile(row, (len(dataset.part(part).target), dataset.input_shape[0], 1))
    if units == 1:
        row = shares[1:2]
        row = np.log(row / (1 - row)) if from_logits else row
    else:
        row = np.log(shares) if from_logits else shares
    return np.tile(row.astype(np.float32), (len(dataset.part(part).target), 1))
