"""Regular rows to columns, by pandas' C parser with everything said explicitly.

Rows are read in slices: it is as fast as in one go, rows over the limit are refused on the way, and a column's type
is decided over all slices (a column that is numbers here and texts there is read again as text).
"""

import io
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.cells.number_columns import is_whole
from lab.data.cells.spellings import Cells
from lab.data.read.layout import Layout
from lab.data.table import TEXT
from lab.errors import TableError
from lab.spec.limits import Limits

CELLS_AT_A_TIME = 400_000
BEFORE_CELL = np.isin(np.arange(256), list(b",;|\t\n\"'"))
DIGITS = np.isin(np.arange(256), list(b"0123456789"))
SIGNS = np.isin(np.arange(256), list(b"+-"))
CODE_IN_TEXT = re.compile(r"^\s*[+-]?(?:0\d|\d{16})", re.MULTILINE)
WINDOW = 1 << 18
WINDOWS = 16
EXACT_WHOLE = 1e15  # larger whole numbers lose digits as floats, and are mostly codes


class Irregular(Exception):
    """A row is too long, or a quote stays open: no refusal, the rows need repair first."""


def parse_rows(body: bytes, start: int, layout: Layout, limits: Limits, worded: tuple[int, ...] = ()) -> list[Cells]:
    """The columns of the rows from byte `start` on; numbers where all cells are, else texts; NaN for blanks.

    Args:
        worded: columns that hold a word, so that no number need be looked for.

    Raises:
        Irregular: repair the rows and try again.
        TableError "table.too_many_rows".
    """
    known = dict.fromkeys(worded, object) if _is_small(body, start) else {}
    slices = _read(body, start, layout, limits, dtype=known or None)
    by_column = enumerate(zip(*map(_columns_of, slices), strict=True))
    columns = [_join(pieces, is_known=place in known) for place, pieces in by_column]
    mixed = [i for i, column in enumerate(columns) if column is None]
    codes = _columns_of_codes(columns, body)
    if mixed or codes:
        texts = parse_texts(body, start, layout, limits, mixed + codes)
        for i, text in zip(mixed + codes, texts, strict=True):
            if i in mixed or CODE_IN_TEXT.search("\n".join(np.asarray(text[~pd.isna(text)], object))):
                columns[i] = text
    return [column for column in columns if column is not None]


def parse_texts(body: bytes, start: int, layout: Layout, limits: Limits, columns: list[int]) -> list[Cells]:
    """Some of the columns as they are written."""
    places = sorted(columns)
    pieces = _read(body, start, layout, limits, usecols=places, dtype=object if _is_small(body, start) else TEXT)
    found = dict(zip(places, zip(*map(_columns_of, pieces), strict=True), strict=True))
    return [found[place][0] if len(pieces) == 1 else _joined_texts(found[place]) for place in columns]


def _is_small(body: bytes, start: int) -> bool:
    """Whether it is read in one slice. A cell takes a byte at least."""
    return len(body) - start <= CELLS_AT_A_TIME


def _columns_of(piece: pd.DataFrame) -> list[Cells]:
    return [
        column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array for _name, column in piece.items()
    ]


def _read(body: bytes, start: int, layout: Layout, limits: Limits, **options: Any) -> list[pd.DataFrame]:
    stream = io.BytesIO(body)  # shares the bytes
    stream.seek(start)
    slices: list[pd.DataFrame] = []
    rows = 0
    options |= {
        "sep": layout.dialect.delimiter,
        "quotechar": layout.dialect.quote,
        "decimal": layout.decimal,
        "header": None,
        "names": range(layout.width),
        "index_col": False,
        "keep_default_na": False,
        "na_values": [""],  # other spellings are decided column by column
        "skipinitialspace": _has_cells_after_blanks(body, layout.dialect.delimiter.encode()),
        "low_memory": False,
        "on_bad_lines": "error",
        "engine": "c",
        "encoding": "utf-8",
    }
    try:
        if _is_small(body, start):
            return [_within(pd.read_csv(stream, **options), limits)]
        with pd.read_csv(stream, chunksize=max(256, CELLS_AT_A_TIME // layout.width), **options) as reader:
            for piece in reader:
                slices.append(piece)
                rows += len(piece)
                if rows > limits.rows:
                    raise TableError("table.too_many_rows", limit=limits.rows)
    except pd.errors.EmptyDataError:
        return [pd.DataFrame(columns=range(layout.width), dtype=np.float64)]
    except (pd.errors.ParserError, OverflowError) as error:
        raise Irregular(str(error)) from None
    return slices


def _within(piece: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    if len(piece) > limits.rows:
        raise TableError("table.too_many_rows", limit=limits.rows)
    return piece


def _has_cells_after_blanks(body: bytes, delimiter: bytes) -> bool:
    """Skipping blanks costs a quarter of the parser's time, so it is asked for only where there are any."""
    if b" " not in body:
        return False
    values = np.frombuffer(body, np.uint8)
    after = np.zeros(256, bool)
    after[[ord(delimiter), ord("\n")]] = True
    for start in range(0, len(values), WINDOW):
        piece = values[start : start + WINDOW + 1]
        if after[piece[:-1][piece[1:] == ord(" ")]].any():
            return True
    return False


def _join(pieces: tuple[Cells, ...], *, is_known: bool) -> Cells | None:
    """One column of its slices; None if they differ in kind and must be read as text.

    Args:
        is_known: it was read as text.
    """
    if len(pieces) == 1:
        return pieces[0] if is_known or _kind(pieces[0]) != "text" else _joined_texts(pieces)
    kinds = set(map(_kind, pieces))
    if kinds <= {"number", "blank"} or kinds == {"truth"}:
        return np.concatenate([np.asarray(piece) for piece in pieces])
    return _joined_texts(pieces) if kinds <= {"text", "blank"} else None


def _joined_texts(pieces: tuple[Cells, ...]) -> Cells:
    if len(pieces) == 1 and pieces[0].dtype == TEXT:
        return pieces[0]
    joined: pd.Series[str] = pd.concat([pd.Series(piece, dtype=TEXT) for piece in pieces], ignore_index=True)
    return joined.array


def _kind(piece: Cells) -> str:
    if not isinstance(piece, np.ndarray) or piece.dtype.kind == "O":
        return "text"
    if piece.dtype.kind == "b":
        return "truth"
    blank = piece.dtype.kind == "f" and len(piece) > 0 and np.isnan(piece[0]) and bool(np.isnan(piece).all())
    return "blank" if blank else "number"


def _columns_of_codes(columns: list[Cells | None], body: bytes) -> list[int]:
    """Columns of whole numbers whose text may say more than the number: 00123, or more than 15 digits."""
    zero_led: bool | None = None  # looked for if there is a column that it could be about
    codes = []
    for i, values in enumerate(columns):
        if not isinstance(values, np.ndarray) or values.dtype.kind not in "iuf" or not len(values):
            continue
        if not is_whole(values):
            continue
        zero_led = _has_zero_led_number(body) if zero_led is None else zero_led
        if zero_led or _largest(values) >= EXACT_WHOLE:
            codes.append(i)
    return codes


def _largest(values: npt.NDArray[Any]) -> float:
    values = values.astype(np.float64)
    return float(np.nanmax(np.abs(values), initial=0.0, where=~np.isnan(values)))


def _has_zero_led_number(body: bytes) -> bool:
    """Looked for in the whole of a small file, in evenly spaced windows of a large one."""
    step = max(WINDOW, len(body) // WINDOWS)
    values = np.frombuffer(b"\n" + body, np.uint8)
    return any(_has_one_in(values[start : start + WINDOW]) for start in range(0, len(values), step))


def _has_one_in(values: npt.NDArray[np.uint8]) -> bool:
    """A nought before a digit, behind the beginning of a cell, blanks and a sign."""
    at = np.flatnonzero(values[:-1] == ord("0"))
    at = at[DIGITS[values[at + 1]]] - 1
    at = at[at >= 0]
    signed = SIGNS[values[at]] & (at > 0)
    at = at - signed
    while len(at):
        if BEFORE_CELL[values[at]].any():
            return True
        at = at[(values[at] == ord(" ")) & (at > 0)] - 1
    return False
