"""Precision, recall, F1, ROC, precision and recall, residuals: held against what scikit-learn said about the same rows.

Its numbers lie beside this file (`scikit_learn_scores.py` writes them), so that nobody needs it to run the tests.
"""

import json

import numpy as np
import pytest

from lab.insight.class_scores import class_scores, macro
from lab.insight.residuals import residuals
from lab.insight.thresholds import POINTS, class_curves
from tests.lab.insight.scikit_learn_scores import FILE, drawn

NAMES = ("a", "b", "c", "d")
TOLD = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("told", TOLD, ids=lambda told: "-".join(map(str, told["drawn"])))
def test_scores_of_classes_are_those_of_scikit_learn(told):
    found = class_scores(told["confusion"], NAMES[: len(told["confusion"])])
    for name, values in told["classes"].items():
        assert [getattr(score, name) for score in found] == pytest.approx(values)
        known = [value for value in values if value is not None]
        assert macro(found, name) == pytest.approx(np.mean(known))


@pytest.mark.parametrize("told", TOLD, ids=lambda told: "-".join(map(str, told["drawn"])))
def test_curves_and_their_areas_are_those_of_scikit_learn(told):
    actual, shares = drawn(*told["drawn"])
    found = {one.name: one for one in class_curves(actual, shares, NAMES[: shares.shape[1]])}
    assert list(found) == [NAMES[int(place)] for place in told["curves"]]
    for place, expected in told["curves"].items():
        one = found[NAMES[int(place)]]
        assert (one.roc.x.tolist(), one.roc.y.tolist()) == (
            pytest.approx(expected["false"]),
            pytest.approx(expected["true"]),
        )
        assert one.roc.area == pytest.approx(expected["roc_area"])
        assert one.precision_recall.area == pytest.approx(expected["average_precision"])
        # theirs end with the point (0, 1), which no threshold has; from the highest threshold down they are ours
        assert one.precision_recall.x[1:].tolist() == pytest.approx(expected["recall"][-2::-1])
        assert one.precision_recall.y[1:].tolist() == pytest.approx(expected["precision"][-2::-1])
        assert one.share == (actual == int(place)).mean()


def test_a_class_without_rows_or_never_predicted_has_no_share_instead_of_0_or_none_at_all():
    first, second, third, fourth = class_scores([[3, 0, 1, 0], [2, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], NAMES)
    assert (first.precision, first.recall) == (3 / 5, 3 / 4)
    assert (second.precision, second.recall, second.f1) == (None, 0, 0)  # two rows, never predicted
    assert (third.precision, third.recall, third.f1) == (0, None, 0)  # predicted once, no row is of it
    assert (fourth.precision, fourth.recall, fourth.f1) == (None, None, None)
    assert macro((fourth,), "f1") is None


def test_one_output_for_two_classes_and_two_outputs_give_the_same_curve():
    actual, shares = drawn(3, 50, 2, 8)
    single, both = (class_curves(actual, one, NAMES[:2]) for one in (shares[:, 1:], shares))
    assert single[0].name == both[0].name == "b"
    assert single[0].roc.area == both[0].roc.area


def test_a_long_curve_is_drawn_by_few_points_and_keeps_its_area_and_its_ends():
    actual, shares = drawn(1, 5000, 2, 8)
    if len(set(actual)) < 2:
        actual = np.arange(5000) % 2
    (one,) = class_curves(actual, shares, NAMES[:2])
    pairs = shares[actual == 1, 1][:, None] - shares[actual == 0, 1]
    area = (pairs > 0).mean() + 0.5 * (pairs == 0).mean()  # Mann & Whitney: how often one of the class stands higher
    assert len(one.roc.x) == POINTS
    assert (one.roc.x[0], one.roc.y[0], one.roc.x[-1], one.roc.y[-1]) == (0, 0, 1, 1)
    assert one.roc.area == pytest.approx(area)


def test_one_class_alone_has_no_curve():
    assert class_curves(np.ones(5, int), np.full((5, 1), 0.7), ("no", "yes")) == ()


def test_residuals_are_actual_minus_predicted_and_every_one_is_counted():
    found = residuals([1.0, 2.0, 6.0], [2.0, 2.0, 3.0])
    assert found.values.tolist() == [-1, 0, 3]
    assert found.mean == pytest.approx(2 / 3)
    assert found.deviation == pytest.approx(np.std([-1, 0, 3]))
    assert found.counts.sum() == 3
    assert (found.edges[0], found.edges[-1]) == (-1, 3)
    assert residuals([5.0], [5.0]).counts.sum() == 1
