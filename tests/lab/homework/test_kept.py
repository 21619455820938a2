"""A student's homework outlives the server: in the browser, as one text, which is a stranger's when it comes back."""

import json

import pytest

from lab.homework.files import to_file
from lab.homework.kept import take_in, to_text
from lab.homework.refusal import HomeworkError
from lab.homework.work import MOST_TASKS, Homework
from lab.spec.limits import ALONE
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
