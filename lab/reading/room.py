"""How much room files and tables take, and who makes room for others."""

from collections.abc import Iterable, Sequence

from lab.data.table import Table
from lab.reading.stored import StoredFile


def bytes_held(files: Iterable[StoredFile], tables: Iterable[Table]) -> int:
    """Of files, on the disk or not, and tables; each is counted once, however often it is named."""
    sent = {id(file): file.size for file in files}
    read = {id(table): table.size_bytes for table in tables}
    return sum(sent.values()) + sum(read.values())


def first_to_go(sizes: Sequence[int], most: int) -> int:
    """How many of the first have to go so that the others together take at most so many bytes. The last one stays."""
    total, count = sum(sizes), 0
    while total > most and count + 1 < len(sizes):
        total -= sizes[count]
        count += 1
    return count
