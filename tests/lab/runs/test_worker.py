"""The worker's loop in this process, with a clock that goes on only while the loop waits: pace, frames, snapshots."""

import gc
import json
import queue
import weakref
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lab.runs.wire.checkpoints import SCHEDULE
from lab.runs.wire.frame import decode
from lab.runs.wire.messages import (
    ENDED,
    Draw,
    Drop,
    Frames,
    Message,
    Pause,
    Ping,
    Pong,
    Quit,
    SetLearningRate,
    Snapshot,
    Speed,
    Start,
    Status,
    Step,
    Stop,
    Taken,
    order,
)
from lab.runs.wire.tempo import BUSY_DRAWINGS, BUSY_MOTION, EYE, MOTION, Tempo
from lab.runs.work import worker as worker_module
from lab.runs.work.inside import FASTEST_S
from lab.runs.work.slicer import Pace
from lab.runs.work.suspect import SUSPECT_BYTES, Suspect
from lab.runs.work.trainer import Trainer
from lab.runs.work.worker import MANY_GONE, SNAPSHOT_SHARE, SNAPSHOTS_PER_S, TIDY_S, Slot, Worker, job_of
from lab.spec.experiment import Change
from tests.lab.runs.clock import Clock
from tests.lab.runs.runs import iris, spec_of, trained, with_rate

ENDLESS = iris(5_000).with_fit(batch_size=1000)  # one update an epoch


class Letters:
    """An inbox in which letters come at their time. Waiting for one takes no time: the clock is put forward."""

    def __init__(self, clock: Clock, letters: list[tuple[float, Message]]) -> None:
        self.clock, self.letters = clock, sorted(letters, key=lambda letter: letter[0])

    def get(self, timeout: float) -> Message:
        until = self.clock.now + timeout
        if self.letters and self.letters[0][0] <= until:
            at, message = self.letters.pop(0)
            self.clock.now = max(self.clock.now, at)
            return message
        self.clock.now = until
        raise queue.Empty

    def get_nowait(self) -> Message:
        return self.get(0.0)

    def empty(self) -> bool:
        return not self.letters or self.letters[0][0] > self.clock.now


class Told:
    """What the worker has said, each with its time."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.said = clock, []

    def __call__(self, messages: Sequence[Message]) -> None:
        self.said += [(self.clock.now, message) for message in messages]

    def of(self, kind: type, run: str = "") -> list[tuple[float, Message]]:
        return [(at, one) for at, one in self.said if isinstance(one, kind) and (not run or one.run == run)]

    def points(self, run: str) -> list[tuple[float, list[int]]]:
        """Epochs of each frame of a run, and when it went out."""
        frames = [(at, frame) for at, message in self.of(Frames) for frame in message.frames]
        return [(at, list(decode(one.event).epochs)) for at, one in frames if one.run == run and one.event]

    def weights(self, run: str) -> list[tuple[float, int, bytes]]:
        """When the weights of a run were told, after which epoch, and the event."""
        frames = [(at, frame) for at, message in self.of(Frames) for frame in message.frames]
        return [(at, frame.last, frame.weights) for at, frame in frames if frame.run == run and frame.weights]

    def parameters(self, run: str) -> list[tuple[float, int, int]]:
        """When all parameters of the run were told, after which epoch and how many updates."""
        frames = [(at, frame.parameters) for at, message in self.of(Frames) for frame in message.frames]
        events = [(at, json.loads(event[event.index(b"{") :])) for at, event in frames if event]
        return [(at, values["epoch"], values["updates"]) for at, values in events]

    def answers(self, run: str) -> list[tuple[float, int]]:
        """Numbers of the orders that the run has said to have obeyed, and when."""
        so_far = [(at, one.so_far.last_order) for at, one in self.of(Snapshot, run) if one.so_far is not None]
        return sorted(so_far + [(at, one.last_order) for at, one in self.of(Status, run)])

    def end(self, run: str) -> Status:
        return self.of(Status, run)[-1][1]


@pytest.fixture
def start(tmp_path):
    """start(run, experiment, pace) is the message that begins a run; its arrays lie in files."""

    def message(run: str, experiment, pace: float | None = None, snapshot: bytes = b"") -> Start:
        spec, arrays = spec_of(experiment)
        paths = {}
        for name, array in arrays.items():
            paths[name] = str(tmp_path / f"{name}.npy")
            np.save(paths[name], array)
        return Start(run, spec, paths, snapshot, pace, ())

    return message


@pytest.fixture
def work(tmp_path):
    """work((time, message), …, until=…) lets a worker have these letters, and tells what it said."""
    (tmp_path / "suspect").write_bytes(b" " * SUSPECT_BYTES)

    def told(*letters: tuple[float, Message], until: float = 60.0, step: float = 0.0) -> Told:
        clock = Clock(step)
        said = Told(clock)
        inbox = Letters(clock, [*letters, (until, Quit())])
        Worker(inbox, said, Suspect(tmp_path / "suspect"), clock, clock).run()
        return said

    return told


PAUSE = order("ordered", 1, Pause())


def stop(run: str, number: int = 1) -> Message:
    return order(run, number, Stop())


def test_a_pace_is_kept_and_computing_is_told_apart_from_waiting(work, start):
    told = work((0.0, start("r", ENDLESS, 20.0)), (10.0, stop("r")), step=1e-6)
    end = told.end("r")
    assert end.state == "stopped"
    assert end.epoch == pytest.approx(200, abs=2)
    assert 0 < end.compute_s < 0.1  # of the ten seconds


@pytest.fixture
def models(monkeypatch) -> list[weakref.ref]:
    """The networks that workers have made; none goes by itself that holds itself."""
    made = []

    def noted(*given):
        job = job_of(*given)
        made.append(weakref.ref(job.model))
        return job

    monkeypatch.setattr("lab.runs.work.worker.job_of", noted)
    gc.disable()
    yield made
    gc.enable()


def test_what_a_run_took_that_has_gone_is_given_back(work, start, models):
    work((0.0, start("r", ENDLESS, 20.0)), (1.0, Drop("r")), (TIDY_S, Ping(1)), until=TIDY_S + 1)
    assert [model() for model in models] == [None]


@pytest.mark.parametrize(("gone", "given_back"), [(MANY_GONE - 1, False), (MANY_GONE, True)])
def test_many_runs_that_have_gone_do_not_wait_so_long(work, start, models, gone, given_back):
    names = [f"r{number}" for number in range(gone)]
    begin = [(0.0, start(name, ENDLESS, 1.0)) for name in names]
    work(*begin, *((1.0, Drop(name)) for name in names), (1.5, Ping(1)), until=2.0)
    assert [model() is None for model in models] == [given_back] * gone


def test_memory_is_not_looked_through_while_every_run_stays(work, start, monkeypatch):
    looked = []
    monkeypatch.setattr("lab.runs.work.worker.give_back", lambda: looked.append(1))
    letters = [(at, Ping(1)) for at in (TIDY_S, TIDY_S + 1, TIDY_S + 3, TIDY_S + 4)]
    work((0.0, start("r", ENDLESS, 20.0)), *letters[:2], until=TIDY_S + 2)
    assert looked == []
    work((0.0, start("r", ENDLESS, 20.0)), (TIDY_S + 2, stop("r")), *letters, until=TIDY_S + 5)
    assert looked == [1]


def test_a_pace_can_be_changed_on_the_way(work, start):
    faster = order("r", 1, Speed(50.0))
    end = work((0.0, start("r", ENDLESS, 2.0)), (10.0, faster), (20.0, stop("r", 2))).end("r")
    assert end.epoch == pytest.approx(2 * 10 + 50 * 10, abs=2)


def test_no_more_frames_a_second_go_out_than_the_eye_can_see_and_no_point_is_missing(work, start):
    told = work((0.0, start("r", ENDLESS, 100.0)), (5.0, stop("r")))
    frames = told.points("r")
    assert 0.9 < len(frames) / (5 * EYE) < 1.15  # one more a second goes out before its snapshot
    assert [epoch for _, epochs in frames for epoch in epochs] == list(range(1, told.end("r").epoch + 1))


def test_weights_are_told_from_the_moment_on_that_a_page_draws_them_and_at_the_end(work, start):
    draw = order("r", 1, Draw())
    told = work((0.0, start("r", ENDLESS, 20.0)), (5.0, draw), (10.0, stop("r", 2)))
    weights = told.weights("r")
    assert min(at for at, _, _ in weights) >= 5.0
    assert len(weights) > 4 * EYE
    assert weights[-1][1] == told.end("r").epoch
    assert len({event for _, _, event in weights}) == len(weights)
    assert told.end("r").changes == ()


def test_a_run_that_was_drawn_before_its_worker_died_is_drawn_again(work, start):
    told = work((0.0, replace(start("r", ENDLESS, 20.0), drawn=True)), (1.0, stop("r")))
    assert told.weights("r")


def test_in_a_busy_class_pictures_slow_down_further_than_curves(work, start):
    drawn = replace(start("r", ENDLESS, 20.0), drawn=True)
    told = work((0.0, Ping(1, 0.5)), (0.0, drawn), (10.0, stop("r")))
    assert 10 * BUSY_DRAWINGS - 2 <= len(told.weights("r")) <= 10 * BUSY_DRAWINGS + 2
    assert len(told.points("r")) > 2 * len(told.weights("r"))


def test_all_parameters_are_told_as_often_as_a_moving_picture_wants_and_less_often_in_a_busy_class(work, start):
    drawn = replace(start("r", ENDLESS, 100.0), exact=True)
    told = work((0.0, drawn), (10.0, Ping(1, 0.5)), (20.0, stop("r")))
    alone = [at for at, _, _ in told.parameters("r") if at < 10]
    busy = [at for at, _, _ in told.parameters("r") if at > 10]
    assert len(alone) == pytest.approx(10 * MOTION, rel=0.1)
    assert len(busy) == pytest.approx(10 * BUSY_MOTION, rel=0.2)
    assert not told.weights("r")


def test_parameters_are_told_before_the_first_update_and_when_a_run_comes_to_rest(work, start):
    waiting = replace(start("r", ENDLESS, 5.0), exact=True, orders=(order("r", 1, Pause()),))
    told = work((0.0, waiting), (5.0, order("r", 2, Step(2))), (10.0, stop("r", 3)))
    (first_at, *first), (_, *last) = told.parameters("r")[0], told.parameters("r")[-1]
    assert first_at < 1
    assert first == [0, 0]
    assert last == [2, 2]


def test_weights_that_were_drawn_before_their_epoch_was_judged_are_drawn_as_those_of_the_epoch_too():
    trainer = Trainer(*spec_of(ENDLESS))
    slot = Slot(trainer, Pace(), 0.0)
    slot.draw(exact=True)
    while not trainer.updates:
        trainer.advance(deadline=0.0)
    slot.drawn_at = slot.stand
    assert trainer.epochs_done == 0
    assert not slot.undrawn
    while not trainer.epochs_done:
        trainer.advance(deadline=0.0)
    assert trainer.updates == 1
    assert slot.undrawn


def test_what_a_turned_knob_does_is_told_after_the_next_update_however_busy_the_class_is(work, start):
    turned = [5.0 + 0.31 * turn for turn in range(10)]
    knobs = [(at, order("r", turn + 1, SetLearningRate(0.001 * (turn + 1)))) for turn, at in enumerate(turned)]
    drawn = replace(start("r", ENDLESS, 100.0), exact=True)
    told = work((0.0, drawn), (0.0, Ping(1, 0.5)), *knobs, (10.0, stop("r", 11)))
    for at in turned:
        before = next(status.updates for when, status in told.of(Status, "r") if when >= at)
        seen = min(when for when, _, updates in told.parameters("r") if updates > before)
        assert seen - at < 0.02


def test_what_a_turned_knob_does_is_told_before_the_state_is_kept_and_the_turn_counts_as_kept_with_it(
    work, start, monkeypatch
):
    def snapshot(trainer) -> bytes:
        trainer._clock.now += 0.01  # a long history takes its time
        return b""

    monkeypatch.setattr(Trainer, "snapshot", snapshot)
    turned, drawn = 0.103, replace(start("r", iris(5_000).with_fit(batch_size=1)), exact=True)
    told = work((0.0, drawn), (turned, order("r", 1, SetLearningRate(0.5))), until=0.5, step=0.0002)
    at, before = next((at, status.updates) for at, status in told.of(Status, "r") if status.learning_rate == 0.5)
    seen = next(when for when, _, updates in told.parameters("r") if updates > before)
    assert at - turned < 0.004
    assert seen - turned < 0.009
    kept = next(when for when, _ in told.of(Snapshot, "r") if when > turned)
    answered = next(when for when, number in told.answers("r") if number == 1)
    assert seen < kept <= answered


def test_a_command_waits_for_no_end_of_a_turn(work, start):
    long_epoch = iris(5_000).with_fit(batch_size=1)
    for at in (0.05, 0.053, 0.056):
        told = work((0.0, start("r", long_epoch)), (at, order("r", 1, Pause())), until=0.08, step=0.0002)
        paused = next(when for when, status in told.of(Status, "r") if status.state == "paused")
        assert paused - at < 0.004  # and not a turn of 8 ms


def test_within_a_long_epoch_the_weights_move_all_the_same(work, start):
    long_epoch = iris(5).with_fit(batch_size=1)
    told = work((0.0, replace(start("r", long_epoch), exact=True)), step=0.002)
    between = [epoch for _, epoch, updates in told.parameters("r") if updates % 90]
    assert len(between) > 2 * 5


def test_frames_of_a_slow_run_go_out_as_soon_as_there_is_a_point(work, start):
    told = work((0.0, start("r", ENDLESS, 2.0)), (5.0, stop("r")))
    assert [epochs for _, epochs in told.points("r")] == [[epoch] for epoch in range(1, told.end("r").epoch + 1)]
    for at, (epoch,) in told.points("r"):
        assert at == pytest.approx((epoch - 1) / 2.0, abs=0.05)


def test_a_snapshot_is_taken_each_second_and_is_never_ahead_of_the_points_that_went_out(work, start):
    told = work((0.0, start("r", ENDLESS, 30.0)), (10.0, stop("r")))
    shots = told.of(Snapshot, "r")
    assert len(shots) == pytest.approx(11, abs=1)
    out = 0
    for _, message in told.said:
        if isinstance(message, Frames):
            out = message.frames[-1][2]
        if isinstance(message, Snapshot):
            assert message.epoch <= out


def test_the_snapshot_that_a_run_begins_with_is_not_sent_back_unless_an_order_has_changed_it(work, start):
    shot = work((0.0, start("r", ENDLESS, 1.0)), until=0.5).of(Snapshot, "r")[0][1].data
    plain = start("plain", ENDLESS, 1.0, shot)
    ordered = replace(start("ordered", ENDLESS, 1.0, shot), orders=(PAUSE,))
    told = work((0.0, plain), (0.0, ordered), until=0.5)
    assert told.of(Snapshot, "plain") == []
    assert [status.last_order for _, status in told.of(Status, "ordered")] == [1]
    assert len(told.of(Snapshot, "ordered")) == 1


def test_snapshots_take_a_small_part_of_the_time_however_many_runs_there_are_and_none_is_left_out(
    work, start, monkeypatch
):
    takes_s, runs = 0.02, [f"r{index}" for index in range(10)]

    def snapshot(trainer) -> bytes:
        trainer._clock.now += takes_s
        return b""

    monkeypatch.setattr(Trainer, "snapshot", snapshot)
    told = work(*[(0.0, start(run, ENDLESS, 5.0)) for run in runs], until=20.0)
    assert len(told.of(Snapshot)) == pytest.approx(20.0 * SNAPSHOT_SHARE / takes_s, rel=0.15)
    counts = [len(told.of(Snapshot, run)) for run in runs]
    assert max(counts) - min(counts) <= 1


def test_however_little_they_take_there_are_only_so_many_snapshots_a_second_of_all_runs_together(work, start):
    runs = [f"r{index}" for index in range(40)]
    told = work(*[(0.01 * index, start(run, ENDLESS, 10.0)) for index, run in enumerate(runs)], until=10.0)
    later = [shot.run for at, shot in told.of(Snapshot) if at > 2.0]
    assert len(later) == pytest.approx(8.0 * SNAPSHOTS_PER_S, rel=0.05)
    assert {later.count(run) for run in runs} == {4}


def test_of_a_hundred_runs_each_has_a_frame_in_every_other_beat(work, start):
    runs = [f"{number}" for number in range(100)]
    said = work(*((0.0, start(run, ENDLESS, 4.0)) for run in runs), until=4.0)
    beats = [at for at, message in said.of(Frames) if at > 1.0]
    assert all(after - before >= 0.125 for before, after in pairwise(beats))
    frames = Counter(run for run in runs for at, _ in said.points(run) if at > 1.0)
    assert len(frames) == 100
    assert set(frames.values()) <= {11, 12}  # in three seconds


def test_beats_that_come_late_do_not_put_off_the_next_ones(work, start):
    runs = [f"{number}" for number in range(25)]
    said = work(*((0.0, start(run, ENDLESS, 30.0)) for run in runs), until=3.0, step=2e-4)
    beats = [at for at, message in said.of(Frames) if at > 1.0]
    late = [after - before for before, after in pairwise(beats)]
    assert max(late) > 0.032
    assert sum(late) / len(late) == pytest.approx(25 / 800, rel=0.01)


def test_states_for_looking_back_wait_a_second_for_others_and_go_out_before_the_end(work, start):
    said = work((0.0, start("a", ENDLESS, 30.0)), (5.5, stop("a")))
    messages = said.of(Taken)
    times = [at for at, _ in messages]
    assert times[0] < 0.1
    assert all(1.0 <= after - before < 2.0 for before, after in pairwise(times[:-1]))
    told = [one.epoch for _, message in messages for one in message.checkpoints]
    assert told == [epoch for epoch in SCHEDULE if epoch <= said.end("a").epoch]
    assert said.said.index(messages[-1]) < said.said.index(said.of(Status, "a")[-1])


def test_large_states_do_not_wait(work, start, monkeypatch):
    monkeypatch.setattr(worker_module, "TAKEN_BYTES", 1)
    said = work((0.0, start("a", ENDLESS, 30.0)), until=1.0)
    assert [len(message.checkpoints) for _, message in said.of(Taken)] == [1] * len(said.of(Taken))
    assert len(said.of(Taken)) > 10


def test_new_runs_are_begun_one_after_another_each_with_its_first_point(work, start):
    told = work(*[(1.0, start(run, ENDLESS, 1.0)) for run in "abc"], until=1.5)
    said = [
        ("begun", one.run) if isinstance(one, Status) else ("point", one.frames[0].run)
        for _, one in told.said
        if isinstance(one, Status | Frames)
    ]
    assert said == [(what, run) for run in "abc" for what in ("begun", "point")]


def test_the_first_point_of_a_new_run_waits_neither_for_the_others_nor_for_their_beat(work, start):
    others = [(0.0, start(f"r{index}", ENDLESS)) for index in range(40)]
    told = work(*others, (2.0, start("new", ENDLESS, 1.0)), until=3.0, step=1e-4)
    began = told.of(Status, "new")[0][0]
    assert told.points("new")[0][0] - began < 0.01
    turns = [len(told.points(f"r{index}")) for index in range(40)]
    assert min(turns) > 0


def test_where_the_web_process_is_late_runs_go_slower_with_fewer_frames_until_it_keeps_up_again(work, start):
    late = Tempo(late=4)
    letters = [(0.0, start("r", ENDLESS, 30.0)), (10.0, Ping(1, late=4)), (20.0, Ping(2)), (30.0, stop("r"))]
    points = work(*letters).points("r")
    assert late.pace < 0.5

    def between(begin: float, end: float) -> tuple[int, int]:
        """Frames and epochs."""
        found = [epochs for at, epochs in points if begin <= at < end]
        return len(found), sum(map(len, found))

    for begin, tempo in ((0.5, Tempo()), (10.5, late), (20.5, Tempo())):
        frames, epochs = between(begin, begin + 9.0)
        assert epochs == pytest.approx(9.0 * 30.0 * tempo.pace, rel=0.05)
        assert frames <= 9.0 * tempo.frames_per_s + 1  # none for its snapshots alone


def test_the_answer_to_a_ping_tells_how_much_work_the_paces_ask_for(work, start):
    def pong(**paces: float | None) -> Pong:
        letters = [(0.0, start(run, ENDLESS, pace)) for run, pace in paces.items()]
        ((_, answer),) = work(*letters, (9.0, Ping(1)), until=10.0, step=1e-3).of(Pong)
        return answer

    (one,) = pong(a=5.0).loads
    assert 0 < one < 1
    assert pong(a=5.0).unpaced == 0
    assert pong(a=10.0).loads == (pytest.approx(2 * one, rel=0.1),)
    assert pong(a=5.0, b=5.0).loads == (pytest.approx(one, rel=0.1),) * 2
    fast = pong(a=5.0, fast=None)
    assert (len(fast.loads), fast.unpaced) == (1, 1)


def test_a_paused_run_asks_for_nothing(work, start):
    letters = [(0.0, start("r", ENDLESS, 5.0)), (0.0, start("ordered", ENDLESS)), (1.0, order("r", 1, Pause()))]
    ((_, pong),) = work(*letters, (2.0, PAUSE), (9.0, Ping(1)), until=10.0, step=1e-3).of(Pong)
    assert (pong.runs, pong.loads, pong.unpaced) == (2, (), 0)


def test_a_run_goes_on_from_its_last_snapshot_to_the_same_numbers(work, start):
    half = work((0.0, start("r", iris(40), 10.0)), until=2.0)
    shot = half.of(Snapshot, "r")[-1][1]
    assert 0 < shot.epoch < 40
    rest = work((0.0, start("r", iris(40), None, shot.data)))
    assert [epoch for _, epochs in rest.points("r") for epoch in epochs] == list(range(shot.epoch + 1, 41))
    losses = [
        value
        for _, message in rest.of(Frames)
        for frame in message.frames
        for value in decode(frame.event).history["loss"]
    ]
    assert losses == pytest.approx(trained(iris(40)).history["loss"][shot.epoch :], rel=1e-5)  # six digits cross


def test_while_a_run_just_goes_on_its_snapshots_say_how_far_it_is_and_no_status_is_sent(work, start):
    told = work((0.0, start("r", ENDLESS, 10.0)), (5.0, order("r", 1, SetLearningRate(0.5))), until=10.0)
    statuses = [(at, status.learning_rate) for at, status in told.of(Status, "r")]
    assert [rate == 0.5 for _, rate in statuses] == [False, True]
    later = [one for at, one in told.of(Snapshot, "r") if at > statuses[-1][0]]
    assert len(later) > 3
    for snapshot in later:
        assert snapshot.so_far.updates == snapshot.epoch  # one update an epoch
        assert snapshot.so_far.last_order == 1


def test_a_knob_that_turns_by_itself_is_told_with_the_next_snapshot(work, start):
    planned = ENDLESS.with_fit(changes=(Change(epoch=20, batch=0, name="learning_rate", value=0.5),))
    told = work((0.0, start("r", planned, 10.0)), until=6.0)
    _, (when, status) = told.of(Status, "r")
    assert status.learning_rate == 0.5
    assert 2.0 <= when < 4.0
    assert (when, status.epoch, None) in [(at, one.epoch, one.so_far) for at, one in told.of(Snapshot, "r")]


def test_every_order_is_answered_with_its_number(work, start):
    letters = [(0.0, start("r", ENDLESS, 10.0)), (1.0, order("r", 1, SetLearningRate(0.5)))]
    told = work(*letters, (2.0, order("r", 2, SetLearningRate(0.25))), (3.0, stop("r", 3)))
    answers = [number for _, number in told.answers("r")]
    assert answers == sorted(answers)
    assert set(answers) == {0, 1, 2, 3}
    assert [turn.value for turn in told.end("r").changes] == [0.5, 0.25]


def test_a_step_is_made_at_once_however_slow_the_pace(work, start):
    told = work((0.0, start("r", ENDLESS, 0.01)), (5.0, order("r", 1, Step(1))), until=20.0)
    paused = [(at, status) for at, status in told.of(Status, "r") if status.state == "paused"]
    assert [(at, status.epoch) for at, status in paused] == [(5.0, 2)]


def test_runs_that_share_a_worker_are_each_kept_to_their_pace(work, start):
    told = work(
        (0.0, start("slow", ENDLESS, 5.0)),
        (0.0, start("quick", ENDLESS, 40.0)),
        (10.0, stop("slow")),
        (10.0, stop("quick")),
    )
    assert told.end("slow").epoch == pytest.approx(50, abs=2)
    assert told.end("quick").epoch == pytest.approx(400, abs=2)


def test_a_run_that_goes_wrong_ends_with_a_reason_and_the_others_go_on(work, start, capsys):
    broken = start("broken", iris(5))
    broken.arrays["x"] = "/nowhere.npy"
    diverging = with_rate(iris(50), 1e30)
    told = work((0.0, broken), (0.0, start("wild", diverging, 10.0)), (0.0, start("good", iris(20), 10.0)))
    assert (told.end("broken").state, told.end("broken").reason.code) == ("failed", "run.internal")
    assert told.end("wild").state == "diverged"
    assert (told.end("good").state, told.end("good").epoch) == ("finished", 20)
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("pace", [1e-300, 5e-324])
def test_a_pace_whose_next_turn_no_clock_can_tell_ends_no_worker(tmp_path, start, pace):
    """With all runs that it had: an inbox of the system's own, which takes no such time to wait."""
    (tmp_path / "suspect").write_bytes(b" " * SUSPECT_BYTES)
    inbox, said = queue.SimpleQueue(), []

    def told(messages: Sequence[Message]) -> None:
        said.extend(messages)
        if any(isinstance(message, Pong) for message in messages):
            inbox.put(Quit())
        elif any(isinstance(message, Frames) for message in messages):
            inbox.put(Ping(1))

    inbox.put(start("slow", ENDLESS, pace))
    Worker(inbox, told, Suspect(tmp_path / "suspect")).run()
    assert any(isinstance(message, Pong) for message in said)


def test_an_ended_run_says_so_once_and_nothing_after(work, start):
    told = work((0.0, start("r", iris(5))), (5.0, stop("r")))
    assert Counter(status.state for _, status in told.of(Status, "r") if status.state in ENDED) == {"finished": 1}
    last = max(index for index, (_, message) in enumerate(told.said) if not isinstance(message, Pong))
    assert isinstance(told.said[last][1], Status)


def test_a_ping_is_answered_while_runs_are_computed_and_when_there_are_none(work, start):
    told = work((1.0, Ping(1)), (2.0, start("r", ENDLESS, 10.0)), (3.0, Ping(2)), (4.0, stop("r")))
    assert [(at, pong.number, pong.runs) for at, pong in told.of(Pong)] == [(1.0, 1, 0), (3.0, 2, 1)]


def test_whoever_is_computed_is_named_and_nobody_is_while_the_worker_waits(tmp_path, start, monkeypatch):
    path = tmp_path / "suspect"
    path.write_bytes(b" " * SUSPECT_BYTES)
    clock, named = Clock(), []
    suspect = Suspect(path)

    class Looking(Letters):
        def get(self, timeout: float) -> Message:
            named.append(Suspect.read(path))
            return super().get(timeout)

    def advance(trainer: Trainer, *arguments: object, **more: object) -> bool:
        named.append(f"while it is computed: {Suspect.read(path)}")
        return really_advance(trainer, *arguments, **more)

    really_advance = Trainer.advance
    monkeypatch.setattr(Trainer, "advance", advance)
    inbox = Looking(clock, [(0.0, start("r", iris(3), 5.0)), (9.0, Quit())])
    Worker(inbox, Told(clock), suspect, clock, clock).run()
    assert set(named) == {"", "while it is computed: r"}


def test_numbers_of_the_layers_are_told_from_the_moment_on_that_a_page_looks_into_them(work, start):
    look = order("r", 1, Draw(inside=True))
    told = work((0.0, start("r", ENDLESS, 20.0)), (5.0, look), (10.0, stop("r", 2)))
    events = told.weights("r")
    assert all(event.startswith(b"event:inside\n") for _, _, event in events)
    assert min(at for at, _, _ in events) >= 5.0
    assert len(events) == pytest.approx(5 / FASTEST_S, abs=2)
    assert events[-1][1] == told.end("r").epoch
    again = work((0.0, replace(start("r", ENDLESS, 20.0), inside=True)), (2.0, stop("r")))
    assert again.weights("r")
