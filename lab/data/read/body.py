"""The rows of a table as columns of numbers and texts, each with the line of the file where it stands."""

import contextlib
import itertools
import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.cells.cell import says_total
from lab.data.cells.spellings import Cells
from lab.data.read.dialect import is_rule, records
from lab.data.read.layout import Layout
from lab.data.read.parse import Irregular, parse_rows, parse_texts
from lab.data.read.patch import patch
from lab.data.read.repair import FOOTNOTE, repair
from lab.data.table import Note
from lab.errors import TableError
from lab.spec.limits import Limits
from lab.texts.letters import megabytes

LINE_END = re.compile(rb"\r\n|\n|\r")
LAST_ROWS = 3
LAST_REMARKS = 20
LINES_OF_A_ROW = 20  # rows may stand on several lines each, or between blank ones
WINDOW = 1 << 18  # bytes that fit the processor's cache

Lines = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Rows:
    """What the parser made of the rows.

    Args:
        columns: numbers where all cells are, else texts; NaN for blanks.
        lines: 1-based line of each row.
        layout: as in the file, without columns at the edges that are none.
        first_column: cells of a row before the first column.
        source: what was parsed: the bytes, where its rows start, and how they are laid out; None if all columns are
            texts as they are written.
        kept: rows of the source that are rows of the table.
    """

    columns: list[Cells]
    lines: Lines
    layout: Layout
    notes: tuple[Note, ...]
    source: tuple[bytes, int, Layout] | None
    kept: npt.NDArray[np.intp] | None = None
    first_column: int = 0

    def texts(self, places: list[int], limits: Limits) -> list[Cells]:
        """Some of the columns as they are written."""
        if self.source is None:
            return [self.columns[place] for place in places]
        body, start, layout = self.source
        found = parse_texts(body, start, layout, limits, [place + self.first_column for place in places])
        return found if self.kept is None else [text[self.kept] for text in found]

    def without(self, dropped: npt.NDArray[np.bool_], note: Note) -> "Rows":
        stay = np.flatnonzero(~dropped)
        columns = [column[stay] for column in self.columns]
        kept = stay if self.kept is None else self.kept[stay]
        return replace(self, columns=columns, lines=self.lines[stay], kept=kept, notes=(*self.notes, note))


def check_lines(body: bytes, limits: Limits) -> None:
    """Before anything is done that costs more for a few long lines, or for millions of short ones, than for others.

    Raises:
        TableError "table.line_too_long", "table.too_many_rows".
    """
    start, longest = 0, limits.line_bytes
    while len(body) - start > longest:
        end = body.rfind(b"\n", start, start + longest + 1)
        if end < 0:
            line = body.count(b"\n", 0, start) + 1
            raise TableError("table.line_too_long", line=line, limit=f"{megabytes(longest):g}")
        start = end + 1
    most = LINES_OF_A_ROW * limits.rows
    if len(body) > most and _count(body, 0, "\n") > most:
        raise TableError("table.too_many_rows", limit=limits.rows)


def read_regular(body: bytes, layout: Layout, limits: Limits) -> Rows | None:
    """Rows as they stand, at the parser's speed; None if some are not as the others.

    Raises:
        TableError "table.too_many_rows".
    """
    if not layout.regular or _has_long_line(body, limits.cell_characters):
        return None
    start = _offset_of_line(body, layout.body_line)
    with contextlib.suppress(Irregular):
        columns = parse_rows(body, start, layout, limits, layout.worded)
        if _rows_are_complete(columns, body, start, layout):
            lines = np.arange(len(columns[0]), dtype=np.int32) + layout.body_line
            return Rows(columns, lines, layout, (), (body, start, layout))
    return None


def read_irregular(body: bytes, layout: Layout, limits: Limits) -> Rows:
    """Rows after their repair.

    Raises:
        TableError "table.too_many_rows", "table.cell_too_long".
    """
    clean = layout
    repaired = patch(body, _offset_of_line(body, layout.body_line), layout, limits)
    if repaired is None:
        repaired = repair(body, layout, limits)
        clean = replace(layout, dialect=replace(layout.dialect, delimiter=",", quote='"'))
    columns = parse_rows(repaired.body, 0, clean, limits)
    lines = np.array(repaired.lines, np.int32)
    return Rows(columns, lines, layout, repaired.notes, (repaired.body, 0, clean))


def observations(rows: Rows, first_line: int) -> Rows:
    """Without blank rows, columns that are none, and totals.

    Args:
        first_line: 0-based line of the file where the table's part of it begins.
    """
    rows = replace(rows, lines=rows.lines + np.int32(first_line + 1))
    return _without_totals(_without_padded_footer(_without_edge_columns(_without_blank_rows(rows))))


def _without_blank_rows(rows: Rows) -> Rows:
    """Rows of blanks alone, such as those of delimiters only."""
    blank = np.ones(len(rows.lines), bool)
    for column in rows.columns:
        blank = blank & pd.isna(column)
        if not blank.any():
            return rows
    known = next((note for note in rows.notes if note.code == "blank_rows"), None)
    line = int(rows.lines[blank.argmax()])
    note = Note("blank_rows", int(blank.sum()), line)
    if known is not None:
        note = Note("blank_rows", known.count + note.count, min(line, known.first_line or line))
        rows = replace(rows, notes=tuple(other for other in rows.notes if other is not known))
    return rows.without(blank, note)


def _without_edge_columns(rows: Rows) -> Rows:
    """The empty, nameless first and last columns that delimiters at every line's beginning or end make."""
    layout = rows.layout
    if not len(rows.lines):
        return rows
    names = layout.names or ("",) * layout.width
    empty = [not name and bool(pd.isna(rows.columns[place]).all()) for place, name in enumerate(names)]
    if all(empty):
        return rows
    start = int(empty[0] and layout.names is not None)
    end = layout.width - next(place for place, is_empty in enumerate(reversed(empty)) if not is_empty)
    if end - start == layout.width:
        return rows
    kept = names[start:end] if layout.names else None
    narrow = replace(layout, width=end - start, names=kept, units=layout.units[start:end])
    note = Note("trailing_delimiter", layout.width - (end - start), int(rows.lines[0]))
    columns = rows.columns[start:end]
    return replace(rows, columns=columns, layout=narrow, first_column=start, notes=(*rows.notes, note))


def _without_padded_footer(rows: Rows) -> Rows:
    """Remarks that a spreadsheet filled up with delimiters: the last rows, with words in the first cell alone."""
    count, first = len(rows.lines), rows.columns[0]
    if count < 2 or len(rows.columns) < 2 or first.dtype.kind in "iufb":
        return rows
    begin = count
    while begin > max(1, count - LAST_REMARKS) and all(pd.isna(column[begin - 1]) for column in rows.columns[1:]):
        begin -= 1
    # a row without values may be a gap in the data: a remark reads like one, or stands below a blank line
    while begin < count and not (FOOTNOTE.match(str(first[begin])) or rows.lines[begin] > rows.lines[begin - 1] + 1):
        begin += 1
    if begin == count:
        return rows
    note = Note("footer", count - begin, int(rows.lines[begin]))
    known = next((other for other in rows.notes if other.code == "footer"), None)
    if known is not None:
        note = replace(note, count=note.count + known.count)
        rows = replace(rows, notes=tuple(other for other in rows.notes if other is not known))
    return rows.without(np.arange(count) >= begin, note)


def _without_totals(rows: Rows) -> Rows:
    """Sums and means at the end of the table; a category of that name elsewhere stays."""
    count = len(rows.lines)
    for column in rows.columns:
        if column.dtype.kind in "iufb" or count < 3:
            continue
        last = range(count - LAST_ROWS, count)
        total = [row for row in last if isinstance(column[row], str) and says_total(column[row])]
        if total and total == list(range(total[0], count)) and not _stands_before(column, total[0]):
            dropped = np.arange(count) >= total[0]
            note = Note("totals", len(total), int(rows.lines[total[0]]), detail=column[total[0]])
            return rows.without(dropped, note)
    return rows


def _stands_before(column: Cells, row: int) -> bool:
    """Whether the word of this row is a category of the rows above it."""
    return bool((column[:row] == column[row]).any())


def _rows_are_complete(columns: list[Cells], body: bytes, start: int, layout: Layout) -> bool:
    """Whether no row was short and no line blank: the parser passes both over, so delimiters and lines are counted."""
    rows = len(columns[0])
    end = len(body)
    while end > start and body[end - 1] in b"\r\n":
        end -= 1
    if body.count(b"\n", start, end) + (end > start) != rows:
        return False  # blank lines, or quotes that run over lines
    if layout.dialect.quote.encode() in body:
        return _are_long_enough(columns, body[start:end].split(b"\n"), layout)
    return _count(body, start, layout.dialect.delimiter) == rows * (layout.width - 1)


def _are_long_enough(columns: list[Cells], lines: list[bytes], layout: Layout) -> bool:
    """Whether rows that end in a blank cell have it, and more than their first cell; a row is a line."""
    ends_blank = pd.isna(columns[-1])
    if not ends_blank.any():
        return True
    if len(columns) > 1 and np.logical_and.reduce([ends_blank, *(pd.isna(column) for column in columns[1:-1])]).any():
        return False  # a remark, or a gap
    sought = [lines[row].decode() for row in np.flatnonzero(ends_blank)]
    found = list(records(sought, layout.dialect))
    return len(found) == len(sought) and all(
        len(row) == layout.width and not row.stray_quote and not is_rule(row) for row in found
    )


def _count(body: bytes, start: int, character: str) -> int:
    """As bytes.count, which is slow where hits are dense."""
    values = np.frombuffer(body, np.uint8)
    return sum(
        int(np.count_nonzero(values[i : i + WINDOW] == ord(character))) for i in range(start, len(values), WINDOW)
    )


def _has_long_line(body: bytes, limit: int) -> bool:
    """Whether a line may exceed the limit for one cell; looks for line ends in jumps of half the limit."""
    step = max(1, limit // 2)
    return any(body.find(b"\n", start, start + step) < 0 for start in range(0, len(body) - step, step))


def _offset_of_line(body: bytes, line: int) -> int:
    """Byte at which the 0-based line starts."""
    if line == 0:
        return 0
    found = next(itertools.islice(LINE_END.finditer(body), line - 1, None), None)
    return found.end() if found else len(body)
