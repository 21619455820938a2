"""Read a CSV: bytes → magic → decoding → layout → rows → typed columns → Table.

Every step returns notes about what it decided; nothing is changed in silence. One refusal leaves: TableError.
"""

import contextlib
import hashlib
import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lab.data.cells import says_total
from lab.data.columns import Typed, type_column
from lab.data.decoding import decode
from lab.data.layout import Layout, find_layout
from lab.data.magic import refuse_other_formats
from lab.data.parse import Irregular, parse_rows
from lab.data.repair import repair
from lab.data.table import Note, Table
from lab.data_spec import ReadingSpec
from lab.errors import TableError
from lab.limits import Limits, current_limits

AS_FOUND = ReadingSpec()
LINE_END = re.compile(rb"\r\n|\n|\r")
NAME_CHARACTERS = 10_000  # of a column's name, as in an Experiment
LAST_ROWS = 3
HANGUL = re.compile("[가-힣]")
WINDOW = 1 << 18  # bytes that fit the processor's cache


def read_table(
    source: bytes | bytearray | Path | str,
    name: str = "",
    limits: Limits | None = None,
    reading: ReadingSpec = AS_FOUND,
) -> Table:
    """A table to train on.

    Args:
        source: the bytes of the file, or where it lies.
        name: what the person calls it; it decides nothing.
        limits: those of the profile in force if None.
        reading: what the person decided instead of the reader.

    Raises:
        TableError: "table.<code>"; its sentence says what the file is and what to do.
    """
    limits = limits or current_limits()
    data = _load(source, limits)
    digest = hashlib.sha256(data).hexdigest()
    refuse_other_formats(data)
    decoded = decode(data)
    del data
    body = decoded.body
    if b"\n" not in body:
        body = body.replace(b"\r", b"\n")
    layout = find_layout(body)
    _check_header(layout, limits)
    cells, notes, first_line = _read_rows(body, layout, limits)
    if not len(cells[0]):
        raise TableError("table.no_rows", columns=", ".join(layout.names or ())[:200])
    cells, layout, edge_notes = _without_edge_columns(cells, layout)
    cells, total_notes = _without_totals(cells, first_line)
    names, name_notes = unique_names(layout, korean=bool(HANGUL.search(body[:WINDOW].decode(errors="ignore"))))
    typed = [type_column(cells[i], names[i], layout.units[i], layout.decimal, first_line) for i in range(layout.width)]
    typed, column_notes = _tidy(typed, layout)
    table = Table(
        name=name,
        frame=pd.DataFrame({one.column.name: one.cells for one in typed}, copy=False),
        encoding=decoded.encoding,
        delimiter=layout.delimiter,
        header_row=layout.header_row,
        columns=tuple(one.column for one in typed),
        notes=(*decoded.notes, *layout.notes, *notes, *edge_notes, *total_notes, *name_notes, *column_notes),
        sha256=digest,
    )
    check_can_teach(table)
    return table


def check_can_teach(table: Table) -> None:
    """A network needs an input and a target, and something to count with. Raises TableError."""
    useful = [column for column in table.columns if column.kind != "empty"]
    if len(useful) < 2:
        raise TableError("table.one_column")
    if not any(column.kind in ("numeric", "category", "boolean") for column in useful):
        raise TableError("table.only_text")


def _check_header(layout: Layout, limits: Limits) -> None:
    if layout.width > limits.columns:
        raise TableError("table.too_many_columns", columns=layout.width, limit=limits.columns)
    longest = max(map(len, layout.names or ("",)))
    limit = min(limits.cell_characters, NAME_CHARACTERS)
    if longest > limit:
        raise TableError("table.cell_too_long", characters=longest, limit=limit, line=(layout.header_row or 0) + 1)


def _load(source: bytes | bytearray | Path | str, limits: Limits) -> bytes:
    if isinstance(source, bytearray):
        source = bytes(source)
    elif isinstance(source, str):
        source = Path(source)
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
    except OSError as error:
        raise TableError("table.cannot_open", problem=error.strerror or str(error)) from None
    if size > limits.upload_bytes:
        raise TableError("table.too_large", megabytes=f"{size / 1e6:.1f}", limit=f"{limits.upload_bytes / 1e6:g}")
    try:
        return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise TableError("table.cannot_open", problem=error.strerror or str(error)) from None


# --- rows


def _read_rows(body: bytes, layout: Layout, limits: Limits) -> tuple["list[pd.Series[Any]]", tuple[Note, ...], int]:
    """Columns of numbers or texts, notes, and the 1-based line of the first row."""
    columns = None
    start = _offset_of_line(body, layout.body_line)
    if layout.regular and not _has_long_line(body, limits.cell_characters):
        with contextlib.suppress(Irregular):
            columns = parse_rows(body, start, layout, limits)
    notes: tuple[Note, ...] = ()
    if columns is None or not _rows_are_complete(columns, body, start, layout):
        repaired = repair(body, layout, limits)
        notes = repaired.notes
        columns = parse_rows(repaired.body, 0, replace(layout, delimiter=","), limits)
    columns, blank_notes = _without_blank_rows(columns, layout.body_line + 1)
    return columns, (*notes, *blank_notes), layout.body_line + 1


def _without_blank_rows(
    columns: "list[pd.Series[Any]]", first_line: int
) -> tuple["list[pd.Series[Any]]", tuple[Note, ...]]:
    blank = columns[0].isna().to_numpy()
    for column in columns[1:]:
        if not blank.any():
            return columns, ()
        blank = blank & column.isna().to_numpy()
    if not blank.any():
        return columns, ()
    note = Note("blank_rows", int(blank.sum()), first_line + int(blank.argmax()))
    return [column[~blank].reset_index(drop=True) for column in columns], (note,)


def _without_edge_columns(
    columns: "list[pd.Series[Any]]", layout: Layout
) -> tuple["list[pd.Series[Any]]", Layout, tuple[Note, ...]]:
    """The empty, nameless first or last column that a delimiter at every line's beginning or end makes."""
    start, end = 0, layout.width
    if layout.names:
        start = int(not layout.names[0] and bool(columns[0].isna().all()))
        end -= int(not layout.names[-1] and bool(columns[-1].isna().all()))
    if end - start in (layout.width, 0):
        return columns, layout, ()
    names = layout.names[start:end] if layout.names else None
    layout = replace(layout, width=end - start, names=names, units=layout.units[start:end])
    return columns[start:end], layout, (Note("trailing_delimiter", 1, layout.body_line + 1),)


def _without_totals(
    columns: "list[pd.Series[Any]]", first_line: int
) -> tuple["list[pd.Series[Any]]", tuple[Note, ...]]:
    """Sums and means at the end of the table; a category of that name elsewhere stays."""
    rows = len(columns[0])
    for column in columns[:2]:
        if column.dtype.kind in "iufb" or rows < 3:
            continue
        last = column.iloc[-LAST_ROWS:].fillna("")
        total = [rows - len(last) + i for i, cell in enumerate(last) if says_total(str(cell))]
        if total and total == list(range(total[0], rows)) and not _stands_before(column, total[0]):
            note = Note("totals", len(total), first_line + total[0], detail=str(column.iloc[total[0]]))
            return [other.iloc[: total[0]] for other in columns], (note,)
    return columns, ()


def _stands_before(column: "pd.Series[Any]", row: int) -> bool:
    """Whether the word of this row is a category of the rows above it."""
    return bool((column.iloc[:row] == column.iloc[row]).any())


def _rows_are_complete(columns: "list[pd.Series[Any]]", body: bytes, start: int, layout: Layout) -> bool:
    """Whether no row was short: the parser fills those in without a word, so delimiters and lines are counted."""
    rows = len(columns[0])
    if b'"' in body:
        if columns[-1].isna().any():
            return False
        return body.count(b"\n", start) - rows <= 1  # no quote runs over lines
    return _count(body, start, layout.delimiter) == rows * (layout.width - 1)


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


# --- names and columns


def unique_names(layout: Layout, *, korean: bool) -> tuple[list[str], tuple[Note, ...]]:
    """Blank names are invented, repeated ones numbered: every column can be told apart."""
    given = layout.names or ("",) * layout.width
    word = "열" if korean else "col"
    taken: set[str] = set(given)
    names: list[str] = []
    blank = twice = 0
    for position, name in enumerate(given, 1):
        unique = name or f"{word}{position}"
        repeated = unique in names or (not name and unique in taken)
        count = 2
        while repeated and (unique in names or unique in taken):
            unique = f"{name or word + str(position)}_{count}"
            count += 1
        blank += not name
        twice += bool(name) and repeated
        names.append(unique)
    line = None if layout.header_row is None else layout.header_row + 1
    notes = []
    if layout.names and blank:
        notes.append(Note("blank_names", blank, line))
    if twice:
        notes.append(Note("duplicate_names", twice, line))
    return names, tuple(notes)


def _tidy(typed: list[Typed], layout: Layout) -> tuple[list[Typed], tuple[Note, ...]]:
    """Row numbers without a name are an id; columns that teach nothing are noted."""
    notes: list[Note] = []
    if layout.names and not layout.names[0] and _counts_rows(typed[0]):
        typed = [replace(typed[0], column=replace(typed[0].column, kind="id")), *typed[1:]]
        notes.append(Note("index_column", 1, layout.body_line + 1, typed[0].column.name))
    notes += [note for one in typed for note in one.notes]
    for code, names in (
        ("empty_columns", [one.column.name for one in typed if one.column.kind == "empty"]),
        ("constant_columns", [one.column.name for one in typed if one.column.constant]),
    ):
        if names:
            notes.append(Note(code, len(names), None, names[0], ", ".join(names[:3])))
    return typed, tuple(notes)


def _counts_rows(typed: Typed) -> bool:
    values = typed.cells.to_numpy()
    if values.dtype.kind not in "iu" or values[0] not in (0, 1):
        return False
    return bool((values == np.arange(len(values)) + values[0]).all())
