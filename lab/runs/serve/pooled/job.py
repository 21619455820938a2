"""What the web process holds of a job that a worker computes: a run, or a part of a study."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import ref

from lab.runs.kept.disk import Laid, Lost
from lab.runs.kept.record import RunRecord, record_of
from lab.runs.orders.study import Piece
from lab.runs.serve.keys import new_key
from lab.runs.serve.pooled.curve import Curve
from lab.runs.serve.pooled.laid_away import Drawer, checkpoints_in
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.wire.messages import ENDED, Command, Frame, Order, Reason, Status, order
from lab.runs.wire.spec import JobSpec
from lab.spec.experiment import Experiment
from lab.verdict.context import RunContext

CRASHES_IN_A_ROW = 2  # of a job while it was being computed: then it is the cause
CRASHES = 5  # of one that gets on a little each time
BESIDES_BYTES = 20_000  # that any job takes: its experiment, its spec and so on

Clock = Callable[[], float]


@dataclass(slots=True)
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


@dataclass(slots=True)
class Orders:
    """Commands sent and not yet answered, so that a crash swallows none."""

    waiting: list[Order] = field(default_factory=list)
    sent: int = 0

    def add(self, job: str, command: Command) -> Order:
        """The command as it goes on its way."""
        self.sent += 1
        self.waiting.append(order(job, self.sent, command))
        return self.waiting[-1]

    def answered(self, last: int) -> None:
        """All up to number `last` have been obeyed."""
        self.waiting = [order for order in self.waiting if order.number > last]


@dataclass(slots=True)
class Blame:
    """How often a job was being computed when its worker died."""

    in_a_row: int = 0  # a new point sets it back
    total: int = 0

    def add(self) -> None:
        self.in_a_row += 1
        self.total += 1

    @property
    def proven(self) -> bool:
        """The job itself must be the cause."""
        return self.in_a_row >= CRASHES_IN_A_ROW or self.total >= CRASHES


class Wakeable(Protocol):
    """What a sleeping reader waits on: an asyncio.Event, or anything else that can be set."""

    def set(self) -> None: ...


class Listener(Protocol):
    """An open stream, as its job sees it: what it sleeps on, and whether there is more for it than what lies ready."""

    sleeper: Wakeable
    behind: bool

    def take(self, frame: Frame) -> None:
        """A frame has come in."""


@dataclass(eq=False, kw_only=True, slots=True, weakref_slot=True)  # in a dictionary so many fields take two kilobytes
class Job:
    """What runs and parts of studies have in common.

    Args:
        spec: what a worker is to compute; arrays: name -> path of the .npy file.
        created: seconds since 1970.
        status: what its Trainer last said; version: counts what of it readers were told.
        saved: its last snapshot, or the file in which that lies; snapshots: counts them.
        seen_at: when somebody last looked at it, by the clock of the hub.
        worker: its number; None while it waits for a place.
        queue_position: 1 for the next one to get a place, 0 for one that has it; queue_wait_s: until then, if known.
        parked: paused because nobody reads it; goes on when somebody does.
        resting: paused, and no worker has it until it is asked for something: all of it is in `snapshot`.
        heard_at: when its worker last said where it is.
        stream: key of its stream: who holds it may read that, and nothing else.
        needs_bytes: how large its snapshot will be, about; known before there is one.
        drawn: whether its worker was asked for the weights that a page draws; weights: the event that told them last.
        exact, parameters: likewise, all of them as they are.
        inside: whether it was asked for numbers of the layers, which come with the weights.
        readers: open streams.
    """

    id: str
    owner: str
    spec: JobSpec
    arrays: dict[str, str]
    created: float
    status: Status
    stopwatch: Stopwatch
    seen_at: float
    epochs_per_s: float | None = None
    updates_per_s: float | None = None
    worker: int | None = None
    queue_position: int = 0
    queue_wait_s: float | None = None
    saved: bytes | Laid = b""
    snapshots: int = 0
    orders: Orders = field(default_factory=Orders)
    blame: Blame = field(default_factory=Blame)
    curve: Curve = field(default_factory=Curve)
    parked: bool = False
    resting: bool = False
    heard_at: float = 0.0
    time_over: bool = False
    version: int = 0
    stream: str = field(default_factory=new_key)
    readers: dict[int, Listener] = field(default_factory=dict)
    needs_bytes: int = 0
    drawn: bool = False
    weights: bytes = b""
    exact: bool = False
    inside: bool = False
    parameters: bytes = b""

    @property
    def active(self) -> bool:
        """Not ended: it waits, runs or is paused."""
        return self.status.state not in ENDED

    @property
    def snapshot(self) -> bytes:
        """The last one. Raises RunError "disk.…" where it lies in a file."""
        return self.saved.read() if isinstance(self.saved, Laid) else self.saved

    @snapshot.setter
    def snapshot(self, snapshot: bytes) -> None:
        self.saved = snapshot

    def fetch(self) -> None:
        """Have at hand again what lies in files. Raises RunError "disk.…"."""
        self.snapshot = self.snapshot

    def keep_points_once(self) -> None:
        """What the snapshot has of the curve's points is kept nowhere else."""
        there = ref(self)  # a curve that held its run would hold itself

        def snapshot() -> bytes:
            job = there()
            return b"" if job is None else job.snapshot

        self.curve.rest(snapshot)

    @property
    def held_bytes(self) -> int:
        """What it takes of the memory of the web process; of a snapshot in a file, as soon as somebody looks at it."""
        drawn = len(self.weights) + len(self.parameters)
        return BESIDES_BYTES + len(self.saved) + drawn + self.curve.held_bytes


@dataclass(eq=False, kw_only=True, slots=True)
class LiveRun(Job):
    """A run in its owner's list.

    Args:
        number: the owner's first run is number 1.
        states: checkpoints of its epochs, or the file in which they lie; None of a run that has ended and has them in
            the store alone.
        saving: on its way to the disk: it must not be forgotten before it is there.
        deleted: its owner wants it kept nowhere.
        came_back: its server ended; it waits for its owner to let it go on.
        unsaved: why it could not be written to the disk yet.
        beside: id of the run that it is looked at side by side with; both are held, resumed and paced together.
    """

    number: int
    experiment: Experiment
    context: RunContext
    states: Checkpoints | Laid | None = field(default_factory=dict)
    saving: bool = False
    deleted: bool = False
    came_back: bool = False
    unsaved: Reason | None = None
    beside: str | None = None

    @property
    def checkpoints(self) -> Checkpoints | None:
        """None at hand of those that are damaged: they are computed again. Raises RunError "disk.…"."""
        try:
            return checkpoints_in(self.states) if isinstance(self.states, Laid) else self.states
        except Lost:
            return {}

    @checkpoints.setter
    def checkpoints(self, checkpoints: Checkpoints | None) -> None:
        self.states = checkpoints

    @property
    def held_bytes(self) -> int:
        at_hand = self.states if isinstance(self.states, dict) else {}  # others are thinned when they come back
        return super(LiveRun, self).held_bytes + sum(map(len, at_hand.values()))

    def lay_away(self, drawer: Drawer, lock: AbstractContextManager[Any]) -> None:
        """Let its snapshot and checkpoints lie in files, where nobody has another one meanwhile.

        Args:
            lock: of the hub, which is not held while the disk is busy.

        Raises:
            RunError "disk.…": what could not be written stays as it is.
        """
        saved, states = self.saved, self.states
        if saved and not isinstance(saved, Laid):
            laid = drawer.lay_snapshot(self.id, saved)
            with lock:
                self.saved = laid if self.saved is saved else self.saved
        if states and not isinstance(states, Laid):
            laid = drawer.lay_checkpoints(self.id, states)
            with lock:
                self.states = laid if self.states is states else self.states

    def fetch(self) -> None:
        super(LiveRun, self).fetch()  # a class with slots is made twice, and Python's own `super()` means the first
        self.checkpoints = self.checkpoints

    def record(self) -> RunRecord:
        """As of its last snapshot."""
        return record_of(
            id=self.id,
            owner=self.owner,
            number=self.number,
            experiment=self.experiment,
            created=self.created,
            elapsed_s=self.stopwatch.seconds,
            status=self.status,
            context=self.context,
            snapshot=self.snapshot,
        )


@dataclass(eq=False, kw_only=True, slots=True)
class StudyPart(Job):
    """Those pieces of a study that one worker computes.

    Args:
        note: what its owner should know of where it is computed.
    """

    study: str
    pieces: list[Piece]
    note: Reason | None = None
