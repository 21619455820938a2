"""The loss bench shows netcore's own numbers: its slopes are slopes, and what CTC sums up is its loss."""

from collections import Counter

import numpy as np
import pytest

from lab.insight.loss_bench import FIRST_SCORES, OUTPUTS, PROBLEMS, WORDS, alignments, losses_for, outputs, scene
from netcore.losses import LOSSES

SCENES = {
    "regression": ([1.3], [2.1]),
    "binary": ([1.0], [-1.7]),
    "categorical": ([0.0, 1.0, 0.0], [0.4, -0.8, 1.1]),
}


def test_every_registered_loss_has_a_place_and_guests_are_losses_of_other_places():
    places = Counter(name for problem in PROBLEMS for name in losses_for(problem))
    assert set(places) == {cls.__name__ for cls in LOSSES}
    assert {name for name, count in places.items() if count > 1} == {"MeanSquaredError"}


@pytest.mark.parametrize("problem", SCENES)
def test_the_gradient_is_the_slope_of_the_loss_along_each_score(problem):
    target, scores = SCENES[problem]
    step = 1e-5
    now = scene(problem, target, scores)
    for place in range(len(scores)):
        ends = []
        for way in (-step, step):
            moved = list(scores)
            moved[place] += way
            ends.append(scene(problem, target, moved))
        for name in now.names:
            before, after = (one.numbers(name)[0] for one in ends)
            assert now.push(name)[place] == pytest.approx((after - before) / (2 * step), abs=1e-5), name


@pytest.mark.parametrize("problem", SCENES)
def test_the_curves_go_through_the_prediction(problem):
    target, scores = SCENES[problem]
    now = scene(problem, target, scores, moved=len(scores) - 1)
    for name in now.names:
        here = np.interp(now.at, now.grid, now.along[name].values)
        assert here == pytest.approx(now.numbers(name)[0], abs=0.02 * max(1.0, abs(here)))


def test_where_a_loss_is_not_defined_it_says_so_and_its_pole_does_not_stretch_the_picture():
    now = scene("regression", [1.0], [-1.0])
    assert now.numbers("Poisson") == (None, None)
    low, high = now.span(now.legible, "gradient")
    assert -60 < low < -5 < 5 < high < 60
    assert "MeanAbsolutePercentageError" not in now.legible


def test_behind_a_sigmoid_the_slope_of_mse_dies_where_cross_entropy_pushes_hardest():
    sure_and_wrong = scene("binary", [1.0], [-6.0])
    assert sure_and_wrong.push("BinaryCrossentropy")[0] == pytest.approx(-0.9975, abs=1e-3)
    assert abs(sure_and_wrong.push("MeanSquaredError")[0]) < 0.01


def test_the_parts_of_two_outputs_add_up_and_the_mean_is_half_of_the_sum():
    total = outputs((1.5, -1.0), (0.0, 1.0), (2.0, 0.5), "sum")
    assert total.losses["temperature"] == pytest.approx(2.25)
    assert sum(total.parts.values()) == pytest.approx(total.total)
    assert total.gradient["temperature"] == pytest.approx(2 * 2 * 1.5)
    mean = outputs((1.5, -1.0), (0.0, 1.0), (2.0, 0.5), "mean")
    assert sum(mean.parts.values()) == pytest.approx(mean.total) == pytest.approx(total.total / 2)
    assert {name: 2 * mean.gradient[name] for name in OUTPUTS} == pytest.approx(total.gradient)


@pytest.mark.parametrize("word", WORDS)
def test_the_alignments_add_up_to_the_loss_of_ctc(word):
    found = alignments(FIRST_SCORES, word)
    assert found.loss == pytest.approx(-np.log(found.total))
    assert sum(path.share for path in found.paths) == pytest.approx(1)
    assert all(len(path.text) == len(FIRST_SCORES) for path in found.paths)
    np.testing.assert_allclose(found.gradient.sum(axis=1), 0, atol=1e-12)  # softmax: what one gains, others lose


def test_equal_letters_need_a_blank_between_them():
    assert {"–A–A", "A–A–", "A––A", "AA–A", "A–AA"} == {path.text for path in alignments(FIRST_SCORES, "AA").paths}
