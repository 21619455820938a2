"""A file that is written again and again, in place: there is always something whole in it.

To find a new file its place takes a file system some thirty times as long as to write over one that is there. So this
one has two places, written in turn: whoever is killed in the middle of one leaves the other as it was.
"""

import hashlib
from pathlib import Path
from typing import Any, Final, NamedTuple

from lab.runs.kept.disk import write_over, write_whole

SPARE: Final = 2  # a place has room for so many times what came first: what grows seldom needs a new file
LONGEST_HEAD: Final = 150


class Rewritten:
    """The file at `path`, whatever lies there now; `newest` reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._room = 0  # of each place
        self._turn = 0

    def write(self, data: bytes) -> None:
        """Raises RunError "disk.…": what was written last is still what is read, and spared by the next try, too."""
        turn = self._turn + 1
        block = _block(data, turn)
        if len(block) <= self._room and write_over(self.path, block, turn % 2 * self._room):
            self._turn = turn
        else:
            self._begin(data)

    def _begin(self, data: bytes) -> None:
        room = SPARE * (LONGEST_HEAD + len(data))

        def fill(file: Any) -> None:
            file.write(_block(data, 0))
            file.truncate(2 * room)

        write_whole(self.path, fill)
        self._room, self._turn = room, 0


def newest(content: bytes) -> bytes:
    """Of what is whole in a file's content that which was written last. Raises ValueError: nothing is."""
    places = (_place(content[start:]) for start in (0, len(content) // 2))
    whole = [place for place in places if place is not None]
    if not whole:
        raise ValueError("damaged")
    return max(whole).data


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
    return _Place(int(turn or 0), data) if checksum == _checksum(told, data) else None


def _checksum(told: str, data: bytes) -> str:
    checksum = hashlib.sha256(told.encode())
    checksum.update(data)
    return checksum.hexdigest()
