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


@pytest.mark.parametrize(("validation", "percent"), [([2.0, 4.0], True), ([0.0, 4.0], False), ([-1.0, 4.0], False)])
def test_nothing_is_divided_by_validation_rows_that_are_not_above_zero(validation, percent):
    found = scores_of(dataset([1.0, 3.0], validation), np.array([[1.0], [5.0]]))
    assert ("score_mape" in found) == ("score_total_ratio" in found) == percent
    assert set(found) <= set(SCORES)
    assert np.isfinite(list(found.values())).all()
