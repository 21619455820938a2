"""Points of a curve as one ready server-sent event. The worker encodes it; the web process relays it unread."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lab.runs.wire.points import Columns, Points

EXTRA = "+"  # begins the name of a column that Keras's history does not have; no output of a network is called so
DISPLAY_POINTS = 4000  # more than a screen has pixels


@dataclass(frozen=True)
class Progress:
    """How far a run has come when a frame is sent: updates made, seconds computed, the sender's clock."""

    updates: int
    compute_s: float
    t: float


def encode(points: Points, progress: Progress) -> bytes:
    """One event: `id` is the last epoch in it, the data are columns of equal length, "e" (the epochs) the first.

    Numbers carry six digits, enough for a screen; NaN and infinities, which JSON lacks, become null.
    """
    return _event(points, f'"updates":{progress.updates},"compute_s":{progress.compute_s:.4f},"t":{progress.t!r}')


def _event(points: Points, body: str) -> bytes:
    columns = [
        _column("e", map(str, points.epochs)),
        *(_column(name, map(_number, values)) for name, values in points.history.items()),
        *(_column(f"{EXTRA}{name}", map(_number, values)) for name, values in points.extras.items()),
    ]
    return f"id:{points.epochs[-1]}\ndata:{{{','.join(columns)},{body}}}\n\n".encode()


def decode(frame: bytes) -> Points:
    """The points of an event that `encode` wrote; null becomes NaN."""
    values = json.loads(frame[frame.index(b"data:") + len(b"data:") :])
    points = Points(values.pop("e"))
    for name, column in values.items():
        if isinstance(column, list):
            numbers = [math.nan if value is None else value for value in column] if None in column else column
            if name.startswith(EXTRA):
                points.extras[name.removeprefix(EXTRA)] = numbers
            else:
                points.history[name] = numbers
    return points


def split_extras(columns: Columns) -> tuple[Columns, Columns]:
    """History and extras out of columns in which the names of extras begin with EXTRA."""
    extras = {name.removeprefix(EXTRA): values for name, values in columns.items() if name.startswith(EXTRA)}
    return {name: values for name, values in columns.items() if not name.startswith(EXTRA)}, extras


def event(name: str, values: dict[str, Any]) -> bytes:
    """A named event without an id: a reader that reconnects still asks for the epochs after the last point it got."""
    return f"event:{name}\ndata:{json.dumps(values, separators=(',', ':'))}\n\n".encode()


def reset_event(points: Points) -> bytes:
    """Tells a reader that is too far behind to throw away what it has and draw these points."""
    return b"event:reset\n" + _event(points, '"reset":true')


def cut(frame: bytes, epoch: int) -> bytes:
    """The event without the points up to `epoch`, which its reader has had before."""
    return _event(decode(frame).after(epoch), '"replayed":true')


def _column(name: str, values: Iterable[str]) -> str:
    return f'"{name}":[{",".join(values)}]'


def with_epochs(history: dict[str, list[float]]) -> dict[str, list[float | None]]:
    """Columns as a browser takes them: "e" counts epochs from 1, and what is not finite becomes None."""
    length = max(map(len, history.values()), default=0)
    columns: dict[str, list[float | None]] = {"e": list(range(1, length + 1))}
    return columns | {name: [_finite(value) for value in values] for name, values in history.items()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _number(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else "null"
