"""The only vocabulary between a page, the web process and a worker: commands, messages, and how they cross a pipe.

Nothing is pickled. A message crosses as a JSON header followed by the raw bytes it carries, so that reading one
can build nothing but plain values and the classes of this module.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, BinaryIO, Literal

PROTOCOL = 1
DEFAULT_EPOCHS_PER_S = 30.0  # an easy data set would otherwise be over before the eye sees a curve move

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
    """Go on to the end of the `epochs`-th epoch from here, then pause."""

    epochs: int = 1


@dataclass(frozen=True)
class Stop:
    """End the run and keep what it has learned."""


@dataclass(frozen=True)
class Speed:
    """At most so many epochs a second; None: as fast as possible. Changes no number, so it is in no record."""

    epochs_per_s: float | None = None


@dataclass(frozen=True)
class SetLearningRate:
    value: float


@dataclass(frozen=True)
class SetBatchSize:
    value: int


@dataclass(frozen=True)
class Extend:
    """Set the total number of epochs. A run that has ended goes on from its trained weights if the total is higher."""

    epochs: int


Command = Pause | Resume | Step | Stop | Speed | SetLearningRate | SetBatchSize | Extend


# --- web process to worker


@dataclass(frozen=True)
class Start:
    """Begin a run, or go on with one from its last snapshot.

    Args:
        run: the run's id.
        spec: what `lab.runs.orders.run.run_spec` made, without its arrays.
        arrays: name of each array -> path of its .npy file.
        snapshot: what the Trainer wrote last, or empty bytes for a new run.
        epochs_per_s: pace, None for as fast as possible.
        orders: [number, command, values] of each command to obey before the first update.
    """

    run: str
    spec: dict[str, Any]
    arrays: dict[str, str]
    snapshot: bytes
    epochs_per_s: float | None
    orders: list[list[Any]]


@dataclass(frozen=True)
class Order:
    """A command for one run; `command` is its name and `values` its fields. A Status says which order it has obeyed."""

    run: str
    number: int
    command: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Drop:
    """Forget a run at once; no answer."""

    run: str


@dataclass(frozen=True)
class Ping:
    number: int


@dataclass(frozen=True)
class Quit:
    pass


# --- worker to web process


@dataclass(frozen=True)
class Hello:
    index: int
    pid: int
    protocol: int


@dataclass(frozen=True)
class Frames:
    """Ready server-sent events: a list of [run, first epoch, last epoch, bytes], relayed without being read."""

    frames: list[list[Any]]


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
    changes: list[dict[str, Any]]
    reason: dict[str, Any] | None
    last_order: int = 0


@dataclass(frozen=True)
class Snapshot:
    """All that is needed to go on with a run elsewhere, taken when `epoch` epochs were finished."""

    run: str
    epoch: int
    data: bytes


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run when `epoch` epochs were finished, kept for looking back; see `lab.runs.wire.checkpoints`."""

    run: str
    epoch: int
    data: bytes


@dataclass(frozen=True)
class Pong:
    number: int
    runs: int


Message = Start | Order | Drop | Ping | Quit | Hello | Frames | Status | Snapshot | Checkpoint | Pong

COMMANDS: dict[str, Any] = {
    kind.__name__: kind for kind in (Pause, Resume, Step, Stop, Speed, SetLearningRate, SetBatchSize, Extend)
}
MESSAGES: dict[str, Any] = {
    kind.__name__: kind for kind in (Start, Order, Drop, Ping, Quit, Hello, Frames, Status, Snapshot, Checkpoint, Pong)
}

_HEADER_LENGTH = struct.Struct(">I")
_MESSAGE_LENGTH = struct.Struct(">Q")


def order(run: str, number: int, command: Command) -> Order:
    """A command addressed to a run. Goes by the class's name, so that a reloaded module still speaks the language."""
    return Order(run, number, type(command).__name__, _values(command))


def command_of(message: Order) -> Command:
    """The command inside an Order."""
    command: Command = COMMANDS[message.command](**message.values)
    return command


def pack(message: Message) -> bytes:
    """One message as bytes: length of the header, JSON header, then every bytes value in the order of the header."""
    blobs: list[bytes] = []

    def place(blob: Any) -> dict[str, int]:
        if not isinstance(blob, bytes):
            raise TypeError(f"{type(message).__name__} carries a {type(blob).__name__}, which is no plain value")
        blobs.append(blob)
        return {"bytes": len(blob)}

    header = json.dumps([type(message).__name__, _values(message)], default=place, separators=(",", ":")).encode()
    return b"".join((_HEADER_LENGTH.pack(len(header)), header, *blobs))


def unpack(data: bytes) -> Message:
    """The message that `pack` wrote.

    Raises:
        ValueError: the bytes are no message of this protocol.
    """
    if len(data) < _HEADER_LENGTH.size:
        raise ValueError("message without a header")
    (length,) = _HEADER_LENGTH.unpack_from(data)
    cursor = _HEADER_LENGTH.size + length

    def lift(value: dict[str, Any]) -> Any:
        nonlocal cursor
        if value.keys() != {"bytes"}:
            return value
        start, cursor = cursor, cursor + value["bytes"]
        return data[start:cursor]

    name, values = json.loads(data[_HEADER_LENGTH.size : cursor], object_hook=lift)
    if name not in MESSAGES:
        raise ValueError(f"unknown message {name!r}")
    message: Message = MESSAGES[name](**values)
    return message


def write_message(stream: BinaryIO, message: Message) -> None:
    """Put one message on a pipe. Raises OSError when nobody reads it any more."""
    data = pack(message)
    stream.write(_MESSAGE_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read_messages(stream: BinaryIO) -> Iterator[Message]:
    """Messages from a pipe until the other side has gone."""
    while len(prefix := stream.read(_MESSAGE_LENGTH.size)) == _MESSAGE_LENGTH.size:
        (length,) = _MESSAGE_LENGTH.unpack(prefix)
        data = stream.read(length)
        if len(data) < length:
            return  # the sender died in the middle of it
        yield unpack(data)


def _values(message: Any) -> dict[str, Any]:
    return {field.name: getattr(message, field.name) for field in fields(message)}
