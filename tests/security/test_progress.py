"""Progress of a stranger, in a link, a file or the browser's storage: refused in a sentence, or taken without harm."""

import base64
import random
import tracemalloc
import zlib

import pytest
import streamlit as st

from lab.lessons.carried import FORM, from_link, to_link, to_text
from lab.lessons.moment import Moment
from lab.lessons.record import (
    BEATS,
    DRAWN_POINTS,
    MOST_ANSWERS,
    MOST_LESSONS,
    Answer,
    Found,
    Given,
    LessonRecord,
    Missed,
    Named,
    Place,
    Record,
    Won,
)
from lab.lessons.refusal import LessonError
from lab.lessons.shelf import lesson
from lab.runs.serve.host import set_engine
from lab.runs.serve.inline import InlineEngine
from lab.spec.limits import ALONE
from pages.ui.lessons.kept_progress import hear
from tests.pages.conftest import Person

NOW = Moment(when=1_800_000_000, day=20_833)
MARKUP = "</bdi><img src=x onerror=alert(1)>[x](javascript:alert(1)) :smile: \u202e $x$"
KINDS = {"05-compile": "choice", "09-epochs": "number", "13-overfitting": "curve"}
PREDICTIONS = ("no such choice", 1e12, -1e12, (1e12,) * DRAWN_POINTS)


@pytest.fixture
def person():
    engine = InlineEngine()
    set_engine(engine)
    st.cache_resource.clear()
    yield Person(engine, "en")
    set_engine(None)


def test_a_link_that_unpacks_to_gigabytes_is_refused_before_it_takes_memory():
    inner = zlib.compress(b" " * 3_000_000, level=9)
    bomb = FORM + base64.urlsafe_b64encode(inner).decode().rstrip("=")
    assert len(bomb) <= ALONE.link_characters
    tracemalloc.start()
    try:
        with pytest.raises(LessonError, match=r"progress\.bad_link"):
            from_link(bomb, NOW)
        assert tracemalloc.get_traced_memory()[1] < 4 * ALONE.progress_bytes
    finally:
        tracemalloc.stop()


def odd_lesson(predicted: object, when: int = NOW.when) -> LessonRecord:
    """Right in form, and what no lesson would have made."""
    return LessonRecord(
        reached="further",
        prediction=Given(when=when, value=predicted),
        answers=tuple(Answer(when=when + place, key=f"odd{place}") for place in range(MOST_ANSWERS)),
        missed={"check": Missed(day=0, turn=1_000_000), "again": Missed(day=0, turn=1_000_000)},
        solved=True,
        found=Found(
            when=when,
            predicted=predicted,
            worth="right",
            answer=("odd", "same"),
            seeds=(0,),
            figures={"odd": {"loss": 1e12, "odd": None}, "slow": {"turn": -1e12}, "watched": {}},
        ),
        won=Won(when=when, knobs={"odd": MARKUP[:100]}, figures={"odd": 1e12, "acc": None}),
    )


def odd_record(predicted: object) -> Record:
    lessons = {name: odd_lesson(predicted) for name in (*KINDS, "own-0", MARKUP[:100], "9", "../../etc/passwd")}
    return Record(
        schema_version=1,
        name=Named(when=NOW.when, text=MARKUP[:60]),
        place=Place(when=NOW.when, lesson="../../etc/passwd", beat="further"),
        lessons=lessons,
    )


def test_a_link_with_letters_changed_is_a_sentence_or_a_record_and_never_a_trace():
    chance = random.Random(7)
    link, _ = to_link(odd_record(1.0))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ %<\n\u00e9"
    refused = 0
    for _ in range(300):
        changed = list(link)
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.choice(letters)
        try:
            from_link("".join(changed)[: chance.choice((len(link), chance.randrange(len(link))))], NOW)
        except LessonError as refusal:
            refused += refusal.code.startswith("progress.")
    assert refused > 250


@pytest.mark.parametrize("predicted", PREDICTIONS, ids=["choice", "large", "small", "curve"])
def test_no_page_breaks_on_a_record_that_no_lesson_would_have_made(person, predicted):
    person.go_to("lessons")
    hear(person.state(), {"number": "1", "text": to_text(odd_record(predicted))})
    person.look()
    learner = person.state().desk.lessons
    assert learner.current is None
    assert person.at.button(key="lesson-recall-later")
    for name in KINDS:
        person.press(f"lesson-open-{name}")
        for beat in BEATS:
            learner.progress(name).beat = beat
            person.look()
        assert learner.progress(name).answers == []
        person.press("lesson-all")
    person.press("lesson-certificate")
    [sheet] = [one.proto.body for one in person.at.get("html") if "certificate-name" in one.proto.body]
    assert "<img" not in sheet
    assert "\u202e" not in sheet


def test_a_strangers_link_takes_no_place_from_what_is_here_and_wins_by_no_clock(person):
    person.go_to("lessons")
    learner = person.state().desk.lessons
    learner.progress("09-epochs").predict(12.0, NOW)
    learner.progress("09-epochs").go("explain")
    learner.call("Kim", NOW)
    before = learner.record(NOW)
    flood = {f"{place:05}": LessonRecord() for place in range(MOST_LESSONS - 1)} | {
        "09-epochs": odd_lesson("x", when=2**40 - MOST_ANSWERS)
    }
    person.at.query_params["progress"] = to_link(Record(schema_version=1, lessons=flood))[0]
    person.look()
    assert len(learner.lessons) <= MOST_LESSONS
    assert learner.progress("09-epochs").reached >= BEATS.index("explain")
    learner.call("Kim", Moment(2**39, NOW.day))  # what is done later counts again
    assert learner.record(NOW).name.text == "Kim"
    assert learner.lessons["09-epochs"].given.when < 2**40 - MOST_ANSWERS
    person.press("lesson-not-mine")
    assert learner.lessons.keys() == before.lessons.keys()
    assert learner.lessons["09-epochs"].record == before.lessons["09-epochs"]


def test_a_file_that_is_no_record_leaves_everything_as_it_was(person):
    person.go_to("lessons").press("lesson-open-09-epochs").press("lesson-all")
    learner = person.state().desk.lessons
    for text in ("[" * 200_000, "{}", "\ud800", "x" * 2_000_000, lesson("09").source["en.md"]):
        hear(person.state(), {"number": "1", "text": text})
        person.look()
        assert learner.lessons.keys() == {"09-epochs"}
