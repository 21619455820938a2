"""Files that are not small are read in processes of their own: see `lab.aside.pool`."""

import time
from collections.abc import Callable

from lab.aside.pool import AsidePool, Bounds
from lab.aside.progress import Tell
from lab.errors import TableError
from lab.reading.file import FileRead, Wish, read_file
from lab.reading.replies import answered, question
from lab.spec.limits import Limits, current_limits

SMALL_BYTES = 256_000  # read where they are: others wait for less than a script run takes


class ReadingPool:
    """A Reader with processes of its own, for files that are not small.

    Args:
        limits: those of the profile in force if None.
        small_bytes: a file of at most that size is read where it is.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        small_bytes: int = SMALL_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._small_bytes = limits or current_limits(), small_bytes
        most = self._limits
        bounds = Bounds(most.readings, most.reading_s, most.reading_memory_bytes)
        self._aside = AsidePool("lab.reading.process", bounds, self._refusal, clock)

    def read(self, content: bytes, wish: Wish, tell: Tell) -> FileRead:
        """As `Reader` says.

        Raises:
            TableError: "table.too_slow", "table.too_much_memory", "table.not_read" besides those of the file.
        """
        if len(content) <= self._small_bytes:
            return read_file(content, wish, self._limits, tell)
        return answered(*self._aside.ask(*question(content, wish, self._limits), tell), content)

    @property
    def pids(self) -> list[int]:
        """Of the processes that are there, idle ones too."""
        return self._aside.pids

    def close(self) -> None:
        """End all processes; what is being read is given up."""
        self._aside.close()

    def _refusal(self, why: str) -> TableError:
        if why == "too_slow":
            return TableError("table.too_slow", seconds=f"{self._limits.reading_s:g}")
        return TableError("table.not_read")
