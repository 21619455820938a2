"""A file that is written again and again, in place, however it grows: there is always something whole in it.

To find a new file its place takes a file system some thirty times as long as to write over one that is there. So this
one has two places, written in turn: whoever is killed in the middle of one leaves the other as it was. A place is cut
into pieces that lie between those of the other, each twice as long as the one before: there is room for whatever comes,
and the file is never more than three times as long as what it holds, and two pieces.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import IO, Final, NamedTuple

from lab.runs.kept.disk import write_over, write_whole

PIECE: Final = 1 << 16  # bytes of a place's first; most runs need no other, and what is not written takes no disk
LONGEST_HEAD: Final = 150


class Rewritten:
    """The file at `path`, whatever lies there now; `newest` reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = -1

    def write(self, data: bytes) -> None:
        """Raises RunError "disk.…": what was written last is still what is read, and spared by the next try, too."""
        turn = self._turn + 1
        pieces = _pieces(_block(data, turn), turn % 2)
        if turn == 0 or not write_over(self.path, pieces):
            write_whole(self.path, lambda file: _fill(file, pieces))
        self._turn = turn


def newest(content: bytes) -> bytes:
    """Of what is whole in a file's content that which was written last. Raises ValueError: nothing is."""
    of_before = content, content[len(content) // 2 :]  # files in one piece, or in two halves
    places = (_place(place) for place in (_joined(content, 0), _joined(content, 1), *of_before))
    whole = [place for place in places if place is not None]
    if not whole:
        raise ValueError("damaged")
    return max(whole).data


def _bounds(place: int) -> Iterator[slice]:
    """Where in the file the pieces of place 0 or 1 lie, without end."""
    for size in (PIECE << index for index in count()):
        start = 2 * (size - PIECE) + place * size
        yield slice(start, start + size)


def _pieces(block: bytes, place: int) -> list[tuple[int, memoryview]]:
    """The block as it is cut up, and where in the file each piece begins."""
    left, pieces, bounds = memoryview(block), [], _bounds(place)
    while left:
        piece = next(bounds)
        size = piece.stop - piece.start
        pieces.append((piece.start, left[:size]))
        left = left[size:]
    return pieces


def _joined(content: bytes, place: int) -> bytes:
    """All pieces of a place that a file has room for."""
    return b"".join(content[piece] for piece in takewhile(lambda piece: piece.start < len(content), _bounds(place)))


def _fill(file: IO[bytes], pieces: Iterable[tuple[int, memoryview]]) -> None:
    for start, piece in pieces:
        file.seek(start)
        file.write(piece)


class _Place(NamedTuple):
    turn: int
    data: bytes


def _block(data: bytes, turn: int) -> bytes:
    """A line, then the data. In the line: a checksum of all the rest, how long the data are, and whose turn it was."""
    told = f"{len(data)} {turn}"
    return f"{_checksum(told, data)} {told}\n".encode() + data


def _place(content: bytes) -> _Place | None:
    """What begins there, if it is whole. Files of before have one place, with nothing but a checksum in the line."""
    head, _, rest = content.partition(b"\n")
    checksum, _, told = head[:LONGEST_HEAD].decode("ascii", "replace").partition(" ")
    size, _, turn = told.partition(" ")
    if told and not (size.isdigit() and turn.isdigit()):
        return None
    data = rest[: int(size)] if told else rest
    of_before = hashlib.sha256(told.encode() + data).hexdigest()
    return _Place(int(turn or 0), data) if checksum in (_checksum(told, data), of_before) else None


def _checksum(told: str, data: bytes) -> str:
    """Enough to tell a place that is half written; SHA-256 takes longer than all the rest of keeping a long run."""
    return f"{zlib.crc32(data, zlib.crc32(told.encode())):08x}"
