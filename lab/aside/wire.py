"""What crosses the pipe to such a process: a line of JSON, then the bytes of the arrays announced there. No pickle.

Each array is received into memory of its own, so that a column of a table can be given up by itself.
"""

import json
from typing import Any, BinaryIO

import numpy as np

Values = dict[str, Any]
Arrays = dict[str, np.ndarray[Any, Any]]

KINDS = "biufM"  # truth values, numbers, times: no references to objects


def send(stream: BinaryIO, values: Values, arrays: Arrays | None = None) -> None:
    """Raises BrokenPipeError: nobody reads any more."""
    found = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    entries = [[name, array.dtype.str, array.shape] for name, array in found.items()]
    stream.write(json.dumps([values, entries], default=_plain).encode() + b"\n")
    for array in found.values():
        stream.write(_bytes_of(array))
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Values, Arrays] | None:
    """What `send` was given; None where the stream ends, be it in the middle.

    Raises:
        ValueError: something else stands there.
    """
    header = stream.readline()
    if not header.endswith(b"\n"):
        return None
    values, entries = json.loads(header)
    arrays: Arrays = {}
    for name, type_name, shape in entries:
        dtype = np.dtype(type_name)
        if dtype.kind not in KINDS:
            raise ValueError(f"array {name!r} has dtype {dtype}")
        arrays[name] = np.empty(shape, dtype)
        if not _filled(stream, _bytes_of(arrays[name])):
            return None
    return values, arrays


def _filled(stream: BinaryIO, room: memoryview) -> bool:
    at = 0
    while at < len(room):
        count = stream.readinto(room[at:])  # type: ignore[attr-defined]  # every buffered stream has it
        if not count:
            return False
        at += count
    return True


def _bytes_of(array: np.ndarray[Any, Any]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _plain(value: object) -> object:
    """A number of NumPy's in a note or a refusal."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be sent")
