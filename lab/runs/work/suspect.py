"""Whom to blame when a worker dies: the job that it was computing, noted where the web process can read it."""

import mmap
from pathlib import Path

SUSPECT_BYTES = 64  # room for the id of a job


class Suspect:
    """A few bytes shared through a file, which name the job in its slice.

    Args:
        path: made by `blank`; None where the disk had no room for it: then nobody is ever blamed.
    """

    def __init__(self, path: Path | None) -> None:
        self._bytes: mmap.mmap | bytearray = bytearray(SUSPECT_BYTES)
        if path is not None:
            with path.open("r+b") as file:
                self._bytes = mmap.mmap(file.fileno(), SUSPECT_BYTES)

    def name(self, run: str) -> None:
        self._bytes[:] = run.encode().ljust(SUSPECT_BYTES)

    def clear(self) -> None:
        self._bytes[:] = b" " * SUSPECT_BYTES

    @staticmethod
    def blank(path: Path) -> bool:
        """Make the file name nobody; False if the disk takes nothing. One that is there keeps its room on it."""
        try:
            with path.open("r+b" if path.exists() else "wb") as file:
                file.write(b" " * SUSPECT_BYTES)
        except OSError:
            return False
        return True

    @staticmethod
    def read(path: Path) -> str:
        """The job that was being computed; "" if none."""
        try:
            return path.read_bytes().decode().strip(" \0")
        except OSError:
            return ""
