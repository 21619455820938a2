"""A learner's record: joined in any order, carried as text and link, held to what a lesson asks."""

import json

import numpy as np
import pytest
from hypothesis import given, settings

from lab.lessons.carried import from_link, from_text, to_link, to_text
from lab.lessons.figures import SettingRuns
from lab.lessons.merging import merged
from lab.lessons.moment import Moment, moment
from lab.lessons.progress import OWN, Learner, Progress, key_of, room_for
from lab.lessons.reader import opened
from lab.lessons.record import (
    BEATS,
    DRAWN_POINTS,
    EMPTY,
    MOST_ANSWERS,
    MOST_FIGURES,
    MOST_LESSONS,
    MOST_NUMBERS,
    MOST_SAID,
    MOST_SETTINGS,
    VERSION,
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
from lab.lessons.running import Running
from lab.lessons.shelf import lesson, lessons
from lab.spec.limits import ALONE
from lab.studies.figures import RunFigures
from tests.lab.lessons.records import RECORDS

NOW = Moment(when=86_400_000, day=1000)
EPOCHS = lesson("09")


# --- joining


@given(RECORDS, RECORDS)
@settings(max_examples=40)
def test_it_does_not_matter_which_of_two_records_comes_first(one, other):
    assert to_text(merged(one, other)) == to_text(merged(other, one))


@given(RECORDS, RECORDS, RECORDS)
@settings(max_examples=40)
def test_three_records_may_be_joined_in_any_order(one, two, three):
    assert merged(merged(one, two), three) == merged(one, merged(two, three))


@given(RECORDS, RECORDS)
@settings(max_examples=40)
def test_a_record_that_comes_again_changes_nothing(one, other):
    both = merged(one, other)
    assert merged(one, one) == one
    assert merged(both, one) == both
    assert merged(both, other) == both
    assert merged(both, EMPTY) == both


@given(RECORDS, RECORDS)
@settings(max_examples=40)
def test_nothing_that_was_reached_answered_or_solved_gets_lost(one, other):
    both = merged(one, other)
    for record in (one, other):
        for key, before in record.lessons.items():
            after = both.lessons[key]
            assert BEATS.index(after.reached) >= BEATS.index(before.reached)
            assert set(after.answers) >= set(before.answers)
            assert set(after.missed) >= set(before.missed)
            assert after.solved >= before.solved
            assert (after.found is None) <= (before.found is None)
            assert (after.won is None) <= (before.won is None)


def record_with(**fields: object) -> Record:
    return Record(schema_version=VERSION, lessons={"09-epochs": LessonRecord(**fields)})  # type: ignore[arg-type]


def test_of_two_answers_to_a_missed_question_the_later_counts_and_on_one_day_the_lower_box():
    first = record_with(missed={"check": Missed(box=2, day=5)})
    later = record_with(missed={"check": Missed(box=0, day=6)})
    same = record_with(missed={"check": Missed(box=1, day=5)})
    assert merged(first, later) == later
    assert merged(first, same) == same


def test_figures_that_a_link_left_behind_come_back_from_a_file_of_the_same_runs():
    whole = Found(when=5, predicted=10.0, worth="far", answer=8.0, figures={"slow": {"turn": 8.0}})
    one, other = record_with(found=whole), record_with(found=whole.replace(figures={}))
    assert merged(other, one) == one


def test_of_more_answers_than_fit_the_first_are_kept():
    early, late = (tuple(Answer(when=start + place, key="x") for place in range(MOST_ANSWERS)) for start in (0, 10))
    assert merged(record_with(answers=late), record_with(answers=early)) == record_with(answers=early)


def test_more_lessons_than_fit_are_not_kept():
    one = Record(schema_version=VERSION, lessons={f"a{place}": LessonRecord() for place in range(MOST_LESSONS)})
    other = Record(schema_version=VERSION, lessons={f"b{place}": LessonRecord() for place in range(MOST_LESSONS)})
    assert merged(one, other) == one


# --- as text, file and link


@given(RECORDS)
@settings(max_examples=40)
def test_text_and_link_bring_the_same_record(record):
    link, left = to_link(record)
    assert left == "nothing"
    assert from_link(link, NOW) == record
    if record != EMPTY:
        assert from_text(to_text(record), NOW) == record
        assert from_text(to_text(record, indent=1).encode(), NOW) == record


def test_of_nobody_nothing_is_written():
    assert to_text(Learner().record(NOW)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '"x"',
        "{" * 100_000,
        "[" * 100_000,
        '{"schema_version": 1, "lessons": [',
        '{"schema_version": "1"}',
        '{"schema_version": 1, "more": 1}',
        '{"schema_version": 1, "name": {"when": 0, "text": "\\ud800"}}',
        '{"schema_version": 1, "name": {"when": -1, "text": ""}}',
        '{"schema_version": 1, "name": {"when": 1e400, "text": ""}}',
        '{"schema_version": 1, "place": {"when": 0, "beat": "elsewhere"}}',
        '{"schema_version": 1, "lessons": {"": {}}}',
        '{"schema_version": 1, "lessons": {"x": {"solved": "yes"}}}',
        '{"schema_version": 1, "lessons": {"x": {"missed": {"third": {"day": 1}}}}}',
        '{"schema_version": 1, "lessons": {"x": {"missed": {"check": {"day": 1, "box": 5}}}}}',
        '{"schema_version": 1, "lessons": {"x": {"prediction": {"when": 1, "value": NaN}}}}',
        '{"schema_version": 1, "lessons": {"x": {"prediction": {"when": 1, "value": [1, 2]}}}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_record_is_refused_in_one_sentence(text):
    with pytest.raises(LessonError) as refused:
        from_text(text, NOW)
    assert refused.value.code == "progress.broken"


def test_a_record_of_a_later_app_is_told_apart_from_a_damaged_one():
    with pytest.raises(LessonError, match=r"progress\.newer"):
        from_text(f'{{"schema_version": {VERSION + 1}, "lessons": []}}', NOW)


def test_a_record_from_before_the_numbers_of_each_seed_were_kept_opens():
    old = """{"schema_version":1,"lessons":{"09-epochs":{"reached":"further","solved":true,"found":
        {"when":5,"predicted":30.0,"worth":"far","answer":10.5,"seeds":[0,1],"figures":{"slow":{"turn":10.5}}}}}}"""
    record = from_text(old, NOW)
    assert record.schema_version == VERSION
    assert record.lessons["09-epochs"].found.figures == {"slow": {"turn": 10.5}}
    assert from_text(to_text(record), NOW) == record


def test_too_much_is_refused_before_it_is_read():
    with pytest.raises(LessonError, match=r"progress\.too_long"):
        from_text(" " * (ALONE.progress_bytes + 1), NOW)


def test_times_that_have_not_come_yet_become_now_so_that_no_wrong_clock_wins_for_ever():
    late = record_with(
        prediction=Given(when=2**40, value="x"),
        answers=(Answer(when=2**40, key="x"),),
        missed={"check": Missed(day=10_000_000)},
        found=Found(when=2**40, predicted="x", worth="far"),
        won=Won(when=2**40),
    ).replace(name=Named(when=2**40, text="x"), place=Place(when=2**40))
    held = from_text(to_text(late), NOW)
    one = held.lessons["09-epochs"]
    whens = {one.prediction.when, one.answers[0].when, one.found.when, one.won.when, held.name.when, held.place.when}
    assert whens == {NOW.when}
    assert one.missed["check"].day == NOW.day


def largest(lesson_count: int = MOST_LESSONS) -> Record:
    curve = tuple(-1.234e-05 - place for place in range(DRAWN_POINTS))
    key = "k" * 28
    figures = {f"{key}{place}": -1.234e-05 for place in range(MOST_FIGURES)}
    one = LessonRecord(
        reached="further",
        prediction=Given(when=2**40, value=curve),
        answers=tuple(Answer(when=place, key=key) for place in range(MOST_ANSWERS)),
        missed={"check": Missed(day=10_000_000, turn=1), "again": Missed(day=10_000_000, turn=1)},
        solved=True,
        found=Found(
            when=2**40,
            predicted=curve,
            worth="unknown",
            seeds=tuple(ALONE.seed - place for place in range(ALONE.lesson_seeds)),
            figures={f"{key}{place}": figures for place in range(MOST_SETTINGS)},
            each=(-1.23456e-05,) * MOST_NUMBERS,
            said=(key,) * MOST_SAID,
        ),
        won=Won(when=2**40, figures=figures),
    )
    return Record(schema_version=VERSION, lessons={f"{'x' * 90}{place}": one for place in range(lesson_count)})


def test_the_largest_record_that_there_may_be_is_read_again():
    record = largest()
    late = Moment(2**40, 10_000_000)
    assert from_text(to_text(record, indent=1), late) == record


def test_a_link_that_would_be_too_long_leaves_figures_behind_and_says_so_then_it_is_refused():
    rng = np.random.default_rng(0)

    def found() -> Found:
        figures = {f"s{one}": {f"f{two}": float(rng.normal()) for two in range(9)} for one in range(MOST_SETTINGS)}
        return Found(when=1, predicted=1.0, worth="far", figures=figures)

    record = Record(schema_version=VERSION, lessons={f"{place:02}": LessonRecord(found=found()) for place in range(16)})
    link, left = to_link(record)
    assert left == "figures"
    assert len(link) <= ALONE.link_characters
    assert from_link(link, NOW).lessons["03"].found.predicted == 1.0
    names = {rng.bytes(50).hex(): LessonRecord() for _ in range(MOST_LESSONS)}
    with pytest.raises(LessonError, match=r"progress\.link_too_long"):
        to_link(record.replace(lessons=names))


def test_all_lessons_done_fit_into_a_link_with_their_means_and_into_a_file_with_each_seed():
    rng = np.random.default_rng(1)
    done = {}
    for one in lessons():
        settings_run = [(key, scene) for key, (scene, _) in one.lesson.settings.items() if not scene.long]
        figures = {
            key: {name: float(f"{rng.normal():.4g}") for name in [*list(scene.figures)[:9], "parameters"]}
            for key, scene in settings_run[:MOST_SETTINGS]
        }
        numbers = 5 * sum(len(names) for names in figures.values())
        assert numbers <= MOST_NUMBERS, one.name
        found = Found(
            when=1_790_000_000,
            predicted=1.0,
            worth="far",
            seeds=(0, 1, 2, 3, 4),
            figures=figures,
            each=tuple(float(f"{rng.normal():.6g}") for _ in range(numbers)),
        )
        done[one.name] = LessonRecord(reached="further", solved=True, found=found, won=Won(when=1_790_000_000))
    record = Record(schema_version=VERSION, lessons=done)
    link, left = to_link(record)
    assert left == "seeds", len(link)
    come = from_link(link, Moment(1_790_000_000, 0)).lessons["09-epochs"].found
    assert come == record.lessons["09-epochs"].found.replace(each=())
    assert len(to_text(record)) < 40_000


# --- a learner


def test_a_learner_of_whom_nothing_is_known_goes_on_where_the_record_was():
    one = Learner()
    one.current = "09-epochs"
    one.progress("09-epochs").go("explain")
    one.progress("09-epochs").go("run")
    record = one.record(NOW)
    other = Learner()
    other.receive(record, Moment(NOW.when + 60, NOW.day))
    assert other.current == "09-epochs"
    progress = other.progress("09-epochs")
    assert (progress.beat, progress.may_open[-1]) == ("run", "explain")


def test_a_learner_who_has_begun_stays_where_they_are():
    one = Learner(current="13-overfitting")
    one.progress("13-overfitting")
    one.receive(record_with(reached="check").replace(place=Place(when=1, lesson="09-epochs", beat="check")), NOW)
    assert one.current == "13-overfitting"
    assert one.progress("09-epochs").beat == "check"


def test_strangers_lessons_do_not_push_out_those_that_are_here():
    one = Learner()
    one.progress("09-epochs").go("check")
    flood = Record(schema_version=VERSION, lessons={f"0{place:04}": LessonRecord() for place in range(MOST_LESSONS)})
    assert room_for(one.record(NOW), flood) == 1
    one.receive(flood, NOW)
    assert len(one.lessons) == MOST_LESSONS
    assert one.progress("09-epochs").reached == BEATS.index("check")


def test_taking_back_brings_the_record_as_it_was():
    one = Learner()
    one.progress("09-epochs").go("run")
    before = one.record(NOW)
    one.receive(record_with(reached="further", solved=True), NOW)
    assert one.progress("09-epochs").done
    one.become(before)
    assert one.record(NOW) == before
    assert one.progress("09-epochs").beat == "run"


def test_the_first_wrong_answer_is_missed_and_no_later_one():
    progress = Progress()
    progress.answer("product", right=True, now=NOW)
    progress.answer("rows", right=False, now=NOW)
    assert not progress.missed
    other = Progress()
    other.answer("rows", right=False, now=NOW)
    other.answer("rows", right=False, now=Moment(NOW.when, NOW.day + 5))  # the same screen, drawn again
    other.answer("product", right=True, now=NOW)
    assert other.missed == {"check": Missed(day=NOW.day)}
    assert [answer.key for answer in other.answers] == ["rows", "product"]


@pytest.mark.parametrize("value", ["slow", float("nan"), 151.0, (1.0,) * DRAWN_POINTS])
def test_a_prediction_that_the_lesson_does_not_ask_for_is_let_go(value):
    progress = Progress()
    progress.given = Given.model_construct(when=0, value=value)
    progress.found = Found.model_construct(when=0, predicted=value, worth="far")
    progress.answers = [Answer(when=0, key="no_such"), Answer(when=1, key="rows")]
    progress.fit(EPOCHS.lesson)
    assert progress.prediction is None
    assert progress.found is None
    assert [answer.key for answer in progress.answers] == ["rows"]


def test_what_is_asked_for_stays():
    for name, value in (("09", 12.0), ("05", "same"), ("13", (3.0,) * DRAWN_POINTS)):
        progress = Progress()
        progress.predict(value, NOW)
        progress.fit(lesson(name).lesson)
        assert progress.prediction == value


def test_what_the_runs_have_shown_is_kept_as_means_once_for_each_prediction():
    progress = Progress()
    progress.predict(30.0, NOW)
    runs = tuple(RunFigures(seed, {}, {}, False) for seed in (0, 1))
    figures = {"turn": np.array([9.0, 12.0]), "loss": np.array([0.5, np.nan])}
    progress.running = Running(EPOCHS, "s", [], {"slow": SettingRuns("slow", runs, figures)}, "finished")
    progress.find(EPOCHS, NOW)
    assert progress.found.answer == 10.5
    assert progress.found.worth == "far"
    assert progress.found.seeds == (0, 1)
    assert progress.found.figures == {"slow": {"turn": 10.5, "loss": None}}
    first = progress.found
    progress.find(EPOCHS, Moment(NOW.when + 9, NOW.day))
    assert progress.found is first


def test_a_lesson_of_ones_own_is_known_by_its_content_under_any_name():
    source = dict(EPOCHS.source)
    one, again = opened("mine", source), opened("other", source)
    changed = opened("mine", {**source, "en.md": source["en.md"] + "\n"})
    assert key_of(one) == key_of(again)
    assert key_of(one) != key_of(changed)
    one_learner = Learner()
    one_learner.keep(one)
    one_learner.progress(key_of(one)).go("check")
    one_learner.keep(again)
    assert one_learner.progress(one_learner.current).beat == "check"
    assert one_learner.current.startswith(OWN)


def test_a_day_begins_at_midnight_where_the_learner_is():
    evening, morning = 1_790_000_000 // 86_400 * 86_400 + 12 * 3600, 1_790_000_000 // 86_400 * 86_400 + 23 * 3600
    assert moment(evening).day == moment(morning).day
    assert moment(morning, -540).day == moment(evening, -540).day + 1  # 21:00 and 08:00 in Seoul
    assert moment(morning, -(10**9)).day == moment(morning, -14 * 60).day


def test_the_file_is_json_that_a_person_can_read():
    record = record_with(solved=True)
    assert json.loads(to_text(record, indent=1))["lessons"]["09-epochs"] == {"solved": True}
