"""Somebody who is no lecturer wants to read, or to move, a lecture: codes guessed, kept and used for something else."""

import json
import re
from threading import Lock

import pytest
import streamlit as st

from lab.lessons.lecture import TRIES, At, Lectures
from lab.lessons.progress import key_of
from lab.lessons.reader import read_file
from lab.lessons.running import Running
from lab.lessons.shelf import lesson
from lab.runs.serve.host import set_engine
from lab.runs.serve.inline import InlineEngine
from lab.runs.serve.rates import Rate
from lab.texts import say
from pages.ui.lessons.lecture.held import lectures
from tests.lab.lessons.made import made_runs
from tests.pages.conftest import Person, seen

LESSON = "05-compile"
MARKUP = re.compile(r"<img|\]\(javascript|(?<!\\)\*\*bold")  # as Markdown would follow it


@pytest.fixture
def engine():
    engine = InlineEngine()
    set_engine(engine)
    st.cache_resource.clear()
    yield engine
    set_engine(None)


@pytest.fixture
def teacher(engine):
    return Person(engine, "en").go_to("lecture").press(f"lecture-begin-{LESSON}")


def lecture_of(person):
    return lectures().of(person.state().owner)


def naming(engine, code: str) -> Person:
    """A browser of its own, with that code in the address."""
    person = Person(engine, "en")
    person.at.query_params["notes"] = code
    return person.go_to("lecture")


def refused(person: Person) -> str:
    """The one sentence of a page that shows nothing of any lecture."""
    assert "lecture-on" not in [button.key for button in person.at.button]
    assert lecture_of(person) is None
    [sentence] = person.errors()
    return sentence


def test_a_guessed_code_opens_nothing_and_after_some_none_is_heard(engine, teacher, monkeypatch):
    monkeypatch.setattr(lectures(), "_tries", Rate(TRIES, lambda: 0.0))  # however long the guesses take
    code = lecture_of(teacher).code
    guesses = ["", "a", code[:-1], code + "a", "*", "%", "../notes", "<b>", "x" * 5_000, "\x00", code[::-1] + "2"]
    guesser = naming(engine, "aaaabbbbcccc")
    for guess in guesses:
        guesser.at.query_params["notes"] = guess
        assert refused(guesser.look()) == say("lecture.unknown", "en")
    for _ in range(int(TRIES)):
        guesser.look()
    guesser.at.query_params["notes"] = code
    assert refused(guesser.look()) == say("lecture.too_many_tries", "en")
    assert lecture_of(teacher).at.beat == "predict"


def test_the_code_of_an_ended_lecture_opens_nothing(engine, teacher):
    lecture = lecture_of(teacher)
    kept = naming(engine, lecture.code)
    teacher.go_to("lessons").press("lecture-end")
    kept.at.button(key="lecture-on").click()  # on a page that has not heard of the end
    assert refused(kept.look()) == say("lecture.unknown", "en")
    assert lecture.at.beat == "predict"
    begun_again = lecture_of(teacher.go_to("lecture").press(f"lecture-begin-{LESSON}"))
    assert begun_again.code != lecture.code
    assert refused(naming(engine, lecture.code)) == say("lecture.unknown", "en")


def test_notes_reach_nothing_but_their_lecture(engine, teacher):
    other = Person(engine, "en").go_to("lecture").press("lecture-begin-13-overfitting")
    reader = naming(engine, lecture_of(teacher).code)
    moving = {"lecture-on", "lecture-back", "lecture-timer", "lecture-timer-reset"}
    mine = {button.key for button in reader.at.button if button.key and button.key.startswith("lecture")}
    assert mine == moving  # no end, no other lesson, no runs
    for key in moving:
        reader.press(key)
    assert lecture_of(other).at.to_text() == "13-overfitting.predict.0"
    assert reader.state().owner != teacher.state().owner
    assert lecture_of(teacher).running.study_id not in reader.sentences()
    assert not reader.state().desk.lessons.own
    del reader.at.query_params["notes"]
    assert reader.look().at.button(key=f"lecture-begin-{LESSON}")  # without the code: a page like any other


def test_markup_in_a_stranger_s_lesson_is_letters_on_the_screen_and_in_the_notes(engine, monkeypatch):
    source = dict(lesson("09").source)
    nasty = "<img src=x onerror=alert(1)> [here](javascript:alert(1)) **bold**"
    source["en.md"] = source["en.md"].replace("slow: learning rate 0.001", f"slow: {nasty}")
    source["en.md"] = source["en.md"].replace("0:00 [predict] Show", f"0:00 [predict] {nasty} Show")
    opened = read_file("mine.json", json.dumps(source).encode())
    runs = made_runs(opened, {"slow": [1.0, 0.5, 0.9], "fast": [1.0, 0.5, 0.9]})

    def ended(opened, lecture):
        lecture.running = Running(opened, "ended", [], runs, "finished")

    monkeypatch.setattr("pages.ui.lessons.lecture.held.begin", ended)
    teacher = Person(engine, "en").go_to("lecture")
    teacher.state().desk.lessons.keep(opened)
    teacher.look().press(f"lecture-begin-{key_of(opened)}")
    reader = naming(engine, lecture_of(teacher).code)
    read = ""
    while lecture_of(teacher).at.beat != "check":
        for page in (teacher, reader):
            page.look()
            for shown in (*page.at.markdown, *page.at.caption):
                assert not MARKUP.search(shown.value), shown.value
                read += seen(shown.value)
        teacher.press("lecture-on")
    assert read.count("<img src=x onerror=alert(1)>") == 2  # in the script, and in the words at a pause


def test_an_address_alone_begins_no_runs_for_whoever_opens_it(engine):
    lured = Person(engine, "en")
    lured.at.query_params["at"] = f"{LESSON}.run.0"
    lured.go_to("lecture")
    assert lecture_of(lured) is None
    assert not engine._studies


def test_one_owner_who_begins_in_two_windows_at_once_has_one_lecture():
    opened, lectures, codes = lesson("09"), Lectures(), []

    def begin() -> None:
        codes.append(lectures.begin("me", opened, "en", At(lesson=opened.name)).code)

    class Shared:
        """A lock behind which, the first time that it is free, another window has its turn."""

        lock, others = Lock(), [begin]

        def __enter__(self) -> None:
            self.lock.acquire()

        def __exit__(self, *_: object) -> None:
            self.lock.release()
            if self.others:
                self.others.pop()()

    lectures._lock = Shared()
    begin()
    assert len(codes) == 2
    assert len(set(codes)) == 1
