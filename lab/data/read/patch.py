"""Repair of a large file in which few lines are irregular: only these are looked at, all others stay as they are.

The result is the same as that of `lab.data.read.repair`, which looks at every line.
"""

from array import array

import numpy as np
import numpy.typing as npt

from lab.data.read.dialect import Record, records
from lab.data.read.layout import Layout
from lab.data.read.repair import Repaired, Sieve, check_cells
from lab.errors import TableError
from lab.spec.limits import Limits

LARGE = 1 << 20  # bytes; smaller files are looked at line by line
MOST_IRREGULAR = 0.1  # share of the lines
LAST_LINES = 60  # looked at in any case: a footer may have as many cells as a row
WINDOW = 1 << 22

Counts = npt.NDArray[np.int64]


def patch(body: bytes, start: int, layout: Layout, limits: Limits) -> Repaired | None:
    """None if the file is no case for this.

    Args:
        start: byte at which the rows begin.

    Raises:
        TableError "table.too_many_rows", "table.cell_too_long".
    """
    delimiter = layout.dialect.delimiter
    if len(body) - start < LARGE or delimiter == " " or layout.dialect.quote.encode() in body:
        return None
    starts, delimiters = _lines(body, start, ord(delimiter))
    count = len(starts) - 1
    odd = delimiters != layout.width - 1
    odd[-LAST_LINES:] = True
    if odd.mean() > MOST_IRREGULAR:
        return None
    if count > limits.rows + int(odd.sum()):
        raise TableError("table.too_many_rows", limit=limits.rows)
    pieces: list[bytes] = []
    sieve = Sieve(layout, lambda cells: pieces.append(delimiter.join(cells).encode() + b"\n"))
    kept = np.ones(count, bool)
    end = 0  # of the lines that are written already
    for place in np.flatnonzero(odd).tolist():
        if place > end:
            sieve.release()
            pieces.append(body[starts[end] : starts[place]])
        record = _record(body[starts[place] : starts[place + 1]], layout, place + layout.body_line)
        check_cells(record, limits)
        sieve.take(record)
        kept[place] = False
        end = place + 1
    sieve.close()
    kept[np.array(sieve.lines, np.int64) - layout.body_line] = True
    lines = np.flatnonzero(kept) + layout.body_line
    if len(lines) > limits.rows:
        raise TableError("table.too_many_rows", limit=limits.rows)
    return Repaired(b"".join(pieces), array("l", lines.tolist()), sieve.notes())


def _record(line: bytes, layout: Layout, number: int) -> Record:
    record = next(records([line.decode("utf-8")], layout.dialect), Record())
    record.line, record.end = number, number + 1
    return record


def _lines(body: bytes, start: int, delimiter: int) -> tuple[Counts, Counts]:
    """Byte at which each line starts, and one more for the end; how many delimiters each line has."""
    values = np.frombuffer(body, np.uint8)
    ends, totals = [], []
    before = 0
    for base in range(start, len(values), WINDOW):
        window = values[base : base + WINDOW]
        counted = np.cumsum(window == delimiter, dtype=np.int64) + before
        at = np.flatnonzero(window == ord("\n"))
        ends.append(at + base + 1)
        totals.append(counted[at])
        before = int(counted[-1])
    if not len(values) or values[-1] != ord("\n"):
        ends.append(np.array([len(values)]))
        totals.append(np.array([before]))
    starts = np.concatenate([[start], *ends]).astype(np.int64)
    return starts, np.diff(np.concatenate([[0], *totals])).astype(np.int64)
