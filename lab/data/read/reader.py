"""Read a CSV: bytes → magic → decoding → layout → rows → typed columns → Table.

Every step returns notes about what it decided; nothing is changed in silence. One refusal leaves: TableError.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from lab.data.cells.columns import Style, Typed, type_column
from lab.data.cells.kinds import as_kind, wished_kinds
from lab.data.read.body import Rows, check_lines, observations, read_irregular, read_regular
from lab.data.read.column_names import unique_names
from lab.data.read.dialect import Dialect, width_of
from lab.data.read.encoding import decode, with_plain_line_ends
from lab.data.read.layout import Beginning, Layout, beginning_of, dialect_of, find_layout
from lab.data.read.magic import refuse_other_formats
from lab.data.read.original import Original
from lab.data.read.signs import with_plain_signs
from lab.data.read.tables import Part, chosen_table
from lab.data.read.transpose import looks_transposed, transposed
from lab.data.table import Note, Table
from lab.errors import TableError
from lab.spec.data import AS_FOUND, ReadingSpec
from lab.spec.limits import Limits, current_limits
from lab.texts.letters import megabytes

NAME_CHARACTERS = 10_000  # of a column's name, as in an Experiment
LAYOUT, ROWS, COLUMNS = 0.05, 0.1, 0.3  # of the whole, when each begins: of a large file of texts

Tell = Callable[[str, float], None]


def read_table(
    source: bytes | bytearray | Path | str,
    name: str = "",
    limits: Limits | None = None,
    reading: ReadingSpec = AS_FOUND,
    tell: Tell | None = None,
) -> Table:
    """A table of a person's file.

    Args:
        source: the bytes of the file, or where it lies.
        name: what the person calls it; it decides nothing.
        limits: those of the profile in force if None.
        reading: what the person decided instead of the reader.
        tell: is told what is being done, and how much of the whole is done.

    Raises:
        TableError: "table.<code>"; its sentence says what the file is and what to do.
    """
    limits = limits or current_limits()
    tell = tell or (lambda _stage, _share: None)
    data = _load(source, limits)
    tell("decoding", 0.0)
    if reading.encoding is None:
        refuse_other_formats(data)
    elif not data.strip():
        raise TableError("table.empty")
    decoded = decode(data, reading.encoding)
    plain = with_plain_line_ends(decoded.body)
    check_lines(plain, limits)
    tell("layout", LAYOUT)
    body, sign_notes = with_plain_signs(plain)
    dialect, beginning = dialect_of(body, reading)
    tell("rows", ROWS)
    part, layout, rows = _find_table(body, dialect, beginning, reading, limits)
    if not len(rows.lines):
        raise TableError("table.no_rows", columns=", ".join(layout.names or ())[:200])
    notes = [*decoded.notes, *sign_notes, *part.notes, *_shifted(layout.notes, part.first_line), *rows.notes]
    lines = rows.lines
    if reading.transpose:
        rows = transposed(rows, limits)
        _check_header(rows.layout, limits)
    names, name_notes = unique_names(rows.layout, body)
    typed = _typed(rows, names, reading, limits, tell)
    typed, column_notes = _tidy(typed, rows, _shifted(name_notes, part.first_line))
    if not reading.transpose and looks_transposed(rows.layout, typed):
        column_notes = (Note("transposed", len(typed[0].cells)), *column_notes)
    header_row = None if layout.header_row is None else layout.header_row + part.first_line
    return Table(
        name=name,
        frame=pd.DataFrame({one.column.name: one.cells for one in typed}, copy=False),
        encoding=decoded.encoding,
        delimiter=dialect.delimiter,
        header_row=header_row,
        columns=tuple(one.column for one in typed),
        notes=(*notes, *column_notes),
        sha256=hashlib.sha256(data).hexdigest(),
        source=Original(data, decoded.encoding, dialect, lines, rows.first_column, header_row, reading.transpose),
    )


def read_as_wished(
    content: bytes, name: str, reading: ReadingSpec, limits: Limits | None = None, tell: Tell | None = None
) -> tuple[Table, ReadingSpec]:
    """A file as an experiment reads it, and that reading; one that can't be read so is another file, read by itself.

    Raises:
        TableError: it is no table.
    """
    try:
        return read_table(content, name, limits, reading, tell), reading
    except TableError:
        if reading == AS_FOUND:
            raise
        return read_table(content, name, limits, tell=tell), AS_FOUND


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
        raise TableError(
            "table.too_large", megabytes=f"{megabytes(size):.1f}", limit=f"{megabytes(limits.upload_bytes):g}"
        )
    try:
        return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise TableError("table.cannot_open", problem=error.strerror or str(error)) from None


def _find_table(
    body: bytes, dialect: Dialect, beginning: Beginning | None, reading: ReadingSpec, limits: Limits
) -> tuple[Part, Layout, Rows]:
    """The part of the file that holds the table, its layout and its rows.

    Args:
        beginning: of the file, if that is read already.
    """

    def laid_out(part: Part, read: Beginning | None = None) -> Layout:
        skip_first = beginning is None and part.first_line == 0
        read = read or beginning_of(part.body, dialect, skip_first=skip_first)
        _check_width(width_of(read.rows), limits)
        layout = find_layout(read, dialect, reading)
        _check_header(layout, limits)
        return layout

    part = chosen_table(body, dialect, reading, to_the_end=False)
    layout = laid_out(part, beginning if part.body is body else None)
    rows = read_regular(part.body, layout, limits)
    if rows is None:  # then there may be gaps, and another table behind one of them
        part = chosen_table(body, dialect, reading)
        layout = laid_out(part)
        rows = read_irregular(part.body, layout, limits)
    return part, layout, observations(rows, part.first_line)


def _check_header(layout: Layout, limits: Limits) -> None:
    _check_width(layout.width, limits)
    longest = max(map(len, layout.names or ("",)))
    limit = min(limits.cell_characters, NAME_CHARACTERS)
    if longest > limit:
        raise TableError("table.cell_too_long", characters=longest, limit=limit, line=(layout.header_row or 0) + 1)


def _check_width(columns: int, limits: Limits) -> None:
    if columns > limits.columns:
        raise TableError("table.too_many_columns", columns=columns, limit=limits.columns)


def _shifted(notes: tuple[Note, ...], lines: int) -> tuple[Note, ...]:
    """Notes about a part of the file, by lines of the whole."""
    return tuple(
        note if note.first_line is None or not lines else replace(note, first_line=note.first_line + lines)
        for note in notes
    )


def _typed(rows: Rows, names: list[str], reading: ReadingSpec, limits: Limits, tell: Tell) -> list[Typed]:
    style = Style(rows.layout.decimal, rows.lines, frozenset(word.strip().lower() for word in reading.missing_words))
    wishes = wished_kinds(reading, names)
    places = list(wishes)
    written = dict(zip(places, rows.texts(places, limits), strict=True)) if places else {}
    units = rows.layout.units
    typed = []
    for place, name in enumerate(names):
        tell("columns", COLUMNS + (1 - COLUMNS) * place / len(names))
        if place in wishes:
            typed.append(as_kind(wishes[place], written[place], name, units[place], style))
        else:
            typed.append(type_column(rows.columns[place], name, units[place], style))
    return typed


def _tidy(typed: list[Typed], rows: Rows, name_notes: tuple[Note, ...]) -> tuple[list[Typed], tuple[Note, ...]]:
    """Row numbers without a name are an id; columns that teach nothing are noted."""
    notes: list[Note] = []
    names = rows.layout.names
    if names and _is_index(names[0], typed[0]):
        typed = [replace(typed[0], column=replace(typed[0].column, kind="id", top=())), *typed[1:]]
        notes.append(Note("index_column", 1, int(rows.lines[0]), typed[0].column.name))
        name_notes = _without_index(name_notes) if not names[0] else name_notes
    notes += [note for one in typed for note in one.notes]
    for code, found in (
        ("empty_columns", [one.column.name for one in typed if one.column.kind == "empty"]),
        ("constant_columns", [one.column.name for one in typed if one.column.constant]),
    ):
        if found:
            notes.append(Note(code, len(found), None, found[0], ", ".join(found[:3])))
    return typed, (*name_notes, *notes)


def _without_index(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """The blank name over row numbers is told already."""
    fewer = [replace(note, count=note.count - 1) if note.code == "blank_names" else note for note in notes]
    return tuple(note for note in fewer if note.count)


def _is_index(name: str, first: Typed) -> bool:
    """Row numbers that pandas wrote, row names that R wrote: in the first column, without a name."""
    if name and not name.lower().startswith("unnamed:"):
        return False
    values = first.cells
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        # with gaps or shuffled where rows were picked; one total may stand below
        numbers = values[:-1] if len(values) > 2 and np.isnan(values[-1]) else values
        return bool((numbers == np.floor(numbers)).all()) and len(np.unique(numbers)) == len(values[: len(numbers)])
    column = first.column
    return column.kind in ("text", "id") and not column.missing and column.distinct == len(values)
