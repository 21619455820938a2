"""What is asked about a file, and what comes of it: its table, and a first experiment where one is wanted."""

from dataclasses import dataclass
from typing import Protocol

from lab.aside.progress import Progress, Tell
from lab.data.read import read_as_wished, read_table
from lab.data.table import Table
from lab.edits.proposals import for_own_table
from lab.errors import LabError
from lab.spec.data import AS_FOUND, ReadingSpec
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits

PROPOSING = 0.95  # of the way, when the table is there


@dataclass(frozen=True)
class Wish:
    """
    Args:
        name: what the person calls the file.
        reading: what the person decided instead of the reader.
        strictly: refuse a file that can't be read so; else it is read by itself then.
        proposal: a first experiment is wanted as well.
    """

    name: str = ""
    reading: ReadingSpec = AS_FOUND
    strictly: bool = False
    proposal: bool = False


@dataclass(frozen=True)
class FileRead:
    """
    Args:
        reading: how it was read.
        proposal: the first experiment, or why there is none; None if it was not asked for.
    """

    table: Table
    reading: ReadingSpec
    proposal: Experiment | LabError | None = None

    def experiment(self) -> Experiment:
        """The first experiment. Raises the LabError that says why there is none."""
        if isinstance(self.proposal, Experiment):
            return self.proposal
        raise self.proposal or LabError("table.not_read")


class Reader(Protocol):
    """Reads files of persons."""

    def read(self, content: bytes, wish: Wish, tell: Tell) -> FileRead:
        """Raises TableError; and whatever `tell` raises, which ends the reading."""


def read_file(content: bytes, wish: Wish, limits: Limits, tell: Tell) -> FileRead:
    """In this process, at once. Raises TableError."""

    def told(stage: str, share: float) -> None:
        tell(Progress(stage, PROPOSING * share))

    if wish.strictly:
        table, used = read_table(content, wish.name, limits, wish.reading, told), wish.reading
    else:
        table, used = read_as_wished(content, wish.name, wish.reading, limits, told)
    if not wish.proposal:
        return FileRead(table, used)
    tell(Progress("proposing", PROPOSING))
    try:
        return FileRead(table, used, for_own_table(table, used))
    except LabError as refusal:
        return FileRead(table, used, refusal)
