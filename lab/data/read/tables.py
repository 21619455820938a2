"""Several tables in one file: where each begins. They are told apart by blank lines and a header of their own."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lab.data.cells.cell import rough_kind
from lab.data.read.dialect import PREFIX, Dialect, Record, lines_of, records
from lab.data.table import Note
from lab.errors import TableError
from lab.spec.data import ReadingSpec

GAP = re.compile(rb"\n(?:[ \t,;|]*\r?\n)+")  # one or more lines without a value
MOST_GAPS = 200
WINDOW = 1 << 18  # bytes that fit the processor's cache
MOST_ENTRIES = 8
LOOKED_AT = 4_000  # bytes behind a gap
FEWEST_LINES = 3  # a header and two rows
FAR_LARGER = 5  # times as many rows: the first is a summary of the one that follows


@dataclass(frozen=True)
class Part:
    """The piece of a file that holds one table; `first_line` is the 0-based line where it begins."""

    body: bytes
    first_line: int
    notes: tuple[Note, ...] = ()


def chosen_table(body: bytes, dialect: Dialect, reading: ReadingSpec, *, to_the_end: bool = True) -> Part:
    """The table that the person decided on, else the first.

    Args:
        to_the_end: False to look at the beginning of the file only: enough if its rows turn out to have no gap.

    Raises:
        TableError "table.no_such_table".
    """
    to_the_end = to_the_end or reading.table > 0
    looked = body if to_the_end else body[:PREFIX]
    if not to_the_end and (starts := _starts(looked, dialect)):
        return chosen_table(body, dialect, reading)
    starts = [0, *_starts(looked, dialect)] if reading.header_row is None else [0]
    ends = [*starts[1:], len(body)]
    chosen = reading.table
    if chosen >= len(starts):
        raise TableError("table.no_such_table", number=chosen + 1, tables=len(starts))
    if len(starts) == 1:
        return Part(body, 0)
    if chosen == 0:
        sizes = [end - start for start, end in zip(starts, ends, strict=True)]
        chosen = sizes.index(max(sizes)) if max(sizes) > FAR_LARGER * sizes[0] else 0
    first_line = body.count(b"\n", 0, starts[chosen])
    other = 1 if chosen == 0 else 0
    note = Note("two_tables", len(starts), body.count(b"\n", 0, starts[other]) + 1)
    return Part(body[starts[chosen] : ends[chosen]], first_line, (note,))


def _starts(body: bytes, dialect: Dialect) -> list[int]:
    """Bytes at which a second and further table begin."""
    starts: list[int] = []
    begin = 0
    for gap in itertools.islice(_gaps(body, dialect.delimiter.encode()), MOST_GAPS):
        before = _records(body[max(begin, gap.start() - LOOKED_AT) : gap.start() + 1], dialect)
        after = _records(body[gap.end() : gap.end() + LOOKED_AT].partition(b"\n\n")[0], dialect)
        if _is_table(before) and _begins_anew(after, before) and not _are_entries(before, after):
            starts.append(gap.end())
            begin = gap.end()
    return starts


def _gaps(body: bytes, delimiter: bytes) -> Iterator[re.Match[bytes]]:
    """Quickly, where there is none; a pattern alone would stop at every line."""
    may_begin = np.zeros(256, bool)
    may_begin[list(b"\n\r " + delimiter)] = True
    values = np.frombuffer(body, np.uint8)
    end = 0
    for base in range(0, len(values) - 1, WINDOW):
        ends = np.flatnonzero(values[base : min(base + WINDOW, len(values) - 1)] == ord("\n")) + base
        for start in ends[may_begin[values[ends + 1]]].tolist():
            if start >= end and (gap := GAP.match(body, start)):
                end = gap.end() - 1
                yield gap


def _records(piece: bytes, dialect: Dialect) -> list[Record]:
    lines = lines_of(piece.decode(errors="ignore").encode())
    return [record for record in records(lines, dialect, whole=False) if any(map(str.strip, record))][:60]


def _is_table(rows: list[Record]) -> bool:
    """Rows of one width with a column of numbers or times."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return False
    width, count = widths.most_common(1)[0]
    full = [row for row in rows if len(row) == width][1:]
    return count >= FEWEST_LINES and any(_is_typed(full, place) for place in range(width))


def _are_entries(rows: list[Record], below: list[Record]) -> bool:
    """A few lines of a name and a value each (`시작,2021-01-01`) over a wider table."""
    names = [row[0] for row in rows]
    return (
        len(rows) <= MOST_ENTRIES
        and all(len(row) == 2 for row in rows)
        and len(set(names)) == len(names)
        and (all(rough_kind(name) == "text" for name in names) and max(map(len, below)) > 2)
    )


def _is_typed(rows: list[Record], place: int) -> bool:
    kinds = [kind for row in rows if (kind := rough_kind(row[place])) != "blank"]
    return len(kinds) > 1 and all(kind != "text" for kind in kinds[-10:])


def _begins_anew(rows: list[Record], before: list[Record]) -> bool:
    """Perhaps a title, then a line of names, over rows with numbers; other than the rows above."""
    if rows and len(rows[0]) == 1:
        rows = rows[1:]
    if len(rows) < FEWEST_LINES or len(rows[0]) < 2:
        return False
    head, first = rows[0], rows[1]
    if len(first) != len(head) or any(rough_kind(cell) in ("number", "time") for cell in head):
        return False
    named = [
        place for place, cell in enumerate(first) if rough_kind(cell) in ("number", "time") and head[place].strip()
    ]
    if not named:
        return False
    width = Counter(map(len, before)).most_common(1)[0][0]
    typed_above = {place for place in range(width) if _is_typed([row for row in before if len(row) == width], place)}
    return len(head) != width or any(place in typed_above for place in named)
