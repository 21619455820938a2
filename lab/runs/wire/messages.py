"""The only vocabulary between a page, the web process and a worker: commands, messages, and how they cross a pipe.

Nothing is pickled. A message crosses as a JSON header followed by the raw bytes it carries, so that reading one
can build nothing but plain values and the classes of this module.
"""

import json
import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, is_dataclass
from io import BufferedIOBase
from typing import Any, BinaryIO, Literal, NamedTuple

from lab.runs.wire.spec import JobSpec, KnobTurn
from lab.runs.wire.typed import typed

PROTOCOL = 9

RunState = Literal["queued", "running", "paused", "finished", "stopped", "diverged", "failed", "lost"]
ENDED: tuple[RunState, ...] = ("finished", "stopped", "diverged", "failed", "lost")


@dataclass(frozen=True)
class Reason:
    """Why a run ended as it did: key and blanks of a sentence of the catalogue (`lab.texts.say_error` says it)."""

    code: str
    values: dict[str, Any]


# --- commands: what a person may ask of a run. Each takes effect between two batches.


@dataclass(frozen=True)
class Pause:
    """Hold the run before its next update."""


@dataclass(frozen=True)
class Resume:
    """Go on after a pause."""


@dataclass(frozen=True)
class Step:
    """Go on to the end of the `epochs`-th epoch from here, or for so many updates, then pause.

    An epoch whose last update that is ends with it.
    """

    epochs: int = 1
    updates: int | None = None


@dataclass(frozen=True)
class Stop:
    """End the run and keep what it has learned."""


@dataclass(frozen=True)
class Speed:
    """At most so many epochs a second, or updates; None: as fast as possible. Changes no number: it is in no record."""

    epochs_per_s: float | None = None
    updates_per_s: float | None = None


@dataclass(frozen=True)
class Draw:
    """Tell the weights that a page draws, too, from now on. Changes no number, so it is in no record.

    Args:
        exact: all of them as they are, where the network is small enough.
        inside: instead of them a few numbers of each layer.
    """

    exact: bool = False
    inside: bool = False


@dataclass(frozen=True)
class SetLearningRate:
    value: float


@dataclass(frozen=True)
class SetBatchSize:
    value: int


InnerKnob = Literal["l1", "l2", "dropout", "momentum", "weight"]


@dataclass(frozen=True)
class SetInside:
    """Turn a knob inside the network, see `lab.runs.work.knobs`; a KnobTurn without its position."""

    name: InnerKnob
    value: float
    layer: str = ""
    array: str = ""
    index: tuple[int, ...] = ()


@dataclass(frozen=True)
class SetData:
    """Learn from other rows of the same inputs from the next epoch on; the weights stay.

    Args:
        source: what they are made from, as JSON.
    """

    source: str


@dataclass(frozen=True)
class Extend:
    """Set the total number of epochs. A run that has ended goes on from its trained weights if the total is higher."""

    epochs: int


Command = Pause | Resume | Step | Stop | Speed | Draw | SetLearningRate | SetBatchSize | SetInside | SetData | Extend


# --- web process to worker


@dataclass(frozen=True)
class Order:
    """A command for one run; `command` is its name and `values` its fields. A Status says which order it has obeyed.

    `arrays` are further ones that it needs, as those of Start.
    """

    run: str
    number: int
    command: str
    values: dict[str, Any]
    arrays: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """Begin a run, or go on with one from its last snapshot.

    Args:
        run: the run's id.
        spec: what to compute, without its arrays.
        arrays: name of each array -> path of its .npy file.
        snapshot: what the Trainer wrote last, or empty bytes for a new run.
        epochs_per_s, updates_per_s: pace, None for as fast as possible.
        orders: commands to obey before the first update.
        drawn, exact, inside: which kinds of Draw were obeyed before.
    """

    run: str
    spec: JobSpec
    arrays: dict[str, str]
    snapshot: bytes
    epochs_per_s: float | None
    orders: tuple[Order, ...]
    drawn: bool = False
    exact: bool = False
    inside: bool = False
    updates_per_s: float | None = None


@dataclass(frozen=True)
class Drop:
    """Forget a run at once; no answer."""

    run: str


@dataclass(frozen=True)
class Ping:
    """Are you there? `room` and `late`: the `lab.runs.wire.tempo.Tempo` in force."""

    number: int
    room: float = math.inf
    late: int = 0


@dataclass(frozen=True)
class Quit:
    pass


# --- worker to web process


@dataclass(frozen=True)
class Hello:
    index: int
    pid: int
    protocol: int


class Frame(NamedTuple):
    """A ready server-sent event with the points of one run from epoch `first` to `last`.

    `weights` and `parameters` are others, of `lab.runs.work.drawn`, as of then; b"" where nobody draws them. Between
    two epochs a frame may hold them alone: its `event` is then empty.
    """

    run: str
    first: int
    last: int
    event: bytes
    weights: bytes = b""
    parameters: bytes = b""


@dataclass(frozen=True)
class Frames:
    """Frames of several runs, relayed without being read."""

    frames: list[Frame]


@dataclass(frozen=True)
class Status:
    """Where a run is. `epoch` counts finished epochs; `changes` is the log of commands that changed the numbers."""

    run: str
    state: RunState
    epoch: int
    epochs: int
    updates: int
    updates_per_epoch: int
    compute_s: float
    learning_rate: float
    batch_size: int
    changes: tuple[KnobTurn, ...]
    reason: Reason | None
    last_order: int = 0

    @property
    def told(self) -> tuple[object, ...]:
        """What of it readers must be told: how far the run has come, its frames tell."""
        return (
            self.state,
            self.reason,
            self.learning_rate,
            self.batch_size,
            self.epochs,
            self.updates_per_epoch,
            self.changes,
        )


class SoFar(NamedTuple):
    """The only fields of a Status that change while a run just goes on."""

    updates: int
    compute_s: float
    last_order: int


@dataclass(frozen=True)
class Snapshot:
    """All that is needed to go on with a run elsewhere, taken when `epoch` epochs were finished.

    `so_far` stands in place of a Status of which all the rest is as it was; None where a Status is sent, too.
    """

    run: str
    epoch: int
    data: bytes
    so_far: SoFar | None = None


class Checkpoint(NamedTuple):
    """The state of a run when `epoch` epochs were finished, kept for looking back; see `lab.runs.wire.checkpoints`."""

    run: str
    epoch: int
    data: bytes


@dataclass(frozen=True)
class Taken:
    """Checkpoints of several runs."""

    checkpoints: list[Checkpoint]


@dataclass(frozen=True)
class Pong:
    """The answer to a Ping.

    Args:
        runs: how many the worker hosts.
        loads: of each run with a pace the seconds of computing that this pace asks for in each second.
        unpaced: how many go as fast as possible.
        stretch: how much longer computing takes there than it would on a machine that does nothing else.
    """

    number: int
    runs: int
    loads: tuple[float, ...] = ()
    unpaced: int = 0
    stretch: float = 1.0


Message = Start | Order | Drop | Ping | Quit | Hello | Frames | Status | Snapshot | Taken | Pong

COMMANDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (Pause, Resume, Step, Stop, Speed, Draw, SetLearningRate, SetBatchSize, SetInside, SetData, Extend)
}
MESSAGES: dict[str, Any] = {
    kind.__name__: kind for kind in (Start, Order, Drop, Ping, Quit, Hello, Frames, Status, Snapshot, Taken, Pong)
}

PIPE_BYTES = 1 << 16  # read at once; as much as fits into a pipe
BLOB = '{"bytes":'  # in a header where bytes come after it; in no string, whose quotation marks have a backslash
_HEADER_LENGTH = struct.Struct(">I")
_LENGTH = struct.Struct(">Q")


def order(run: str, number: int, command: Command) -> Order:
    """A command addressed to a run. Goes by the class's name, so that a reloaded module still speaks the language."""
    return Order(run, number, type(command).__name__, vars(command))


def command_of(message: Order) -> Command:
    """The command inside an Order. Raises KeyError, TypeError or ValueError: it is none, or not one like this."""
    command: Command = typed(COMMANDS[message.command], message.values)
    return command


def pack(message: Message) -> bytes:
    """One message as bytes: length of the header, JSON header, then every bytes value in the order of the header."""
    if isinstance(message, Frames):
        return _pack_frames(message)
    if isinstance(message, Taken):
        return _pack_taken(message)
    if isinstance(message, Snapshot):
        return _pack_snapshot(message)
    blobs: list[bytes] = []

    def place(value: Any) -> dict[str, Any]:
        if isinstance(value, bytes):
            blobs.append(value)
            return {"bytes": len(value)}
        if not is_dataclass(value):
            raise TypeError(f"{type(message).__name__} carries a {type(value).__name__}, which is no plain value")
        return vars(value)

    header = json.dumps([type(message).__name__, vars(message)], default=place, separators=(",", ":")).encode()
    return b"".join((_HEADER_LENGTH.pack(len(header)), header, *blobs))


def _pack_frames(message: Frames) -> bytes:
    """By far the most of all messages: for each frame a row [run, first, last, bytes of each event]; the events."""
    rows = [[frame.run, frame.first, frame.last, *map(len, frame[3:])] for frame in message.frames]
    header = json.dumps([Frames.__name__, rows], separators=(",", ":")).encode()
    events = [event for frame in message.frames for event in frame[3:]]
    return b"".join((_HEADER_LENGTH.pack(len(header)), header, *events))


def _unpack_frames(rows: list[tuple[str, int, int, int, int, int]], data: bytes, cursor: int) -> Frames:
    """Not looked at closely, as each frame is relayed unread."""
    frames = []
    for run, first, last, points, weights, parameters in rows:
        a, b, c = cursor + points, cursor + points + weights, cursor + points + weights + parameters
        frames.append(Frame(run, first, last, data[cursor:a], data[a:b], data[b:c]))
        cursor = c
    return Frames(frames)


def _pack_taken(message: Taken) -> bytes:
    """Likewise: rows [run, epoch, bytes]; the states."""
    rows = [[one.run, one.epoch, len(one.data)] for one in message.checkpoints]
    header = json.dumps([Taken.__name__, rows], separators=(",", ":")).encode()
    return b"".join((_HEADER_LENGTH.pack(len(header)), header, *(one.data for one in message.checkpoints)))


def _unpack_taken(rows: list[tuple[str, int, int]], data: bytes, cursor: int) -> Taken:
    checkpoints = []
    for run, epoch, size in rows:
        checkpoints.append(Checkpoint(run, epoch, data[cursor : cursor + size]))
        cursor += size
    return Taken(checkpoints)


def _pack_snapshot(message: Snapshot) -> bytes:
    """The next most: the name, then [run, epoch, so far]; the rest is the state."""
    header = json.dumps([Snapshot.__name__, [message.run, message.epoch, message.so_far]], separators=(",", ":"))
    return b"".join((_HEADER_LENGTH.pack(len(header)), header.encode(), message.data))


def _unpack_snapshot(values: Any, data: bytes) -> Snapshot:
    run, epoch, so_far = values
    if not isinstance(run, str) or not isinstance(epoch, int):
        raise TypeError(f"{values!r} are no run and no epoch")
    return Snapshot(run, epoch, data, None if so_far is None else SoFar(*so_far))


def unpack(data: bytes) -> Message:
    """The message that `pack` wrote.

    Raises:
        ValueError, TypeError: the bytes are no message of this protocol.
    """
    if len(data) < _HEADER_LENGTH.size:
        raise ValueError("message without a header")
    (length,) = _HEADER_LENGTH.unpack_from(data)
    cursor = _HEADER_LENGTH.size + length

    def lift(value: dict[str, Any]) -> Any:
        nonlocal cursor
        if len(value) != 1 or "bytes" not in value:
            return value
        start, cursor = cursor, cursor + value["bytes"]
        return data[start:cursor]

    header = data[_HEADER_LENGTH.size : cursor].decode()
    hook = lift if BLOB in header else None  # reading takes four times as long with one
    name, values = json.loads(header, object_hook=hook)
    if name not in MESSAGES:
        raise ValueError(f"unknown message {name!r}")
    if name == Frames.__name__:
        return _unpack_frames(values, data, cursor)
    if name == Taken.__name__:
        return _unpack_taken(values, data, cursor)
    if name == Snapshot.__name__:
        return _unpack_snapshot(values, data[cursor:])
    message: Message = typed(MESSAGES[name], values)
    return message


def write_messages(stream: BinaryIO, messages: Iterable[Message]) -> None:
    """Put messages on a pipe, with one write. Raises OSError when nobody reads it any more."""
    packed = [pack(message) for message in messages]
    stream.write(b"".join(part for data in packed for part in (_LENGTH.pack(len(data)), data)))
    stream.flush()


def read_messages(stream: BufferedIOBase) -> Iterator[Message]:
    """Messages from a pipe until the other side has gone; one that it died in the middle of is left out.

    As much as has come is read at once: two reads for each of the many messages of one write took longer than the rest.
    """
    come, read = bytearray(), memoryview(bytearray(PIPE_BYTES))
    while size := stream.readinto1(read):
        come += read[:size]
        start = 0
        with memoryview(come) as view:  # each message is copied once
            while (end := _end(come, start)) <= len(come):
                yield unpack(bytes(view[start + _LENGTH.size : end]))
                start = end
        del come[:start]


def _end(come: bytearray, start: int) -> int:
    """Where the message ends that begins at `start`; behind what has come while its length has not."""
    begins = start + _LENGTH.size
    if begins > len(come):
        return begins
    (length,) = _LENGTH.unpack_from(come, start)
    return begins + int(length)
