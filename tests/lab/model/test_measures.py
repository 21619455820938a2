"""Unit and direction of a measure."""

import pytest

from lab.model.measures import larger_is_better, metric_unit


@pytest.mark.parametrize(
    ("metric", "unit", "expected"),
    [
        ("mae", "°C", "°C"),
        ("rmse", "g", "g"),
        ("mse", "°C", "°C²"),
        ("mse", "m/s", "(m/s)²"),
        ("mape", "g", "%"),
        ("mae", "", ""),
        ("accuracy", "", ""),
    ],
)
def test_metrics_carry_the_unit_of_the_target(metric, unit, expected):
    assert metric_unit(metric, unit) == expected


def test_errors_are_told_from_scores():
    names = ("loss", "val_mae", "rmse", "mape", "false_positives", "accuracy", "AUC", "R2Score", "kind_f1_score")
    assert [name for name in names if not larger_is_better(name)] == list(names[:5])
