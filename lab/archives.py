"""Archives (ZIP) that somebody brings are opened with bounds."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

MOST_BYTES: Final = 200_000_000  # of all that is in it, unpacked
MOST_LIST_BYTES: Final = 1_000_000  # of the list at its end: each of its members is one of Python's objects


@contextmanager
def opened(source: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive, to read from.

    Raises:
        ValueError, OSError: it is none, is damaged, also where that shows as it is read, or holds too much. Room is
            made only for what is there.
    """
    try:
        _check_list(source)
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise ValueError("too large")
            if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
                raise ValueError("packed in a way that takes what memory it likes")
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,  # an odd flag
        struct.error,
    ) as error:
        raise ValueError("a damaged archive") from error


def _check_list(source: BinaryIO) -> None:
    """Refuse an archive whose list of members is longer than any of ours, before it is read; a hundred thousand of them
    take more than half a second. Raises ValueError.
    """
    end = b"PK\x05\x06"
    source.seek(0, io.SEEK_END)
    source.seek(max(0, source.tell() - (1 << 16) - 64))
    tail = source.read()
    place = tail.rfind(end)
    if place < 0 or len(tail) - place < 22:
        raise ValueError("no archive")
    large = tail[max(0, place - 20) : place].startswith(b"PK\x06\x07")  # the list's length stands elsewhere
    if large or int.from_bytes(tail[place + 12 : place + 16], "little") > MOST_LIST_BYTES:
        raise ValueError("an archive of too many members")
