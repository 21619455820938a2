"""The files of one owner's runs: which there are, how old, how large, and the marks among them.

They are named by text and not by `Path`, which keeps each of its parts for a moment in Python's table of names: at each
look a dozen of the places in it were used up, and once they are all used that table is made anew, twice as large.
"""

import os
from collections import defaultdict
from contextlib import suppress
from typing import Final, NamedTuple

from lab.runs.kept.record import Marks
from lab.runs.kept.run_file import marks_of

RUN: Final = ".json"
ARRAYS: Final = ".npz"  # behind a word that tells which of them belongs to the .json: each saving writes another
CHECKPOINTS: Final = ".checkpoints"
MARKS: Final = ".marks"  # what the owner did with a run, in a file of its own: it changes while the run lies still
NUMBER: Final = "number"  # the last one that was given to a run of the owner


class Stamp(NamedTuple):
    """What tells one writing of a file from another, also two that were made within one tick of the clock."""

    modified_ns: int
    size: int
    place: int  # on the disk

    @property
    def modified_s(self) -> float:
        return self.modified_ns / 1e9


NOWHERE: Final = Stamp(0, 0, 0)
Files = dict[str, Stamp]  # of one run, by how their names end


def stamp_of(path: str) -> Stamp:
    try:
        return _stamp(os.stat(path))
    except OSError:
        return NOWHERE


def files_in(folder: str) -> dict[str, Files]:
    """Each run's files by what their names begin with; of a folder that is not there none.

    Raises OSError: it cannot be read just now.
    """
    found: dict[str, Files] = defaultdict(dict)
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            stem, dot, ending = entry.name.partition(".")
            with suppress(OSError):  # gone meanwhile
                found[stem][dot + ending] = _stamp(entry.stat())
    return found


def marks_at(stem: str) -> Marks:
    """What the owner did with the run whose files' names begin so."""
    try:
        with open(stem + MARKS, "rb") as file:
            return marks_of(file.read())
    except OSError:  # nothing was done with it yet
        return Marks()


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_mtime_ns, stat.st_size, stat.st_ino)
