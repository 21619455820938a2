"""Files that are there as a whole or not at all, and what is said where a disk takes none."""

import errno
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from zlib import crc32

from lab.errors import RunError

PART: Final = "part-"  # begins the name of a file that is being written
CODES: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC), "disk.full"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "disk.denied"),
}


class Lost(RunError):
    """What was laid down is damaged or gone: nobody finds it by asking again. Its code is "disk.failed"."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Bytes that lie in a file of this server for as long as it lives."""

    path: str
    size: int
    check: int  # what lies on a disk may be damaged

    def __len__(self) -> int:
        return self.size

    def read(self) -> bytes:
        """Raises Lost, and RunError "disk.…" where asking again may help."""
        with disk_refusals():
            try:
                with open(self.path, "rb") as file:
                    data = file.read()
            except FileNotFoundError:
                raise Lost("disk.failed", name="ENOENT") from None
        if crc32(data) != self.check:
            raise Lost("disk.failed", name="EIO")
        return data


def lay_down(path: str, data: bytes) -> Laid:
    """Raises RunError "disk.…"."""
    write_whole(path, lambda file: file.write(data))
    return Laid(path, len(data), crc32(data))


@contextmanager
def disk_refusals() -> Iterator[None]:
    """What the disk refuses inside is a sentence. Raises RunError "disk.full", "disk.denied", "disk.failed"."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        raise RunError(CODES.get(error.errno or 0, "disk.failed"), name=name) from error


def write_whole(path: str | Path, fill: Callable[[Any], Any]) -> None:
    """Write a file so that a reader sees the old one or the whole new one.

    Raises:
        RunError "disk.…": what was there still is, and no part of the new one.
    """
    with disk_refusals():
        part = _part_in(os.path.dirname(path) or ".")
        try:
            with part:
                fill(part)
            os.replace(part.name, path)
        except BaseException:
            try_to_remove(part.name)
            raise


def write_over(path: Path, pieces: Iterable[tuple[int, memoryview]]) -> bool:
    """Write over parts of a file that is there: who is killed meanwhile leaves them half written.

    Args:
        pieces: where each begins, and what is written there.

    Returns False if it is not there. Raises RunError "disk.…": it may be half written, too.
    """
    with disk_refusals():
        try:
            file = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return False
        try:
            for start, left in pieces:
                os.lseek(file, start, os.SEEK_SET)
                while left:
                    left = left[os.write(file, left) :]
        finally:
            os.close(file)
        return True


def remove(path: str) -> None:
    """Raises OSError; it may be gone already."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def try_to_remove(path: str) -> None:
    """Where the disk refuses, it stays."""
    with suppress(OSError):
        os.unlink(path)


def _part_in(folder: str) -> BinaryIO:
    """The one place that makes a file: for the owner of this process alone, and never one that is there."""
    name = f"{folder}/{PART}{secrets.token_hex(8)}"
    return open(name, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))  # closed by who fills
