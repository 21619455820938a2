"""The tempo of a class: slower at once, faster after a while, the same for all, and never for a person alone."""

import itertools

import pytest

from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.pressure import CALM_PONGS, FEW, FILLED, LATE_S, LATEST, Pressure
from lab.runs.serve.pooled.streams import Streams
from lab.runs.wire.messages import Pong
from lab.runs.wire.tempo import EYE, FEWEST, STEPS
from lab.spec.limits import ALONE
from tests.lab.runs.clock import Clock
from tests.lab.runs.jobs import Bell, live_run, status

MANY = 50


class Class:
    """Two workers and one run that somebody watches."""

    def __init__(self) -> None:
        self.hub, self.steps, self.bell = Hub(ALONE, Clock()), [], Bell()
        self.pressure = Pressure(self.hub, 2, self.steps.append)
        run = live_run(self.hub)
        self.hub.add(run)
        self.hub.set_status(status("r"))
        self.streams = Streams(self.hub, lambda job: None, lambda job: None)
        self.reader = self.streams.open(run.stream, 0, self.bell)

    def hear(self, *wanted: float, runs: int = MANY) -> None:
        """One answer of each worker."""
        for index, seconds in enumerate(wanted):
            self.pressure.hear(index, Pong(1, runs, seconds))


@pytest.fixture
def house() -> Class:
    return Class()


def test_steps_get_slower_by_the_same_part_and_a_curve_never_stops_moving():
    assert (STEPS[0].pace, STEPS[0].frames_per_s) == (1.0, EYE)
    for one, next_one in itertools.pairwise(STEPS):
        assert next_one.pace == pytest.approx(0.8 * one.pace)
        assert FEWEST <= next_one.frames_per_s <= one.frames_per_s


@pytest.mark.parametrize("wanted", [0.0, 0.5, FILLED])
def test_a_class_that_can_be_served_goes_as_it_was_asked_to(house, wanted):
    house.hear(wanted, wanted)
    assert house.pressure.step == 0
    assert not house.hub.busy


def test_one_busy_worker_slows_all_down_at_once_until_it_can_do_what_is_asked(house):
    house.hear(0.1, 4.0)
    (step,) = house.steps
    assert 4.0 * STEPS[step].pace <= FILLED < 4.0 * STEPS[step - 1].pace
    house.hear(9.0, 4.0)
    assert house.steps[-1] > step


def test_it_goes_faster_by_half_the_way_after_it_has_been_calm_for_a_while(house):
    house.hear(4.0, 4.0)
    slowest = house.pressure.step
    for _ in range(CALM_PONGS):
        assert house.pressure.step == slowest
        house.hear(1.0, 1.0)
    house.hear(1.0, 1.0)  # the first answer of all left the other worker where it was
    faster = house.pressure.step
    assert 0 < faster < slowest - 1
    for _ in range(20 * CALM_PONGS):
        house.hear(1.0, 1.0)
    assert 1.0 * STEPS[house.pressure.step].pace <= FILLED
    assert house.pressure.step <= 2
    house.hear(4.0, 1.0)
    assert house.pressure.step == slowest


def test_it_does_not_go_faster_where_it_would_just_do(house):
    house.hear(4.0, 4.0)
    step = house.pressure.step
    just = FILLED / STEPS[step - 1].pace
    for _ in range(10 * CALM_PONGS):
        house.hear(0.99 * just, 0.99 * just)
    assert house.pressure.step == step


def test_few_runs_are_no_class_however_much_they_ask_for(house):
    house.hear(50.0, 50.0, runs=FEW)
    assert house.steps == []


def test_a_late_event_loop_slows_the_class_down_by_some_steps_and_lets_go_again(house):
    for _ in range(LATEST + 3):
        house.pressure.hear_loop(2 * LATE_S)
    house.hear(0.1, 0.1)
    assert house.pressure.step == LATEST
    for _ in range(LATEST):
        house.pressure.hear_loop(0.0)
    for _ in range(LATEST * CALM_PONGS):
        house.hear(0.1, 0.1)
    assert house.pressure.step == 0


def test_all_who_watch_are_told_when_the_class_is_busy_and_when_it_is_calm_again(house):
    def told() -> list[bool]:
        events = house.streams.read(house.reader)
        return [b'"busy":true' in event for event in events if event.startswith(b"event:state")]

    assert told() == [False]
    house.hear(4.0, 4.0)
    house.hear(8.0, 4.0)
    assert (told(), house.bell.rung) == ([True], 1)
    for _ in range(len(STEPS) * CALM_PONGS):
        house.hear(0.0, 0.0)
    assert told() == [False]
