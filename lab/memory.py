"""What a process takes of the machine's memory."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

M_ARENA_MAX: Final = -8  # as in its malloc.h


def tidy() -> None:
    """Free what holds itself in circles of references, once there may be much of it, and give it back.

    Python waits until a quarter more has gathered than it looked through last: in a class some 20 MB of sessions that
    have gone and messages that were sent.
    """
    if gc.get_count()[2] > gc.get_threshold()[2]:
        gc.collect()
    give_back()


def give_back() -> None:
    """Hand freed memory back to the system: Linux's C library keeps blocks as large as an upload, for each thread."""
    with _linux() as library:
        library.malloc_trim(0)


def have_one_heap() -> None:
    """Before there is a second thread: its own heap would keep the room at its end, whatever is given back."""
    with _linux() as library:
        library.mallopt(M_ARENA_MAX, 1)


@contextmanager
def _linux() -> Iterator[ctypes.CDLL]:
    """The C library. Another system, or another library, has ways of its own."""
    with suppress(OSError, AttributeError):
        yield ctypes.CDLL("libc.so.6")


def peak_bytes() -> int:
    """The most memory that this process has had; 0 where the system does not tell.

    Linux's `ru_maxrss` would tell that of the web process, too, which this one was forked from.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0
