"""What becomes of runs that nobody reads, or that have had their time."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from lab.errors import RunError
from lab.runs.kept import disk
from lab.runs.kept.disk import Laid
from lab.runs.kept.store import RunStore
from lab.runs.serve.pooled.care import COLLECT_S, GIVE_BACK_S, LAY_AWAY_S, TIDY_S, Caretaker, due, out_of_reach
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import BESIDES_BYTES, LiveRun
from lab.runs.serve.pooled.laid_away import Drawer
from lab.runs.serve.pooled.shelf import Shelf
from lab.runs.serve.pooled.streams import Streams
from lab.runs.wire.messages import Drop, Extend, Reason, SetLearningRate, Snapshot
from lab.runs.wire.snapshot import TrainerSnapshot
from lab.spec.limits import ALONE, Limits
from tests.harm import HARM
from tests.lab.runs.clock import Clock
from tests.lab.runs.jobs import Bell, frame, live_run, status
from tests.lab.runs.runs import iris, trained

EPOCHS = 20
ALL_OF_IT = trained(iris(EPOCHS)).snapshot()
LIMITS = replace(ALONE, reader_grace_s=30.0, paused_with_worker_s=20.0, paused_without_reader_s=600.0, running_s=None)


class House:
    """Hub, dispatch and caretaker without workers."""

    def __init__(self, limits: Limits, folder: Path) -> None:
        self.folder = folder
        self.clock, self.sent, self.dropped = Clock(), [], []
        self.hub = Hub(limits, self.clock, dropped=self.dropped.append)
        self.dispatch = Dispatch(self.hub, 1, 9, lambda _, message: self.sent.append(message), lambda _: None)
        self.streams = Streams(self.hub, self.dispatch.touch, self.dispatch.draw)
        self.run = live_run(self.hub)
        self.dispatch.submit(self.run)
        self.hub.set_status(status("r"))
        self.sent.clear()
        self.caretaker = Caretaker(self.hub, self.dispatch, Drawer(folder))

    def sweep(self, seconds: float) -> list[str]:
        """Commands that a sweep sends, so many seconds later."""
        self.clock.now += seconds
        self.sent.clear()
        self.caretaker.sweep()
        return ["Drop" if isinstance(message, Drop) else message.command for message in self.sent]


@pytest.fixture
def house(tmp_path) -> House:
    return House(LIMITS, tmp_path)


def test_a_run_that_nobody_reads_is_parked_after_the_grace_time_and_forgotten_later(house):
    reader = house.streams.open(house.run.stream, 0, Bell())
    assert house.sweep(1000.0) == []
    house.streams.close(reader)
    assert house.sweep(30.0) == []
    assert house.sweep(0.1) == ["Pause"]
    assert house.sweep(599.9) == []  # 630 seconds in all
    assert house.sweep(0.1) == ["Stop"]
    house.hub.set_status(status("r", "stopped"))
    house.run.saving = True
    house.sweep(0.0)
    assert house.dropped == []
    house.run.saving = False
    house.sweep(0.0)
    assert house.dropped == [house.run]
    assert house.hub.get("r") is None


def test_a_parked_run_goes_on_when_somebody_looks(house):
    assert house.sweep(31.0) == ["Pause"]
    house.sent.clear()
    house.streams.open(house.run.stream, 0, Bell())
    assert [message.command for message in house.sent] == ["Resume"]
    assert not house.run.parked


def test_a_parked_run_leaves_its_worker_as_soon_as_that_has_told_all_of_it(house):
    assert house.sweep(31.0) == ["Pause"]
    house.run.snapshot = ALL_OF_IT
    assert house.sweep(1.0) == []  # not answered yet
    house.dispatch.send(house.run, SetLearningRate(0.5))
    house.hub.set_status(status("r", "paused", last_order=1))
    assert house.sweep(0.0) == []
    house.hub.set_status(status("r", "paused", last_order=2))
    assert house.sweep(0.0) == ["Drop"]
    assert (house.run.worker, house.run.resting) == (None, True)
    assert house.sweep(100.0) == []


def test_a_run_that_has_left_its_worker_keeps_its_points_once(house):
    house.run.curve.take(frame(1, EPOCHS))
    shown, held = house.run.curve.points(), house.run.held_bytes
    house.run.snapshot, house.run.parked = ALL_OF_IT, True
    house.hub.set_status(status("r", "paused"))
    assert house.sweep(1.0) == ["Drop"]
    points = house.run.curve.points()
    assert house.run.held_bytes - len(ALL_OF_IT) < held
    assert points.epochs == shown.epochs
    assert points.history == TrainerSnapshot.unpack(ALL_OF_IT).history


def test_of_a_run_that_goes_on_no_frame_is_read_whose_points_its_snapshot_has(house, monkeypatch):
    house.streams.open(house.run.stream, 0, Bell())
    monkeypatch.setattr("lab.runs.serve.pooled.care.RING", 5)
    monkeypatch.setattr("lab.runs.serve.pooled.care.SPARE", 4)
    for epoch in range(1, 9):
        house.run.curve.take(frame(epoch, epoch))
    assert house.sweep(1.0) == []
    assert house.run.curve.frames == 8  # there is no snapshot yet: they are read when there are many more
    house.run.snapshot = ALL_OF_IT
    with monkeypatch.context() as no_frame:
        no_frame.setattr("lab.runs.serve.pooled.curve.decode", lambda event: pytest.fail("a frame was read"))
        assert house.sweep(1.0) == []
    assert house.run.curve.frames == 5
    points = house.run.curve.points()
    assert points.epochs == list(range(1, 9))
    assert points.history == {name: column[:8] for name, column in TrainerSnapshot.unpack(ALL_OF_IT).history.items()}


def test_a_paused_run_leaves_its_worker_when_nothing_has_been_asked_of_it_for_a_while(house):
    house.streams.open(house.run.stream, 0, Bell())  # somebody sits before it
    house.run.snapshot = ALL_OF_IT
    house.clock.now = 100.0
    house.hub.set_status(status("r", "paused"))
    assert house.sweep(20.0) == []
    assert house.sweep(0.1) == ["Drop"]


def test_a_run_that_goes_on_stays_with_its_worker(house):
    house.streams.open(house.run.stream, 0, Bell())
    house.run.snapshot = b"so far"
    assert house.sweep(500.0) == []
    assert house.run.worker == 0


def test_free_memory_is_given_back_now_and_then_and_looked_for_more_rarely(house, monkeypatch):
    done = []
    monkeypatch.setattr("lab.runs.serve.pooled.care.give_back", lambda: done.append(("given", house.clock.now)))
    monkeypatch.setattr("lab.runs.serve.pooled.care.tidy", lambda: done.append(("looked", house.clock.now)))
    house.sweep(GIVE_BACK_S / 2)
    assert done == []
    for _ in range(2 * int(COLLECT_S / GIVE_BACK_S)):
        house.sweep(GIVE_BACK_S / 2)
    assert done[:2] == [("given", GIVE_BACK_S), ("given", 2 * GIVE_BACK_S)]
    assert done[-1] == ("looked", COLLECT_S)
    assert len(done) == COLLECT_S / GIVE_BACK_S


def test_a_run_over_its_time_is_ended_once(tmp_path):
    house = House(replace(LIMITS, running_s=600.0), tmp_path)
    house.streams.open(house.run.stream, 0, Bell())
    assert house.sweep(600.0) == []
    assert house.sweep(1.0) == ["Stop"]
    assert house.run.time_over
    assert house.sweep(1.0) == []


def test_one_that_waits_for_a_place_is_not_parked(house):
    waiting = live_run(house.hub, "w")
    assert due(waiting, 100.0, LIMITS) is None
    assert due(waiting, 631.0, LIMITS) == "forget"


def test_ended_runs_of_all_owners_hold_bounded_memory_and_those_seen_last_stay(house):
    runs = [live_run(house.hub, f"{number}", owner=f"owner {number}", state="finished") for number in range(6)]
    for number, run in enumerate(runs):
        run.snapshot, run.seen_at = bytes(100), float(number)
    limits = replace(LIMITS, ended_runs_bytes=3 * (100 + BESIDES_BYTES))
    assert out_of_reach(runs, limits) == [runs[2], runs[1], runs[0]]
    runs[1].readers[0] = Bell()  # somebody looks at it
    runs[0].saving = True  # not on the disk yet
    assert out_of_reach(runs, limits) == [runs[2]]


def test_curves_and_checkpoints_of_live_runs_give_way_largest_first_until_all_fit(house):
    large, small = (live_run(house.hub, id) for id in ("large", "small"))
    for run, epochs in ((house.run, 0), (large, 300), (small, 30)):
        house.hub.add(run)
        for epoch in range(1, epochs + 1):
            run.curve.take(frame(epoch, epoch))
            run.checkpoints[epoch] = bytes(1_000)
    before, points, fitting = large.held_bytes, large.curve.points(), small.held_bytes
    house.hub.limits = replace(house.hub.limits, live_runs_bytes=before // 2 + fitting + house.run.held_bytes)
    house.caretaker.sweep()
    house.caretaker.sweep()
    held = [run.held_bytes for run in (house.run, large, small)]
    assert sum(held) <= house.hub.limits.live_runs_bytes
    assert held[1] < before / 2
    assert held[2] == fitting
    assert large.curve.points() == points
    assert max(large.checkpoints) == 300


@pytest.mark.parametrize("state", ["finished", "paused"])
def test_a_run_at_rest_that_nobody_reads_keeps_its_points_and_not_its_frames(house, state):
    for epoch in range(1, 31):
        house.run.curve.take(frame(epoch, epoch))
    points = house.run.curve.points()
    house.run.status = status("r", state)
    house.streams.open(house.run.stream, 0, Bell())
    house.caretaker.sweep()
    assert house.run.curve.frames == 30
    house.run.readers.clear()
    house.run.parked = state == "paused"
    house.caretaker.sweep()
    assert house.run.curve.frames == 1
    assert house.run.curve.points() == points


CHECKPOINTS = {1: b"one", 3: bytes(500)}


def lying_in(house: House) -> list[str]:
    """Kinds of files that lie in the drawer."""
    return sorted(path.suffix for path in house.folder.iterdir())


def parked(house: House) -> LiveRun:
    """A run that has told all of it and that nobody reads, a moment ago."""
    run = house.run
    run.curve.take(frame(1, EPOCHS))
    run.snapshot, run.checkpoints, run.parked = ALL_OF_IT, dict(CHECKPOINTS), True
    house.hub.set_status(status("r", "paused"))
    house.sweep(LAY_AWAY_S)
    assert lying_in(house) == []
    return run


def test_what_a_parked_run_needs_to_go_on_lies_on_the_disk_until_somebody_looks(house):
    run = parked(house)
    points, held = run.curve.points(), run.held_bytes
    assert (run.saved, run.states) == (ALL_OF_IT, CHECKPOINTS)
    house.sweep(0.1)
    assert lying_in(house) == [".checkpoints", ".snapshot"]
    assert isinstance(run.saved, Laid)
    assert isinstance(run.states, Laid)
    assert (run.snapshot, run.checkpoints, run.curve.points()) == (ALL_OF_IT, CHECKPOINTS, points)
    assert run.held_bytes == held - sum(map(len, CHECKPOINTS.values()))  # the snapshot will be needed
    house.sent.clear()
    house.streams.open(run.stream, 0, Bell())
    (start,) = house.sent
    assert (start.snapshot, [order.command for order in start.orders]) == (ALL_OF_IT, ["Resume"])
    assert (run.saved, run.states) == (ALL_OF_IT, CHECKPOINTS)
    house.sweep(LAY_AWAY_S + 1.0)
    assert (run.saved, run.states) == (ALL_OF_IT, CHECKPOINTS)


@pytest.mark.parametrize("harm", HARM)
def test_kept_states_whose_file_is_damaged_are_none_and_can_be_computed_again(house, tmp_path, harm):
    run = parked(house)
    house.sweep(0.1)
    (states,) = house.folder.glob("*.checkpoints")
    HARM[harm](states)
    shelf = Shelf(house.hub, house.dispatch, RunStore(tmp_path / "runs", LIMITS), None)
    assert shelf.checkpoints("r", run.owner) == {}
    assert shelf.view("r", run.owner).state == "paused"


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("harm", HARM)
def test_a_run_whose_file_is_damaged_breaks_no_list_and_is_told_or_seen_as_it_is_kept(house, tmp_path, harm, ended):
    run = parked(house)
    house.sweep(0.1)
    if ended:
        house.hub.set_status(status("r", "finished"))
    (snapshot,) = house.folder.glob("*.snapshot")
    HARM[harm](snapshot)
    shelf = Shelf(house.hub, house.dispatch, RunStore(tmp_path / "runs", LIMITS), None)
    if ended:
        assert shelf.runs_of(run.owner) == []  # nothing was kept of this one
        with pytest.raises(RunError, match=r"run\.unknown"):
            shelf.view("r", run.owner)
        return
    view = shelf.view("r", run.owner)
    assert (view.state, view.epoch, view.history) == ("failed", 0, {})
    assert view.reason is not None
    assert view.reason.code == "disk.failed"
    assert [line.state for line in shelf.runs_of(run.owner)] == ["failed"]


def test_a_run_goes_on_with_a_newer_snapshot_and_no_point_twice(house):
    run = parked(house)
    house.sweep(0.1)
    house.streams.open(run.stream, EPOCHS, Bell())
    longer = trained(iris(EPOCHS + 2)).snapshot()
    house.hub.set_snapshot(Snapshot("r", EPOCHS + 2, longer))
    points = run.curve.points()
    assert points.epochs == list(range(1, EPOCHS + 1))
    assert points.history == {name: values[:EPOCHS] for name, values in TrainerSnapshot.unpack(longer).history.items()}


def test_an_ended_run_lies_on_the_disk_as_soon_as_it_is_in_the_store(house):
    run = house.run
    run.snapshot, run.checkpoints, run.saving = ALL_OF_IT, None, True
    house.hub.set_status(status("r", "finished"))
    house.sweep(LAY_AWAY_S + 1.0)
    assert lying_in(house) == []
    run.saving = False
    house.sweep(0.0)
    assert lying_in(house) == [".snapshot"]
    assert run.record().epochs_done == EPOCHS
    house.dispatch.revive(run, Extend(2 * EPOCHS))
    assert run.saved == house.sent[0].snapshot == ALL_OF_IT


def test_what_the_disk_does_not_take_stays_in_memory_and_is_tried_again(house, monkeypatch, caplog):
    run = parked(house)
    with monkeypatch.context() as full:
        full.setattr(disk, "_part_in", no_room)
        house.sweep(0.1)
    assert (run.saved, run.states) == (ALL_OF_IT, CHECKPOINTS)
    assert "runs that nobody looks at stay in memory" in caplog.text
    house.sweep(0.9)
    assert lying_in(house) == []
    house.sweep(0.2)
    assert lying_in(house) == [".checkpoints", ".snapshot"]


def no_room(folder: str) -> None:
    raise OSError(errno.ENOSPC, "no room")


def test_a_run_whose_file_was_taken_away_fails_with_a_sentence_and_disturbs_no_other(house):
    run = parked(house)
    house.sweep(0.1)
    for path in house.folder.iterdir():
        path.unlink()
    house.streams.open(run.stream, 0, Bell())
    assert (run.status.state, run.status.reason) == ("failed", Reason("disk.failed", {"name": "ENOENT"}))
    assert house.sweep(1.0) == []


def test_kept_runs_are_tidied_at_the_beginning_and_each_hour(house):
    tidied = []
    caretaker = Caretaker(house.hub, house.dispatch, Drawer(house.folder), lambda: tidied.append(house.clock.now))
    for _ in range(4):
        caretaker.sweep()
        house.clock.now += TIDY_S / 2
    assert tidied == [0.0, TIDY_S]


def test_of_an_owners_ended_runs_the_newest_stay_in_reach_and_the_others_only_on_the_disk(house):
    limits = replace(LIMITS, ended_runs_in_reach=2)
    runs = [live_run(house.hub, f"{number}", state="stopped") for number in range(6)]
    for number, run in enumerate(runs):
        run.number = number
    runs[1].saving = True
    runs[2].status = status("2", "paused")
    other = live_run(house.hub, "other", owner="somebody else", state="finished")
    assert out_of_reach([*runs, other], limits) == [runs[3], runs[0]]
    house.hub.limits = limits
    for run in runs:
        house.hub.add(run)
    house.caretaker.sweep()
    assert house.dropped == [runs[3], runs[0]]


def test_a_run_that_cannot_be_cared_for_by_a_mistake_of_ours_costs_others_nothing(house, monkeypatch, caplog):
    other = live_run(house.hub, "other")
    house.dispatch.submit(other)
    house.hub.set_status(status("other"))
    monkeypatch.setattr(house.run.curve, "thin", lambda _: 1 / 0)
    assert house.sweep(30.1) == ["Pause", "Pause"]
    assert other.parked
    assert "ZeroDivisionError" in caplog.text
