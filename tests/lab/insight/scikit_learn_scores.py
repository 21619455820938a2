"""Writes scikit_learn_scores.json: what scikit-learn says about cases drawn at random. By hand, where it is installed:

pip install scikit-learn && python tests/lab/insight/scikit_learn_scores.py
"""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_suffix(".json")
CASES = [(seed, 2 + 7 * seed % 40, 2 + seed % 3, 1 if seed % 2 else 8) for seed in range(24)]


def drawn(seed: int, rows: int, classes: int, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """(actual, shares) at random; with few digits rows are alike in probability, and some class may be missing."""
    rng = np.random.default_rng(seed)
    actual = rng.integers(0, rng.integers(1, classes + 1), rows)
    scores = rng.normal(size=(rows, classes)) + 0.7 * np.eye(classes)[actual]
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return actual, shares.round(digits)


def told_by_scikit_learn(seed: int, rows: int, classes: int, digits: int) -> dict[str, object]:
    from sklearn import metrics

    actual, shares = drawn(seed, rows, classes, digits)
    predicted = shares.argmax(axis=1)
    numbers = metrics.precision_recall_fscore_support(
        actual, predicted, labels=range(classes), zero_division=np.nan, average=None
    )
    curves = {}
    for place in [1] if classes == 2 else range(classes):
        of_class = actual == place
        if 0 < of_class.sum() < rows:
            false, true, _ = metrics.roc_curve(of_class, shares[:, place], drop_intermediate=False)
            precision, recall, _ = metrics.precision_recall_curve(of_class, shares[:, place])
            curves[place] = {
                "false": false.tolist(),
                "true": true.tolist(),
                "roc_area": metrics.roc_auc_score(of_class, shares[:, place]),
                "precision": precision.tolist(),
                "recall": recall.tolist(),
                "average_precision": metrics.average_precision_score(of_class, shares[:, place]),
            }
    return {
        "drawn": [seed, rows, classes, digits],
        "confusion": metrics.confusion_matrix(actual, predicted, labels=range(classes)).tolist(),
        "classes": {
            name: [None if np.isnan(value) else value for value in values.tolist()]
            for name, values in zip(("precision", "recall", "f1", "rows"), numbers, strict=True)
        },
        "curves": curves,
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps([told_by_scikit_learn(*case) for case in CASES]) + "\n", encoding="utf-8")
