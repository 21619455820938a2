"""Figures drawn lately: a page asks for the same one at each script run, and a class for the same ones of a sample.

A figure is known by what it is drawn from, letter by letter, so that all sessions may share it.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final, Protocol

import numpy as np
import plotly.graph_objects as go
from pydantic import BaseModel

from lab.charts.cache import Kept

FIGURES: Final = 100  # some 40 kB each
BYTES: Final = 32_000_000  # of what they are drawn from; a figure takes about as much again


class _NotPlain(Exception):
    """A value whose content cannot be read letter by letter."""


class _Sink(Protocol):
    def update(self, data: bytes, /) -> None: ...


class _Counted:
    """A hash, and how many bytes went into it."""

    def __init__(self) -> None:
        self.hash, self.size = hashlib.sha256(), 0

    def update(self, data: bytes, /) -> None:
        self.hash.update(data)
        self.size += len(data)


_kept: Kept[go.Figure] = Kept(FIGURES, BYTES)


def once_drawn(make: Callable[..., go.Figure], *args: Any, **options: Any) -> go.Figure:
    """What `make` draws from these arguments, drawn now or kept from before. Nobody may change it.

    From an argument that is neither a plain value nor made of such it is drawn anew each time.
    """
    seen = _Counted()
    try:
        _feed(seen, (make.__module__, make.__qualname__, args, options))
    except _NotPlain:
        return make(*args, **options)
    key = seen.hash.digest()
    figure = _kept.get(key)
    if figure is None:
        figure = make(*args, **options)
        _kept.put(key, figure, seen.size)
    return figure


def _feed(sink: _Sink, value: Any) -> None:
    """Type and content of a value; what differs in either never feeds the same. Raises _NotPlain."""
    if value is None or isinstance(value, bool | int | float | str | bytes | np.generic | Enum):
        sink.update(f"{type(value).__name__}:{value!r};".encode(errors="surrogatepass"))
    elif isinstance(value, np.ndarray) and value.dtype != object:
        sink.update(f"array:{value.dtype.str}{value.shape};".encode())
        sink.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, list | tuple | range | np.ndarray):
        _feed_items(sink, value)
    elif isinstance(value, Mapping):
        sink.update(f"mapping:{len(value)};".encode())
        for name, one in value.items():
            _feed(sink, name)
            _feed(sink, one)
    elif is_dataclass(value) and not isinstance(value, type):
        sink.update(f"{type(value).__qualname__}:".encode())
        for field in fields(value):
            _feed(sink, getattr(value, field.name))
    elif isinstance(value, BaseModel):
        sink.update(f"{type(value).__qualname__}:{value.model_dump_json()};".encode())
    else:
        raise _NotPlain


def _feed_items(sink: _Sink, values: Any) -> None:
    sink.update(f"{type(values).__name__}:{len(values)};".encode())
    if set(map(type, values)) <= {float, int}:
        sink.update(repr(list(values)).encode())
        return
    for one in values:
        _feed(sink, one)
