"""The loop of a worker process: hosts many jobs and computes each a few milliseconds in turn."""

import gc
import queue
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from lab.memory import give_back
from lab.runs.wire.arrays import Arrays
from lab.runs.wire.frame import Progress, encode
from lab.runs.wire.messages import (
    ENDED,
    Checkpoint,
    Draw,
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
    SoFar,
    Speed,
    Start,
    Status,
    Step,
    Taken,
    command_of,
)
from lab.runs.wire.points import Points
from lab.runs.wire.tempo import Tempo
from lab.runs.work.cost import Costs, EpochCost
from lab.runs.work.job import Job, first_status, job_of, reason_of
from lab.runs.work.slicer import Pace, Slicer
from lab.runs.work.suspect import Suspect
from lab.runs.work.trainer import Trainer

WORKER_FRAMES_PER_S = 400.0  # of all its runs together
QUICKEST_BEAT_S, SLOWEST_BEAT_S = 0.02, 0.125  # between two messages with frames
BEATS_PER_FRAME = 4
# the more runs, the slower the beat, for to wake costs the web process as much as ten frames: up to every other one of
# them then has a frame of each run
RUNS_PER_BEAT_S = 2 * WORKER_FRAMES_PER_S
SNAPSHOT_S = 1.0  # between two of one run, at least
SNAPSHOT_SHARE = 0.03  # at most this part of the time goes into snapshots
TAKEN_S, TAKEN_BYTES = 1.0, 1 << 18  # states for looking back wait for others, so long and so many
SNAPSHOTS_PER_S = 20.0  # of all its runs together: a hundred repeat five seconds each if it dies, and no point is lost
LONGEST_STRETCH = 4.0
LONGEST_WAIT_S = 1.0  # for a message: a pace may ask for a turn at a time that no clock of the system can tell
TIDY_S = 20.0  # between two times that memory is given back: a hundred networks are looked through in some 20 ms
MANY_GONE = 8  # runs, and an eighth of those that are here: 130 kB each, which do not wait that long


@dataclass
class Slot:
    """A hosted run.

    Args:
        points: not yet sent.
        last_order: number of the last one obeyed; kept_order: of the last one that a snapshot holds, too.
        told: what of its status was told last.
        drawn: whether a page draws its weights; exact: whether it wants all parameters, as they are; inside: whether it
            looks into its layers.
        next_drawing_at: when they may be told again; drawn_at: `stand` when they were told; inside_updates: made when
            the layers were told, -1 for never.
        spent_s: computed in the epoch that goes on; cost: what one takes on the mean.
        kind: of work that its epochs are; None before one has ended: the first pays for what is made once, and tells
            nothing of the next.
        hurried: who draws it has turned a knob and waits for the next update.
    """

    trainer: Job
    pace: Pace
    next_snapshot_at: float
    points: Points = field(default_factory=Points)
    next_frame_at: float = 0.0
    last_order: int = 0
    kept_order: int = 0
    told: tuple[object, ...] = ()
    spent_s: float = 0.0
    cost: EpochCost = field(default_factory=EpochCost)
    kind: Hashable = None
    drawn: bool = False
    exact: bool = False
    inside: bool = False
    next_drawing_at: float = 0.0
    drawn_at: tuple[int, int, int] | None = None
    inside_updates: int = -1
    hurried: bool = False

    def draw(self, exact: bool) -> None:
        """Somebody draws its network; a large one is told as far as it is drawn."""
        if not isinstance(self.trainer, Trainer):
            return
        if exact and self.trainer.tells_parameters:
            self.exact = True
        else:
            self.drawn = True
        self.drawn_at = None

    @property
    def stand(self) -> tuple[int, int, int]:
        """Another one where the weights are others, or have become those of a whole epoch: epochs and updates made,
        weights set by hand.
        """
        trainer = self.trainer
        return (trainer.epochs_done, trainer.updates, trainer.edits) if isinstance(trainer, Trainer) else (0, 0, 0)

    def hurry(self, now: float) -> None:
        """Whoever draws it exactly and has turned a knob waits for the next update, and neither for a beat nor for a
        snapshot, which is due afterwards.
        """
        self.hurried, self.drawn_at = True, self.stand
        self.next_frame_at = self.next_drawing_at = self.next_snapshot_at = now

    def look_inside(self) -> None:
        """Somebody looks into its layers."""
        self.inside, self.inside_updates = isinstance(self.trainer, Trainer), -1

    @property
    def undrawn(self) -> bool:
        """Somebody draws it, and has not seen the weights as they are now."""
        weights = (self.drawn or self.exact) and self.drawn_at != self.stand
        return weights or (self.inside and self.inside_updates != self.trainer.updates)

    def epoch_ended(self, now: float, costs: Costs) -> None:
        if self.kind == self.trainer.kind:
            self.cost.add(self.spent_s)
        else:
            self.kind = self.trainer.kind
            self.cost = costs.of(self.kind)
        self.spent_s = 0.0
        self.pace.epoch_ended(now, self.cost.seconds or 0.0)


@dataclass
class Stretch:
    """How much longer computing takes here than it would on a machine that does nothing else.

    Of all runs together since the last look: an epoch in which the machine did something else tells nothing of its run.
    """

    now: float = 1.0
    took_s: float = 0.0
    computed_s: float = 0.0

    def add(self, took_s: float, computed_s: float) -> None:
        self.took_s += took_s
        self.computed_s += computed_s

    def look(self) -> None:
        if self.computed_s > 0:
            latest = min(LONGEST_STRETCH, max(1.0, self.took_s / self.computed_s))
            self.now = (self.now + latest) / 2
        self.took_s = self.computed_s = 0.0


class Worker:
    """The loop: obey what has come in, train one slice, send what is due.

    Args:
        inbox: messages from the web process.
        send: puts messages on the way to it, all that there are with one write.
        suspect: where to note the run being computed.
        clock: seconds; must be the clock of the trainers' deadlines.
        computed: seconds that this thread has computed, the time left out in which the machine did something else.
    """

    def __init__(
        self,
        inbox: "queue.SimpleQueue[Message]",
        send: Callable[[Sequence[Message]], None],
        suspect: Suspect,
        clock: Callable[[], float] = time.perf_counter,
        computed: Callable[[], float] = time.thread_time,
    ) -> None:
        self._inbox, self._send_all, self._suspect = inbox, send, suspect
        self._clock, self._computed = clock, computed
        self._outbox: list[Message] = []
        self._slots: dict[str, Slot] = {}
        self._slicer = Slicer(clock)
        self._tempo, self._stretch, self._costs = Tempo(), Stretch(), Costs()
        self._outgoing: list[Frame] = []
        self._taken: list[Checkpoint] = []
        self._next_beat_at = self._next_snapshot_at = self._next_taken_at = 0.0
        self._gone, self._next_tidy_at = 0, clock() + TIDY_S
        self._quit = False

    def run(self) -> None:
        while not self._quit:
            self._obey_messages()
            self._send_off()  # a batch may take seconds
            run = self._slicer.next()
            if run is not None:
                self._guarded(run, self._train)
            self._send_what_is_due()
            self._send_off()

    # --- messages

    def _obey_messages(self) -> None:
        """What waits, up to the first new run, which shows a point before the next one is begun.

        If there is nothing to compute, sleep until there is, or until a message comes.
        """
        wait = self._seconds_to_wait()
        with suppress(queue.Empty):
            message = self._inbox.get(timeout=wait) if wait > 0 else self._inbox.get_nowait()
            self._obey(message)
            while not self._quit and not isinstance(message, Start):
                message = self._inbox.get_nowait()
                self._obey(message)

    def _seconds_to_wait(self) -> float:
        now, ready_at = self._clock(), self._slicer.earliest()
        if ready_at is not None and ready_at <= now:
            return 0.0
        due = [
            max(slot.next_frame_at if slot.points else slot.next_drawing_at, self._next_beat_at)
            for slot in self._slots.values()
            if slot.points or slot.undrawn
        ]
        if ready_at is not None:
            due.append(ready_at)
        return max(0.0, min([*due, now + LONGEST_WAIT_S]) - now)

    def _obey(self, message: Message) -> None:
        match message:
            case Start():
                self._guarded(message.run, lambda _: self._start(message), message)
            case Order() if message.run in self._slots:
                self._guarded(message.run, lambda _: self._order(message))
            case Drop():
                self._drop(message.run)
            case Ping():
                self._stretch.look()
                self._set_tempo(Tempo(message.room, message.late))
                self._send(Pong(message.number, len(self._slots), *self._asked_for(), self._stretch.now))
                self._tidy()
            case Quit():
                self._quit = True

    def _start(self, message: Start) -> None:
        arrays = _mapped(message.arrays)
        trainer = job_of(message.spec, arrays, self._clock)
        if message.snapshot:
            trainer.restore(message.snapshot)
        elif isinstance(trainer, Trainer):
            trainer.make_ready()
        pace = Pace(message.epochs_per_s, self._clock(), self._tempo, message.updates_per_s)
        slot = self._slots[message.run] = Slot(trainer, pace, self._clock() + SNAPSHOT_S)
        for exact, wanted in ((False, message.drawn), (True, message.exact)):
            if wanted:
                slot.draw(exact)
        if message.inside:
            slot.look_inside()
        for order in message.orders:
            self._apply(slot, order)
        known = bool(message.snapshot) and not message.orders  # to who sent it
        self._report(message.run, slot, save=not known)

    def _order(self, message: Order) -> None:
        slot, is_drawing = self._slots[message.run], message.command == Draw.__name__
        is_kept = slot.kept_order == slot.last_order
        self._apply(slot, message)
        if is_drawing and is_kept:  # nothing of the run has changed
            slot.kept_order = slot.last_order
        hurried = slot.exact and slot.trainer.state == "running"
        self._report(message.run, slot, save=not is_drawing and not hurried)
        if hurried:
            self._next_beat_at = self._clock()
            slot.hurry(self._next_beat_at)

    def _apply(self, slot: Slot, message: Order) -> None:
        command = command_of(message)
        if message.arrays and isinstance(slot.trainer, Trainer):
            slot.trainer.take_arrays(_mapped(message.arrays))
        slot.last_order = message.number
        if isinstance(command, Speed):
            slot.pace.set(command.epochs_per_s, command.updates_per_s, self._clock())
        elif isinstance(command, Draw) and command.inside:
            slot.look_inside()
        elif isinstance(command, Draw):
            slot.draw(command.exact)
        elif isinstance(command, Resume | Step):
            slot.pace.ready_at = self._clock()
        slot.trainer.apply(command)

    def _set_tempo(self, tempo: Tempo) -> None:
        self._tempo = tempo
        for slot in self._slots.values():
            slot.pace.tempo = tempo

    def _asked_for(self) -> tuple[tuple[float, ...], int]:
        """Seconds of computing for each second that the pace of each run asks for, and how many runs have none."""
        going = [slot for run, slot in self._slots.items() if run in self._slicer]
        paced = [slot for slot in going if slot.pace.is_kept]
        loads = [
            slot.pace.load(slot.cost.seconds, slot.trainer.updates_per_epoch)
            for slot in paced
            if slot.cost.seconds is not None
        ]
        return tuple(round(load, 6) for load in loads), len(going) - len(paced)

    def _drop(self, run: str) -> None:
        self._gone += self._slots.pop(run, None) is not None
        self._slicer.remove(run)

    def _tidy(self) -> None:
        """A network holds itself in a circle of references, and the C library keeps what is freed."""
        many = self._gone >= max(MANY_GONE, len(self._slots) // 8)
        if many or (self._gone and self._clock() >= self._next_tidy_at):
            self._gone, self._next_tidy_at = 0, self._clock() + TIDY_S
            gc.collect()
            give_back()

    # --- training

    def _guarded(self, run: str, action: Callable[[str], None], start: Start | None = None) -> None:
        """Do something for one run; whatever goes wrong ends that run with a reason and no other."""
        self._suspect.name(run)
        try:
            action(run)
        except Exception as error:  # noqa: BLE001  # the other runs of this process must go on
            self._fail(run, reason_of(error), start)
        self._suspect.clear()

    def _train(self, run: str) -> None:
        slot = self._slots[run]
        trainer, done = slot.trainer, slot.trainer.epochs_done
        began, computed = self._clock(), self._computed()
        self._advance(run, slot)
        computed_s = self._computed() - computed
        self._slicer.took(run, computed_s)
        self._stretch.add(self._clock() - began, computed_s)
        slot.spent_s += computed_s
        if trainer.epochs_done > done:
            slot.epoch_ended(self._clock(), self._costs)
            slot.points.extend(trainer.take_points())
            for epoch, state in trainer.take_checkpoints():
                self._taken.append(Checkpoint(run, epoch, state))
            if self._slicer.is_fresh(run):
                self._show_first_point(run, slot)
        if trainer.state == "running":
            self._slicer.set_ready(run, self._ready_at(slot))
        else:
            self._report(run, slot)

    def _advance(self, run: str, slot: Slot) -> None:
        """One slice; one epoch at most, or one update, where a pace is to be kept."""
        deadline, trainer = self._slicer.deadline(self._period()), slot.trainer
        epochs = None if slot.pace.epochs_per_s is None else 1
        if not isinstance(trainer, Trainer):
            trainer.advance(deadline, epochs)
            return
        one_by_one = slot.hurried or slot.pace.updates_per_s is not None
        updates, computed = trainer.updates, self._computed()
        trainer.advance(deadline, epochs, updates=1 if one_by_one else None, called=partial(self._calls, run))
        if trainer.updates > updates:
            slot.hurried = False
            slot.pace.update_made(self._clock(), self._computed() - computed)

    def _calls(self, run: str) -> bool:
        """Whether a message waits, which may be a command; before its first point a run hears none."""
        return not self._inbox.empty() and not self._slicer.is_fresh(run)

    def _ready_at(self, slot: Slot) -> float:
        """When the run may have its next turn: an epoch that has begun is gone on with at once."""
        by_update = slot.pace.updates_per_s is not None
        return slot.pace.ready_at if by_update or slot.trainer.between_epochs else 0.0

    def _show_first_point(self, run: str, slot: Slot) -> None:
        """The first point of a new run waits for no beat."""
        self._slicer.shown(run)
        slot.next_frame_at = self._clock() + self._period(slot)
        self._encode(run, slot)
        self._flush()

    def _fail(self, run: str, reason: Reason, start: Start | None) -> None:
        """Keep what a run had; without a trainer only the reason can be told."""
        slot = self._slots.get(run)
        if slot is not None:
            slot.trainer.state, slot.trainer.reason = "failed", reason
            self._report(run, slot)
        elif start is not None:
            self._send(first_status(run, start.spec, 0, "failed", reason))

    # --- telling

    def _report(self, run: str, slot: Slot, *, save: bool = True) -> None:
        """After a command or a change of state: points, snapshot and status, in this order, and at once.

        A snapshot must never be ahead of the points that were sent: they would be missing after a crash.
        """
        self._encode(run, slot)
        if slot.undrawn:
            self._encode_drawing(run, slot)
        self._hand_in()
        self._flush()
        if save:
            self._save(run, slot)
        self._tell(slot, slot.trainer.status(run))
        if slot.trainer.state == "running":
            self._slicer.set_ready(run, self._ready_at(slot))
        else:
            self._slicer.remove(run)
        if slot.trainer.state in ENDED:
            self._drop(run)

    def _tell(self, slot: Slot, status: Status) -> None:
        slot.told = status.told
        self._send(replace(status, last_order=slot.kept_order))

    def _save(self, run: str, slot: Slot, so_far: SoFar | None = None) -> None:
        """Takes as little of the worker's time as of the run's, however many runs there are and however large."""
        if slot.exact:
            self._send_off()  # whoever looks at it does not wait for what is kept
        began = self._clock()
        slot.kept_order = slot.last_order
        self._send(Snapshot(run, slot.trainer.epochs_done, slot.trainer.snapshot(), so_far))
        now = self._clock()
        rest = max((now - began) / SNAPSHOT_SHARE, 1 / SNAPSHOTS_PER_S)
        self._next_snapshot_at = max(self._next_snapshot_at, now - SLOWEST_BEAT_S) + rest
        slot.next_snapshot_at = now + max(SNAPSHOT_S, rest)

    def _period(self, slot: Slot | None = None) -> float:
        """Seconds between two frames of one run: its points come along with its parameters where they are told."""
        per_s = self._tempo.parameters_per_s if slot is not None and slot.exact else self._tempo.frames_per_s
        return max(1 / per_s, len(self._slicer) / WORKER_FRAMES_PER_S)

    def _send_what_is_due(self) -> None:
        """In a common beat: what goes out for many runs at once costs the web process little more than for one."""
        now = self._clock()
        if now >= self._next_beat_at:
            if now >= self._next_taken_at or sum(len(one.data) for one in self._taken) >= TAKEN_BYTES:
                self._hand_in()
            self._encode_what_is_due(now)
            self._flush()
            self._save_what_is_due(now)
            if self._outbox:
                beat_s = max(QUICKEST_BEAT_S, self._period() / BEATS_PER_FRAME, len(self._slicer) / RUNS_PER_BEAT_S)
                self._next_beat_at = _next(self._next_beat_at, min(SLOWEST_BEAT_S, beat_s), now)

    def _encode_what_is_due(self, now: float) -> None:
        for run, slot in self._slots.items():
            if slot.points and now >= slot.next_frame_at:
                slot.next_frame_at = _next(slot.next_frame_at, self._period(slot), now)
                self._encode(run, slot)
            elif slot.undrawn and not slot.points and now >= slot.next_drawing_at:
                self._encode_drawing(run, slot)

    def _save_what_is_due(self, now: float) -> None:
        """Who waits longest first, as far as the share of the time goes; of runs whose points have all been sent, as
        they are whenever a frame has just gone out: others would need one of its own.
        """
        due = [
            (run, slot)
            for run, slot in self._slots.items()
            if slot.next_snapshot_at <= now and not slot.points and slot.trainer.state == "running"
        ]
        for run, slot in sorted(due, key=lambda one: one[1].next_snapshot_at):
            if self._next_snapshot_at > now:
                break
            status = slot.trainer.status(run)
            if status.told == slot.told:
                self._save(run, slot, SoFar(status.updates, status.compute_s, slot.last_order))
            else:
                self._save(run, slot)
                self._tell(slot, status)

    def _encode(self, run: str, slot: Slot) -> None:
        points, slot.points = slot.points, Points()
        if points:
            progress = Progress(slot.trainer.updates, slot.trainer.compute_s, time.time())
            frame = Frame(run, points.epochs[0], points.epochs[-1], encode(points, progress))
            self._outgoing.append(self._drawn(frame, slot))

    def _encode_drawing(self, run: str, slot: Slot) -> None:
        """The weights alone, between two epochs."""
        epoch = slot.trainer.epochs_done
        frame = self._drawn(Frame(run, epoch, epoch, b""), slot)
        if frame.weights or frame.parameters:
            self._outgoing.append(frame)

    def _drawn(self, frame: Frame, slot: Slot) -> Frame:
        """The frame with the weights that pages draw, as often as the tempo allows, and when the run comes to rest."""
        now, trainer = self._clock(), slot.trainer
        if not slot.undrawn or not isinstance(trainer, Trainer):
            return frame
        if now < slot.next_drawing_at and trainer.state == "running":
            return frame
        per_s = self._tempo.parameters_per_s if slot.exact else self._tempo.drawings_per_s
        slot.next_drawing_at = _next(slot.next_drawing_at, 1 / per_s, now)
        is_new, slot.drawn_at = slot.drawn_at != slot.stand, slot.stand
        weights = trainer.drawn() if slot.drawn and is_new else b""
        inside = trainer.inside() if slot.inside else b""  # b"" where it is too early: then it is still to come
        if inside:
            slot.inside_updates = trainer.updates
        return frame._replace(
            weights=weights + inside, parameters=trainer.parameters() if slot.exact and is_new else b""
        )

    def _hand_in(self) -> None:
        """The checkpoints that have been taken."""
        if self._taken:
            self._next_taken_at = self._clock() + TAKEN_S
            self._send(Taken(self._taken))
            self._taken = []

    def _flush(self) -> None:
        """The frames."""
        if self._outgoing:
            self._send(Frames(self._outgoing))
            self._outgoing = []

    def _send(self, message: Message) -> None:
        self._outbox.append(message)

    def _send_off(self) -> None:
        if self._outbox:
            outbox, self._outbox = self._outbox, []
            self._send_all(outbox)


def _mapped(paths: dict[str, str]) -> Arrays:
    return {name: np.load(path, mmap_mode="r", allow_pickle=False) for name, path in paths.items()}


def _next(before: float, period: float, now: float) -> float:
    """When something that was due at `before` and is done now is due again: late by less than a period, on the beat."""
    return max(before, now - period) + period
