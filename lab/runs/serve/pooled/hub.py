"""The runs that the web process knows: what each last said, its newest frames, and who reads them.

Frames come in from the pool's threads and are PULLED by readers in the event loop, so a slow reader costs one
wait and no queue. Nothing here knows of processes or of HTTP.
"""

import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from lab.errors import RunError
from lab.runs.kept.record import RunSummary, split_extras
from lab.runs.orders.study import Piece
from lab.runs.serve.keys import new_key
from lab.runs.wire.arrays import part, unpack_arrays
from lab.runs.wire.checkpoints import Checkpoints, thinned
from lab.runs.wire.frame import EXTRA, Columns, cut, decimate, decode, event, reset_event
from lab.runs.wire.messages import ENDED, Checkpoint, Frames, Order, Snapshot, Status
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits
from lab.verdict.context import RunContext

RING = 2000  # frames kept for readers that come late; older points come decimated

Clock = Callable[[], float]


class Wakeable(Protocol):
    """What a sleeping reader waits on: an asyncio.Event, or anything else that can be set."""

    def set(self) -> None: ...


def set_all(sleepers: list[Wakeable]) -> None:
    for sleeper in sleepers:
        sleeper.set()


@dataclass
class Stopwatch:
    """Seconds a run has been running, pauses left out."""

    clock: Clock
    total_s: float = 0.0
    since: float | None = None

    def run(self, running: bool) -> None:
        now = self.clock()
        if self.since is not None:
            self.total_s += now - self.since
        self.since = now if running else None

    @property
    def seconds(self) -> float:
        return self.total_s + (0.0 if self.since is None else self.clock() - self.since)


@dataclass(eq=False)
class LiveRun:
    """One run as the web process holds it. Everything below `created` changes while it goes on."""

    id: str
    owner: str
    number: int
    experiment: Experiment | None  # None for a part of a study, which trains many
    spec: dict[str, Any]
    arrays: dict[str, str]  # name -> path of the .npy file
    epochs_per_s: float | None
    created: float
    status: Status
    context: RunContext | None
    stopwatch: Stopwatch
    seen_at: float  # when somebody last read it
    worker: int | None = None  # None while it waits for a place
    snapshot: bytes = b""
    checkpoints: Checkpoints = field(default_factory=dict)
    crashes: int = 0  # in a row: a new point sets it back
    total_crashes: int = 0
    parked: bool = False  # paused because nobody reads it; goes on when somebody does
    time_over: bool = False
    saving: bool = False  # on its way to the disk: it must not be forgotten before it is there
    deleted: bool = False
    stream: str = field(default_factory=new_key)  # key of its stream: who holds it may read that, and nothing else
    study: str = ""  # id of the study that it is a part of: then it is no run in the owner's list
    study_pieces: list[Piece] = field(default_factory=list)  # those in this part
    orders: list[Order] = field(default_factory=list)  # sent, and not yet answered
    orders_sent: int = 0
    ring: deque[tuple[int, int, bytes]] = field(default_factory=deque)  # (first epoch, last epoch, event)
    last_epoch: int = 0  # of the newest point that came in
    history: dict[str, "array[float]"] = field(default_factory=dict)
    read_epoch: int = 0  # points up to here have been read from the ring into `history`
    version: int = 0  # counts status changes
    queue_position: int = 0
    readers: set["Reader"] = field(default_factory=set)

    @property
    def active(self) -> bool:
        return self.status.state not in ENDED

    @property
    def about(self) -> tuple[Experiment, RunContext]:
        """What it trains. Raises RunError "run.unknown" for a part of a study, which is no run to ask for."""
        if self.experiment is None or self.context is None:
            raise RunError("run.unknown")
        return self.experiment, self.context


SweepAction = Literal["park", "forget", "time_over", "drop"]


class Hub:
    """Registry of live runs. Every method may be called from any thread.

    Args:
        limits: grace times and the bound on running time.
        clock: seconds that only go forward.
        wake: told which readers have something new; the web process sets their events in its loop.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Clock = time.monotonic,
        wake: Callable[[list[Wakeable]], None] | None = None,
    ) -> None:
        self.limits, self.clock = limits, clock
        self.wake = wake or set_all
        self._runs: dict[str, LiveRun] = {}
        self._streams: dict[str, LiveRun] = {}  # by the keys of their streams
        self._lock = threading.RLock()

    # --- registry

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Several steps as one."""
        with self._lock:
            yield

    def add(self, run: LiveRun) -> None:
        with self._lock:
            self._runs[run.id] = run
            self._streams[run.stream] = run

    def get(self, run_id: str) -> LiveRun | None:
        return self._runs.get(run_id)

    def streamed(self, key: str) -> LiveRun | None:
        """The run whose stream has this key."""
        return self._streams.get(key)

    def runs(self) -> list[LiveRun]:
        with self._lock:
            return list(self._runs.values())

    def runs_of(self, owner: str) -> list[LiveRun]:
        return [run for run in self.runs() if run.owner == owner and not run.study]

    def parts_of(self, study: str) -> list[LiveRun]:
        """The parts of a study, one for each worker that has some of it."""
        return [run for run in self.runs() if run.study == study]

    def drop(self, run: LiveRun) -> None:
        with self._lock:
            self._runs.pop(run.id, None)
            self._streams.pop(run.stream, None)
        self._wake(run.readers)

    # --- what workers say

    def publish(self, message: Frames) -> None:
        """Take in frames. Points that came before (a worker goes on from its last snapshot) are dropped."""
        sleepers: set[Reader] = set()
        with self._lock:
            for run_id, first, last, frame in message.frames:
                run = self._runs.get(run_id)
                if run is None or last <= run.last_epoch:
                    continue
                self._append(run, first, last, frame)
                sleepers |= run.readers
        self._wake(sleepers)

    def _append(self, run: LiveRun, first: int, last: int, frame: bytes) -> None:
        if first <= run.last_epoch:
            first, frame = run.last_epoch + 1, cut(frame, run.last_epoch)
        run.ring.append((first, last, frame))
        run.last_epoch = last
        run.crashes = 0
        if len(run.ring) > RING:
            self._read_ring(run)
            run.ring.popleft()

    def set_status(self, status: Status) -> LiveRun | None:
        """Take in where a run is. Returns the run if this ended it."""
        with self._lock:
            run = self._runs.get(status.run)
            if run is None or not run.active:
                return None
            run.orders = [order for order in run.orders if order.number > status.last_order]
            run.status = status
            run.version += 1
            run.stopwatch.run(status.state == "running")
            ended = run if status.state in ENDED else None
            sleepers = set(run.readers)
        self._wake(sleepers)
        return ended

    def set_snapshot(self, message: Snapshot) -> None:
        with self._lock:
            run = self._runs.get(message.run)
            if run is not None:
                run.snapshot = message.data

    def keep_checkpoint(self, message: Checkpoint) -> None:
        with self._lock:
            run = self._runs.get(message.run)
            if run is not None:
                run.checkpoints = thinned(run.checkpoints | {message.epoch: message.data}, self.limits.checkpoint_bytes)

    def set_queue_position(self, run: LiveRun, position: int) -> None:
        with self._lock:
            if run.queue_position != position:
                run.queue_position = position
                run.version += 1
                self._wake(run.readers)

    def begin_at(self, run: LiveRun, snapshot: bytes) -> None:
        """A fork does not begin with nothing: the curve up to its snapshot is that of the run it comes from."""
        _, arrays = unpack_arrays(snapshot)
        columns = part(arrays, "history/") | {
            f"{EXTRA}{name}": values for name, values in part(arrays, "extras/").items()
        }
        epochs = max(map(len, columns.values()), default=0)
        run.snapshot, run.last_epoch, run.read_epoch = snapshot, epochs, epochs
        run.history = {name: array("d", values) for name, values in columns.items()}
        run.history["e"] = array("d", range(1, epochs + 1))

    # --- readers

    def subscribe(self, run: LiveRun, last_epoch: int, sleeper: Wakeable) -> "Reader":
        with self._lock:
            reader = Reader(self, run, last_epoch, sleeper)
            run.readers.add(reader)
            run.seen_at = self.clock()
            return reader

    def unsubscribe(self, reader: "Reader") -> None:
        with self._lock:
            reader.run.readers.discard(reader)
            reader.run.seen_at = self.clock()

    def read(self, reader: "Reader") -> list[bytes]:
        """The events that a reader has not had yet; `reader.done` when nothing will follow."""
        with self._lock:
            run, events = reader.run, []
            if reader.version < 0:
                events.append(self._state_event(run))
                reader.version = run.version
            events += self._new_frames(reader)
            if reader.version != run.version:
                reader.version = run.version
                events.append(self._state_event(run))
            if not run.active or run.id not in self._runs:
                events.append(event("end", {"state": run.status.state}))
                reader.done = True
            return events

    def _new_frames(self, reader: "Reader") -> list[bytes]:
        run = reader.run
        if run.last_epoch <= reader.last_epoch:
            return []
        behind = not run.ring or run.ring[0][0] > reader.last_epoch + 1
        if behind:
            frames = [reset_event(decimate(self.columns(run)))]
        else:
            newest_first = []
            for first, last, frame in reversed(run.ring):
                if last <= reader.last_epoch:
                    break
                newest_first.append(frame if first > reader.last_epoch else cut(frame, reader.last_epoch))
            frames = newest_first[::-1]
        reader.last_epoch = run.last_epoch
        return frames

    def _state_event(self, run: LiveRun) -> bytes:
        values = asdict(run.status)
        for name in ("run", "changes", "reason", "last_order"):
            values.pop(name)
        values["elapsed_s"] = run.stopwatch.seconds
        values["queue_position"] = run.queue_position
        return event("state", values)

    # --- the whole curve

    def columns(self, run: LiveRun) -> Columns:
        """All points as columns, "e" among them."""
        with self._lock:
            self._read_ring(run)
            return {name: list(values) for name, values in run.history.items()}

    def summary(self, run: LiveRun) -> RunSummary:
        """One line about a run, without reading its whole curve."""
        with self._lock:
            newest = decode(run.ring[-1][2]) if run.ring else {}
            newest.pop("e", None)
            newest, _ = split_extras(newest)
            return RunSummary(
                id=run.id,
                number=run.number,
                name=run.about[0].name,
                state=run.status.state,
                epoch=max(run.status.epoch, run.last_epoch),
                epochs=run.status.epochs,
                created=run.created,
                metrics={name: values[-1] for name, values in newest.items()},
                compute_s=run.status.compute_s,
                updates=run.status.updates,
            )

    def _read_ring(self, run: LiveRun) -> None:
        """Read the frames that nobody has read yet. Done late, since most frames are only ever relayed."""
        fresh = []
        for _, last, frame in reversed(run.ring):
            if last <= run.read_epoch:
                break
            fresh.append(frame)
        for frame in reversed(fresh):
            for name, values in decode(frame).items():
                run.history.setdefault(name, array("d")).extend(values)
        run.read_epoch = run.last_epoch

    # --- runs that nobody reads

    def sweep(self) -> list[tuple[LiveRun, SweepAction]]:
        """What has to be done now with runs that nobody reads, or that have had their time."""
        now, limits = self.clock(), self.limits
        actions: list[tuple[LiveRun, SweepAction]] = []
        for run in self.runs():
            alone_s = 0.0 if run.readers else now - run.seen_at
            forgotten = alone_s > limits.reader_grace_s + limits.paused_without_reader_s
            if not run.active:
                if forgotten and not run.saving:
                    actions.append((run, "drop"))
            elif limits.running_s is not None and run.stopwatch.seconds > limits.running_s and not run.time_over:
                actions.append((run, "time_over"))
            elif forgotten:
                actions.append((run, "forget"))
            elif alone_s > limits.reader_grace_s and run.status.state == "running" and not run.parked:
                actions.append((run, "park"))
        return actions

    def _wake(self, readers: Iterable["Reader"]) -> None:
        sleepers = [reader.sleeper for reader in readers]
        if sleepers:
            self.wake(sleepers)


@dataclass(eq=False)
class Reader:
    """One open stream: how far it has come.

    Args:
        last_epoch: of the last point it has had; 0 for none.
        sleeper: is set when there is something new.
    """

    hub: Hub
    run: LiveRun
    last_epoch: int
    sleeper: Wakeable
    version: int = -1
    done: bool = False

    def read(self) -> list[bytes]:
        return self.hub.read(self)
