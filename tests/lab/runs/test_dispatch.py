"""Places, commands and dying workers, with messages that are merely written down."""

from dataclasses import replace

import pytest

from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.inbox import Inbox
from lab.runs.serve.pooled.job import CRASHES, CRASHES_IN_A_ROW
from lab.runs.wire.messages import (
    Drop,
    Extend,
    Frames,
    Order,
    Pause,
    Pong,
    Resume,
    SetLearningRate,
    Snapshot,
    SoFar,
    Start,
    Stop,
)
from lab.spec.limits import ALONE
from tests.lab.runs.clock import Clock
from tests.lab.runs.jobs import frame, live_run, status


class Office:
    """Two workers of two places each, or of more."""

    def __init__(self, each: int = 2) -> None:
        self.clock = Clock()
        self.hub = Hub(replace(ALONE, running_s=60.0), self.clock)
        self.sent, self.ended = [], []
        self.dispatch = Dispatch(self.hub, 2, each, lambda *message: self.sent.append(message), self.ended.append)
        self.pongs = []
        self.inbox = Inbox(self.hub, self.dispatch, lambda *pong: self.pongs.append(pong))

    def submit(self, *ids: str) -> list:
        runs = [live_run(self.hub, id) for id in ids]
        self.dispatch.submit(*runs)
        return runs

    def starts(self) -> list[tuple[int, str]]:
        """(worker, run) of each Start since the last call."""
        found = [(index, message.run) for index, message in self.sent if isinstance(message, Start)]
        self.sent.clear()
        return found


@pytest.fixture
def office() -> Office:
    return Office()


def test_jobs_go_to_the_least_loaded_worker_and_wait_for_their_turn_when_all_is_full(office):
    runs = office.submit("a", "b", "c", "d", "e", "f")
    assert office.starts() == [(0, "a"), (1, "b"), (0, "c"), (1, "d")]
    assert [run.queue_position for run in runs] == [0, 0, 0, 0, 1, 2]
    office.inbox.take(1, status("d", "finished"))
    assert office.ended == [runs[3]]
    assert office.starts() == [(1, "e")]
    assert [run.queue_position for run in runs[4:]] == [0, 1]


def test_those_who_go_as_fast_as_possible_are_spread_evenly_whoever_comes_between():
    office = Office(each=8)
    paces = [None, 30.0, 30.0, 30.0, None, 30.0, 30.0, 30.0]
    runs = [live_run(office.hub, f"{index}", epochs_per_s=pace) for index, pace in enumerate(paces)]
    office.dispatch.submit(*runs)
    places = [index for index, _ in office.starts()]
    assert (places.count(0), places.count(1)) == (4, 4)
    assert {places[0], places[4]} == {0, 1}


def test_a_paused_run_keeps_its_worker_and_makes_room_for_the_next(office):
    *_, waiting = office.submit("a", "b", "c", "d", "e")
    office.starts()
    office.inbox.take(0, status("a", "paused"))
    assert office.starts() == [(0, "e")]
    assert waiting.queue_position == 0
    assert office.ended == []
    office.dispatch.send(office.hub.get("a"), Resume())
    assert office.sent[-1][0] == 0


def test_a_run_that_rests_has_no_worker_and_goes_on_from_its_snapshot_with_what_it_is_asked(office):
    run, *_ = office.submit("a", "b", "c", "d", "e")
    run.snapshot = b"all of it"
    office.inbox.take(0, status("a", "paused"))
    office.sent.clear()
    office.dispatch.rest(run)
    assert office.sent == [(0, Drop("a"))]
    office.inbox.take(1, status("d", "finished"))  # a place is free: it is not for who rests
    assert run.worker is None
    office.inbox.take(1, status("b", "finished"))
    office.sent.clear()
    office.dispatch.send(run, Resume())
    ((index, start),) = office.sent
    assert (index, start.run, start.snapshot) == (1, "a", b"all of it")
    assert [order.command for order in start.orders] == ["Resume"]
    assert not run.resting
    office.dispatch.send(run, Pause())
    assert office.sent[-1][1].command == "Pause"


def test_a_run_that_rests_is_stopped_by_a_worker_so_that_it_can_go_on_again(office):
    (run,) = office.submit("a")
    office.inbox.take(0, status("a", "paused"))
    office.dispatch.rest(run)
    office.sent.clear()
    office.dispatch.stop(run)
    assert run.active
    assert [order.command for order in office.sent[0][1].orders] == ["Stop"]


def test_a_run_that_is_asked_for_while_no_worker_is_there_goes_on_when_one_is_back(office):
    (run,) = office.submit("a")
    office.inbox.take(0, status("a", "paused"))
    office.dispatch.rest(run)
    for index in (0, 1):
        office.dispatch.away(index)
    office.sent.clear()
    office.dispatch.send(run, Resume())
    assert office.sent == []
    office.dispatch.back(1)
    assert [order.command for order in office.sent[0][1].orders] == ["Resume"]


def test_a_network_for_which_there_is_no_memory_waits_and_holds_up_no_smaller_one(office):
    office.hub.limits = replace(office.hub.limits, live_runs_bytes=10_000_000)
    runs = [live_run(office.hub, id) for id in "abc"]
    for run, needs in zip(runs, (6_000_000, 6_000_000, 1_000), strict=True):
        run.needs_bytes = needs
    office.dispatch.submit(*runs)
    assert office.starts() == [(0, "a"), (1, "c")]
    assert [run.queue_position for run in runs] == [0, 1, 0]
    office.inbox.take(0, status("a", "finished"))
    assert office.starts() == [(0, "b")]


def test_a_network_larger_than_all_the_memory_may_go_on_alone(office):
    office.hub.limits = replace(office.hub.limits, live_runs_bytes=1)
    office.submit("a", "b")
    assert office.starts() == [(0, "a")]
    office.inbox.take(0, status("a", "paused"))
    assert office.starts() == [(0, "b")]


def test_who_waits_is_told_how_long_as_soon_as_that_can_be_known(office):
    *_, last = office.submit(*"abcdefgh")
    assert (last.queue_position, last.queue_wait_s) == (4, None)
    for place, (run, worker) in enumerate((("a", 0), ("b", 1), ("c", 0)), start=1):
        office.clock.now = 10.0 * place
        office.inbox.take(worker, status(run, "finished"))
    assert (last.queue_position, last.queue_wait_s) == (1, pytest.approx(20.0 / 3))
    office.inbox.take(1, status("d", "finished"))
    assert (last.queue_position, last.queue_wait_s) == (0, None)


def test_an_answer_to_a_ping_goes_where_it_is_waited_for(office):
    office.inbox.take(1, Pong(3, 2, 0.5))
    assert office.pongs == [(1, Pong(3, 2, 0.5))]


def test_many_who_wait_cost_no_more_than_a_look_at_each(office, monkeypatch):
    office.submit(*[f"{index}" for index in range(200)])
    looks = []
    jobs = office.hub.jobs
    monkeypatch.setattr(office.hub, "jobs", lambda: looks.append(1) or jobs())
    office.inbox.take(0, status("0", "finished"))
    assert len(looks) == 2


def test_who_waits_may_give_up_without_a_worker(office):
    *_, last = office.submit("a", "b", "c", "d", "e")
    office.dispatch.send(last, Stop())
    assert last.status.state == "stopped"
    assert office.ended == [last]


def test_only_the_worker_that_has_a_job_says_where_it_is(office):
    (run,) = office.submit("a")
    office.inbox.take(1, status("a", "finished"))
    office.inbox.take(1, Snapshot("a", 7, b"of before", SoFar(70, 1.0, 0)))
    assert (run.status.state, run.status.epoch, run.snapshot) == ("queued", 0, b"")
    office.inbox.take(0, status("a", "running"))
    assert run.status.state == "running"


def test_a_job_that_was_stopped_for_its_time_says_so(office):
    (run,) = office.submit("a")
    run.time_over = True
    office.inbox.take(0, status("a", "stopped"))
    assert (run.status.reason.code, run.status.reason.values) == ("run.time_over", {"high": 60.0})


def test_after_a_crash_a_job_goes_on_from_its_snapshot_with_all_that_was_not_answered(office):
    run, other = office.submit("a", "b")
    office.dispatch.send(run, Pause())
    office.dispatch.send(run, SetLearningRate(0.5))
    office.hub.set_status(status("a", last_order=1))
    run.snapshot = b"so far"
    office.sent.clear()
    office.dispatch.crashed(0, "")
    ((index, start),) = office.sent
    assert (index, start.run, start.snapshot) == (0, "a", b"so far")
    assert start.orders == (Order("a", 2, "SetLearningRate", {"value": 0.5}),)
    assert other.active


def test_a_job_that_kills_its_worker_again_and_again_is_failed_unless_it_gets_on(office):
    run, innocent = office.submit("a", "b")
    innocent.worker = 0
    for _ in range(CRASHES_IN_A_ROW - 1):
        office.dispatch.crashed(0, "a")
    assert run.active
    office.hub.publish(Frames([frame(1, 1, "a")]))
    office.dispatch.crashed(0, "a")
    assert run.active
    office.dispatch.crashed(0, "a")
    assert run.status.reason.code == "run.worker_crashed"
    assert innocent.active


def test_a_job_that_gets_on_a_little_each_time_is_failed_in_the_end(office):
    (run,) = office.submit("a")
    for epoch in range(1, CRASHES):
        office.dispatch.crashed(0, "a")
        office.hub.publish(Frames([frame(epoch, epoch, "a")]))
    assert run.active
    office.dispatch.crashed(0, "a")
    assert run.status.state == "failed"


def test_jobs_of_a_worker_that_cannot_be_started_go_elsewhere_and_wait_while_there_is_none(office):
    runs = office.submit("a", "b", "c", "d", "e")
    office.starts()
    office.dispatch.away(0)
    assert office.starts() == []
    assert [run.queue_position for run in runs] == [1, 0, 2, 0, 3]
    office.inbox.take(1, status("b", "running"))
    office.inbox.take(1, status("d", "paused"))
    assert not office.dispatch.nobody_computes
    office.dispatch.away(1)
    assert office.dispatch.nobody_computes
    assert [run.queue_position for run in runs] == [1, 2, 3, 4, 5]
    assert [run.status.state for run in runs] == ["queued", "queued", "queued", "paused", "queued"]
    assert office.ended == []


def test_jobs_that_waited_for_a_worker_go_on_from_their_snapshots_when_one_is_back(office):
    runs = office.submit("a", "b", "c")
    runs[0].snapshot = b"so far"
    for index in (0, 1):
        office.dispatch.away(index)
    office.dispatch.send(runs[1], Pause())
    office.sent.clear()
    office.dispatch.back(1)
    assert [(index, start.run, start.snapshot) for index, start in office.sent] == [(1, "a", b"so far"), (1, "b", b"")]
    assert [order.command for order in office.sent[1][1].orders] == ["Pause"]
    assert runs[2].queue_position == 1
    office.dispatch.back(0)
    assert runs[2].worker == 0


def test_an_ended_job_is_begun_again_for_more_epochs(office):
    (run,) = office.submit("a")
    office.inbox.take(0, status("a", "finished", epoch=100))
    office.sent.clear()
    office.dispatch.revive(run, Extend(120))
    ((_, start),) = office.sent
    assert [order.command for order in start.orders] == ["Extend"]
    assert run.status.state == "queued"
