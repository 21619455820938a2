"""A task is made, goes through a file and a link, is done and handed in; what makes no sense is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import ExperimentError, LabError
from lab.homework.files import file_name, read, read_link, to_file, to_link
from lab.homework.knobs import applied, knobs_of, locked, read_values, slips, stands, to_begin_with, worth_trying
from lab.homework.making import Draft, DraftQuestion
from lab.homework.refusal import HomeworkError
from lab.homework.schema import NAMES
from lab.homework.table import goal_told
from lab.homework.work import MOST_TASKS, MOST_TRIES, Homework
from lab.runs.serve.inline import InlineEngine
from lab.spec.limits import ALONE
from lab.starts import STARTS, start
from lab.texts import LANGUAGES, say_error
from netcore.errors import NetcoreError
from tests.lab.homework.classroom import ME, at_work, copy, draft, experiment, hand_in, table

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=40)


def test_a_task_comes_out_of_its_file_and_its_link_as_it_went_in():
    task = copy().task
    assert read(to_file(task)) == task
    assert read_link(f"https://class.example/homework?task={to_link(task)}") == task
    assert read(to_file(copy())) == copy()
    assert len(to_link(task)) < 1_000


@given(title=WORDS, words=WORDS, name=WORDS, reply=WORDS, units=st.integers(1, 16))
def test_whatever_is_typed_comes_back_from_task_and_hand_in(title, words, name, reply, units):
    if not title.strip() or not name.strip():
        return
    made = draft(title=title, words=words).made(experiment())
    assert read(to_file(made)).task.title == title.strip()
    changed = hand_in().replace(name=name, replies=(None, 2.5, reply))
    assert read_link(to_link(changed)) == read(to_file(changed)) == changed
    assert applied(made.task, {"units": units}).model.layers[0].params["units"] == units


def test_a_student_s_copy_holds_no_right_answer():
    values = json.loads(to_file(copy().task))
    assert "answers" not in values
    assert "right" not in json.dumps(values)
    other = draft()
    other.questions[0].right = 2
    assert other.made(experiment()).task == copy().task  # neither does the fingerprint tell it


def test_the_fingerprint_names_all_that_a_student_is_told():
    same = draft().made(experiment()).task
    assert same.fingerprint == copy().task.fingerprint
    for changes in ({"title": "Other"}, {"number": 0.9}, {"seeds": 3}, {"knobs": {"units": "1 - 15"}}):
        assert draft(**changes).made(experiment()).task.fingerprint != same.fingerprint


@pytest.mark.parametrize("name", STARTS)
def test_every_ready_made_start_becomes_a_task_with_all_its_knobs(name):
    base = start(name)
    task = Draft(title="T", number=1.0, knobs={one: worth_trying(base, one) for one in knobs_of(base)}).made(base).task
    begun = to_begin_with(task)
    assert begun == {one: stands(base, one) for one in knobs_of(base)}
    assert applied(task, begun).content_hash() == base.with_fit(changes=()).content_hash()
    for knob in task.knobs:
        for value in knob.values or (knob.low, knob.high):
            value = value if knob.name in NAMES or isinstance(stands(base, knob.name), float) else int(value)
            if not (knob.name == "depth" and value == 0):
                assert stands(applied(task, {**begun, knob.name: value}), knob.name) == value


def test_another_optimizer_keeps_the_learning_rate_that_is_locked():
    task = draft(knobs={"optimizer": "SGD, Adam"}).made(experiment()).task
    rate = experiment().compile.learning_rate
    assert applied(task, {"optimizer": "SGD"}).compile.learning_rate == rate
    assert locked(task)["learning_rate"] == rate
    assert "optimizer" not in locked(task)


def test_what_is_locked_or_out_of_bounds_is_named():
    assert slips(copy().task, {"units": 3, "epochs": 6}) == ()
    assert slips(copy().task, {"units": 17, "epochs": 3, "learning_rate": 1.0}) == (
        ("units", "outside"),
        ("epochs", "outside"),
        ("learning_rate", "locked"),
    )
    assert slips(copy().task, {"units": 2.5}) == (("units", "outside"),)
    with pytest.raises(HomeworkError, match="knob_locked"):
        applied(copy().task, {"batch_size": 1})


@pytest.mark.parametrize(
    ("text", "low", "high", "values"),
    [("1 - 64", 1, 64, ()), ("1–64", 1, 64, ()), ("8", None, None, (8,)), ("2,4 , 8", None, None, (2, 4, 8))],
)
def test_values_are_read_as_a_teacher_types_them(text, low, high, values):
    knob = read_values("units", text)
    assert (knob.low, knob.high, knob.values) == (low, high, values)


WRONG = {
    "no title": {"title": " "},
    "no number": {"number": None},
    "no knob": {"knobs": {}},
    "limits the wrong way round": {"knobs": {"units": "9 - 2"}},
    "half a unit": {"knobs": {"units": "2.5"}},
    "a word for a number": {"knobs": {"epochs": "many"}},
    "more epochs than there may be": {"knobs": {"epochs": "1 - 99999"}},
    "an optimizer that nobody knows": {"knobs": {"optimizer": "Magic, SGD"}},
    "limits of names": {"knobs": {"loss": "1 - 2"}},
    "an empty question": {"questions": [DraftQuestion()]},
    "one option": {"questions": [DraftQuestion("choice", "?", "yes", 0)]},
    "an option that is not there": {"questions": [DraftQuestion("choice", "?", "yes\nno", 4)]},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_what_is_no_task_is_refused_in_a_sentence(changes):
    with pytest.raises((LabError, NetcoreError)) as info:
        draft(**changes).made(experiment())
    for language in LANGUAGES:
        assert "{" not in say_error(info.value, language)


def test_a_task_needs_validation_rows():
    base = experiment()
    without = base.with_data(split=base.data.split.replace(validation=0.0))
    with pytest.raises(HomeworkError, match="no_validation"):
        draft().made(without)


def test_a_run_that_was_steered_or_forked_becomes_a_task_from_its_start():
    base = experiment()
    steered = base.with_fit(changes=({"epoch": 1, "batch": 0, "name": "epochs", "value": 9.0},))
    assert draft().made(steered).task == copy().task


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_goal_is_said_in_a_sentence(language):
    task = draft(figure="accuracy", number=0.9, parameters=60).made(experiment()).task
    assert task.goal.side == "at_least"
    said = goal_told(task, language)
    assert "0.9" in said
    assert "60" in said


def test_handing_in_needs_a_name_and_a_run():
    homework = Homework()
    homework.open(copy().task)
    with pytest.raises(HomeworkError, match="name_missing"):
        homework.work.hand_in()
    homework.work.name = "Kim"
    with pytest.raises(HomeworkError, match="run_missing"):
        homework.work.hand_in()
    work = at_work()
    work.replies = ["x" * 3_000, None, None]
    with pytest.raises(ExperimentError):
        work.hand_in()


def test_figures_are_handed_in_with_every_digit():
    work = at_work(units=5)
    [claim] = work.hand_in().runs
    assert claim.figures == work.trying.result.figures
    assert claim.values == {"units": 5, "epochs": 4}
    assert json.loads(to_file(work.handed))["runs"][0]["figures"] == list(claim.figures)


def test_a_try_is_offered_once_and_may_be_taken_away():
    work = at_work()
    assert work.chosen == [1]
    work.chosen = []
    work.ended()
    assert work.chosen == []


def test_tries_and_tasks_are_bounded_and_those_to_be_handed_in_stay():
    work, engine = at_work(), InlineEngine()
    for _ in range(MOST_TRIES + 2):
        work.begin(table(), engine, ME)
        engine.advance()
        work.trying.seen(engine.study(work.trying.study_id, ME))
    assert len(work.tries) == MOST_TRIES
    assert work.tries[0].number == 1
    homework = Homework()
    for place in range(MOST_TASKS + 2):
        homework.open(draft(title=f"T{place}").made(experiment()).task)
    assert [work.task.title for work in homework.works.values()] == [f"T{place}" for place in range(2, MOST_TASKS + 2)]


def test_a_task_that_is_opened_again_is_where_it_was():
    homework = Homework()
    homework.open(copy().task)
    homework.work.name = "Kim"
    homework.open(draft(title="Other").made(experiment()).task)
    homework.open(copy().task)
    assert homework.work.name == "Kim"


def test_a_task_too_long_for_a_link_is_told_to_be_handed_out_as_a_file():
    words = "".join(chr(0xAC00 + place * 7919 % 11171) for place in range(3_000))
    task = draft(words=words).made(experiment()).task
    with pytest.raises(HomeworkError, match="link_too_long") as info:
        to_link(task)
    assert info.value.values["high"] == ALONE.link_characters


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "과제 1: 작은 신경망", "a" * 300])
def test_a_download_is_named_by_letters_alone(name):
    named = file_name(name, "task")
    assert not set(named) & set("/\\ :<>\"'")
    assert len(named) < 90


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"kind": "homework"}', b'{"kind": ["homework"]}', b"\xff"])
def test_what_is_no_file_of_ours_is_refused_in_a_sentence(content):
    with pytest.raises(LabError) as info:
        read(content)
    for language in LANGUAGES:
        assert say_error(info.value, language)
