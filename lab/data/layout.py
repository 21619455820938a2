"""Where the table stands in the file: delimiter, decimal sign, lines before the header, header, units, width.

Only a bounded beginning of the file is looked at.
"""

import re
from dataclasses import dataclass

from lab.data.cells import DECIMAL_COMMA, GROUPED_BY_POINTS, PLAIN_NUMBER
from lab.data.dialect import Record, best_delimiter, filled_records, lines_of, prefix_of, refuse_prose, width_of
from lab.data.header import first_row, fit_names, has_header, names_in_comment, take_more_header, take_units
from lab.data.table import Note
from lab.errors import TableError

SEP_LINE = re.compile(r'"?sep=(.)"?\s*\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How to read the rest of the file.

    Args:
        names: one for each column as written in the file, not yet unique; None if there is no header.
        body_line: 0-based line of the first row of data.
        regular: every record seen so far has the same number of cells.
    """

    delimiter: str
    decimal: str
    width: int
    names: tuple[str, ...] | None
    units: tuple[str, ...]
    header_row: int | None
    body_line: int
    regular: bool
    notes: tuple[Note, ...]


def find_layout(body: bytes) -> Layout:
    """Raises TableError "table.no_table", "table.no_rows", "table.one_column"."""
    beginning, whole = prefix_of(body)
    lines = lines_of(beginning)
    forced = SEP_LINE.fullmatch(lines[0]) if lines else None
    delimiter = forced[1] if forced else best_delimiter(lines, whole)
    rows = filled_records(lines, delimiter, whole, first_line=1 if forced else 0)
    if not rows:
        raise TableError("table.no_rows", columns="")
    width = width_of(rows)
    refuse_prose(rows, width)
    start = first_row(rows, width)
    above, rows = rows[:start], rows[start:]
    notes = [Note("preamble", start, above[0].line + 1)] if above else []
    head: Record | None = rows[0]
    units: tuple[str, ...] = ()
    if has_header(rows, width):
        head, rows, header_notes = take_more_header(rows[0], rows[1:], width)
        units, rows, unit_notes = take_units(rows, width)
        notes += [*header_notes, *unit_notes]
    else:
        head = names_in_comment(above, width)
        notes += [] if head else [Note("no_header")]
    if not rows:
        raise TableError("table.no_rows", columns=", ".join(map(str.strip, head or ()))[:200])
    decimal, decimal_notes = _decimal(rows, delimiter)
    return Layout(
        delimiter=delimiter,
        decimal=decimal,
        width=width,
        names=fit_names(head, rows, width) if head else None,
        units=units or ("",) * width,
        header_row=head.line if head else None,
        body_line=rows[0].line,
        regular=delimiter != " " and all(len(row) == width and not row.stray_quote for row in rows),
        notes=(*notes, *decimal_notes),
    )


def _decimal(rows: list[Record], delimiter: str) -> tuple[str, tuple[Note, ...]]:
    """ "," where more cells read as numbers with a decimal comma than with a point."""
    if delimiter == ",":
        return ".", ()
    commas = points = 0
    first = None
    for row in rows:
        for cell in map(str.strip, row):
            if DECIMAL_COMMA.fullmatch(cell) or ("," in cell and GROUPED_BY_POINTS.fullmatch(cell)):
                commas += 1
                first = row.line + 1 if first is None else first
            else:
                points += "." in cell and bool(PLAIN_NUMBER.fullmatch(cell))
    return (",", (Note("decimal_comma", commas, first),)) if commas > points else (".", ())
