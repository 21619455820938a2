"""What came of a learner's runs outlives them: the same figures and the same sentences, and none that was not true."""

import numpy as np
import pytest

from lab.lessons.carried import from_text, to_text
from lab.lessons.figures import SettingRuns, names_of
from lab.lessons.filling import filled
from lab.lessons.finding import found_in, known_of
from lab.lessons.moment import Moment
from lab.lessons.pictures import figures_table, pictures_of
from lab.lessons.progress import Learner
from lab.lessons.record import MOST_NUMBERS, Found, Given
from lab.lessons.running import Running
from lab.lessons.shelf import lesson
from lab.spec.limits import ALONE
from lab.studies.figures import RunFigures
from lab.texts import LANGUAGES
from tests.lab.lessons.made import made_runs

NOW = Moment(when=86_400_000, day=1000)
FALLS_AND_TURNS = [0.7, 0.55, 0.9, 1.23456]
COMPILE = lesson("05")
EPOCHS = lesson("09")
SPLITS = lesson("11")


def ended(opened, settings) -> Running:
    return Running(opened, "s", [], settings, "finished")


def after_a_restart(opened, given, settings):
    """A learner whose server has forgotten everything but what the browser kept."""
    before = Learner()
    progress = before.progress(opened.name)
    progress.predict(given, NOW)
    progress.running = ended(opened, settings)
    progress.find(opened, NOW)
    after = Learner()
    after.receive(from_text(to_text(before.record(NOW)), NOW), NOW)
    return progress, after.progress(opened.name)


def test_figures_and_sentences_come_back_after_the_runs_are_gone():
    settings = made_runs(EPOCHS, {"slow": FALLS_AND_TURNS, "fast": [0.6, 0.5, 1.0, 2.34567]})
    with_seeds = np.array([3.0, 2.0, 2.0, 1.0, 4.0])
    settings["slow"].figures["turn"][:] = with_seeds  # the seeds lie apart
    before, after = (progress.known(EPOCHS) for progress in after_a_restart(EPOCHS, 12.0, settings))
    assert before.running is not None
    assert after.running is None
    assert after.tells_why
    assert after.found.answer == 2.4
    assert list(after.values["slow.turn"]) == list(with_seeds)
    assert before.said
    assert [one.key for one in after.said] == [one.key for one in before.said]
    for language in LANGUAGES:
        texts = EPOCHS.words(language)["explain"].items
        for one in before.said:
            assert filled(texts[one.key], after.values) == filled(texts[one.key], before.values)
        tables = [
            figures_table(picture, known.settings, EPOCHS.words(language), language)
            for known in (before, after)
            for picture in pictures_of(EPOCHS.lesson.scenes)
        ]
        assert tables[0] == tables[1]


def test_what_is_not_true_to_the_last_digit_is_not_said_of_rounded_numbers_either():
    keys = [setting.key for scene in COMPILE.lesson.scenes for setting in scene.settings]
    settings = made_runs(COMPILE, {key: [0.9, 0.5] for key in keys})
    settings["watched"].figures["loss"][:] += 1e-9
    before, after = after_a_restart(COMPILE, "same", settings)
    assert "same" not in {one.key for one in before.known(COMPILE).said}
    assert {one.key for one in after.known(COMPILE).said} == {one.key for one in before.known(COMPILE).said}
    assert after.known(COMPILE).found.answer == ("worse",)


def test_whole_numbers_are_kept_whole():
    settings = made_runs(EPOCHS, {"slow": FALLS_AND_TURNS, "fast": FALLS_AND_TURNS})
    settings["slow"].figures["parameters"][:] = 18_177.0
    _, after = after_a_restart(EPOCHS, 12.0, settings)
    assert after.found.figures["slow"]["parameters"] == 18_177.0


def test_a_figure_that_a_run_does_not_have_is_none_and_comes_back_as_such():
    settings = made_runs(EPOCHS, {"slow": FALLS_AND_TURNS, "fast": FALLS_AND_TURNS})
    settings["fast"].figures["loss"][:] = [np.nan, np.inf, 1.0, 2.0, 3.0]
    _, after = after_a_restart(EPOCHS, 12.0, settings)
    assert np.array_equal(after.known(EPOCHS).values["fast.loss"], [np.nan, np.nan, 1.0, 2.0, 3.0], equal_nan=True)


def test_of_too_many_numbers_the_means_are_kept_and_no_sentence_is_told_of_them():
    runs = tuple(RunFigures(seed, {}, {}, False) for seed in range(ALONE.lesson_seeds))
    settings = {
        key: SettingRuns(key, runs, dict.fromkeys(names_of(scene), np.arange(float(len(runs)))))
        for key, (scene, _) in SPLITS.lesson.settings.items()
    }
    assert sum(len(one.figures) for one in settings.values()) * len(runs) > MOST_NUMBERS
    found = found_in(SPLITS, 12.0, ended(SPLITS, settings), NOW)
    assert found.each == ()
    known = known_of(SPLITS, Given(when=NOW.when, value=12.0), None, found)
    assert not known.tells_why
    assert known.said == []
    assert list(known.values["drawn.acc"]) == [4.5]


@pytest.mark.parametrize(
    "changes",
    [
        {"each": (1.0, 2.0)},
        {"seeds": ()},
        {"said": ("turns", "no_such")},
        {"figures": {}},
        {"figures": {"slow": {"turn": 1.0}}},
        {"figures": {"no_such": {"turn": 1.0}}, "each": (1.0, 1.0, 1.0, 1.0, 1.0)},
    ],
)
def test_a_record_that_fits_no_lesson_tells_less_and_breaks_nothing(changes):
    settings = made_runs(EPOCHS, {"slow": FALLS_AND_TURNS, "fast": FALLS_AND_TURNS})
    found = found_in(EPOCHS, 12.0, ended(EPOCHS, settings), NOW)
    given = Given(when=NOW.when, value=12.0)
    known = known_of(EPOCHS, given, None, Found(**{**dict(found), **changes}))
    whole = known_of(EPOCHS, given, None, found)
    if known is not None:
        assert set(known.settings) <= set(whole.settings)
        assert {one.key for one in known.said} <= {one.key for one in whole.said}
        for one in known.said:
            assert filled(EPOCHS.words("en")["explain"].items[one.key], known.values)


def test_of_another_prediction_than_the_last_nothing_is_told():
    settings = made_runs(EPOCHS, {"slow": FALLS_AND_TURNS, "fast": FALLS_AND_TURNS})
    _, after = after_a_restart(EPOCHS, 12.0, settings)
    after.predict(30.0, Moment(NOW.when + 1, NOW.day))
    assert after.known(EPOCHS) is None
