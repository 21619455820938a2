"""How long a job will wait: an estimate from what happened, and none where nothing is known."""

import pytest

from lab.runs.serve.pooled.waiting import FEWEST, OLD_S, Waiting
from tests.lab.runs.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def freed(clock: Clock, *at: float) -> Waiting:
    waiting = Waiting(clock)
    for clock.now in at:
        waiting.freed()
    return waiting


def test_who_waits_for_the_third_place_waits_three_times_as_long_as_one_takes_to_become_free(clock):
    waiting = freed(clock, *range(0, 50, 5))
    clock.now = 50.0
    assert [waiting.seconds(position) for position in (1, 3)] == [5.0, 15.0]


def test_with_little_known_nothing_is_said(clock):
    waiting = freed(clock, *range(FEWEST - 1))
    assert waiting.seconds(1) is None
    waiting.freed()
    assert waiting.seconds(1) is not None


def test_the_longer_nothing_becomes_free_the_longer_it_will_take_until_nobody_knows(clock):
    waiting = freed(clock, 0.0, 1.0, 2.0, 3.0)
    soon = waiting.seconds(2)
    clock.now = 100.0
    assert waiting.seconds(2) > 10 * soon
    clock.now = 3.0 + OLD_S + 1.0
    assert waiting.seconds(2) is None
