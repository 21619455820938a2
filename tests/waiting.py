"""How tests wait: for what has to come, never for time.

The bound is there to end a test whose event never comes. It says nothing about speed (the benchmarks do), so it is
far longer than anything takes on a crowded machine, and a test that is right never meets it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

LONGEST_S = 150.0
MOST_WORK_S = 20.0
LONGEST_MS = 1000 * LONGEST_S  # as Playwright counts
LOOK_EVERY_S = 0.01


def wait_for(found: Callable[[], T], what: str, pause: Callable[[float], object] = time.sleep) -> T:
    """Look again and again until `found()` is true, and return what it found.

    Args:
        what: is waited for, as the failure will say it.
        pause: lets the given seconds pass between two looks; a browser's page goes on with its work meanwhile.

    Raises:
        AssertionError: it did not come.
    """
    end = time.monotonic() + LONGEST_S
    while not (value := found()):
        assert time.monotonic() < end, f"waited {LONGEST_S:.0f} s in vain for {what}"
        pause(LOOK_EVERY_S)
    return value


@contextmanager
def bounded_work() -> Iterator[None]:
    """What is done inside costs far less of the processor's time than something that grows without bound would.

    Time of this process alone: it does not count what others do on the machine meanwhile.
    """
    began = time.process_time()
    yield
    assert time.process_time() - began < MOST_WORK_S
