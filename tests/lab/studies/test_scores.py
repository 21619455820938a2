"""Scores are taken of the validation rows, and only those that these rows allow."""

from types import SimpleNamespace

import numpy as np
import pytest

from lab.studies.scores import SCORES, scores_of


def dataset(train, validation):
    return SimpleNamespace(
        task="regression",
        train=SimpleNamespace(target=np.array(train)),
        validation=SimpleNamespace(target=np.array(validation)),
        inverse_target=lambda values: values,
    )


@pytest.mark.parametrize(
    ("training", "validation", "percent"),
    [
        ([1.0, 3.0], [2.0, 4.0], True),
        ([1.0, 3.0], [0.0, 4.0], False),
        ([1.0, 3.0], [-1.0, 4.0], False),
        ([-1.0, 3.0], [2.0, 4.0], False),
    ],
)
def test_nothing_is_divided_by_rows_that_are_not_all_above_zero(training, validation, percent):
    found = scores_of(dataset(training, validation), np.array([[1.0], [5.0]]))
    assert ("score_mape" in found) == ("score_total_ratio" in found) == percent
    assert set(found) <= set(SCORES)
    assert np.isfinite(list(found.values())).all()


def test_a_broken_value_has_no_part_in_the_bias_of_the_others():
    forecast = np.array([[2.0], [3.0], [4.5], [5.5], [6.0]])
    target = [1.0, 2.5, 4.0, 5.0, 5.0]
    assert scores_of(dataset(target, target), forecast)["score_bias"] == pytest.approx(0.7)
    broken = [*target, 900.0]
    found = scores_of(dataset(broken, broken), np.vstack([forecast, [[7.0]]]))
    assert found["score_bias"] == pytest.approx(0.7)
    assert found["score_mae"] > 100


def test_a_score_may_be_taken_of_some_of_the_validation_rows():
    target, forecast = [1.0, 2.0, 3.0, 4.0], np.array([[1.0], [2.0], [5.0], [7.0]])
    maes = [
        scores_of(dataset(target, target), forecast, rows)["score_mae"]
        for rows in (slice(None), slice(None, 2), slice(2, None))
    ]
    assert maes == pytest.approx([1.25, 0.0, 2.5])


def test_a_class_that_is_told_as_a_number_is_right_where_it_is_the_nearest_whole_one():
    codes, forecast = [0.0, 1.0, 2.0, 3.0], np.array([[0.4], [1.6], [2.2], [2.4]])
    assert scores_of(dataset(codes, codes), forecast)["score_accuracy"] == 0.5
    measured = [0.5, 1.0, 2.0, 3.0]
    assert "score_accuracy" not in scores_of(dataset(measured, measured), forecast)
    many = list(range(11))
    assert "score_accuracy" not in scores_of(dataset(many, codes), forecast)
