"""The tempo of a class: slower at once, faster after a while, the same for all, and never for a person alone."""

import itertools

import pytest

from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.pressure import CALM_PONGS, FEW, FILLED, LATE_S, LATEST, Pressure
from lab.runs.serve.pooled.streams import Streams
from lab.runs.wire.messages import Pong
from lab.runs.wire.tempo import EYE, FEWEST, Tempo
from lab.spec.limits import ALONE
from tests.lab.runs.clock import Clock
from tests.lab.runs.jobs import Bell, live_run, status

MANY = 50


class Class:
    """Two workers and one run that somebody watches."""

    def __init__(self) -> None:
        self.hub, self.tempos, self.bell = Hub(ALONE, Clock()), [], Bell()
        self.pressure = Pressure(self.hub, 2, self.tempos.append)
        run = live_run(self.hub)
        self.hub.add(run)
        self.hub.set_status(status("r"))
        self.streams = Streams(self.hub, lambda job: None, lambda job: None)
        self.reader = self.streams.open(run.stream, 0, self.bell)

    @property
    def room(self) -> float:
        return self.pressure.tempo.room

    def hear(self, *wanted: float, runs: int = MANY) -> None:
        """One answer of each worker, on which so many runs ask together for so much of its time."""
        for index, seconds in enumerate(wanted):
            self.pressure.hear(index, Pong(1, runs, (seconds / runs,) * runs))

    def hear_mixed(self, loads: tuple[float, ...], unpaced: int = 0) -> Tempo:
        """The same answer of both."""
        for index in (0, 1):
            self.pressure.hear(index, Pong(1, len(loads) + unpaced, loads, unpaced))
        return self.pressure.tempo


@pytest.fixture
def house() -> Class:
    return Class()


def test_steps_get_slower_by_the_same_part_and_a_curve_never_stops_moving():
    assert (Tempo().pace, Tempo().frames_per_s, Tempo().busy) == (1.0, EYE, False)
    for one, next_one in itertools.pairwise(Tempo(late=late) for late in range(LATEST + 1)):
        assert next_one.pace == pytest.approx(0.8 * one.pace)
        assert FEWEST <= next_one.frames_per_s <= one.frames_per_s


@pytest.mark.parametrize("wanted", [0.0, 0.5, FILLED - 1e-9])
def test_a_class_that_can_be_served_goes_as_it_was_asked_to(house, wanted):
    house.hear(wanted, wanted)
    assert house.pressure.tempo == Tempo()
    assert not house.hub.busy


def test_one_busy_worker_slows_all_down_at_once_until_it_can_do_what_is_asked(house):
    house.hear(0.1, 4.0)
    (tempo,) = house.tempos
    assert MANY * tempo.room == pytest.approx(FILLED)
    house.hear(9.0, 4.0, runs=2 * MANY)
    assert 2 * MANY * house.room == pytest.approx(FILLED)


def test_who_asks_for_little_keeps_its_pace_and_the_others_share_what_is_left(house):
    small, heavy = 0.02, 5.0
    tempo = house.hear_mixed((small,) * 20 + (heavy,) * 5)
    assert small < tempo.room
    assert 5 * tempo.room == pytest.approx(FILLED - 20 * small)


def test_where_computing_takes_longer_the_same_computing_fills_a_worker_sooner(house):
    for index, stretch in enumerate((1.0, 1.25)):
        house.pressure.hear(index, Pong(1, MANY, (1.0,) * MANY, 0, stretch))
    assert MANY * 1.25 * house.room == pytest.approx(FILLED)


def test_who_goes_as_fast_as_possible_gets_what_is_left_and_makes_nobody_slower_who_asks_for_less(house):
    assert house.hear_mixed((0.02,) * 20, unpaced=3) == Tempo()
    assert house.hear_mixed((0.02,) * 20 + (5.0,), unpaced=3).room == pytest.approx((1.0 - 20 * 0.02) / 4)


def test_it_goes_faster_by_half_the_way_after_it_has_been_calm_for_a_while(house):
    house.hear(4.0, 4.0)
    slowest = house.room
    for _ in range(CALM_PONGS):
        assert house.room == slowest
        house.hear(4.0, 4.0, runs=10)
    house.hear(4.0, 4.0, runs=10)  # the first answer of all left the other worker where it was
    assert 1.5 * slowest < house.room < FILLED / 10
    for _ in range(20 * CALM_PONGS):
        house.hear(0.5, 0.5)
    assert house.pressure.tempo == Tempo()
    house.hear(4.0, 0.5)
    assert house.room == slowest


def test_it_does_not_go_faster_where_it_would_just_do(house):
    house.hear(4.0, 4.0)
    room = house.room
    for _ in range(10 * CALM_PONGS):
        house.hear(4.0, 4.0, runs=MANY - 3)
    assert house.room == room


def test_few_runs_are_no_class_however_much_they_ask_for(house):
    house.hear(50.0, 50.0, runs=FEW)
    assert house.tempos == []


def test_a_late_event_loop_slows_the_class_down_by_some_steps_and_lets_go_again(house):
    for _ in range(LATEST + 3):
        house.pressure.hear_loop(2 * LATE_S)
    house.hear(0.1, 0.1)
    assert house.pressure.tempo == Tempo(late=LATEST)
    for _ in range(LATEST):
        house.pressure.hear_loop(0.0)
    assert house.tempos[-1] == Tempo()


def test_all_who_watch_are_told_when_the_class_is_busy_and_when_it_is_calm_again(house):
    def told() -> list[bool]:
        events = house.streams.read(house.reader)
        return [b'"busy":true' in event for event in events if event.startswith(b"event:state")]

    assert told() == [False]
    house.hear(4.0, 4.0)
    house.hear(8.0, 4.0, runs=2 * MANY)
    assert (told(), house.bell.rung) == ([True], 1)
    for _ in range(20 * CALM_PONGS):
        house.hear(0.0, 0.0)
    assert told() == [False]
