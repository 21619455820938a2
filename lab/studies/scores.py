"""Scores of predictions that stay the same whatever loss was trained with: each loss can so be judged by all others.

Regression is judged in the target's own unit. Classes are judged by probabilities, as Dense with softmax or sigmoid
gives them.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.data.prepare import Dataset
from lab.model.measures import larger_is_better

Array = npt.NDArray[Any]
SURE = 1e-7  # a probability of 0 would cost endlessly much

UP = ("accuracy", "recall", "precision", "csi")
ONE_IS_RIGHT = ("total_ratio",)
ZERO_IS_RIGHT = ("bias",)


def distance(score: str, value: float) -> float:
    """How far a score is from the best that it can be; smaller is better."""
    if score in ONE_IS_RIGHT:
        return abs(math.log(value)) if value > 0 else math.inf
    if score in ZERO_IS_RIGHT:
        return abs(value)
    return -value if score in UP or larger_is_better(score) else value


def scores_of(dataset: Dataset, predictions: Array | None) -> dict[str, float]:
    """Scores of the validation rows, named "score_…" among the figures; NaN for a run that diverged."""
    judges = _judges(dataset)
    if predictions is None or not np.isfinite(predictions).all():
        return {f"score_{name}": math.nan for name in judges}
    target = dataset.validation.target
    given: Array
    if dataset.task == "regression":
        given = dataset.inverse_target(predictions).reshape(len(target))
    else:
        given = np.asarray(predictions, np.float64).reshape(len(target), -1)
        if given.shape[1] == 1:
            given = np.hstack([1 - given, given])
        given = np.clip(given, SURE, 1.0)
    return {f"score_{name}": float(judge(target, given)) for name, judge in judges.items()}


def _judges(dataset: Dataset) -> dict[str, Callable[[Array, Array], Any]]:
    if dataset.task == "regression":
        positive = all(bool((part.target > 0).all()) for part in (dataset.train, dataset.validation))
        return REGRESSION if positive else {name: REGRESSION[name] for name in ("mse", "mae", "bias")}
    return CLASSES | (TWO_CLASSES if len(dataset.classes) == 2 else {})


def _recall(target: Array, given: Array) -> float:
    """Of the rows that are of the second class, those found."""
    return float((given[target == 1, 1] > 0.5).mean()) if (target == 1).any() else math.nan


def _precision(target: Array, given: Array) -> float:
    """Of the rows said to be of the second class, those that are."""
    said = given[:, 1] > 0.5
    return float((target[said] == 1).mean()) if said.any() else math.nan


def _csi(target: Array, given: Array) -> float:
    """Critical success index: hits of hits, misses and false alarms."""
    said, there = given[:, 1] > 0.5, target == 1
    any_of = (said | there).sum()
    return float((said & there).sum() / any_of) if any_of else math.nan


REGRESSION: dict[str, Callable[[Array, Array], Any]] = {
    "mse": lambda target, given: ((given - target) ** 2).mean(),
    "mae": lambda target, given: np.abs(given - target).mean(),
    "mape": lambda target, given: 100 * np.abs((given - target) / target).mean(),
    "total_ratio": lambda target, given: given.sum() / target.sum(),
    "bias": lambda target, given: np.median(given - target),
}
CLASSES: dict[str, Callable[[Array, Array], Any]] = {
    "cross_entropy": lambda target, given: -np.log(given[np.arange(len(target)), target]).mean(),
    "squared": lambda target, given: ((given - np.eye(given.shape[1])[target]) ** 2).mean(),
    "accuracy": lambda target, given: (given.argmax(axis=1) == target).mean(),
}
TWO_CLASSES: dict[str, Callable[[Array, Array], Any]] = {"recall": _recall, "precision": _precision, "csi": _csi}
SCORES = tuple(f"score_{name}" for name in (*REGRESSION, *CLASSES, *TWO_CLASSES))
