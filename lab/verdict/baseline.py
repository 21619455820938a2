"""What one gets without a network: the commonest class, one number, or "tomorrow as today". A model has to beat it.

The number is the one that has the lowest loss on the training rows, of the loss that the run learns with: the mean for
squared errors, the median for absolute ones, and what MAPE asks for lies nearer to 0.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from lab.data.prepare import PART_NAMES, Dataset, PartName
from lab.spec.parts import PartSpec
from netcore.errors import NetcoreError
from netcore.losses import LOSSES, Loss

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Baseline:
    """Predictions of a rule that looks at no input.

    Args:
        kind: "majority" (commonest class); "mean", "median" or "least" (what has the least loss) of the targets;
            "persistence" (the value of today); "letters" (of sequence labels: the commonest text, and each letter as
            often as it comes).
        predictions: for each part (n,), in the target's original coding: unit or class index; texts (n, longest).
        probabilities: (k,) share of each class in the training part; of sequence labels that of each letter, and of
            none, in all time steps; empty for a regression.
        column: the column that persistence predicts with.
    """

    kind: Literal["majority", "mean", "median", "least", "persistence", "letters"]
    predictions: dict[PartName, Array]
    probabilities: Array
    column: str | None = None


def baseline(dataset: Dataset, loss: PartSpec) -> Baseline:
    """Persistence where the data offers it and it beats the simple rule on the training part, else the simple rule.

    Args:
        loss: that the run learns with.
    """
    measure = loss.built(LOSSES)
    simple = _simple(dataset, measure)
    if dataset.persistence is None:
        return simple
    predictions: dict[PartName, Array] = {}
    for name in PART_NAMES:
        today = dataset.persistence[name]
        value = np.where(np.isnan(today), simple.predictions[name], today)
        predictions[name] = value if dataset.task == "regression" else value.astype(np.int64)
    persistence = Baseline("persistence", predictions, simple.probabilities, dataset.persistence_column)
    return min(persistence, simple, key=lambda rule: _cost(rule, dataset, measure))


def _cost(rule: Baseline, dataset: Dataset, loss: Loss) -> float:
    """Of what a rule says about the training rows: of numbers the loss, of classes the share of wrong ones."""
    if dataset.task == "regression":
        said, right = (dataset.scaled_target(one)[:, None] for one in (rule.predictions["train"], dataset.train.target))
        with suppress(NetcoreError):  # no loss of numbers: such a run never was, but its file has to open
            return float(loss(right, said))
    return error_of(rule, dataset, "train")


def _simple(dataset: Dataset, loss: Loss) -> Baseline:
    training = dataset.train.target
    if dataset.task == "sequence_labels":
        return _letters(dataset)
    if dataset.task == "regression":
        value = loss.best_answer(dataset.scaled_target(training)) * dataset.target_scale + dataset.target_mean
        return _same_everywhere(loss.one_answer, value, np.empty(0), dataset)
    counts = np.bincount(training, minlength=len(dataset.classes))
    return _same_everywhere("majority", int(counts.argmax()), counts / counts.sum(), dataset)


def _letters(dataset: Dataset) -> Baseline:
    """Nothing of the signal is looked at."""
    training = dataset.train.target
    texts, counts = np.unique(training, axis=0, return_counts=True)
    commonest = texts[counts.argmax()]
    letters = np.bincount(training[training > 0], minlength=len(dataset.classes))
    steps = len(training) * dataset.input_shape[0]
    letters[0] = max(steps - int(letters.sum()), 0)
    predictions = {name: np.tile(commonest, (len(dataset.part(name).target), 1)) for name in PART_NAMES}
    return Baseline("letters", predictions, letters / letters.sum())


def _same_everywhere(
    kind: Literal["majority", "mean", "median", "least"], value: float | int, probabilities: Array, dataset: Dataset
) -> Baseline:
    predictions = {name: np.full(len(dataset.part(name).target), value) for name in PART_NAMES}
    return Baseline(kind, predictions, probabilities)


def error_of(rule: Baseline, dataset: Dataset, part: PartName) -> float:
    """On one part: mean absolute error in the target's unit, or the share of wrong classes."""
    predicted, target = rule.predictions[part], dataset.part(part).target
    if dataset.task == "regression":
        return float(np.abs(predicted - target).mean())
    return float((predicted != target).mean())
