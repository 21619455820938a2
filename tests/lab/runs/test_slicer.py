"""Turns: fair, short, and never given to a run that has to wait for its pace."""

from collections import Counter

import pytest

from lab.runs.wire.tempo import Tempo
from lab.runs.work.slicer import LONGEST_SLICE_S, Pace, Slicer
from tests.lab.runs.clock import Clock


def row_of(*runs: str, clock: Clock | None = None) -> Slicer:
    """Runs that are ready and have shown their first point."""
    slicer = Slicer(clock or Clock())
    for run in runs:
        slicer.set_ready(run, 0.0)
        slicer.shown(run)
    return slicer


def turns(slicer: Slicer, count: int, **takes_s: float) -> list[str]:
    """Who gets the next turns, when a turn of each run takes so many seconds (1 ms where nothing is said)."""
    found = []
    for _ in range(count):
        run = slicer.next()
        slicer.took(run, takes_s.get(run, 0.001))
        found.append(run)
    return found


def test_every_ready_run_gets_as_many_turns():
    assert Counter(turns(row_of(*"abc"), 300)) == {"a": 100, "b": 100, "c": 100}


def test_a_run_that_has_had_a_turn_waits_for_all_others_also_when_it_reports_in_between():
    slicer = row_of(*"abc")
    first = slicer.next()
    slicer.set_ready(first, 0.0)
    assert [slicer.next() for _ in range(3)] == ["b", "c", "a"]


def test_a_heavy_run_gets_as_much_time_as_a_small_one_and_no_more():
    found = Counter(turns(row_of("heavy", "a", "b"), 2100, heavy=0.05))
    assert found["heavy"] * 0.05 == pytest.approx(found["a"] * 0.001, rel=0.1)
    assert found["a"] == pytest.approx(found["b"], abs=1)


def test_a_run_that_had_to_wait_for_its_pace_goes_first_and_is_owed_no_more_than_that():
    clock = Clock()
    slicer = row_of("a", "b", "rested", clock=clock)
    slicer.set_ready("rested", 1.0)
    turns(slicer, 1000)
    clock.now = 1.0
    found = turns(slicer, 30)
    assert found[0] == "rested"
    assert Counter(found) == {"a": 10, "b": 10, "rested": 10}


def test_a_new_run_goes_before_the_others_in_turn_with_them_until_its_first_point_is_shown():
    slicer = row_of("a", "b")
    turns(slicer, 10)
    slicer.set_ready("new", 0.0)
    assert slicer.is_fresh("new")
    assert turns(slicer, 5, new=0.01) == ["new", "a", "new", "b", "new"]
    slicer.shown("new")
    assert "new" not in turns(slicer, 20)  # it has had more than its share


def test_of_two_new_runs_a_heavy_one_does_not_keep_the_other_waiting():
    slicer = row_of("a")
    slicer.set_ready("heavy", 0.0)
    slicer.set_ready("new", 0.0)
    assert turns(slicer, 3, heavy=0.1, new=0.01) == ["heavy", "a", "new"]


def test_a_new_run_whose_first_point_takes_long_becomes_one_among_the_others():
    slicer = row_of("a")
    slicer.set_ready("new", 0.0)
    turns(slicer, 6, new=0.1)
    assert not slicer.is_fresh("new")
    assert turns(slicer, 3, new=0.1) == ["a", "a", "a"]


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
    slicer = row_of("only")
    assert slicer.deadline(0.066) == LONGEST_SLICE_S
    for index in range(99):
        slicer.set_ready(str(index), 0.0)
    assert slicer.deadline(0.066) == 0.066 / 100


def test_a_pace_is_kept_on_average_and_not_made_up_for_after_a_long_wait():
    pace = Pace(10.0)
    ends = []
    now = 0.0
    for _ in range(20):
        now = max(now + 0.01, pace.ready_at)
        ends.append(now)
        pace.epoch_ended(now, 0.01)
    assert ends[-1] - ends[0] == 1.9 or abs(ends[-1] - ends[0] - 1.9) < 0.02
    now += 60.0  # the worker was busy with others
    pace.epoch_ended(now, 0.01)
    assert now - 0.1 <= pace.ready_at <= now + 0.1


def test_an_epoch_that_ends_late_is_made_up_for_by_the_next():
    pace = Pace(10.0)
    for _ in range(20):
        pace.epoch_ended(pace.ready_at + 0.03, 0.01)  # a third of its time too late, each time
    assert abs(pace.ready_at - 20 / 10.0) < 0.1


def ready_after(epochs: int, pace: Pace, epoch_s: float) -> float:
    for _ in range(epochs):
        pace.epoch_ended(pace.ready_at, epoch_s)
    return pace.ready_at


def test_in_a_busy_class_a_run_that_asks_for_more_than_its_room_waits_for_it():
    tempo = Tempo(room=0.1)
    asks_for_twice_its_room = 2 * tempo.room / 10.0
    assert ready_after(20, Pace(10.0, tempo=tempo), asks_for_twice_its_room) == pytest.approx(20 / 5.0)


def test_in_a_busy_class_a_run_that_asks_for_less_than_its_room_keeps_its_pace():
    tempo = Tempo(room=0.1)
    assert ready_after(20, Pace(10.0, tempo=tempo), 0.9 * tempo.room / 10.0) == pytest.approx(20 / 10.0)


def test_what_a_pace_asks_for_is_told_for_epochs_and_for_updates_alike():
    assert Pace(10.0).load(0.02, 40) == pytest.approx(0.2)
    assert Pace(updates_per_s=10.0).load(0.02, 40) == pytest.approx(0.005)
    assert [pace.is_kept for pace in (Pace(1.0), Pace(updates_per_s=1.0), Pace())] == [True, True, False]


def test_where_the_web_process_is_late_everybody_goes_slower():
    tempo = Tempo(late=2)
    assert ready_after(20, Pace(10.0, tempo=tempo), 0.0) == pytest.approx(20 / (10.0 * tempo.pace))


def test_without_a_pace_the_next_epoch_may_begin_at_once():
    pace = Pace(None)
    pace.epoch_ended(5.0, 1.0)
    assert pace.ready_at == 0.0
