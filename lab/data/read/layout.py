"""Where the table stands in the file: delimiter, decimal sign, lines before the header, header, units, width.

Only a bounded beginning of the file is looked at. What the person decided comes before what is found.
"""

import itertools
import re
from dataclasses import dataclass

from lab.data.cells.cell import INFINITE
from lab.data.read.decimals import find_decimal
from lab.data.read.dialect import (
    Dialect,
    Record,
    best_dialect,
    filled_records,
    lines_of,
    prefix_of,
    refuse_prose,
    width_of,
)
from lab.data.read.header import (
    fill_up,
    first_row,
    fit_names,
    has_header,
    names_in_comment,
    take_more_header,
    take_units,
)
from lab.data.table import Note
from lab.errors import TableError
from lab.spec.data import ReadingSpec

QUOTED_LINES = 20
LOOKED_AT = 20  # rows in which words are looked for
NO_WORDS = INFINITE | {"nan", "true", "false"}
SEP_LINE = re.compile(r'"?sep=(.)"?\s*\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How to read the rest of the file.

    Args:
        names: one for each column as written in the file, not yet unique; None if there is no header.
        header_row: 0-based line of the header; None if there is none.
        body_line: 0-based line of the first row of data.
        regular: every record seen so far has the same number of cells.
        worded: columns in which a word stands.
    """

    dialect: Dialect
    decimal: str
    width: int
    names: tuple[str, ...] | None
    units: tuple[str, ...]
    header_row: int | None
    body_line: int
    regular: bool
    worded: tuple[int, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Beginning:
    """The lines of a table that are looked at, and the first records among them."""

    lines: list[str]
    rows: list[Record]


def dialect_of(body: bytes, reading: ReadingSpec) -> tuple[Dialect, Beginning | None]:
    """How cells are delimited, and the beginning so far as it was read for that.

    None if the first line tells the delimiter (`sep=;`) and is no row.
    """
    beginning, whole = prefix_of(body)
    lines = lines_of(beginning)
    told = SEP_LINE.fullmatch(lines[0]) if lines else None
    if told:
        return best_dialect(lines[1:], whole, reading.delimiter or told[1])[0], None
    dialect, rows = best_dialect(lines, whole, reading.delimiter)
    return dialect, Beginning(lines, filled_records(lines, dialect, whole) if rows is None else rows)


def beginning_of(body: bytes, dialect: Dialect, *, skip_first: bool) -> Beginning:
    """
    Args:
        skip_first: the first line tells the delimiter.
    """
    beginning, whole = prefix_of(body)
    lines = lines_of(beginning)
    return Beginning(lines, filled_records(lines, dialect, whole, first_line=int(skip_first)))


def find_layout(beginning: Beginning, dialect: Dialect, reading: ReadingSpec) -> Layout:
    """Raises TableError "table.no_table", "table.no_rows", "table.no_such_line"."""
    lines, rows = beginning.lines, beginning.rows
    if not rows:
        raise TableError("table.no_rows", columns="")
    found = rows
    if reading.header_row is None:
        width = width_of(rows)
        if reading.delimiter is None:
            refuse_prose(rows, width)
        head, units, rows, notes = _find_header(rows, width, dialect, lines)
    else:
        head, units, rows, notes = _decided_header(rows, reading.header_row)
        width = width_of(rows) if rows else len(head or ())
    if not rows:
        raise TableError("table.no_rows", columns=", ".join(map(str.strip, head or ()))[:200])
    if head is not None and len(head) > width and len(fit_names(head, rows, len(head))) > width:
        names = [cell for cell in head if cell.strip()]
        width = max(width, min(len(head), len(names)))
    body_line = _body_line(found, rows, head)
    decimal, decimal_notes = find_decimal(rows, dialect.delimiter, head)
    if reading.decimal is not None:
        decimal, decimal_notes = reading.decimal, decimal_notes if reading.decimal == decimal else ()
    return Layout(
        dialect=dialect,
        decimal=decimal,
        width=width,
        names=fit_names(head, rows, width) if head is not None else None,
        units=(*units, *[""] * width)[:width],
        header_row=head.line if head is not None else None,
        body_line=body_line,
        regular=dialect.delimiter != " "
        and body_line == rows[0].line
        and all(len(row) == width and not row.stray_quote for row in rows),
        worded=_worded(rows[:LOOKED_AT], width),
        notes=(*notes, *decimal_notes),
    )


def _worded(rows: list[Record], width: int) -> tuple[int, ...]:
    """Columns with a cell that no parser takes for a number or a truth value."""
    columns = itertools.islice(itertools.zip_longest(*rows, fillvalue=""), width)
    return tuple(place for place, cells in enumerate(columns) if any(map(_is_word, cells)))


def _is_word(cell: str) -> bool:
    return cell[:1].isalpha() and cell.strip().lower() not in NO_WORDS


def _body_line(found: list[Record], rows: list[Record], head: Record | None) -> int:
    """Right below the header: a line there that is no row is to be told of."""
    place = next(place for place, row in enumerate(found) if row is rows[0])
    above = found[place - 1] if place else None
    return rows[0].line if head is None or above is None or above[0].lstrip().startswith("#") else above.end


Found = tuple[Record | None, tuple[str, ...], list[Record], tuple[Note, ...]]  # header, units, rows, notes


def _find_header(rows: list[Record], width: int, dialect: Dialect, lines: list[str]) -> Found:
    start = first_row(rows, width, dialect)
    above, rows = rows[:start], rows[start:]
    fill_up(rows, width)
    notes: tuple[Note, ...] = (Note("preamble", start, above[0].line + 1),) if above else ()
    if has_header(rows, width) or _is_quoted_header(rows, width, dialect, lines):
        head, rows, header_notes = take_more_header(rows[0], rows[1:], width)
        units, rows, unit_notes = take_units(rows, width)
        return head, units, rows, (*notes, *header_notes, *unit_notes)
    if named := names_in_comment(above, width):
        return *named, rows, notes
    return None, (), rows, (*notes, Note("no_header"))


def _is_quoted_header(rows: list[Record], width: int, dialect: Dialect, lines: list[str]) -> bool:
    """`"sex","5","10"` over `"a",3,4`: R quotes names, whatever they look like, and no numbers."""
    if width < 2 or len(rows) < 3 or dialect.delimiter == " ":
        return False
    quotes = [lines[row.line].count(dialect.quote) for row in rows[:QUOTED_LINES]]
    return quotes[0] == 2 * width and max(quotes[1:]) < 2 * width


def _decided_header(rows: list[Record], header_row: int | str) -> Found:
    if header_row == "none":
        return None, (), rows, (Note("no_header"),)
    start = next((place for place, row in enumerate(rows) if row.line == header_row), None)
    if start is None:
        raise TableError("table.no_such_line", line=int(header_row) + 1)
    above, head, rows = rows[:start], rows[start], rows[start + 1 :]
    if not rows:
        raise TableError("table.no_rows", columns=", ".join(map(str.strip, head))[:200])
    units, rows, unit_notes = take_units(rows, width_of(rows))
    notes = (Note("preamble", start, above[0].line + 1),) if above else ()
    return head, units, rows, (*notes, *unit_notes)
