"""Turns: fair, short, and never given to a run that has to wait for its pace."""

from collections import Counter

from lab.runs.work.slicer import LONGEST_SLICE_S, Pace, Slicer
from tests.lab.runs.clock import Clock


def test_every_ready_run_gets_as_many_turns():
    slicer = Slicer(Clock())
    for run in "abc":
        slicer.set_ready(run, 0.0)
    assert Counter(slicer.next() for _ in range(300)) == {"a": 100, "b": 100, "c": 100}


def test_a_run_that_has_had_a_turn_waits_for_all_others_also_when_it_reports_in_between():
    slicer = Slicer(Clock())
    for run in "abc":
        slicer.set_ready(run, 0.0)
    first = slicer.next()
    slicer.set_ready(first, 0.0)
    assert [slicer.next() for _ in range(3)] == ["b", "c", "a"]


def test_a_run_is_left_out_until_its_time_has_come():
    clock = Clock()
    slicer = Slicer(clock)
    slicer.set_ready("slow", 1.0)
    assert slicer.next() is None
    assert slicer.earliest() == 1.0
    clock.now = 1.0
    assert slicer.next() == "slow"
    slicer.remove("slow")
    assert slicer.next() is None
    assert slicer.earliest() is None


def test_slices_shrink_when_many_share_the_worker():
    slicer = Slicer(Clock())
    slicer.set_ready("only", 0.0)
    assert slicer.deadline() == LONGEST_SLICE_S
    for index in range(99):
        slicer.set_ready(str(index), 0.0)
    assert slicer.deadline() == 0.066 / 100


def test_a_pace_is_kept_on_average_and_not_made_up_for_after_a_long_wait():
    pace = Pace(10.0)
    ends = []
    now = 0.0
    for _ in range(20):
        now = max(now + 0.01, pace.ready_at)
        ends.append(now)
        pace.epoch_ended(now)
    assert ends[-1] - ends[0] == 1.9 or abs(ends[-1] - ends[0] - 1.9) < 0.02
    now += 60.0  # the worker was busy with others
    pace.epoch_ended(now)
    assert now - 0.1 <= pace.ready_at <= now + 0.1


def test_an_epoch_that_ends_late_is_made_up_for_by_the_next():
    pace = Pace(10.0)
    for _ in range(20):
        pace.epoch_ended(pace.ready_at + 0.03)  # a third of its time too late, each time
    assert abs(pace.ready_at - 20 / 10.0) < 0.1


def test_without_a_pace_the_next_epoch_may_begin_at_once():
    pace = Pace(None)
    pace.epoch_ended(5.0)
    assert pace.ready_at == 0.0
