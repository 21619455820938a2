"""Locks between processes, held by a file: they end with the process that took them, however it ends."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # file systems that know none

if sys.platform == "win32":
    import msvcrt

    def _take(file: int, *, wait: bool) -> bool:
        while True:
            try:
                msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:  # held by another; LK_LOCK gives up after ten seconds
                if not wait:
                    return False
            else:
                return True
else:
    import fcntl

    def _take(file: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FileLock:
    """A lock that at most one holder in all processes has. Workers do not inherit it."""

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, *, wait: bool = False) -> bool:
        """Whether it is ours now. Raises OSError where no file can be locked."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            taken = _take(file, wait=wait)
        except BaseException:
            os.close(file)
            raise
        if taken:
            self._file = file
        else:
            os.close(file)
        return taken

    def free(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


@contextmanager
def locked(path: str | Path) -> Iterator[None]:
    """One at a time, in all processes; where the file system knows no locks, at least as well as without.

    Raises OSError: the file cannot be made.
    """
    lock = FileLock(path)
    try:
        lock.take(wait=True)
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
    try:
        yield
    finally:
        lock.free()
