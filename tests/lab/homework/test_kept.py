"""Homework outlives the server: in the browser, as one text, which is a stranger's when it comes back."""

import json
from dataclasses import replace

import pytest

from lab.homework import kept
from lab.homework.files import to_file
from lab.homework.kept import take_in, to_text
from lab.homework.making import KEPT, Draft, DraftQuestion
from lab.homework.refusal import HomeworkError
from lab.homework.work import MOST_TASKS, Homework
from lab.spec.limits import ALONE, current_limits
from tests.lab.homework.classroom import at_work, copy, draft, experiment

KEY = copy().task.fingerprint


def begun(**values) -> Homework:
    """A student who has run the task and answered."""
    homework, work = Homework(), at_work("Kim", (1, 3, "Because."), **values)
    homework.works[KEY], homework.current = work, KEY
    return homework


def after_a_restart(text: str) -> Homework:
    homework = Homework()
    take_in(homework, text)
    return homework


def changed(text: str, **fields) -> str:
    values = json.loads(text)
    values["works"][0] |= fields
    return json.dumps(values)


def test_knobs_runs_answers_and_what_is_chosen_come_back_and_are_handed_in_the_same():
    before = begun(units=9)
    after = after_a_restart(to_text(before))
    assert after.current == KEY
    assert after.work.values == before.work.values
    assert after.work.replies == before.work.replies
    assert [(one.number, one.values, one.result) for one in after.work.tries] == [
        (one.number, one.values, one.result) for one in before.work.tries
    ]
    assert to_text(after) == to_text(before)
    assert to_file(after.work.hand_in()) == to_file(before.work.hand_in())


def test_what_was_handed_in_stays_handed_in():
    before = begun()
    before.work.hand_in()
    assert after_a_restart(to_text(before)).work.handed == before.work.handed


def test_of_nothing_nothing_is_kept():
    assert to_text(Homework()) == ""


def test_what_was_begun_here_stays_and_an_untouched_task_takes_what_was_kept():
    text = to_text(begun(units=9))
    here = begun(units=3)
    take_in(here, text)
    assert here.work.values["units"] == 3
    opened = Homework()
    opened.open(copy().task)  # by its link, before the browser has spoken
    take_in(opened, text)
    assert opened.work.values["units"] == 9
    assert opened.work.finished


def test_more_tasks_than_there_is_room_for_push_none_out():
    here = Homework()
    for place in range(MOST_TASKS):
        here.open(draft(title=f"Task {place}").made(experiment()).task)
    take_in(here, to_text(begun()))
    assert len(here.works) == MOST_TASKS
    assert KEY not in here.works


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '{"schema_version": 2}',
        '{"schema_version": 1, "more": 1}',
        '{"schema_version": 1, "works": 7}',
    ],
)
def test_what_is_no_homework_is_refused_in_one_sentence(text):
    with pytest.raises(HomeworkError, match=r"homework\.kept_broken"):
        take_in(Homework(), text)


def test_too_much_is_refused_before_it_is_read():
    with pytest.raises(HomeworkError, match=r"homework\.kept_broken"):
        take_in(Homework(), " " * (ALONE.progress_bytes + 1))


@pytest.mark.parametrize(
    ("fields", "name", "left"),
    [
        ({"values": {"units": 99, "epochs": 4}}, "values", {"units": 16, "epochs": 4}),
        ({"values": {"optimizer": "SGD"}}, "values", {"units": 16, "epochs": 4}),
        ({"replies": [7, "x", 3]}, "replies", [None, None, None]),
        ({"replies": []}, "replies", [None, None, None]),
        ({"chosen": [9, 1, 1]}, "chosen", [1]),
        ({"tries": []}, "chosen", []),
    ],
)
def test_what_the_task_would_not_take_is_let_go(fields, name, left):
    work = after_a_restart(changed(to_text(begun(units=9)), **fields)).work
    found = getattr(work, name)
    if name == "values":
        assert found == work.values
        assert all(work.task.knob(knob).allows(value) for knob, value in found.items())
    else:
        assert found == left


def test_runs_with_a_locked_knob_turned_or_of_other_seeds_are_let_go():
    text = to_text(begun(units=9))
    [one] = json.loads(text)["works"][0]["tries"]
    turned = {**one, "claim": {**one["claim"], "values": {"batch_size": 1}}}
    shorter = {**one, "claim": {**one["claim"], "figures": one["claim"]["figures"][:1]}}
    assert after_a_restart(changed(text, tries=[turned, shorter])).work.tries == []


def test_a_hand_in_of_another_task_is_let_go():
    before = begun()
    other = before.work.hand_in().replace(task="0" * 64)
    assert after_a_restart(changed(to_text(before), handed=other.as_values())).work.handed is None


# --- a teacher's task as it is typed


def being_made(**changes) -> Homework:
    """A teacher who is about to make the classroom's task."""
    homework = Homework(side="make", draft=draft(begun=True, **changes))
    homework.draft.fit_to(experiment())
    return homework


def test_a_task_being_made_comes_back_with_its_experiment_and_makes_the_same_task():
    before = being_made(parameters=200, runs=2)
    after = after_a_restart(to_text(before))
    assert after.side == "make"
    assert after.draft.source == KEPT  # what is on the knobs now is another experiment
    assert after.draft.made(after.draft.experiment) == before.draft.made(experiment())
    assert json.loads(to_text(after)) == json.loads(to_text(before).replace('"studio"', '"kept"'))


@pytest.mark.parametrize("source", [("lesson", "09-epochs"), ("run", "some id")])
def test_of_a_lesson_or_a_run_it_is_made_from_the_same_still(source):
    assert after_a_restart(to_text(being_made(source=source))).draft.source == source


def test_numbers_that_no_task_would_take_are_kept_as_they_were_typed():
    typed = being_made(number=1e300, parameters=10**15, questions=[DraftQuestion("number", right=-1e200, close=1e99)])
    after = after_a_restart(to_text(typed)).draft
    assert (after.number, after.parameters, after.questions) == (1e300, 10**15, typed.draft.questions)


def test_nothing_is_kept_of_a_draft_that_nobody_has_begun():
    homework = Homework()
    homework.draft.fit_to(experiment())
    assert to_text(homework) == ""


def test_a_draft_that_was_begun_here_stays_and_a_student_s_work_stays_on_the_screen():
    text = to_text(being_made())
    here = being_made(title="Another")
    take_in(here, text)
    assert here.draft.title == "Another"
    student = begun()
    take_in(student, text)
    assert (student.side, student.draft.title) == ("do", "Small nets")
    assert after_a_restart(to_text(student)).draft == student.draft


def test_forgetting_one_s_homework_leaves_the_draft_and_the_other_way_round():
    homework = being_made()
    homework.works, homework.made = begun().works, copy()
    homework.forget()
    assert homework.draft.title == "Small nets"
    homework.works = begun().works
    homework.forget_draft()
    assert (homework.draft, homework.made) == (Draft(), None)
    assert list(homework.works) == [KEY]


def with_draft(**fields) -> str:
    values = json.loads(to_text(being_made()))
    values["draft"] |= fields
    return json.dumps(values)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "t" * 101},
        {"source": ["file", "/etc/passwd"]},
        {"knobs": {"seed": "1"}},
        {"knobs": {"units": "1" * 201}},
        {"seeds": 11},
        {"close": 1},
        {"questions": [{"kind": "text"}] * 11},
        {"questions": [{"kind": "number", "close": -1}]},
        {"experiment": None},
        {"experiment": {"schema_version": 1}},
    ],
)
def test_a_draft_that_this_page_did_not_write_is_refused_in_one_sentence(fields):
    with pytest.raises(HomeworkError, match=r"homework\.kept_broken"):
        take_in(Homework(), with_draft(**fields))


def test_an_experiment_larger_than_this_server_takes_is_refused(monkeypatch):
    text = with_draft()
    monkeypatch.setattr(kept, "current_limits", lambda: replace(current_limits(), epochs=3))
    with pytest.raises(HomeworkError, match=r"homework\.kept_broken"):
        take_in(Homework(), text)
