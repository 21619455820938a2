"""Irregular rows made regular: short rows filled, long rows cut, runaway quotes closed, footnotes left out.

The result is a clean CSV text of exactly `width` cells a row, so that one fast parser reads every file. Each
repair is counted and the first line it touched is kept.
"""

import csv
import io
import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass

from lab.data.read.dialect import Record, is_rule, lines_of, records
from lab.data.read.layout import Layout
from lab.data.table import Note
from lab.errors import TableError
from lab.spec.limits import Limits

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
    clean = io.BytesIO()
    text = io.TextIOWrapper(clean, encoding="utf-8", newline="")
    sieve = Sieve(layout, csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerow)
    for record in records(lines_of(body), layout.dialect, layout.body_line, width=layout.width):
        if max(map(len, record), default=0) > limits.cell_characters:
            check_cells(record, limits)
        sieve.take(record)
        if sieve.most > limits.rows:
            raise TableError("table.too_many_rows", limit=limits.rows)
    sieve.close()
    text.flush()
    return Repaired(clean.getvalue(), sieve.lines, sieve.notes())


class Sieve:
    """Takes the records of a file one by one and writes those that are rows, each of the same number of cells.

    Args:
        write: what becomes of a row.
    """

    def __init__(self, layout: Layout, write: Callable[[list[str]], object]) -> None:
        self.width, self._write = layout.width, write
        named = [place for place, name in enumerate(layout.names or ()) if name]
        self._needed = named[-1] + 1 if named else layout.width  # a cell behind the last name need not be there
        self.lines: array[int] = array("l")  # 0-based line of each row
        self._waiting: list[Record] = []  # blank rows and possible footnotes: nothing to tell if no row follows
        self._alike: list[int] = []  # how many blank rows one after another each of them stands for
        self._counts: dict[str, list[int]] = {}

    @property
    def most(self) -> int:
        """Rows so far, or lines of which it is not known yet whether they are rows, whichever are more."""
        return max(len(self.lines), len(self._waiting))

    def take(self, record: Record) -> None:
        if record.stray_quote:
            self._count("bad_quotes", record.line)
        if is_rule(record):
            return
        below_a_gap = bool(self._waiting) and FOOTNOTE.match(record[0] if record else "") is not None
        blank = not any(map(str.strip, record))
        if below_a_gap or blank or _may_be_footnote(record, self.width):
            self._wait(record, blank=blank)
            return
        if self._waiting:
            self.release()
        self._row(record)

    def release(self) -> None:
        """A row follows: what was waiting is no footer."""
        for row, alike in zip(self._waiting, self._alike, strict=True):
            if not any(map(str.strip, row)):
                self._count("blank_rows", row.line, alike)
            elif row[0].lstrip().startswith("#"):
                self._count("footer", row.line)
            else:
                self._row(row)
        self._forget()

    def close(self) -> None:
        """The file ends: sparse lines below a blank one, or that read like remarks, are no rows."""
        below = False
        for row, alike in zip(self._waiting, self._alike, strict=True):
            if not any(map(str.strip, row)):
                if row:
                    self._count("blank_rows", row.line, alike)
                below = len(self.lines) > 0
            elif below or FOOTNOTE.match(row[0]) or (self.width > 2 and len(row) == 1 and len(self.lines) > 2):
                self._count("footer", row.line)
                below = True
            else:
                self._row(row)
        self._forget()

    def _wait(self, record: Record, *, blank: bool) -> None:
        last = self._waiting[-1] if self._waiting else None
        if blank and last is not None and bool(last) == bool(record) and not any(map(str.strip, last)):
            self._alike[-1] += 1  # a million blank lines are one that waits
        else:
            self._waiting.append(record)
            self._alike.append(1)

    def _forget(self) -> None:
        self._waiting.clear()
        self._alike.clear()

    def notes(self) -> tuple[Note, ...]:
        return tuple(Note(code, count, line) for code, (count, line) in self._counts.items())

    def _row(self, record: Record) -> None:
        if len(record) < self.width:
            if len(record) < self._needed:
                self._count("ragged_short", record.line)
            record.extend([""] * (self.width - len(record)))
        elif len(record) > self.width:
            self._count("ragged_long", record.line)
            del record[self.width :]
        # a lone blank cell is written as "" and a row of blanks as a blank line: both are read back as missing
        self._write(record)
        self.lines.append(record.line)

    def _count(self, code: str, line: int, times: int = 1) -> None:
        self._counts.setdefault(code, [0, line + 1])[0] += times


def _may_be_footnote(record: Record, width: int) -> bool:
    """Only the first cell is filled, or the line reads like a remark with delimiters of its own in it."""
    if not record[0].strip():
        return False
    if not any(map(str.strip, record[1:])):
        return width > 2 or (len(record) < width and bool(FOOTNOTE.match(record[0])))
    return len(record) < width and bool(FOOTNOTE.match(record[0]))


def check_cells(record: Record, limits: Limits) -> None:
    """Raises TableError "table.cell_too_long"."""
    longest = max(map(len, record), default=0)
    if longest > limits.cell_characters:
        raise TableError("table.cell_too_long", characters=longest, limit=limits.cell_characters, line=record.line + 1)
