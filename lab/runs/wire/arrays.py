"""Named arrays and a few plain values as one block of bytes, with no pickle anywhere.

Snapshots are written each second for each run. `np.savez` needs a zip entry for each array, which for the
thirty small arrays of a toy network takes thirty times as long as this.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray[Any, Any]]

_KINDS = "biufS"  # bool, whole numbers, floats, bytes: values without a reference to any object


def pack_arrays(values: dict[str, Any], arrays: Arrays) -> bytes:
    """`values` (JSON-able) and `arrays` as bytes: one line of JSON, then the arrays' raw bytes one after another."""
    entries = []
    for name, array in arrays.items():
        if array.dtype.kind not in _KINDS:
            raise TypeError(f"array {name!r} has dtype {array.dtype}, which holds objects")
        entries.append([name, array.dtype.str, array.shape])
    header = json.dumps([values, entries], separators=(",", ":")).encode()
    return b"".join((header, b"\n", *(np.ascontiguousarray(array).tobytes() for array in arrays.values())))


def unpack_arrays(data: bytes) -> tuple[dict[str, Any], Arrays]:
    """What `pack_arrays` was given; the arrays are read-only views of `data`.

    Raises:
        ValueError: the bytes were not written by `pack_arrays`, or are cut off.
    """
    end = data.index(b"\n")
    values, entries = json.loads(data[:end])
    arrays: Arrays = {}
    cursor = end + 1
    for name, type_name, shape in entries:
        dtype = np.dtype(type_name)
        if dtype.kind not in _KINDS:
            raise ValueError(f"array {name!r} has dtype {dtype}")
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(data, dtype, count, cursor).reshape(shape)
        cursor += count * dtype.itemsize
    return values, arrays


def data_of(arrays: Arrays, name: str) -> Any:
    """The data called `name` as netcore takes them: one array, or by name of the input or output; None if not there."""
    return arrays[name] if name in arrays else part(arrays, f"{name}/") or None


def rows_at(data: Any, places: Any) -> Any:
    """Some rows of what `data_of` gives, in the same form."""
    if isinstance(data, dict):
        return {name: np.asarray(array[places]) for name, array in data.items()}
    return np.asarray(data[places])


OTHER = "other"  # arrays of data that a run changes to on the way are called other/<digest of their source>/<name>


def other_data(arrays: Arrays, source: str) -> Arrays:
    """The data that a run changed to, by their own names; the first data for no source."""
    if not source:
        return {name: array for name, array in arrays.items() if not name.startswith(f"{OTHER}/")}
    return part(arrays, other_name(source, ""))


def count_of_others(names: Iterable[str]) -> int:
    """How many such data there are among arrays of these names."""
    return len({name.split("/")[1] for name in names if name.startswith(f"{OTHER}/")})


def other_name(source: str, name: str) -> str:
    """What an array of that source is called among all arrays of a run."""
    return f"{OTHER}/{hashlib.sha256(source.encode()).hexdigest()[:16]}/{name}"


def rows_in(arrays: Arrays) -> int:
    """How many rows there are to train on."""
    return len(next(array for name, array in arrays.items() if name == "x" or name.startswith("x/")))


def part(arrays: Arrays, prefix: str) -> Arrays:
    """The arrays whose name starts with `prefix`, under the rest of their name."""
    return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
