"""Irregular rows made regular: short rows filled, long rows cut, runaway quotes closed, footnotes left out.

The result is a clean CSV text of exactly `width` cells a row, so that one fast parser reads every file. Each
repair is counted and the first line it touched is kept.
"""

import csv
import io
import re
from dataclasses import dataclass

from lab.data.dialect import Record, is_rule, lines_of, records
from lab.data.layout import Layout
from lab.data.table import Note
from lab.errors import TableError
from lab.limits import Limits

FOOTNOTE = re.compile(r"\s*(※|\*|#|주석|주\s*[):]|출처|자료|비고|참고|source|notes?\b|\[|＊)", re.IGNORECASE)


@dataclass(frozen=True)
class Repaired:
    """Rows as a clean CSV text (comma, minimal quotes), and what was done."""

    body: bytes
    notes: tuple[Note, ...]


def repair(body: bytes, layout: Layout, limits: Limits) -> Repaired:
    """Raises TableError "table.too_many_rows" or "table.cell_too_long"."""
    counts = _Counts()
    clean = io.BytesIO()
    text = io.TextIOWrapper(clean, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    waiting: list[Record] = []  # short rows: footnotes if nothing regular follows
    written = 0
    for record in records(lines_of(body), layout.delimiter, layout.body_line):
        if record.stray_quote:
            counts.add("bad_quotes", record.line)
        if is_rule(record):
            continue
        _check_cells(record, limits)
        if not any(map(str.strip, record)):
            if record:
                counts.add("blank_rows", record.line)
            continue
        if _may_be_footnote(record, layout.width):
            waiting.append(record)
            continue
        for row in (*waiting, record):
            writer.writerow(_fit(row, layout.width, counts))
        written += 1 + len(waiting)
        waiting.clear()
        if written > limits.rows:
            raise TableError("table.too_many_rows", limit=limits.rows)
    for row in waiting:
        if FOOTNOTE.match(row[0]) or (layout.width > 2 and len(row) == 1 and written > 2):
            counts.add("footer", row.line)
        else:
            writer.writerow(_fit(row, layout.width, counts))
    text.flush()
    return Repaired(clean.getvalue(), counts.notes())


class _Counts:
    """How often each repair was made, and where first."""

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}

    def add(self, code: str, line: int) -> None:
        entry = self._seen.setdefault(code, [0, line + 1])
        entry[0] += 1

    def notes(self) -> tuple[Note, ...]:
        return tuple(Note(code, count, line) for code, (count, line) in self._seen.items())


def _may_be_footnote(record: Record, width: int) -> bool:
    """Only the first cell is filled."""
    return width > 2 and not any(map(str.strip, record[1:])) and bool(record[0].strip())


def _fit(record: Record, width: int, counts: _Counts) -> list[str]:
    if len(record) < width:
        counts.add("ragged_short", record.line)
        return [*record, *[""] * (width - len(record))]
    if len(record) > width and any(cell.strip() for cell in record[width:]):
        counts.add("ragged_long", record.line)
    # a lone blank cell would be written as "" and a row of blanks as a blank line: both are read back as missing
    return record[:width]


def _check_cells(record: Record, limits: Limits) -> None:
    longest = max(map(len, record), default=0)
    if longest > limits.cell_characters:
        raise TableError("table.cell_too_long", characters=longest, limit=limits.cell_characters, line=record.line + 1)
