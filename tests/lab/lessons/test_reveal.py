"""Where a lecturer's curves pause, and what a browser is given to draw them."""

import math

import numpy as np
import pytest

from lab.lessons.judging import held_of
from lab.lessons.pictures import pictures_of
from lab.lessons.reveal import POINTS, drawing_of, stops_of, words_of
from lab.lessons.running import scenes_of
from lab.lessons.schema import Sentence
from lab.lessons.shelf import lesson
from lab.spec.value import checked
from tests.lab.lessons.made import made_runs

EPOCHS = 20
FALLING = [2.0 - 0.05 * epoch for epoch in range(EPOCHS)]
FLAT = [1.5] * EPOCHS
CROSSING = 11  # the epoch at which the two are as high


def stops(name, curves, said=(), updates=None):
    found = stops_of(lesson(name), made_runs(lesson(name), curves, updates), said)
    return [(stop.epoch, stop.what) for stop in found]


def test_curves_pause_where_a_sentence_points():
    [turns] = [one for one in lesson("09").lesson.explain if one.key == "turns"]
    slow = [1.0, 0.9, 0.8, 0.5, 0.6, 0.7]
    found = stops_of(lesson("09"), made_runs(lesson("09"), {"slow": slow, "fast": slow}), [turns])
    assert [(stop.epoch, stop.what, stop.setting) for stop in found[1:2]] == [(4, "turn", "slow")]
    assert "epoch 4" in words_of(found[1], lesson("09").words("en"), "en")
    assert "0.001" in words_of(found[1], lesson("09").words("ko"), "ko")


def test_else_where_the_first_loss_turns_that_does():
    turning = [2.0, 1.5, 1.0, 1.2, *[1.3] * 16]
    curves = {"large": FALLING, "four": turning, "linear": FLAT, "early": FALLING[:5]}
    assert stops("13", curves)[1] == (3, "turn")


def test_else_from_where_on_the_order_stays():
    assert stops("13", {"large": FALLING, "four": FLAT})[1] == (CROSSING, "order")
    diverged = [9.0, 9.0]  # a curve that has ended early has no part in it
    assert stops("13", {"large": FALLING, "four": FLAT, "linear": diverged})[1] == (CROSSING, "order")


def test_else_a_class_guesses_how_it_goes_on():
    assert stops("13", {"large": FALLING, "four": [value + 1 for value in FALLING]})[1] == (6, "guess")
    assert stops("13", {"large": FALLING}) == [(0, "begin"), (6, "guess"), (EPOCHS, "end")]


def test_where_settings_make_unlike_numbers_of_updates_the_axis_changes_in_the_end():
    curves = dict.fromkeys(("b10", "b100", "b1000"), FALLING)
    assert stops("10", curves, updates={"b10": 100, "b100": 10, "b1000": 1})[-1] == (EPOCHS, "updates")
    assert stops("10", curves)[-1] == (EPOCHS, "end")


def test_a_drawing_has_median_and_seeds_in_few_points_and_gaps_where_there_is_no_number():
    long = [1.0, math.nan, math.inf, *np.linspace(1, 0.5, 1997)]
    [picture] = pictures_of(scenes_of(lesson("09")))
    drawn = drawing_of(picture, made_runs(lesson("09"), {"slow": long}), lesson("09").words("en"), "en")
    assert [line["name"] for line in drawn["lines"]] == ["learning rate 0.001", "learning rate 0.001 (training)"]
    line = drawn["lines"][0]
    assert len(line["epochs"]) == POINTS == len(line["median"]) == len(line["seeds"][0])
    assert (line["epochs"][0], line["epochs"][-1], drawn["last"]) == (1, 2000, 2000)
    assert len(line["seeds"]) == 5
    assert (drawn["low"], drawn["high"], drawn["log"]) == (0.5, 1.0, False)


def test_losses_that_differ_widely_are_drawn_by_powers_of_ten():
    [picture] = pictures_of(scenes_of(lesson("09")))
    wide = made_runs(lesson("09"), {"slow": [100.0, 10.0, 1.0], "fast": [math.nan] * 3})
    drawn = drawing_of(picture, wide, lesson("09").words("en"), "en")
    assert (drawn["low"], drawn["high"], drawn["log"]) == (1.0, 100.0, True)
    assert drawn["lines"][2]["median"] == [None, None, None]


@pytest.mark.parametrize(
    ("when", "held"), [("a.loss < 2", (3, 5)), ("a.loss < b.loss", (2, 5)), ("a.loss > 0", (4, 5)), ("1 < 2", (1, 1))]
)
def test_a_sentence_is_counted_seed_by_seed(when, held):
    values = {"a.loss": np.array([1.0, 1.0, 3.0, 1.0, np.nan]), "b.loss": np.array([2.0, 2.0, 2.0, 0.5, 2.0])}
    assert held_of(checked(Sentence, {"key": "k", "when": when}), values) == held
