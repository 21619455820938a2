"""What a lesson shows of its runs: where sentences point, what the legend names, and how numbers are written."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.charts.lessons import ABOUT, BADGE_SIZE, Line, Mark, counts_in_powers, lesson_curves, look_of
from lab.lessons.pictures import chart_of, figures_table, marks_of, mean_of, numbers_of, picture_for, pictures_of
from lab.lessons.reader import refusals_of
from lab.lessons.refusal import say_refusal
from lab.lessons.running import scenes_of
from lab.lessons.shelf import lesson, lesson_folders
from lab.texts import say
from tests.lab.lessons.made import made_runs

FALLING = [1.0, 0.8, 0.6, 0.4, 0.2]
TURNING = [1.0, 0.5, 0.3, 0.6, 0.9]


def drawn(name: str, curves):
    """The charts of a lesson with marks for all of its sentences, its settings' curves made by hand."""
    opened = lesson(name)
    runs = made_runs(opened, curves)
    return [
        (picture, marks_of(opened.lesson.explain, picture, runs), runs) for picture in pictures_of(scenes_of(opened))
    ]


def test_a_sentence_points_at_a_turn_at_an_end_and_at_a_distance():
    [(_, marks, _)] = drawn("09", {"slow": TURNING, "fast": FALLING})
    assert marks == [Mark("1", 3, (0.3,), True), Mark("2", 5, (0.2,), True), Mark("3", 5, (0.9,))]
    [(_, marks, _)] = drawn("13", {"large": TURNING, "linear": FALLING, "early": TURNING[:2]})
    assert [(mark.epoch, mark.values) for mark in marks] == [(3, (0.3,)), (5, (0.2, 0.9)), (2, (0.5,))]


def test_a_place_beyond_the_end_is_the_end_and_a_distance_to_what_has_ended_is_a_place():
    (_, marks, _), *_ = drawn("06", {"a_mse": FALLING, "a_cce": FALLING[:3]})
    assert (marks[0].epoch, marks[0].values) == (5, (0.2,))


def test_what_diverged_at_once_is_pointed_at_nowhere_and_its_name_says_so():
    runs = made_runs(lesson("07"), {"sgd_2": FALLING, "sgd_4": FALLING, "sgd_1": [np.nan], "unscaled": [np.nan]})
    runs = {
        key: replace(one, runs=tuple(replace(run, diverged=key in ("sgd_1", "unscaled")) for run in one.runs))
        for key, one in runs.items()
    }
    picture = pictures_of(scenes_of(lesson("07")))[0]
    marks = marks_of(lesson("07").lesson.explain, picture, runs)
    assert [mark.label for mark in marks] == ["1"]
    for language in ("ko", "en"):
        words = lesson("07").words(language)
        chart = chart_of(picture, runs, words, language)
        named = [trace.name.replace("<br>", " ") for trace in chart.data if trace.showlegend is not False]
        assert named == [
            words.name("sgd_4"),
            words.name("sgd_2"),
            say("lessons_page.broke_off", language, name=words.name("sgd_1")),
            say("lessons_page.broke_off", language, name=words.name("unscaled")),
        ]


def test_numbers_on_charts_are_those_before_the_sentences_whichever_chart_is_seen():
    curves = dict.fromkeys(lesson("16").lesson.settings, FALLING)
    opened, runs = lesson("16"), made_runs(lesson("16"), curves)
    numbers = numbers_of(opened.lesson.explain, runs)
    assert list(numbers.values()) == [str(place) for place in range(1, len(numbers) + 1)]
    seen = [mark.label for _, marks, _ in drawn("16", curves) for mark in marks]
    assert sorted(seen) == sorted(numbers.values())
    assert numbers_of(opened.lesson.explain, {}) == {}


@pytest.mark.parametrize("name", [folder.name for folder in lesson_folders()])
def test_what_a_lesson_points_at_is_on_the_chart_that_a_lecture_shows_with_the_sentence(name):
    opened = lesson(name)
    on_page = {setting.key for scene in scenes_of(opened) for setting in scene.settings}
    for sentence in opened.lesson.explain:
        look = sentence.look
        if look is None or look.setting not in on_page:
            continue
        picture = picture_for(sentence, pictures_of(scenes_of(opened)))
        keys = [setting.key for setting in picture.settings]
        assert look.setting in keys
        assert look.beside is None or look.beside in keys
        epochs = opened.experiments[look.setting].fit.epochs
        assert look.at == "end" or look.at <= epochs


def test_a_distance_between_unlike_curves_is_refused():
    files = dict(lesson("16").source)
    alone, both = 'look = { setting = "one_hot" }', 'look = { setting = "one_hot", beside = "number" }'
    files["lesson.toml"] = files["lesson.toml"].replace(alone, both)
    [refused] = refusals_of("own", files)
    assert "`number`" in say_refusal(refused, "en")


def test_no_two_of_twelve_lines_look_alike_and_the_first_eight_differ_in_their_dashes_alone():
    looks = [look_of(place) for place in range(12)]
    assert len({(look["color"], look["dash"]) for look in looks}) == 12
    assert len({look["dash"] for look in looks[:8]}) == 8


@given(places=st.lists(st.tuples(st.integers(1, 50), st.floats(0.0, 1.0)), min_size=1, max_size=6))
def test_badges_lie_on_the_chart_and_off_each_other(places):
    marks = [Mark(str(number), epoch, (value,)) for number, (epoch, value) in enumerate(places, start=1)]
    chart = lesson_curves(lines_of_one([0.0, 1.0] * 25), "loss", "en", marks=marks)
    wide, high = ABOUT
    badges = [((one.x - 1) / 49 * wide + one.ax, one.y * high - one.ay) for one in chart.layout.annotations]
    assert all(f">{number}<" in one.text for number, one in enumerate(chart.layout.annotations, start=1))
    assert all(0 < x < wide and 0 < y < high for x, y in badges)
    for place, badge in enumerate(badges):
        assert all(math.dist(badge, other) >= BADGE_SIZE for other in badges[:place])


def test_a_distance_is_a_bar_from_curve_to_curve():
    marks = [Mark("1", 50, (1.0,)), Mark("2", 50, (1.0, 2.0)), Mark("3", 50, (1.0, 1.0))]
    chart = lesson_curves(lines_of_one([1.0, 2.0] * 25), "loss", "en", marks=marks)
    [bar] = [trace for trace in chart.data if trace.mode == "lines+markers"]
    assert list(bar.y) == [1.0, 2.0]
    assert bar.x[0] == bar.x[1] < 50  # beside the place before


def test_an_axis_of_powers_places_badges_by_the_logarithm():
    chart = lesson_curves(lines_of_one([100.0, 10.0, 1.0]), "loss", "en", marks=[Mark("1", 2, (10.0,))])
    assert chart.layout.yaxis.type == "log"
    assert chart.layout.annotations[0].y == 1


@pytest.mark.parametrize(("last", "step"), [(0.1, 1), (1e-6, 1), (1e-8, 2), (1e-20, 3)])
def test_an_axis_over_many_decades_leaves_some_out(last, step):
    assert lesson_curves(lines_of_one([1.0, last, last]), "loss", "en").layout.yaxis.dtick in (step, None)


def test_one_high_seed_at_the_beginning_presses_no_median_to_the_ground():
    low = [0.3, 0.1, 0.05]
    assert not counts_in_powers([Line("a", [low, low, low])])
    assert counts_in_powers([Line("a", [low, low, [3.5, 0.1, 0.05]])])


def test_long_names_are_wrapped_and_counts_are_told_to_the_last_one():
    chart = lesson_curves([named("손글씨, 처음부터 확신하며 틀림, 교차 엔트로피"), named("short")], "loss", "ko")
    assert "<br>" in chart.data[0].name
    assert "<br>" not in chart.data[-1].name
    assert (mean_of(np.array([25_120.0])), mean_of(np.array([0.12345]))) == ("25,120", "0.123")
    opened = lesson("03")
    runs = made_runs(opened, {"large": [25_120.0]})
    [row] = figures_table(pictures_of(scenes_of(opened))[0], runs, opened.words("en"), "en")
    assert row["parameters of the first layer"] == "25,120"


def lines_of_one(curve):
    return [named("one", curve)]


def named(name, curve=(1.0, 0.5)):
    return Line(name, [list(curve)])
