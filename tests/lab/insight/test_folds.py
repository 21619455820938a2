"""Cross-validation: each row outside the test part validates once, and the scatter is told."""

import numpy as np
import pytest

from lab.data.samples import load_sample
from lab.insight.folds import FoldScores, as_many_rows, fold_cells, fold_scores, learns_from
from lab.runs.orders.study import RunOutcome
from lab.starts import start


def test_every_row_outside_the_test_part_validates_once():
    cells = fold_cells(start("iris"), load_sample("iris"), 5)
    datasets = [dataset for cell in cells for _, dataset in cell.runs]
    validating = np.concatenate([dataset.validation.rows for dataset in datasets])
    sealed = {tuple(dataset.test.rows) for dataset in datasets}
    assert len(sealed) == 1
    assert learns_from(cells) == 96
    assert as_many_rows(96, 90)
    assert not as_many_rows(182, 730)
    assert len(set(validating)) == len(validating) == 150 - len(next(iter(sealed)))


def test_mean_and_scatter_are_those_of_the_last_values_in_the_order_of_the_folds():
    outcomes = {str(fold): (RunOutcome({"val_loss": [9.0, float(fold)]}, {}),) for fold in (10, 2, 1)}
    scores = fold_scores(outcomes, [7.0, 1.0], "loss")
    assert scores.values == (1.0, 2.0, 10.0)
    assert (scores.own, scores.mean) == (1.0, pytest.approx(13 / 3))
    assert fold_scores(outcomes, [1.0], "accuracy") is None


@pytest.mark.parametrize(("own", "place"), [(0.5, "lucky"), (1.1, "usual"), (1.5, "unlucky")])
def test_an_own_value_far_from_the_mean_is_luck(own, place):
    scores = FoldScores((0.8, 1.2), own, 1.0, 0.28)
    assert scores.place(lower_wins=True) == place
    turned = {"lucky": "unlucky", "unlucky": "lucky"}.get(place, place)
    assert scores.place(lower_wins=False) == turned
