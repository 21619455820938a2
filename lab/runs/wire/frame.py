"""Points of a curve as one ready server-sent event. The worker encodes it; the web process relays it unread."""

import json
import math
from typing import Any

Columns = dict[str, list[Any]]

EXTRA = "+"  # begins the name of a column that Keras's history does not have; no output of a network is called so
DISPLAY_POINTS = 4000  # more than a screen has pixels


def encode(columns: Columns, progress: dict[str, Any]) -> bytes:
    """One event: `id` is the last epoch in it, the data are columns of equal length.

    Args:
        columns: "e" (1-based epochs) and one list for each history key.
        progress: further plain values: updates made, seconds computed, the sender's clock.

    Numbers carry six digits, enough for a screen; NaN and infinities, which JSON lacks, become null.
    """
    parts = [f'"{name}":[{",".join(map(_number, values))}]' for name, values in columns.items()]
    body = json.dumps(progress, separators=(",", ":"))[1:-1]
    return f"id:{columns['e'][-1]}\ndata:{{{','.join(parts)},{body}}}\n\n".encode()


def decode(frame: bytes) -> Columns:
    """The columns of an event that `encode` wrote; null becomes NaN."""
    values = json.loads(frame[frame.index(b"data:") + len(b"data:") :])
    return {
        name: [math.nan if value is None else value for value in column]
        for name, column in values.items()
        if isinstance(column, list)
    }


def event(name: str, values: dict[str, Any]) -> bytes:
    """A named event without an id: a reader that reconnects still asks for the epochs after the last point it got."""
    return f"event:{name}\ndata:{json.dumps(values, separators=(',', ':'))}\n\n".encode()


def reset_event(columns: Columns) -> bytes:
    """Tells a reader that is too far behind to throw away what it has and draw these columns."""
    return b"event:reset\n" + encode(columns, {"reset": True})


def after(columns: Columns, epoch: int) -> Columns:
    """The points after `epoch`."""
    start = sum(e <= epoch for e in columns["e"])
    return {name: values[start:] for name, values in columns.items()}


def cut(frame: bytes, epoch: int) -> bytes:
    """The event without the points up to `epoch`, which its reader has had before."""
    return encode(after(decode(frame), epoch), {"replayed": True})


def decimate(columns: Columns, points: int = DISPLAY_POINTS) -> Columns:
    """At most `points` of the points, evenly spread, the newest always among them."""
    count = len(columns["e"])
    step = max(1, math.ceil(count / points))
    kept = range((count - 1) % step, count, step)
    return {name: [values[index] for index in kept] for name, values in columns.items()}


def with_epochs(history: dict[str, list[float]]) -> Columns:
    """Columns as a browser takes them: "e" counts epochs from 1, and what is not finite becomes None."""
    length = max(map(len, history.values()), default=0)
    columns: Columns = {"e": list(range(1, length + 1))}
    return columns | {name: [_finite(value) for value in values] for name, values in history.items()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _number(value: Any) -> str:
    return f"{value:.6g}" if math.isfinite(value) else "null"
