"""A sentence is said where it is true of the very runs, and nowhere else."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from lab.lessons.figures import SettingRuns, values_of
from lab.lessons.judging import answer_of, held_of, right_choices, said_of, true_of, worth_of
from lab.lessons.pictures import figures_table, pictures_of
from lab.lessons.questions import RIGHT, question
from lab.lessons.refusal import say_refusal
from lab.lessons.running import cells_with, scenes_of, trained
from lab.lessons.schema import Again, Sentence
from lab.lessons.shelf import lesson, lesson_folders
from lab.spec.value import checked
from lab.studies.figures import RunFigures
from tests.lab.lessons.made import made_runs

VALUES = {"a.loss": np.array([1.0, 1.0, 3.0, 1.0, 1.0]), "b.loss": np.array([2.0, 2.0, 2.0, 2.0, 0.5])}


@pytest.mark.parametrize(("seeds", "held"), [("mean", True), ("most", True), ("every", False), (3, True), (4, False)])
def test_a_sentence_counts_the_seeds_that_it_is_true_of(seeds, held):
    sentence = checked(Sentence, {"key": "k", "when": "a.loss < b.loss", "seeds": seeds})
    assert true_of(sentence, VALUES) is held


def test_what_diverged_is_no_ground_for_a_sentence():
    lost = {**VALUES, "a.loss": np.array([1.0, np.nan, 1.0, 1.0, 1.0])}
    for seeds in ("mean", "every"):
        assert not true_of(checked(Sentence, {"key": "k", "when": "a.loss < b.loss", "seeds": seeds}), lost)


def test_a_figure_that_a_setting_does_not_measure_is_a_dash_in_the_table_and_that_of_a_lost_run_is_not():
    opened = lesson("05")
    made = made_runs(opened, {"watched": [1.0, 0.5], "unwatched": [1.0, 0.5]})
    runs = {key: replace(one, figures={**one.figures, "acc": np.full(5, np.nan)}) for key, one in made.items()}
    lost = tuple(replace(run, diverged=True) for run in runs["watched"].runs)
    runs["watched"] = replace(runs["watched"], runs=lost)
    rows = figures_table(pictures_of(scenes_of(opened))[0], runs, opened.words("en"), "en")
    assert [row["validation accuracy"] for row in rows] == ["NaN", "–"]


def test_only_what_holds_and_was_run_is_said():
    one = lesson("10").lesson
    loss = {"b1": 0.05, "b10": 0.045, "b100": 0.06, "b1000": 0.2}
    values = {f"{key}.loss": np.full(5, value) for key, value in loss.items()}
    assert [sentence.key for sentence in said_of(one, values)] == ["few_steps"]
    assert right_choices(one, values) == ["b10"]
    assert worth_of(one, "b10", values) == "right"
    assert worth_of(one, "b1", values) == "far"
    values["b1000.loss"] = np.array([0.2, 0.2, 0.2, 0.2, 0.08])
    assert said_of(one, values) == []


def test_a_number_is_judged_by_its_distance():
    one, values = lesson("09").lesson, {"slow.turn": np.array([4.0, 16.0])}
    assert answer_of(one, values) == 10
    assert [worth_of(one, guess, values) for guess in (3, 20, 21)] == ["close", "close", "far"]
    assert worth_of(one, 10, {"slow.turn": np.array([np.nan])}) == "unknown"


def test_how_far_seeds_lie_apart_is_asked_of_all_of_them_at_once():
    sentence = checked(Sentence, {"key": "k", "when": "sd(a.loss) > sd(b.loss)", "seeds": "every"})
    assert true_of(sentence, VALUES)
    assert not true_of(sentence, {**VALUES, "b.loss": np.array([0.0, 0.0, 9.0, 0.0, 9.0])})


def test_a_sentence_about_a_refusal_asks_for_no_figure():
    opened = lesson("05")
    assert set(opened.refusals) == {"misspelt", "method"}
    assert "`r`" in say_refusal(opened.refusals["misspelt"], "en")
    said = said_of(opened.lesson, {})
    assert [sentence.key for sentence in said] == ["misspelt", "method"]
    assert held_of(said[0], {}) == (0, 0)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_row_that_is_wider_than_the_network_was_built_for_is_answered_with_what_netcore_says(language):
    told = say_refusal(lesson("03").refusals["wider"], language)
    assert "(1, 5)" in told
    assert "4" in told


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_method_that_no_network_has_is_answered_with_the_one_that_was_meant(language):
    told = say_refusal(lesson("05").refusals["method"], language)
    assert "'comopile'" in told
    assert "'compile'" in told


def test_models_are_tried_on_some_rows_and_judged_by_others():
    opened = lesson("11")
    short = opened.experiments["t1"].with_fit(epochs=1)
    cells = cells_with({"t1": short}, (0,))
    found = trained(opened, cells)["t1"]
    [(_, dataset)] = cells[0].runs
    few, fresh, rows = found.figures["few"][0], found.figures["fresh"][0], len(dataset.validation.target)
    assert rows == 640
    assert 40 * few == pytest.approx(round(40 * few))
    assert 40 * few + 600 * fresh == pytest.approx(rows * found.curve("val_accuracy")[0][-1], abs=0.01)


# --- the second question


@pytest.mark.parametrize("folder", lesson_folders(), ids=lambda folder: folder.name)
def test_the_second_question_has_answers_that_differ_and_comes_with_other_numbers(folder):
    again = lesson(folder.name).lesson.check.again
    asked = [question(again, turn) for turn in range(6)]
    for one in asked:
        assert len(set(one.answers.values())) == len(again.wrong) + 1
        assert RIGHT in one.answers
    assert len({tuple(one.numbers.values()) for one in asked}) > 1
    assert question(again, 3) == asked[3]


def test_numbers_that_make_two_answers_alike_are_not_drawn():
    again = checked(Again, {"numbers": {"a": (2.0, 3.0), "b": (2.0,)}, "right": "a * b", "wrong": {"sum": "a + b"}})
    assert {question(again, turn).numbers["a"] for turn in range(10)} == {3.0}


def test_millions_of_numbers_to_draw_from_are_not_all_written_down():
    numbers = {f"n{place}": tuple(range(20)) for place in range(5)}
    again = checked(Again, {"numbers": numbers, "right": "n0 + 1", "wrong": {"less": "n0 - 1"}})
    tracemalloc.start()
    try:
        assert set(question(again, 3).answers) == {RIGHT, "less"}
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_of_a_study_that_was_stopped_the_seeds_are_compared_that_all_settings_have():
    def setting(key, seeds):
        return SettingRuns(
            key, tuple(RunFigures(seed, {}, {}, False) for seed in seeds), {"loss": np.array(seeds) * 1.0}
        )

    values = values_of({"a": setting("a", [0, 1, 2]), "b": setting("b", [0, 2])})
    assert [values[name].tolist() for name in ("a.loss", "b.loss")] == [[0, 2], [0, 2]]
    values = values_of({"a": setting("a", [0, 1, 2]), "b": setting("b", [])})
    assert [len(one) for one in values.values()] == [0, 0]


# --- a figure that needs no network


def test_the_baseline_knows_how_often_it_rained_on_the_training_rows_of_each_seed():
    opened = lesson("13")
    short = opened.experiments["linear"].with_fit(epochs=1)
    cells = cells_with({"linear": short}, (0, 1))
    known = trained(opened, cells)["linear"].figures["known"]
    for (_, dataset), value in zip(cells[0].runs, known, strict=True):
        share, rained = np.mean(dataset.train.target), np.mean(dataset.validation.target)
        assert value == pytest.approx(-rained * np.log(share) - (1 - rained) * np.log(1 - share), rel=1e-5)
    assert known[0] != known[1]
