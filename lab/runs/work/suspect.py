"""Whom to blame when a worker dies: the job that it was computing, noted where the web process can read it."""

import mmap
from pathlib import Path

SUSPECT_BYTES = 64  # room for the id of a job


class Suspect:
    """A few bytes shared through a file, which name the job in its slice."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._bytes = mmap.mmap(file.fileno(), SUSPECT_BYTES)

    def name(self, run: str) -> None:
        self._bytes[:] = run.encode().ljust(SUSPECT_BYTES)

    def clear(self) -> None:
        self._bytes[:] = b" " * SUSPECT_BYTES

    @staticmethod
    def read(path: Path) -> str:
        """The job that was being computed; "" if none."""
        return path.read_bytes().decode().strip(" \0")
