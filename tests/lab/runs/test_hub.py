"""Hub and streams with a clock of their own and no process: what is known of a job, and what its readers get."""

import json
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import RunError
from lab.runs.serve.pooled import curve as curve_module
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import LiveRun, StudyPart
from lab.runs.serve.pooled.streams import Streams
from lab.runs.wire.messages import Checkpoint, Frame, Frames, Pause, Snapshot, SoFar, Taken
from lab.spec.limits import ALONE
from tests.lab.runs.clock import Clock
from tests.lab.runs.jobs import Bell, frame, live_run, status


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(clock) -> Hub:
    return Hub(ALONE, clock)


@pytest.fixture
def run(hub) -> LiveRun:
    return running(hub)


def running(hub: Hub) -> LiveRun:
    run = live_run(hub)
    hub.add(run)
    hub.set_status(status("r"))
    return run


@pytest.fixture
def touched() -> list[LiveRun]:
    return []


@pytest.fixture
def streams(hub, touched) -> Streams:
    return Streams(hub, touched.append, lambda job, exact: None)


def points(events: list[bytes]) -> list[int]:
    """Epochs in data frames (a reset counts as well)."""
    found = []
    for event in b"".join(events).decode().split("\n\n"):
        if "id:" in event:
            found += json.loads(event.split("data:")[1])["e"]
    return found


def names(events: list[bytes]) -> list[str]:
    return [line[6:] for line in b"".join(events).decode().split("\n") if line.startswith("event:")]


# --- streams


def test_a_stream_is_opened_with_its_key_alone_and_counts_as_a_look(streams, run, touched):
    assert streams.open(run.id, 0, Bell()) is None
    assert streams.open("nothing", 0, Bell()) is None
    assert touched == []
    assert streams.known(run.stream)
    assert streams.open(run.stream, 0, Bell()).job is run
    assert touched == [run]


def test_a_reader_first_hears_the_state_then_all_points_then_only_new_ones(hub, streams, run):
    hub.publish(Frames([frame(1, 3)]))
    reader = streams.open(run.stream, 0, Bell())
    first = streams.read(reader)
    assert names(first) == ["state"]
    assert points(first) == [1, 2, 3]
    assert streams.read(reader) == []
    hub.publish(Frames([frame(4, 4)]))
    assert points(streams.read(reader)) == [4]


def test_a_slow_reader_gets_everything_it_missed_in_one_go(hub, streams, run):
    reader = streams.open(run.stream, 0, Bell())
    streams.read(reader)
    for epoch in range(1, 50):
        hub.publish(Frames([frame(epoch, epoch)]))
    assert points(streams.read(reader)) == list(range(1, 50))


def test_of_whoever_does_not_read_one_frame_is_held_and_no_queue(hub, streams, run):
    reader = streams.open(run.stream, 0, Bell())
    streams.read(reader)
    for epoch in range(1, 50):
        hub.publish(Frames([frame(epoch, epoch)]))
    assert reader.ready == frame(1, 1).event
    assert points(streams.read(reader)) == list(range(1, 50))
    hub.publish(Frames([frame(50, 50)]))
    assert streams.read(reader) == [frame(50, 50).event]
    assert reader.ready == b""


def test_what_lies_ready_comes_before_what_is_told_after_it(hub, streams, run):
    reader = streams.open(run.stream, 0, Bell())
    streams.read(reader)
    hub.publish(Frames([frame(1, 1)]))
    hub.set_status(status("r", learning_rate=0.5))
    hub.publish(Frames([frame(2, 2)]))
    events = streams.read(reader)
    assert (points(events), names(events)[-1]) == ([1, 2], "state")
    hub.publish(Frames([frame(3, 3)]))
    hub.set_status(status("r", "finished"))
    events = streams.read(reader)
    assert (points(events), names(events)[-2:], reader.done) == ([3], ["state", "end"], True)


def test_a_reader_that_comes_back_goes_on_after_its_last_point(hub, streams, run):
    hub.publish(Frames([frame(1, 3), frame(4, 6)]))
    assert points(streams.read(streams.open(run.stream, 3, Bell()))) == [4, 5, 6]


def test_weights_go_to_those_who_draw_them_the_newest_alone_and_each_once(hub, touched, run):
    asked = []
    streams = Streams(hub, touched.append, lambda job, exact: asked.append((job, exact)))
    plain, drawing = streams.open(run.stream, 0, Bell()), streams.open(run.stream, 0, Bell(), draws="first")
    assert asked == [(run, False)]
    for epoch in (1, 2, 3):
        hub.publish(Frames([frame(epoch, epoch)._replace(weights=f"event:weights\ndata:{epoch}\n\n".encode())]))
    assert "weights" not in names(streams.read(plain))
    events = streams.read(drawing)
    assert [event for event in events if b"weights" in event] == [b"event:weights\ndata:3\n\n"]
    assert points(events) == [1, 2, 3]
    hub.publish(Frames([frame(4, 4)]))
    assert "weights" not in names(streams.read(drawing))


def test_weights_are_not_kept_frame_by_frame(hub, streams, run):
    for epoch in range(1, 4):
        hub.publish(Frames([frame(epoch, epoch)._replace(weights=b"event:weights\n\n")]))
    assert not any(b"weights" in event for event in run.curve.after(0))


def test_a_reader_that_wants_all_parameters_gets_them_or_the_drawn_weights_of_a_network_that_is_too_large(hub, run):
    asked = []
    streams = Streams(hub, lambda job: None, lambda job, exact: asked.append(exact))
    exact, drawing = (streams.open(run.stream, 0, Bell(), draws=draws) for draws in ("all", "first"))
    assert asked == [True, False]
    hub.publish(Frames([frame(1, 1)._replace(weights=b"event:weights\n\n")]))
    assert names(streams.read(exact))[1:] == ["weights"]
    hub.publish(Frames([frame(2, 2)._replace(parameters=b"event:parameters\n\n")]))
    assert names(streams.read(exact)) == ["parameters"]
    assert "parameters" not in names(streams.read(drawing))


def test_weights_between_two_epochs_wake_their_readers_and_are_no_point(hub, streams, run):
    bell = Bell()
    reader = streams.open(run.stream, 0, bell, draws="all")
    hub.publish(Frames([frame(1, 1)]))
    streams.read(reader)
    bell.rung = 0
    hub.publish(Frames([Frame(run.id, 1, 1, b"", b"", b"event:parameters\ndata:{}\n\n")]))
    assert bell.rung
    assert streams.read(reader) == [b"event:parameters\ndata:{}\n\n"]
    assert run.curve.last_epoch == run.curve.frames == 1


class Page:
    """What a browser makes of a stream: it begins anew at a reset, and comes back behind its last point."""

    def __init__(self, streams: Streams, run: LiveRun) -> None:
        self.streams, self.run, self.seen = streams, run, []
        self.reader = streams.open(run.stream, 0, Bell())

    def look(self) -> None:
        events = self.streams.read(self.reader)
        self.seen = points(events) if "reset" in names(events) else self.seen + points(events)

    def come_back(self, last_epoch: int) -> None:
        self.streams.close(self.reader)
        self.seen = self.seen[:last_epoch]
        self.reader = self.streams.open(self.run.stream, len(self.seen), Bell())


STEPS = st.one_of(
    st.tuples(st.just("sent"), st.integers(1, 4)),  # so many new points
    st.tuples(st.just("again"), st.integers(0, 6)),  # a new worker goes on so many points before the last one
    st.tuples(st.just("look"), st.integers(0, 1)),  # one of the two pages reads
    st.tuples(st.just("back"), st.integers(0, 40)),  # the first page has lost its stream, and what came after this
)


@given(steps=st.lists(STEPS, max_size=40), ring=st.integers(1, 6))
def test_whatever_is_sent_again_every_reader_hears_every_point_once_and_in_order(steps, ring):
    hub = Hub(ALONE, Clock())
    run = running(hub)
    streams = Streams(hub, lambda job: None, lambda job: None)
    pages, sent = (Page(streams, run), Page(streams, run)), 0
    with mock.patch.object(curve_module, "RING", ring):
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
        assert page.seen == list(range(1, run.curve.last_epoch + 1))
    assert run.curve.points().epochs == page.seen
    assert all(len(values) == len(page.seen) for values in run.curve.points().history.values())


@pytest.mark.parametrize("again", [frame(1, 3), frame(3, 3), frame(2, 3)], ids=["all", "the last", "some"])
def test_points_that_are_sent_twice_wake_nobody_and_are_not_news(hub, streams, run, again):
    bell = Bell()
    reader = streams.open(run.stream, 0, bell)
    hub.publish(Frames([frame(1, 3)]))
    streams.read(reader)
    rung = bell.rung
    hub.publish(Frames([again]))
    assert bell.rung == rung
    assert streams.read(reader) == []
    assert run.curve.frames == 1


def test_the_state_tells_numbers_and_not_whose_run_it_is(streams, run):
    (event,) = streams.read(streams.open(run.stream, 0, Bell()))
    told = json.loads(event.split(b"data:")[1])
    assert told == {
        "state": "running",
        "epoch": 0,
        "epochs": 100,
        "updates": 0,
        "updates_per_epoch": 10,
        "compute_s": 0.0,
        "learning_rate": 0.1,
        "batch_size": 10,
        "elapsed_s": 0.0,
        "queue_position": 0,
        "queue_wait_s": None,
        "busy": False,
    }


def test_how_far_a_run_has_come_its_frames_tell_and_a_status_that_says_no_more_wakes_nobody(hub, streams, run):
    bell = Bell()
    reader = streams.open(run.stream, 0, bell)
    streams.read(reader)
    hub.set_status(status("r", epoch=5, updates=50, compute_s=1.0, last_order=3))
    assert (bell.rung, streams.read(reader)) == (0, [])
    assert run.status.epoch == 5
    hub.set_status(status("r", epoch=5, updates=50, compute_s=1.0, learning_rate=0.5))
    assert bell.rung == 1
    assert names(streams.read(reader)) == ["state"]


def test_the_end_comes_after_the_last_point_and_is_the_last_word(hub, streams, run):
    reader = streams.open(run.stream, 0, Bell())
    streams.read(reader)
    hub.publish(Frames([frame(1, 2)]))
    assert hub.set_status(status("r", "finished", epoch=2)) is run
    events = streams.read(reader)
    assert points(events) == [1, 2]
    assert names(events) == ["state", "end"]
    assert reader.done


def test_a_run_that_is_dropped_ends_its_streams(hub, streams, run):
    bell = Bell()
    reader = streams.open(run.stream, 0, bell)
    streams.read(reader)
    hub.drop(run)
    assert bell.rung == 1
    assert names(streams.read(reader)) == ["end"]
    assert not streams.known(run.stream)


def test_the_readers_of_all_runs_in_a_message_are_woken(hub, streams, run):
    other = live_run(hub, "other", state="running")
    hub.add(other)
    bells = Bell(), Bell()
    for one, bell in zip((run, other), bells, strict=True):
        streams.open(one.stream, 0, bell)
    hub.publish(Frames([frame(1, 1, "r"), frame(1, 1, "other")]))
    assert [bell.rung for bell in bells] == [1, 1]


def test_every_reader_is_woken_by_news_and_by_nothing_else(hub, streams, run):
    bells = [Bell(), Bell()]
    readers = [streams.open(run.stream, 0, bell) for bell in bells]
    hub.publish(Frames([frame(1, 1, "someone else's")]))
    assert [bell.rung for bell in bells] == [0, 0]
    hub.publish(Frames([frame(1, 1), frame(2, 2)]))
    assert [bell.rung for bell in bells] == [1, 1]
    hub.publish(Frames([frame(1, 2)]))  # sent again
    streams.close(readers[1])
    hub.publish(Frames([frame(3, 3)]))
    assert [bell.rung for bell in bells] == [2, 1]


# --- what is known of a job


@pytest.mark.parametrize(("run_id", "owner"), [("r", "someone else"), ("part", "owner")])
def test_what_is_someone_elses_or_no_run_is_unknown(hub, run, run_id, owner):
    values = {name: getattr(run, name) for name in ("spec", "arrays", "created", "status", "stopwatch", "seen_at")}
    hub.add(StudyPart(id="part", owner="owner", study="s", pieces=[], **values))
    with pytest.raises(RunError) as refusal:
        hub.own(run_id, owner)
    assert refusal.value.code == "run.unknown"
    assert hub.own("r", "owner") is run
    assert hub.own("nothing", "owner") is None
    assert hub.runs_of("owner") == [run]


def test_elapsed_time_leaves_pauses_out(hub, run, clock):
    clock.now = 5.0
    hub.set_status(status("r", "paused"))
    clock.now = 50.0
    assert run.stopwatch.seconds == 5.0
    hub.set_status(status("r", "running"))
    clock.now = 52.0
    assert run.stopwatch.seconds == 7.0


def test_a_command_is_remembered_until_a_status_answers_it(hub, run):
    for _ in range(2):
        run.orders.add("r", Pause())
    hub.set_status(status("r", last_order=1))
    assert [waiting.number for waiting in run.orders.waiting] == [2]


def test_a_job_that_has_ended_says_nothing_more(hub, run):
    assert hub.set_status(status("r", "stopped")) is run
    assert hub.set_status(status("r", "running")) is None
    assert run.status.state == "stopped"


def test_a_snapshot_that_says_how_far_a_run_is_answers_its_orders_and_wakes_nobody(hub, run):
    bell, order = Bell(), run.orders.add("r", Pause())
    Streams(hub, lambda job: None, lambda job, exact: None).open(run.stream, 0, bell)
    hub.set_status(status("r"))
    version, rung = run.version, bell.rung
    hub.set_snapshot(Snapshot("r", 7, b"state", SoFar(70, 1.5, order.number)))
    assert (run.status.epoch, run.status.updates, run.status.compute_s) == (7, 70, 1.5)
    assert run.orders.waiting == []
    assert (run.version, bell.rung) == (version, rung)
    hub.set_status(status("r", "stopped", epoch=8))
    hub.set_snapshot(Snapshot("r", 7, b"state", SoFar(70, 1.5, order.number)))
    assert run.status.epoch == 8


def test_snapshot_and_checkpoints_are_kept_within_their_bound(clock):
    hub = Hub(replace(ALONE, checkpoint_bytes=20), clock)
    run = live_run(hub)
    hub.add(run)
    hub.set_snapshot(Snapshot("r", 1, b"state"))
    for epoch in (1, 2, 3, 4):
        hub.keep_checkpoints(Taken([Checkpoint("r", epoch, bytes(8))]))
    assert run.snapshot == b"state"
    assert sum(map(len, run.checkpoints.values())) <= 20
    assert 4 in run.checkpoints


def test_who_looks_into_the_layers_asks_for_their_numbers_and_for_no_weights(hub, run):
    asked = []
    streams = Streams(hub, lambda job: None, lambda job, exact: asked.append("weights"), asked.append)
    reader = streams.open(run.stream, 10**8, Bell(), draws="inside")
    assert asked == [run]
    hub.publish(Frames([frame(1, 1)._replace(weights=b"event:inside\n\n")]))
    assert names(streams.read(reader))[1:] == ["inside"]  # and no point: it stands behind the end of the curves
