"""A lecture without a browser: a teacher's screen, notes in another session, and what becomes of both."""

from types import SimpleNamespace

import pytest
import streamlit as st

from lab.lessons.record import BEATS
from lab.lessons.running import Running, cells_of
from lab.lessons.running import trained as training_of
from lab.lessons.shelf import lesson, lesson_after
from lab.texts import say
from pages.ui.lessons.lecture import address
from pages.ui.lessons.lecture.held import lectures
from tests.pages.conftest import Person

QUICK = "05-compile"  # small tables and few epochs


def lecture_of(person: Person):
    return lectures().of(person.state().owner)


def begin(person: Person, name: str = QUICK) -> Person:
    return person.go_to("lecture").press(f"lecture-begin-{name}")


def go_to_beat(person: Person, beat: str) -> Person:
    lecture = lecture_of(person)
    while lecture.at.beat != beat:
        lecture.on()
    return person.look()


def notes_of(engine, code: str, language: str = "en") -> Person:
    """Another browser, which names that code."""
    phone = Person(engine, language)
    phone.at.query_params["notes"] = code
    return phone.go_to("lecture")


@pytest.fixture(scope="module")
def settings():
    """What its runs come to: one training for all tests of this file."""
    one = lesson(QUICK)
    return training_of(one, cells_of(one, one.lesson.scenes, one.lesson.seeds))


@pytest.fixture
def have_run(settings, monkeypatch):
    """A lecture has all its runs as soon as it begins."""

    def ended(opened, lecture):
        lecture.running = Running(opened, "ended", [], settings, "finished")

    monkeypatch.setattr("pages.ui.lessons.lecture.held.begin", ended)


@pytest.fixture
def trained(person, have_run):
    """A teacher whose lecture has all its runs."""
    return begin(person)


def test_a_lesson_is_given_beat_by_beat_without_a_prediction(person_in, have_run, language):
    trained = begin(person_in)
    words = lesson(QUICK).words(language)
    given = {
        "predict": words["predict"].text,
        "compare": words["predict"].text,
        "check": words["check"].text,
        "further": words["misconception"].text,
    }
    lecture = lecture_of(trained)
    seen_beats = []
    for _ in range(40):
        beat = lecture.at.beat
        if beat not in seen_beats:
            seen_beats.append(beat)
            assert given.get(beat, "")[:15].replace("`", "") in trained.sentences().replace("`", "")
        trained.press("lecture-on")
        if lecture.at.beat == "further" and lecture.moment == 1:
            break
    assert tuple(seen_beats) == BEATS
    [following] = lesson_after(QUICK)
    trained.press("lecture-next-lesson")
    assert lecture_of(trained) is lecture
    assert lecture.opened is following


def test_the_curves_are_told_where_to_pause_before_they_come_there(trained):
    go_to_beat(trained, "run")
    given = trained.component("lab_lecture_curve")
    [mark] = given["marks"]
    assert given["until"] == 0
    assert 0 < mark["epoch"] < given["last"]
    assert all(len(line["seeds"]) == 5 for line in given["lines"])
    trained.press("lecture-on")
    assert trained.component("lab_lecture_curve")["until"] == mark["epoch"]
    assert trained.component("lab_lecture_curve")["said"] == mark["words"]


def test_each_sentence_says_of_how_many_seeds_it_is_true(trained):
    go_to_beat(trained, "explain")
    assert f"**({say('lecture.held', 'en', held=5, seeds=5)})**" in trained.sentences()


def test_while_the_networks_are_trained_nothing_is_given_away(person, engine):
    begin(person)
    go_to_beat(person, "run")
    assert "lab_lecture_curve" not in [one.proto.component_name for one in person.at.get("bidi_component")]
    person.press("lecture-on")
    assert lecture_of(person).at.beat == "run"
    engine.advance()
    person.look()
    assert person.component("lab_lecture_curve")["lines"]


def test_a_reload_finds_the_same_moment_and_another_visit_begins_nothing_anew(trained, engine, monkeypatch):
    go_to_beat(trained, "explain")
    lecture, state = lecture_of(trained), trained.state()
    monkeypatch.setattr("pages.ui.frame.opening.owner_of_session", lambda: state.owner)
    again = Person(engine, "en").go_to("lecture")
    assert lecture_of(again) is lecture
    assert again.at.query_params["at"] in (lecture.at.to_text(), [lecture.at.to_text()])
    again.go_to("lessons").press(f"lecture-of-{QUICK}")
    assert again.state().page == "lecture"
    assert (lecture.at.beat, lecture.running.state) == ("explain", "finished")


def test_a_server_that_has_forgotten_it_goes_on_from_the_address_after_a_click(person, engine):
    person.at.query_params["at"] = f"{QUICK}.explain.1"
    person.go_to("lecture")
    assert lecture_of(person) is None
    person.press("lecture-resume")
    engine.advance()
    person.look()
    assert lecture_of(person).at.to_text() == f"{QUICK}.explain.1"
    assert say("lecture.held", "en", held=5, seeds=5) in person.sentences()


@pytest.mark.parametrize("text", ["", "x", "<b>.run.1", "99-none.run.1", "../../etc.run.1"])
def test_a_mangled_address_opens_the_list_of_lessons(person, text):
    person.at.query_params["at"] = text
    person.go_to("lecture")
    assert person.at.button(key=f"lecture-begin-{QUICK}")
    assert "lecture-resume" not in [button.key for button in person.at.button]


# --- notes


def test_notes_and_screen_move_each_other(person_in, have_run, engine, language):
    trained = begin(person_in)
    lecture, words = lecture_of(trained), lesson(QUICK).words(language)
    notes = notes_of(engine, lecture.code, language)
    assert words.script[0].words[:15] in notes.sentences()
    assert words.script[1].words[:15] in notes.sentences()
    notes.press("lecture-on")
    assert lecture.at.beat == "run"
    assert words.script[1].words[:15] in notes.sentences()
    trained.look()
    assert trained.component("lab_lecture_curve")["until"] == 0
    trained.press("lecture-back")
    notes.look()
    assert words.script[0].words[:15] in notes.sentences()
    assert say("lecture.answer", language, answer="")[:3] in notes.sentences()  # the class does not see it yet


def test_notes_tell_the_reason_of_every_answer_and_the_class_does_not_see_one(trained, engine):
    go_to_beat(trained, "check")
    check, words = lesson(QUICK).lesson.check, lesson(QUICK).words("en")["check"]
    notes = notes_of(engine, lecture_of(trained).code)
    for key in check.answers:
        reason = words.answer(key)[1].partition("`")[0][:20]
        assert reason in notes.sentences()
        assert reason not in trained.sentences()


def test_the_watch_is_started_and_stopped_in_the_notes(person, engine):
    lecture = lecture_of(begin(person))
    notes = notes_of(engine, lecture.code).press("lecture-timer")
    assert notes.component("lab_lecture_timer")["going"]
    assert notes.component("lab_lecture_timer")["planned_s"] == 60 * lesson(QUICK).lesson.minutes
    notes.press("lecture-timer")
    assert not notes.component("lab_lecture_timer")["going"]
    notes.press("lecture-timer-reset")
    assert lecture.timer.elapsed_s == 0


def test_notes_are_over_with_the_lecture(person, engine):
    code = lecture_of(begin(person)).code
    notes = notes_of(engine, code)
    person.go_to("lessons").press("lecture-end")
    assert lecture_of(person) is None
    notes.look()
    assert notes.errors() == [say("lecture.unknown", "en")]
    assert "lecture-on" not in [button.key for button in notes.at.button]


def test_a_code_is_typed_on_the_page_itself(person, engine):
    code = lecture_of(begin(person)).code
    phone = Person(engine, "en").go_to("lecture")
    phone.at.text_input(key="lecture-code-typed").set_value(f"{code[:4]} {code[4:8]}-{code[8:]}".upper())
    phone.look().press("lecture-open-notes")
    assert phone.at.button(key="lecture-on")
    assert lecture_of(phone) is None


def test_a_code_of_another_replica_gets_the_link_that_leads_there(person, engine, monkeypatch):
    monkeypatch.setattr("pages.ui.lessons.lecture.held.replica_here", lambda: "8502")
    code = lecture_of(begin(person)).code
    assert code.endswith("8502")
    lectures().end(lecture_of(person))  # this process is now like another one, which never had it
    monkeypatch.setattr(address, "replica_here", lambda: "8501")
    phone = notes_of(engine, f"{code[:4]} {code[4:]}".upper())
    assert phone.errors() == [say("lecture.elsewhere", "en")]
    [link] = phone.at.get("link_button")
    assert link.proto.url.endswith(f"/lecture?notes={code}")


@pytest.mark.parametrize(
    ("url", "listens", "told"),
    [
        ("http://localhost:8501/lecture", "127.0.0.1", ("http://localhost:8501/lecture", False)),
        ("http://localhost:8501/lecture", "0.0.0.0", ("http://10.0.0.7:8501/lecture", True)),
        ("https://lab.example.org/nn/lecture", "127.0.0.1", ("https://lab.example.org/nn/lecture", True)),
        (None, "", ("http://10.0.0.7/lecture", True)),
    ],
)
def test_a_phone_is_sent_where_it_can_come_or_told_that_it_cannot(monkeypatch, url, listens, told):
    seen_by = SimpleNamespace(context=SimpleNamespace(url=url), get_option=lambda name: listens)
    monkeypatch.setattr(address, "st", seen_by)
    monkeypatch.setattr(address, "get_internal_ip", lambda: "10.0.0.7")
    assert address.address_for_others("lecture") == told


def test_the_server_s_room_for_lectures_ends_in_a_sentence(person, monkeypatch):
    monkeypatch.setattr("lab.lessons.lecture.MOST", 0)
    begin(person)
    assert person.errors() == [say("lecture.no_room", "en", most=0)]
    st.cache_resource.clear()
