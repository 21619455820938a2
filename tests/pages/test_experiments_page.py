"""One-click experiments without a browser: predict, run, read, take a setting along."""

import re

import pytest

from lab.runs.orders.study import StudyView
from lab.studies import STUDIES
from lab.texts import say
from tests.pages.conftest import Person

HANGUL = re.compile("[가-힣]")


def open_study(person: Person, name: str, *, seeds: int = 3, epochs: int = 2) -> Person:
    person.go_to("experiments").press(f"study-{name}")
    return small(person, name, seeds, epochs)


def small(person: Person, name: str, seeds: int, epochs: int, on: str = "ready") -> Person:
    person.at.number_input(key=f"study-seeds-{name}").set_value(seeds)
    person.at.number_input(key=f"study-epochs-{name}-{on}").set_value(epochs)
    return person.look()


def predict(person: Person, key: str) -> Person:
    person.at.radio[0].set_value(key)
    return person.look()


def run(person: Person) -> Person:
    person.press("study-run")
    person.engine.advance()
    return person.look()


def ran(person: Person, name: str, prediction: str, epochs: int = 2) -> Person:
    return run(predict(open_study(person, name, epochs=epochs), prediction))


def test_all_experiments_are_offered_with_their_questions_in_the_language(person_in, language):
    person = person_in.go_to("experiments")
    words = person.sentences()
    for name in STUDIES:
        assert say(f"studies.{name}.question", language) in words
        assert person.at.button(key=f"study-{name}")
    if language == "en":
        assert not HANGUL.search(" ".join(button.label for button in person.at.button if button.key != "language"))


def test_nothing_starts_before_a_prediction(person):
    open_study(person, "batch_size")
    assert person.at.button(key="study-run").disabled
    predict(person, "10")
    assert not person.at.button(key="study-run").disabled


def test_the_prediction_stays_beside_the_answer(person):
    ran(person, "batch_size", "all", epochs=8)
    assert "Predicted: **all 1,000**" in person.sentences()
    assert [warning.value for warning in person.at.warning] == ["Not as predicted: it is 10."]
    person.go_to("train").go_to("experiments")
    assert "Predicted: **all 1,000**" in person.sentences()


def test_the_sentences_are_those_of_the_result(person_in, language):
    ran(person_in, "batch_size", "10")
    result = person_in.state().desk.study.result
    assert result.seeds == 3
    for words in STUDIES["batch_size"].conclude(result):
        assert words.say(language) in person_in.sentences()


def test_progress_is_shown_and_a_study_can_be_stopped(person):
    predict(open_study(person, "batch_size"), "10").press("study-run")
    assert person.at.button(key="study-stop")
    person.press("study-stop")
    assert say("experiments_page.stopped", "en") in [info.value for info in person.at.info]
    assert say("experiments_page.nothing", "en") in [warning.value for warning in person.at.warning]
    person.press("study-again")
    assert person.at.button(key="study-run")


def test_a_setting_is_put_on_the_knobs(person):
    ran(person, "batch_size", "10")
    person.at.selectbox(key="study-setting-batch_size").set_value("100")
    person.look().press("study-take")
    assert person.experiment.fit.batch_size == 100
    assert person.experiment.data.source.name == "kr_tmax_tomorrow"
    person.go_to("train")
    assert person.at.number_input(key=person.key("fit.batch_size")).value == 100


def test_it_works_on_the_persons_own_experiment_too(person):
    person.go_to("experiments").press("study-width")
    person.at.segmented_control(key="study-on-width").set_value("own")
    small(person.look(), "width", 1, 1, "own")
    person.at.pills(key="study-values-width-width-own").set_value(["2", "8"])
    run(predict(person.look(), "8"))
    settings = person.state().desk.study.settings
    assert [setting.experiment.data.source.name for setting in settings] == ["iris", "iris"]
    assert [setting.experiment.model.layers[0].params["units"] for setting in settings] == [2, 8]
    assert say("experiments_page.found", "en") in person.sentences()
    person.press("start.penguins")
    assert say("experiments_page.found", "en") not in person.sentences()
    assert "is of other data than those above" in person.sentences()
    person.press("study-data")
    assert person.experiment.data.source.name == "iris"
    assert say("experiments_page.found", "en") in person.sentences()


def test_what_makes_no_sense_for_the_own_experiment_is_said(person):
    person.go_to("layers").press("remove-l0")
    person.go_to("experiments").press("study-width")
    person.at.segmented_control(key="study-on-width").set_value("own")
    person.look()
    assert say("studies.no_width", "en") in [warning.value for warning in person.at.warning]


@pytest.mark.parametrize(("seeds", "epochs", "refused"), [(0, 2, "warning"), (3, 30_000, "error"), (200, 2, "error")])
def test_what_is_too_small_or_too_large_is_refused_in_a_sentence(person, seeds, epochs, refused):
    open_study(person, "batch_size", seeds=seeds, epochs=epochs)
    if person.at.get("radio"):
        predict(person, "10").press("study-run")
    assert len(getattr(person.at, refused)) == 1
    assert person.state().desk.study is None


def test_curves_can_be_drawn_by_updates_and_compared_by_another_measure(person):
    ran(person, "batch_size", "10")
    person.at.segmented_control(key="study-over").set_value("update")
    person.at.segmented_control(key="study-measure-batch_size").set_value("mae")
    person.look()
    assert "mean absolute error" in person.sentences()


def test_a_study_that_is_no_longer_kept_is_said_to_be_gone(person):
    predict(open_study(person, "batch_size"), "10").press("study-run")
    person.engine.close()
    person.look()
    assert say("experiments_page.gone", "en") in person.errors()


def test_a_failed_study_is_said_to_have_failed(person, monkeypatch):
    predict(open_study(person, "batch_size"), "10")
    failed = StudyView("failed", 0, 1, 0.0, None, {})
    monkeypatch.setattr(person.engine, "study", lambda *_: failed)
    person.press("study-run")
    assert say("experiments_page.failed", "en") in person.errors()


@pytest.mark.parametrize(
    ("key", "crowd"),
    [
        ("study.queued_next", {"queue_position": 1}),  # and not "0 before you"
        ("study.queued_next_for", {"queue_position": 1, "queue_wait_s": 20.2}),
        ("study.queued", {"queue_position": 8}),
        ("study.queued_for", {"queue_position": 8, "queue_wait_s": 20.2}),
        ("study.busy", {"busy": True}),
    ],
)
def test_a_study_that_waits_for_a_place_or_is_slow_in_a_busy_class_says_so(person, monkeypatch, key, crowd):
    predict(open_study(person, "batch_size"), "10")
    waiting = StudyView("queued", 0, 10, 0.0, None, {}, **crowd)
    monkeypatch.setattr(person.engine, "study", lambda *_: waiting)
    person.press("study-run")
    said = [person.sentences(), *(bar.proto.text for bar in person.at.get("progress"))]
    assert any(say(key, "en", ahead=7, seconds=20) in one for one in said)
