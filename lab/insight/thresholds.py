"""What becomes of a class when the threshold of its probability is moved: ROC and precision against recall.

Source: Fawcett (2006), "An introduction to ROC analysis", algorithms 1 and 2; Davis & Goadrich (2006) for why points of
precision and recall are joined by steps and not by lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.model.probe import evenly

Array = np.ndarray[Any, Any]

POINTS = 400  # drawn of a curve


@dataclass(frozen=True)
class Curve:
    """A point for each threshold, from the highest down; `area` is of the whole curve, whatever is drawn of it."""

    x: Array
    y: Array
    area: float


@dataclass(frozen=True)
class ClassCurves:
    """One class against the rest.

    Args:
        share: of the rows that are of the class: the precision of drawing lots.
        roc: share of the others taken for it (x), share of its own found (y); area 0.5 is drawing lots.
        precision_recall: recall (x), precision (y); the area is the average precision.
    """

    name: str
    share: float
    roc: Curve
    precision_recall: Curve


def class_curves(actual: Array, shares: Array, classes: Sequence[str]) -> tuple[ClassCurves, ...]:
    """Each class against the rest; of two classes the second alone, since the first is its mirror.

    A class that no row or every row is of has no curves and is left out.

    Args:
        actual: (n,) index of the class.
        shares: (n, K) probabilities, or (n, 1) that of the second of two classes.
    """
    found = []
    for place in [1] if len(classes) == 2 else range(len(classes)):
        of_class, share = actual == place, shares[:, -1 if len(classes) == 2 else place]
        if 0 < of_class.sum() < len(of_class):
            found.append(_curves(classes[place], of_class, np.asarray(share, np.float64)))
    return tuple(found)


def _curves(name: str, of_class: Array, share: Array) -> ClassCurves:
    order = np.argsort(-share, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(share[order])), len(order) - 1)  # rows alike in probability go together
    found = np.cumsum(of_class[order])[ends].astype(np.float64)
    taken = ends + 1.0
    own, others = float(of_class.sum()), float((~of_class).sum())
    recall, precision = found / own, found / taken
    false = (taken - found) / others
    x, y = np.append(0.0, false), np.append(0.0, recall)
    steps = np.diff(np.append(0.0, recall))
    return ClassCurves(
        name,
        own / (own + others),
        _thinned(x, y, float(np.trapezoid(y, x))),
        _thinned(np.append(0.0, recall), np.append(precision[0], precision), float((steps * precision).sum())),
    )


def _thinned(x: Array, y: Array, area: float) -> Curve:
    """Enough points to see the curve, first and last among them."""
    places = evenly(len(x), POINTS)
    return Curve(x[places], y[places], area)
