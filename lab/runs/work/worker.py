"""The loop of a worker process: hosts many jobs and computes each a few milliseconds in turn."""

import queue
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np

from lab.runs.wire.frame import Progress, encode
from lab.runs.wire.messages import (
    ENDED,
    Checkpoint,
    Drop,
    Frame,
    Frames,
    Message,
    Order,
    Ping,
    Pong,
    Quit,
    Reason,
    Resume,
    Snapshot,
    Speed,
    Start,
    Step,
    command_of,
)
from lab.runs.wire.points import Points
from lab.runs.work.job import Job, first_status, job_of, reason_of
from lab.runs.work.slicer import Pace, Slicer
from lab.runs.work.suspect import Suspect

FRAMES_PER_S = 15.0  # of one run: the eye sees no more
WORKER_FRAMES_PER_S = 400.0  # of all its runs together
FLUSH_S = 0.02
SNAPSHOT_S = 1.0
SNAPSHOT_SHARE = 0.05  # at most this part of the time goes into snapshots of one run


@dataclass
class Slot:
    """A hosted run."""

    trainer: Job
    pace: Pace
    points: Points = field(default_factory=Points)  # not yet sent
    next_frame_at: float = 0.0
    next_snapshot_at: float = 0.0
    last_order: int = 0


class Worker:
    """The loop: obey what has come in, train one slice, send what is due.

    Args:
        inbox: messages from the web process.
        send: puts a message on the way to it.
        suspect: where to note the run being computed.
        clock: seconds; must be the clock of the trainers' deadlines.
    """

    def __init__(
        self,
        inbox: "queue.SimpleQueue[Message]",
        send: Callable[[Message], None],
        suspect: Suspect,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._inbox, self._send, self._suspect, self._clock = inbox, send, suspect, clock
        self._slots: dict[str, Slot] = {}
        self._slicer = Slicer(clock)
        self._outgoing: list[Frame] = []
        self._flushed_at = -FLUSH_S
        self._quit = False

    def run(self) -> None:
        while not self._quit:
            self._obey_messages()
            run = self._slicer.next()
            if run is not None:
                self._guarded(run, self._train)
            self._send_what_is_due()

    # --- messages

    def _obey_messages(self) -> None:
        """Everything that waits; if there is nothing to compute, sleep until there is, or until a message comes."""
        wait = self._seconds_to_wait()
        with suppress(queue.Empty):
            self._obey(self._inbox.get(timeout=wait) if wait > 0 else self._inbox.get_nowait())
            while not self._quit:
                self._obey(self._inbox.get_nowait())

    def _seconds_to_wait(self) -> float:
        due = [slot.next_frame_at for slot in self._slots.values() if slot.points]
        if self._outgoing:
            due.append(self._flushed_at + FLUSH_S)
        ready_at = self._slicer.earliest()
        if ready_at is not None:
            due.append(ready_at)
        return max(0.0, min(due, default=self._clock() + 1.0) - self._clock())

    def _obey(self, message: Message) -> None:
        match message:
            case Start():
                self._guarded(message.run, lambda _: self._start(message), message)
            case Order() if message.run in self._slots:
                self._guarded(message.run, lambda _: self._order(message))
            case Drop():
                self._drop(message.run)
            case Ping():
                self._send(Pong(message.number, len(self._slots)))
            case Quit():
                self._quit = True

    def _start(self, message: Start) -> None:
        arrays = {name: np.load(path, mmap_mode="r", allow_pickle=False) for name, path in message.arrays.items()}
        trainer = job_of(message.spec, arrays, self._clock)
        if message.snapshot:
            trainer.restore(message.snapshot)
        slot = Slot(trainer, Pace(message.epochs_per_s, self._clock()))
        self._slots[message.run] = slot
        for order in message.orders:
            self._apply(slot, order)
        self._report(message.run, slot)

    def _order(self, message: Order) -> None:
        slot = self._slots[message.run]
        self._apply(slot, message)
        self._report(message.run, slot)

    def _apply(self, slot: Slot, message: Order) -> None:
        command = command_of(message)
        slot.last_order = message.number
        if isinstance(command, Speed):
            slot.pace.set(command.epochs_per_s, self._clock())
        elif isinstance(command, Resume | Step):
            slot.pace.ready_at = self._clock()
        slot.trainer.apply(command)

    def _drop(self, run: str) -> None:
        self._slots.pop(run, None)
        self._slicer.remove(run)

    # --- training

    def _guarded(self, run: str, action: Callable[[str], None], start: Start | None = None) -> None:
        """Do something for one run; whatever goes wrong ends that run with a reason and no other."""
        self._suspect.name(run)
        try:
            action(run)
        except BrokenPipeError:
            raise  # the web process has gone
        except Exception as error:  # noqa: BLE001  # the other runs of this process must go on
            self._fail(run, reason_of(error), start)
        self._suspect.clear()

    def _train(self, run: str) -> None:
        slot = self._slots[run]
        trainer, done = slot.trainer, slot.trainer.epochs_done
        trainer.advance(self._slicer.deadline(), epochs=None if slot.pace.epochs_per_s is None else 1)
        if trainer.epochs_done > done:
            slot.pace.epoch_ended(self._clock())
            slot.points.extend(trainer.take_points())
            for epoch, state in trainer.take_checkpoints():
                self._send(Checkpoint(run, epoch, state))
        if trainer.state == "running":
            self._slicer.set_ready(run, slot.pace.ready_at if trainer.between_epochs else 0.0)
        else:
            self._report(run, slot)

    def _fail(self, run: str, reason: Reason, start: Start | None) -> None:
        """Keep what a run had; without a trainer only the reason can be told."""
        slot = self._slots.get(run)
        if slot is not None:
            slot.trainer.state, slot.trainer.reason = "failed", reason
            self._report(run, slot)
        elif start is not None:
            self._send(first_status(run, start.spec, 0, "failed", reason))

    # --- telling

    def _report(self, run: str, slot: Slot) -> None:
        """After a command or a change of state: points, snapshot and status, in this order, and at once.

        A snapshot must never be ahead of the points that were sent: they would be missing after a crash.
        """
        self._encode(run, slot)
        self._flush()
        self._save(run, slot)
        if slot.trainer.state == "running":
            self._slicer.set_ready(run, slot.pace.ready_at if slot.trainer.between_epochs else 0.0)
        else:
            self._slicer.remove(run)
        if slot.trainer.state in ENDED:
            self._drop(run)

    def _save(self, run: str, slot: Slot) -> None:
        began = self._clock()
        self._send(Snapshot(run, slot.trainer.epochs_done, slot.trainer.snapshot()))
        self._send(replace(slot.trainer.status(run), last_order=slot.last_order))
        now = self._clock()
        slot.next_snapshot_at = now + max(SNAPSHOT_S, (now - began) / SNAPSHOT_SHARE)

    def _send_what_is_due(self) -> None:
        now = self._clock()
        period = max(1 / FRAMES_PER_S, len(self._slicer) / WORKER_FRAMES_PER_S)
        for run, slot in self._slots.items():
            if slot.points and now >= slot.next_frame_at:
                slot.next_frame_at = now + period
                self._encode(run, slot)
        if self._outgoing and now >= self._flushed_at + FLUSH_S:
            self._flush()
        for run, slot in self._slots.items():
            if slot.trainer.state == "running" and now >= slot.next_snapshot_at:
                self._encode(run, slot)
                self._flush()
                self._save(run, slot)

    def _encode(self, run: str, slot: Slot) -> None:
        points, slot.points = slot.points, Points()
        if points:
            progress = Progress(slot.trainer.updates, slot.trainer.compute_s, time.time())
            self._outgoing.append(Frame(run, points.epochs[0], points.epochs[-1], encode(points, progress)))

    def _flush(self) -> None:
        if self._outgoing:
            self._send(Frames(self._outgoing))
            self._outgoing = []
        self._flushed_at = self._clock()
