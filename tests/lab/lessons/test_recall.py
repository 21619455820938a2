"""Missed questions come again after growing times, and never on the day on which they were answered."""

from hypothesis import given
from hypothesis import strategies as st

from lab.lessons.questions import question
from lab.lessons.recall import BOX_DAYS, MOST_AT_ONCE, Due, answered, due, due_day, other_turn
from lab.lessons.record import LEARNED, Missed
from lab.lessons.shelf import lessons
from tests.lab.lessons.records import MISSED


def test_right_each_time_it_is_asked_after_one_three_seven_and_twenty_one_days_and_then_no_more():
    missed, days = Missed(day=100), []
    while (day := due_day(missed)) is not None:
        days.append(day - missed.day)
        missed = answered(missed, right=True, day=day, turn=0)
    assert days == [1, 3, 7, 21]
    assert missed.box == LEARNED == len(BOX_DAYS)


@given(MISSED.filter(lambda one: one.box < LEARNED), st.integers(30, 60))
def test_wrong_it_is_back_in_the_first_box_and_comes_the_day_after(missed, day):
    after = answered(missed, right=False, day=day, turn=3)
    assert after == Missed(box=0, day=day, turn=3)
    assert due_day(after) == day + 1


@given(MISSED, st.integers(0, 60))
def test_what_is_due_was_answered_on_an_earlier_day_and_none_is_forgotten(missed, day):
    found = due([("09-epochs", {"check": missed})], day)
    if found:
        assert missed.day < day
    assert bool(found) == (missed.box < LEARNED and day - missed.day >= [*BOX_DAYS, 0][missed.box])


def test_a_few_at_once_the_longest_overdue_first_then_as_the_lessons_stand():
    missed = [
        (f"{place:02}", {"check": Missed(day=9), "again": Missed(day=3 if place == 6 else 9)}) for place in range(8)
    ]
    found = due(missed, 20)
    assert len(found) == MOST_AT_ONCE
    assert found[:3] == [Due("06", "again"), Due("00", "check"), Due("00", "again")]


def test_the_second_question_comes_with_other_numbers():
    for one in lessons():
        again = one.lesson.check.again
        for turn in (0, 7):
            other = other_turn(again, turn)
            assert question(again, other).numbers != question(again, turn).numbers, one.name
