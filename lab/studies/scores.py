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
from lab.data.prepare.statistics import outer_fences
from lab.model.measures import larger_is_better

Array = npt.NDArray[Any]
ALL = slice(None)
MOST_CODES = 10
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


def scores_of(dataset: Dataset, predictions: Array | None, rows: slice = ALL) -> dict[str, float]:
    """Scores of the validation rows, named "score_…" among the figures; NaN for a run that diverged.

    Args:
        rows: of the validation rows, as they were divided, these alone.
    """
    judges = _judges(dataset)
    if predictions is None or not np.isfinite(predictions).all():
        return {f"score_{name}": math.nan for name in judges}
    target, predictions = dataset.validation.target[rows], predictions[rows]
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
        judges = REGRESSION if positive else {name: REGRESSION[name] for name in ("mse", "mae", "bias")}
        return judges | CODES if _are_codes(dataset.train.target) else judges
    return CLASSES | (TWO_CLASSES if len(dataset.classes) == 2 else {})


def _are_codes(target: Array) -> bool:
    """Whether numbers look like names of classes: few of them, and whole."""
    return len(np.unique(target)) <= MOST_CODES and bool((target == np.round(target)).all())


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


def _bias(target: Array, given: Array) -> float:
    """Mean error of the rows that are not far off: a broken value says nothing of where the forecast lies."""
    errors = np.asarray(given - target, np.float64)
    fences = outer_fences(errors)
    if fences is not None:
        errors = errors[(errors >= fences[0]) & (errors <= fences[1])]
    return float(errors.mean())


REGRESSION: dict[str, Callable[[Array, Array], Any]] = {
    "mse": lambda target, given: ((given - target) ** 2).mean(),
    "mae": lambda target, given: np.abs(given - target).mean(),
    "mape": lambda target, given: 100 * np.abs((given - target) / target).mean(),
    "total_ratio": lambda target, given: given.sum() / target.sum(),
    "bias": _bias,
}
CODES: dict[str, Callable[[Array, Array], Any]] = {  # a class told as a number is right where that is the nearest
    "accuracy": lambda target, given: (np.round(given) == target).mean(),
}
CLASSES: dict[str, Callable[[Array, Array], Any]] = {
    "cross_entropy": lambda target, given: -np.log(given[np.arange(len(target)), target]).mean(),
    "squared": lambda target, given: ((given - np.eye(given.shape[1])[target]) ** 2).mean(),
    "accuracy": lambda target, given: (given.argmax(axis=1) == target).mean(),
}
TWO_CLASSES: dict[str, Callable[[Array, Array], Any]] = {"recall": _recall, "precision": _precision, "csi": _csi}
SCORES = tuple(f"score_{name}" for name in (*REGRESSION, *CLASSES, *TWO_CLASSES))
