"""Irregular rows made regular: short rows filled, long rows cut, runaway quotes closed, footnotes left out.

The result is a clean CSV text of exactly `width` cells a row, so that one fast parser reads every file. Each
repair is counted and the first line it touched is kept.
"""

import csv
import io
import re
from array import array
from dataclasses import dataclass

from lab.data.dialect import Record, is_rule, lines_of, records
from lab.data.layout import Layout
from lab.data.table import Note
from lab.errors import TableError
from lab.limits import Limits

FOOTNOTE = re.compile(
    r"\s*(※|\*|#|주석|주\s*\d*\s*[):]|출처|자료|비고|참고|단위|\(단위|데이터|갱신|작성|source|notes?\b|\[|＊|\d\))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Repaired:
    """Rows as a clean CSV text (comma, minimal quotes), the 0-based line of each, and what was done."""

    body: bytes
    lines: "array[int]"
    notes: tuple[Note, ...]


def repair(body: bytes, layout: Layout, limits: Limits) -> Repaired:
    """Raises TableError "table.too_many_rows" or "table.cell_too_long"."""
    counts = _Counts()
    clean = io.BytesIO()
    text = io.TextIOWrapper(clean, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    waiting: list[Record] = []  # blank rows and possible footnotes: nothing to tell if no row follows
    lines: array[int] = array("l")

    def write(record: Record) -> None:
        writer.writerow(_fit(record, layout.width, counts))
        lines.append(record.line)

    for record in records(lines_of(body), layout.dialect, layout.body_line, width=layout.width):
        if record.stray_quote:
            counts.add("bad_quotes", record.line)
        if is_rule(record):
            continue
        _check_cells(record, limits)
        blank = not any(map(str.strip, record))
        if blank or _may_be_footnote(record, layout.width):
            waiting.append(record)
            continue
        for row in waiting:
            if not any(map(str.strip, row)):
                counts.add("blank_rows", row.line)
            elif row[0].lstrip().startswith("#"):
                counts.add("footer", row.line)
            else:
                write(row)
        waiting.clear()
        write(record)
        if len(lines) > limits.rows:
            raise TableError("table.too_many_rows", limit=limits.rows)
    for row in _without_footer(waiting, layout.width, len(lines), counts):
        write(row)
    text.flush()
    return Repaired(clean.getvalue(), lines, counts.notes())


def _without_footer(waiting: list[Record], width: int, written: int, counts: "_Counts") -> list[Record]:
    """The rows of the last, sparse lines; lines below a blank one or that read like remarks are none."""
    rows: list[Record] = []
    below = False
    for row in waiting:
        if not any(map(str.strip, row)):
            if row:
                counts.add("blank_rows", row.line)
            below = bool(written)
        elif below or FOOTNOTE.match(row[0]) or (width > 2 and len(row) == 1 and written > 2):
            counts.add("footer", row.line)
            below = True
        else:
            rows.append(row)
    return rows


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
    """Only the first cell is filled, or the line reads like a remark with delimiters of its own in it."""
    if not record[0].strip():
        return False
    if not any(map(str.strip, record[1:])):
        return width > 2 or (len(record) < width and bool(FOOTNOTE.match(record[0])))
    return len(record) < width and bool(FOOTNOTE.match(record[0]))


def _fit(record: Record, width: int, counts: _Counts) -> list[str]:
    if len(record) < width:
        counts.add("ragged_short", record.line)
        return [*record, *[""] * (width - len(record))]
    if len(record) > width:
        counts.add("ragged_long", record.line)
    # a lone blank cell would be written as "" and a row of blanks as a blank line: both are read back as missing
    return record[:width]


def _check_cells(record: Record, limits: Limits) -> None:
    longest = max(map(len, record), default=0)
    if longest > limits.cell_characters:
        raise TableError("table.cell_too_long", characters=longest, limit=limits.cell_characters, line=record.line + 1)
