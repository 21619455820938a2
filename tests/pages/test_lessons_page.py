"""Lessons without a browser: predict, run, compare, explain, check, one step further; lessons from elsewhere."""

import json

import pytest

from lab.lessons import shelf
from lab.lessons.judging import said_of
from lab.lessons.progress import drawn_curve, key_of
from lab.lessons.questions import RIGHT, question
from lab.lessons.reader import read_file, to_file, to_link
from lab.lessons.record import BEATS, DRAWN_POINTS
from lab.lessons.shelf import lesson, lessons
from lab.texts import say
from pages.ui.text import tell_error
from tests.pages.conftest import Person, seen

QUICK = "05-compile"  # small tables and few epochs


def open_lesson(person: Person, name: str = QUICK) -> Person:
    return person.go_to("lessons").press(f"lesson-open-{name}")


def progress(person: Person):
    learner = person.state().desk.lessons
    return learner.progress(learner.current)


def predict(person: Person, key: str) -> Person:
    person.at.radio[0].set_value(key)
    return person.look()


def ran(person: Person, key: str = "same") -> Person:
    predict(open_lesson(person), key).press("lesson-run")
    person.engine.advance()
    return person.look()


def go_on(person: Person) -> Person:
    return person.press(f"lesson-next-{progress(person).beat}")


def answer(person: Person, key: str, radio: int = 0) -> Person:
    person.at.radio[radio].set_value(key)
    return person.look()


def test_every_lesson_is_on_the_list_and_opens_on_its_prediction(person):
    for one in lessons():
        open_lesson(person, one.name)
        assert one.words("en")["goal"].text.split("`")[0][:20] in person.sentences().replace("\\", "")
        assert person.at.button(key="lesson-run").disabled
        person.press("lesson-all")
    assert all(person.at.button(key=f"lesson-open-{one.name}") for one in lessons())


def test_the_list_is_there_before_any_lesson_was_read(person, monkeypatch):
    monkeypatch.setattr(shelf, "_read", lambda folder: pytest.fail(f"{folder.name} was read"))
    person.go_to("lessons")
    for name in ("03-shape-inference", "16-csv"):
        assert shelf.lesson_title(name, "en") in person.sentences().replace("\\", "")
        assert person.at.button(key=f"lecture-of-{name}")


def test_nothing_runs_and_no_later_beat_opens_before_a_prediction(person):
    open_lesson(person)
    assert progress(person).may_open == ("predict",)
    predict(person, "better")
    assert not person.at.button(key="lesson-run").disabled


def test_a_lesson_is_walked_from_prediction_to_misconception(person_in, language):
    person, one = person_in, lesson(QUICK)
    ran(person)
    assert progress(person).running.state == "finished"
    go_on(person)
    assert say("lessons_page.worth.right", language, given="", right="")[:4] in person.sentences()
    go_on(person)
    words = one.words(language)["explain"].items
    for sentence in said_of(one.lesson, progress(person).running.values):
        assert words[sentence.key].split("{")[0][:30] in person.sentences()
    assert all(f"> {tell_error(refusal, language)}" in person.sentences() for refusal in one.refusals.values())
    go_on(person)
    wrong = next(key for key in one.lesson.check.answers if key != one.lesson.check.right)
    answer(person, wrong)
    assert one.words(language)["check"].answer(wrong)[1][:20] in person.sentences()
    answer(person, one.lesson.check.right)
    asked = question(one.lesson.check.again, 0)
    answer(person, next(key for key in asked.answers if key != RIGHT), 1)
    person.press("lesson-other-numbers")
    assert not progress(person).solved
    answer(person, RIGHT, 1)
    go_on(person)
    assert one.words(language)["misconception"].text[:20] in person.sentences()
    assert progress(person).may_open == BEATS
    assert progress(person).done
    person.press("lesson-all")
    assert say("lessons_page.mark.done", language) in person.sentences()


def test_what_if_runs_with_the_open_knobs_and_the_goal_is_judged(person):
    open_lesson(person)
    progress(person).go("further")
    person.look()
    rate = person.at.select_slider(key=f"lesson-knob-{QUICK}-learning_rate")
    rate.set_value(0.01)
    person.at.select_slider(key=f"lesson-knob-{QUICK}-optimizer").set_value("Adam")
    person.look().press("lesson-try")
    person.engine.advance()
    person.look()
    assert not person.at.button(key="lesson-try").disabled  # the screen that sees the end is the last one
    mine = progress(person).trying.settings["mine"]
    won = mine.figures["acc"].mean() >= 0.93 and mine.figures["loss"].mean() <= 0.25
    assert say("lessons_page.won" if won else "lessons_page.not_won", "en") in person.sentences()
    assert (progress(person).won is not None) == won
    person.press("lesson-studio")
    assert person.experiment.compile.optimizer.type == "Adam"
    assert person.experiment.data.source.name == "iris"


def test_of_runs_that_have_not_begun_nothing_is_told_and_they_are_waited_for(person):
    """Later beats are open from the time before: a click there, while the runs of a new prediction begin."""
    ran(person)
    progress(person).go("further")
    person.look().press("lesson-try").press("lesson-stop")
    person.engine.advance()
    assert say("lessons_page.stopped", "en") in person.look().sentences()
    progress(person).go("predict")
    predict(person.look(), "better").press("lesson-run")  # in the same second, perhaps
    for beat in ("compare", "explain"):
        progress(person).go(beat)
        assert person.look().at.button(key="lesson-stop")
    person.press("lesson-stop")
    person.engine.advance()
    assert say("lessons_page.stopped", "en") in person.look().sentences()
    assert person.at.button(key="lesson-run-again")


def test_a_drawn_curve_is_the_prediction(person):
    open_lesson(person, "13-overfitting")
    assert person.at.button(key="lesson-run").disabled
    given = person.component("lab_curve_pad")
    assert (given["epochs"], given["points"]) == (200, DRAWN_POINTS)


@pytest.mark.parametrize("values", [None, [], [1.0], ["x"] * DRAWN_POINTS, [float("nan")] * DRAWN_POINTS, {"0": 1}])
def test_what_is_no_curve_is_no_prediction(values):
    assert drawn_curve(values, lesson("13").lesson) is None


def test_a_curve_is_held_to_its_axis():
    for low, high in ((-5, 9), (-(10**400), 10**400)):  # JSON has integers that no float holds
        curve = drawn_curve([low, high] * (DRAWN_POINTS // 2), lesson("13").lesson)
        assert curve == (0.0, 3.0) * (DRAWN_POINTS // 2)


# --- from elsewhere


def with_words(old: str, new: str):
    source = dict(lesson("09").source)
    source["ko.md"] = source["ko.md"].replace(old, new)
    del source["en.md"]
    return read_file("mine.json", json.dumps(source).encode())


def test_a_link_names_a_lesson_or_carries_one(engine):
    mine = with_words("언제", "언제")
    for text, key in (("13", "13-overfitting"), (to_link(mine), key_of(mine))):
        person = Person(engine, "en").go_to("lessons")
        person.at.query_params["lesson"] = text
        person.look()
        assert person.state().desk.lessons.current == key
        person.press("lesson-all")


@pytest.mark.parametrize("text", ["L1broken", "99", "<b>x</b>"])
def test_a_link_to_no_lesson_is_refused_in_a_sentence(person, text):
    person.go_to("lessons")
    person.at.query_params["lesson"] = text
    person.look()
    assert len(person.errors()) == 1
    assert person.state().desk.lessons.current is None


def test_markup_in_a_stranger_s_lesson_is_shown_and_not_followed(person):
    opened = with_words(
        "150 에포크를", "<img src=x onerror=alert(1)> [여기](javascript:alert(1)) **굵게** :smile: 150 에포크를"
    )
    person.go_to("lessons")
    person.state().desk.lessons.keep(opened)
    person.look()
    [shown] = [one.value for one in person.at.markdown if "onerror" in one.value]
    assert "<img" not in shown
    assert "](javascript" not in shown
    assert "**굵게**" not in shown
    assert "<img src=x onerror=alert(1)> [여기](javascript:alert(1)) **굵게** :smile:" in seen(shown)


def test_a_lesson_file_is_opened_and_a_broken_one_is_told_where_it_was_opened(person):
    person.go_to("lessons")
    mine = lesson("09").named("mine.lesson")
    broken = json.loads(to_file(mine))
    broken["lesson.toml"] = broken["lesson.toml"].replace("slow.turn", "slow.trun")
    upload(person, json.dumps(broken))
    [own] = [box for box in person.at.expander if box.label == say("lessons_page.own", "en")]
    assert own.proto.expanded
    [told] = own.error
    assert "slow.trun" in told.value
    assert not person.state().desk.lessons.own
    upload(person, to_file(mine))
    assert person.state().desk.lessons.current == key_of(mine)
    assert person.at.button(key="lesson-run")
    person.press("lesson-all")
    assert not person.errors()


def upload(person, text: str) -> None:
    box = person.at.file_uploader(key=person.key("lesson-file"))
    box.upload("mine.lesson.json", text.encode(), "application/json")
    person.look()
