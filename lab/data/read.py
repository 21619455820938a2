"""Read a CSV: bytes → magic → decoding → layout → rows → typed columns → Table.

Every step returns notes about what it decided; nothing is changed in silence. One refusal leaves: TableError.
"""

import hashlib
import io
import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lab.data.columns import Typed, type_column
from lab.data.decoding import decode
from lab.data.layout import Layout, find_layout
from lab.data.magic import refuse_other_formats
from lab.data.repair import repair
from lab.data.table import Note, Table
from lab.errors import TableError
from lab.limits import Limits

LINE_END = re.compile(rb"\r\n|\n|\r")
HANGUL = re.compile("[가-힣]")
ZERO_LED = re.compile(rb'(?:^|[,;|\t\n"])[+-]?0[0-9]')
WINDOW = 1 << 18
WINDOWS = 16
EXACT_WHOLE = 1e15  # larger whole numbers lose digits as floats, and are mostly codes


def read_table(source: bytes | Path, name: str, limits: Limits) -> Table:
    """A table to train on.

    Args:
        source: the bytes of the file, or where it lies.
        name: what the person calls it; it decides nothing.
        limits: of the profile in force.

    Raises:
        TableError: "table.<code>"; its sentence says what the file is and what to do.
    """
    data = _load(source, limits)
    digest = hashlib.sha256(data).hexdigest()
    refuse_other_formats(data)
    decoded = decode(data)
    del data
    body = decoded.body
    if b"\n" not in body:
        body = body.replace(b"\r", b"\n")
    layout = find_layout(body)
    if layout.width > limits.columns:
        raise TableError("table.too_many_columns", columns=layout.width, limit=limits.columns)
    frame, notes, first_line = _read_rows(body, layout, limits)
    if not len(frame):
        raise TableError("table.no_rows", columns=", ".join(layout.names or ())[:200])
    names, name_notes = unique_names(layout, korean=bool(HANGUL.search(body[:WINDOW].decode(errors="ignore"))))
    typed = [type_column(frame[i], names[i], layout.units[i], layout.decimal, first_line) for i in range(layout.width)]
    typed, column_notes = _tidy(typed, layout)
    table = Table(
        name=name,
        frame=pd.DataFrame({one.column.name: one.cells for one in typed}, copy=False),
        encoding=decoded.encoding,
        delimiter=layout.delimiter,
        header_row=layout.header_row,
        columns=tuple(one.column for one in typed),
        notes=(*decoded.notes, *layout.notes, *notes, *name_notes, *column_notes),
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


def _load(source: bytes | Path, limits: Limits) -> bytes:
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


def _read_rows(body: bytes, layout: Layout, limits: Limits) -> tuple[pd.DataFrame, tuple[Note, ...], int]:
    """Cells as numbers or texts, notes, and the 1-based line of the first row."""
    first_line = layout.body_line + 1
    frame = None
    start = _offset_of_line(body, layout.body_line)
    if layout.regular and not _has_long_line(body, limits.cell_characters):
        frame = _parse(body, start, layout, limits)
    notes: tuple[Note, ...] = ()
    if frame is None or not _rows_are_complete(frame, body, start, layout):
        repaired = repair(body, layout, limits)
        notes = repaired.notes
        layout = replace(layout, delimiter=",")
        frame = _parse(repaired.body, 0, layout, limits)
        if frame is None:
            raise TableError("table.no_table", beginning=body[:60].decode(errors="ignore"))
    if len(frame) > limits.rows:
        raise TableError("table.too_many_rows", rows=len(frame), limit=limits.rows)
    blank = frame[0].isna().to_numpy()
    if blank.any():
        blank &= frame.isna().to_numpy().all(axis=1)
    if blank.any():
        notes += (Note("blank_rows", int(blank.sum()), first_line + int(blank.argmax())),)
        frame = frame[~blank].reset_index(drop=True)
    return frame, notes, first_line


def _parse(body: bytes, start: int, layout: Layout, limits: Limits) -> pd.DataFrame | None:
    """By pandas' C parser with everything said explicitly; None if rows are too long or a quote stays open."""
    options: dict[str, Any] = {
        "sep": layout.delimiter,
        "decimal": layout.decimal,
        "header": None,
        "names": list(range(layout.width)),
        "index_col": False,
        "keep_default_na": False,
        "na_values": [""],  # other spellings are decided column by column
        "skipinitialspace": layout.delimiter != "\t",
        "low_memory": False,  # one dtype a column
        "on_bad_lines": "error",
        "engine": "c",
        "encoding": "utf-8",
        "nrows": limits.rows + 1 if body.count(b"\n", start) > limits.rows else None,
    }
    try:
        frame: pd.DataFrame = pd.read_csv(_from(body, start), **options)
        codes = _columns_of_codes(frame, body)
        if codes:
            frame[codes] = pd.read_csv(_from(body, start), **options, usecols=codes, dtype=str)[codes]
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=range(layout.width))
    except (pd.errors.ParserError, OverflowError):
        return None
    return frame


def _from(body: bytes, start: int) -> io.BytesIO:
    """The bytes from `start` on, without a copy."""
    stream = io.BytesIO(body)
    stream.seek(start)
    return stream


def _columns_of_codes(frame: pd.DataFrame, body: bytes) -> list[int]:
    """Columns of whole numbers whose text may say more than the number: 00123, or more than 15 digits."""
    zero_led = _has_zero_led_number(body)
    codes = []
    for name in frame:
        values = frame[name].to_numpy()
        if values.dtype.kind not in "iuf" or not len(values):
            continue
        if values.dtype.kind == "f" and not _is_whole(values):
            continue
        if zero_led or np.nanmax(np.abs(values.astype(np.float64)), initial=0.0) >= EXACT_WHOLE:
            codes.append(int(str(name)))
    return codes


def _is_whole(values: Any) -> bool:
    """Looks at the beginning first: most columns of measurements are settled by it."""
    for part in (values[:100], values):
        present = part[np.isfinite(part)]
        if not (present == np.floor(present)).all():
            return False
    return True


def _has_zero_led_number(body: bytes) -> bool:
    """Looked for in the whole of a small file, in evenly spaced windows of a large one."""
    step = max(WINDOW, len(body) // WINDOWS)
    return any(ZERO_LED.search(body[start : start + WINDOW]) for start in range(0, len(body), step))


def _rows_are_complete(frame: pd.DataFrame, body: bytes, start: int, layout: Layout) -> bool:
    """Whether no row was short: the parser fills those in without a word, so delimiters and lines are counted."""
    if b'"' in body:
        if frame[layout.width - 1].isna().any():
            return False
        return body.count(b"\n", start) - len(frame) <= 1  # no quote runs over lines
    return body.count(layout.delimiter.encode(), start) == len(frame) * (layout.width - 1)


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
    """The column that a trailing delimiter makes is dropped; row numbers without a name are an id."""
    notes: list[Note] = []
    if layout.names and not layout.names[-1] and typed[-1].column.kind == "empty" and len(typed) > 1:
        typed = typed[:-1]
        notes.append(Note("trailing_delimiter", 1, layout.body_line + 1))
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
