"""Random streams: every purpose (start weights, order of the rows, each random layer) has a stream of its own.

A stream is named by (seed, purpose, counter), so that using one never shifts another: adding a Dropout layer
does not change the start weights of the Dense layers behind it.
"""

import random
import secrets
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from netcore.config import Array
from netcore.params import IntParam

SEED = IntParam(low=0, optional=True, advanced=True, about="fixes the random numbers")  # of whatever draws some
WHOLE_SEED = IntParam(low=0, high=2**32 - 1, typical=(0, 7))  # of a whole program


class Stream:
    """A random generator whose state can be written down as six uint64 numbers and put back."""

    def __init__(self, seed: int, purpose: str, counter: int) -> None:
        key = np.random.SeedSequence([seed, zlib.crc32(purpose.encode()), counter])
        self.generator = np.random.Generator(np.random.PCG64(key))

    def get_state(self) -> Array:
        """The state as six numbers, uint64."""
        state = self.generator.bit_generator.state
        low = 2**64 - 1
        words = [
            number >> shift & low for number in (state["state"]["state"], state["state"]["inc"]) for shift in (0, 64)
        ]
        return np.array([*words, state["has_uint32"], state["uinteger"]], np.uint64)

    def set_state(self, words: Array) -> None:
        """Put back what `get_state` gave."""
        low_state, high_state, low_inc, high_inc, has, left = (int(word) for word in words)
        self.generator.bit_generator.state = {
            "bit_generator": "PCG64",
            "state": {"state": low_state | high_state << 64, "inc": low_inc | high_inc << 64},
            "has_uint32": has,
            "uinteger": left,
        }


class SideBySide:
    """Random numbers of several streams: array number s is filled from stream number s, as that stream would alone."""

    def __init__(self, streams: Sequence[Stream]) -> None:
        self._streams = streams

    @property
    def generator(self) -> "SideBySide":
        """Itself: it takes the place of a generator."""
        return self

    def random(self, *, out: Array, dtype: Any) -> None:
        """As Generator.random."""
        for stream, part in zip(self._streams, out, strict=True):
            stream.generator.random(out=part, dtype=dtype)

    def standard_normal(self, *, out: Array, dtype: Any) -> None:
        """As Generator.standard_normal."""
        for stream, part in zip(self._streams, out, strict=True):
            stream.generator.standard_normal(out=part, dtype=dtype)


class _Seed(threading.local):
    """The seed in force and how many streams each purpose has taken from it; every thread has its own."""

    def __init__(self) -> None:
        self.seed = secrets.randbits(63)
        self.taken: dict[str, int] = {}


_current = _Seed()


def start_streams(seed: int) -> None:
    """Fix all later random numbers of netcore in this thread, and no others: the process may have several at work."""
    _current.seed = int(seed)
    _current.taken = {}


def set_random_seed(seed: int) -> None:
    """Fix all later random numbers: those of netcore (in this thread), of `numpy.random` and of `random`, as in Keras.

    Same seed, same program, same numbers.

    Raises:
        NetcoreValueError "param.int_…": no whole number from 0 to 2**32 - 1, which is what NumPy takes.
    """
    seed = WHOLE_SEED.check("set_random_seed", "seed", seed)
    start_streams(seed)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  # the generator that programs draw their data from


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within it, random numbers are those after `set_random_seed(seed)`; afterwards those before go on."""
    kept = _current.seed, _current.taken
    others = random.getstate(), np.random.get_state()  # noqa: NPY002
    set_random_seed(seed)
    try:
        yield
    finally:
        _current.seed, _current.taken = kept
        random.setstate(others[0])
        np.random.set_state(others[1])  # noqa: NPY002


def next_stream(purpose: str, seed: int | None = None) -> Stream:
    """The next stream for `purpose`; with a `seed` of its own always the same one."""
    if seed is not None:
        return Stream(seed, purpose, 0)
    counter = _current.taken.get(purpose, 0)
    _current.taken[purpose] = counter + 1
    return Stream(_current.seed, purpose, counter)
