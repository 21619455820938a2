"""The hub with a clock of its own and no process: what readers get, and what becomes of runs that nobody reads."""

import json
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.runs.serve.pooled import hub as hub_module
from lab.runs.serve.pooled.hub import Hub, LiveRun, Stopwatch
from lab.runs.wire.frame import encode
from lab.runs.wire.messages import Frames, Status
from lab.spec.limits import ALONE
from lab.verdict.context import RunContext
from tests.lab.runs.clock import Clock

LIMITS = replace(ALONE, reader_grace_s=30.0, paused_without_reader_s=600.0, running_s=None)


class Bell:
    """Stands in for an asyncio.Event."""

    def __init__(self) -> None:
        self.rung = 0

    def set(self) -> None:
        self.rung += 1


def status(run: str, state: str = "running", **values) -> Status:
    fields = {"epoch": 0, "epochs": 100, "updates": 0, "updates_per_epoch": 10, "compute_s": 0.0}
    fields |= {"learning_rate": 0.1, "batch_size": 10, "changes": [], "reason": None}
    return Status(run=run, state=state, **(fields | values))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(clock) -> Hub:
    return Hub(LIMITS, clock)


@pytest.fixture
def run(hub) -> LiveRun:
    return running(hub)


def running(hub: Hub) -> LiveRun:
    stopwatch = Stopwatch(hub.clock)
    run = LiveRun("r", "owner", 1, None, {}, {}, None, 0.0, status("r"), RunContext(90, 30), stopwatch, seen_at=0.0)
    hub.add(run)
    hub.set_status(status("r"))
    return run


def frame(first: int, last: int) -> list:
    columns = {"e": list(range(first, last + 1)), "loss": [1 / e for e in range(first, last + 1)]}
    return ["r", first, last, encode(columns, {"updates": last})]


def points(events: list[bytes]) -> list[int]:
    """Epochs in data frames (a reset counts as well)."""
    found = []
    for event in b"".join(events).decode().split("\n\n"):
        if "id:" in event:
            found += json.loads(event.split("data:")[1])["e"]
    return found


def names(events: list[bytes]) -> list[str]:
    return [line[6:] for line in b"".join(events).decode().split("\n") if line.startswith("event:")]


def test_a_reader_first_hears_the_state_then_all_points_then_only_new_ones(hub, run):
    hub.publish(Frames([frame(1, 3)]))
    reader = hub.subscribe(run, 0, Bell())
    first = reader.read()
    assert names(first) == ["state"]
    assert points(first) == [1, 2, 3]
    assert reader.read() == []
    hub.publish(Frames([frame(4, 4)]))
    assert points(reader.read()) == [4]


def test_a_slow_reader_gets_everything_it_missed_in_one_go(hub, run):
    reader = hub.subscribe(run, 0, Bell())
    reader.read()
    for epoch in range(1, 50):
        hub.publish(Frames([frame(epoch, epoch)]))
    assert points(reader.read()) == list(range(1, 50))


def test_a_reader_that_comes_back_goes_on_after_its_last_point(hub, run):
    hub.publish(Frames([frame(1, 3), frame(4, 6)]))
    assert points(hub.subscribe(run, 3, Bell()).read()) == [4, 5, 6]


def test_points_that_a_restarted_worker_sends_again_are_dropped_also_in_the_middle_of_a_frame(hub, run):
    hub.publish(Frames([frame(1, 5)]))
    hub.publish(Frames([frame(3, 4)]))
    hub.publish(Frames([frame(4, 8)]))
    assert points(hub.subscribe(run, 0, Bell()).read()) == list(range(1, 9))
    assert hub.columns(run)["e"] == list(range(1, 9))


class Page:
    """What a browser makes of a stream: it begins anew at a reset, and comes back behind its last point."""

    def __init__(self, hub: Hub, run: LiveRun) -> None:
        self.hub, self.run, self.seen = hub, run, []
        self.reader = hub.subscribe(run, 0, Bell())

    def look(self) -> None:
        events = self.reader.read()
        self.seen = points(events) if "reset" in names(events) else self.seen + points(events)

    def come_back(self, last_epoch: int) -> None:
        self.hub.unsubscribe(self.reader)
        self.seen = self.seen[:last_epoch]
        self.reader = self.hub.subscribe(self.run, len(self.seen), Bell())


STEPS = st.one_of(
    st.tuples(st.just("sent"), st.integers(1, 4)),  # so many new points
    st.tuples(st.just("again"), st.integers(0, 6)),  # a new worker goes on so many points before the last one
    st.tuples(st.just("look"), st.integers(0, 1)),  # one of the two pages reads
    st.tuples(st.just("back"), st.integers(0, 40)),  # the first page has lost its stream, and what came after this
)


@given(steps=st.lists(STEPS, max_size=40), ring=st.integers(1, 6))
def test_whatever_is_sent_again_every_reader_hears_every_point_once_and_in_order(steps, ring):
    hub = Hub(LIMITS, Clock())
    run = running(hub)
    pages, sent = (Page(hub, run), Page(hub, run)), 0
    with mock.patch.object(hub_module, "RING", ring):
        for step, number in steps:
            if step == "sent":
                hub.publish(Frames([frame(sent + 1, sent + number)]))
                sent += number
            elif step == "again":
                sent = max(0, sent - number)
            elif step == "look":
                pages[number].look()
            else:
                pages[0].come_back(number)
            for page in pages:
                assert page.seen == list(range(1, len(page.seen) + 1))
    for page in pages:
        page.look()
        assert page.seen == list(range(1, run.last_epoch + 1))
    assert hub.columns(run).get("e", []) == page.seen


@pytest.mark.parametrize("again", [frame(1, 3), frame(3, 3), frame(2, 3)], ids=["all", "the last", "some"])
def test_points_that_are_sent_twice_wake_nobody_and_are_not_news(hub, run, again):
    bell = Bell()
    reader = hub.subscribe(run, 0, bell)
    hub.publish(Frames([frame(1, 3)]))
    reader.read()
    rung = bell.rung
    hub.publish(Frames([again]))
    assert bell.rung == rung
    assert reader.read() == []
    assert len(run.ring) == 1


def test_a_reader_that_stood_in_the_middle_of_a_frame_gets_the_rest_of_it(hub, run):
    hub.publish(Frames([frame(1, 3), frame(4, 9)]))
    assert points(hub.subscribe(run, 5, Bell()).read()) == [6, 7, 8, 9]
    hub.publish(Frames([frame(9, 10)]))  # the last point once more, and a new one
    assert points(hub.subscribe(run, 8, Bell()).read()) == [9, 10]


def test_a_reader_further_behind_than_the_ring_starts_anew_with_a_thinned_curve(hub, run, monkeypatch):
    monkeypatch.setattr(hub_module, "RING", 10)
    reader = hub.subscribe(run, 0, Bell())
    for epoch in range(1, 31):
        hub.publish(Frames([frame(epoch, epoch)]))
    events = reader.read()
    assert "reset" in names(events)
    assert points(events) == list(range(1, 31))
    assert len(run.ring) == 10
    hub.publish(Frames([frame(31, 31)]))
    assert points(reader.read()) == [31]


def test_the_end_comes_after_the_last_point_and_is_the_last_word(hub, run):
    reader = hub.subscribe(run, 0, Bell())
    reader.read()
    hub.publish(Frames([frame(1, 2)]))
    assert hub.set_status(status("r", "finished", epoch=2)) is run
    events = reader.read()
    assert points(events) == [1, 2]
    assert names(events) == ["state", "end"]
    assert reader.done


def test_every_reader_is_woken_by_news_and_by_nothing_else(hub, run):
    bell = Bell()
    hub.subscribe(run, 0, bell)
    hub.publish(Frames([["someone else's", 1, 1, b""]]))
    assert bell.rung == 0
    hub.publish(Frames([frame(1, 1), frame(2, 2)]))
    assert bell.rung == 1


def test_elapsed_time_leaves_pauses_out(hub, run, clock):
    clock.now = 5.0
    hub.set_status(status("r", "paused"))
    clock.now = 50.0
    assert run.stopwatch.seconds == 5.0
    hub.set_status(status("r", "running"))
    clock.now = 52.0
    assert run.stopwatch.seconds == 7.0


def test_a_run_that_nobody_reads_is_parked_after_the_grace_time_and_forgotten_later(hub, run, clock):
    reader = hub.subscribe(run, 0, Bell())
    clock.now = 1000.0
    assert hub.sweep() == []
    hub.unsubscribe(reader)
    clock.now += 30.0
    assert hub.sweep() == []
    clock.now += 0.1
    assert hub.sweep() == [(run, "park")]
    run.parked = True
    assert hub.sweep() == []
    clock.now += 600.1
    assert hub.sweep() == [(run, "forget")]
    hub.set_status(status("r", "stopped"))
    assert hub.sweep() == [(run, "drop")]


def test_a_run_over_its_time_is_ended_once(clock):
    hub = Hub(replace(LIMITS, running_s=600.0), clock)
    run = running(hub)
    hub.subscribe(run, 0, Bell())
    clock.now = 600.0
    assert hub.sweep() == []
    clock.now = 601.0
    assert hub.sweep() == [(run, "time_over")]
    run.time_over = True
    assert hub.sweep() == []


def test_a_command_is_remembered_until_a_status_answers_it(hub, run):
    from lab.runs.wire.messages import Pause, order

    run.orders = [order("r", 1, Pause()), order("r", 2, Pause())]
    hub.set_status(status("r", last_order=1))
    assert [waiting.number for waiting in run.orders] == [2]
