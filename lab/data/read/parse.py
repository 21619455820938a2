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
from lab.data.read.layout import Layout
from lab.data.table import TEXT
from lab.errors import TableError
from lab.spec.limits import Limits

CELLS_AT_A_TIME = 400_000
ZERO_LED = re.compile(rb'[,;|\t\n"\'] *[+-]?0[0-9]')
CODE_IN_TEXT = r"^\s*[+-]?(?:0\d|\d{16})"
WINDOW = 1 << 18
WINDOWS = 16
EXACT_WHOLE = 1e15  # larger whole numbers lose digits as floats, and are mostly codes


class Irregular(Exception):
    """A row is too long, or a quote stays open: no refusal, the rows need repair first."""


def parse_rows(body: bytes, start: int, layout: Layout, limits: Limits) -> "list[pd.Series[Any]]":
    """The columns of the rows from byte `start` on; numbers where all cells are, else texts; NaN for blanks.

    Raises:
        Irregular: repair the rows and try again.
        TableError "table.too_many_rows".
    """
    slices = _read(body, start, layout, limits)
    columns = [_join([piece[i] for piece in slices]) for i in range(layout.width)]
    mixed = [i for i, column in enumerate(columns) if column is None]
    codes = _columns_of_codes(columns, body)
    if mixed or codes:
        texts = parse_texts(body, start, layout, limits, mixed + codes)
        for i, text in zip(mixed + codes, texts, strict=True):
            if i in mixed or text.str.contains(CODE_IN_TEXT, regex=True, na=False).any():
                columns[i] = text
    return [column for column in columns if column is not None]


def parse_texts(body: bytes, start: int, layout: Layout, limits: Limits, columns: list[int]) -> "list[pd.Series[Any]]":
    """Some of the columns as they are written."""
    pieces = _read(body, start, layout, limits, usecols=sorted(columns), dtype=TEXT)
    return [pd.concat([piece[i] for piece in pieces], ignore_index=True) for i in columns]


def _read(body: bytes, start: int, layout: Layout, limits: Limits, **options: Any) -> list[pd.DataFrame]:
    stream = io.BytesIO(body)  # shares the bytes
    stream.seek(start)
    slices: list[pd.DataFrame] = []
    rows = 0
    try:
        with pd.read_csv(
            stream,
            sep=layout.dialect.delimiter,
            quotechar=layout.dialect.quote,
            decimal=layout.decimal,
            header=None,
            names=list(range(layout.width)),
            index_col=False,
            keep_default_na=False,
            na_values=[""],  # other spellings are decided column by column
            skipinitialspace=_has_cells_after_blanks(body, layout.dialect.delimiter.encode()),
            low_memory=False,
            on_bad_lines="error",
            engine="c",
            encoding="utf-8",
            chunksize=max(256, CELLS_AT_A_TIME // layout.width),
            **options,
        ) as reader:
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


def _has_cells_after_blanks(body: bytes, delimiter: bytes) -> bool:
    """Skipping blanks costs a quarter of the parser's time, so it is asked for only where there are any."""
    return b" " in body and (delimiter + b" " in body or b"\n " in body)


def _join(pieces: "list[pd.Series[Any]]") -> "pd.Series[Any] | None":
    """One column of its slices; None if they differ in kind and must be read as text."""
    kinds = {_kind(piece) for piece in pieces}
    if kinds <= {"number", "blank"} or kinds == {"truth"}:
        return pd.Series(np.concatenate([piece.to_numpy() for piece in pieces]), copy=False)
    if kinds <= {"text", "blank"}:
        return pd.concat([piece.astype(TEXT) for piece in pieces], ignore_index=True)
    return None


def _kind(piece: "pd.Series[Any]") -> str:
    if piece.dtype == bool:
        return "truth"
    if not pd.api.types.is_numeric_dtype(piece):
        return "text"
    values = piece.to_numpy()
    blank = piece.dtype.kind == "f" and len(values) > 0 and np.isnan(values[0]) and bool(np.isnan(values).all())
    return "blank" if blank else "number"


def _columns_of_codes(columns: "list[pd.Series[Any] | None]", body: bytes) -> list[int]:
    """Columns of whole numbers whose text may say more than the number: 00123, or more than 15 digits."""
    zero_led: bool | None = None  # looked for if there is a column that it could be about
    codes = []
    for i, column in enumerate(columns):
        if column is None or column.dtype.kind not in "iuf" or not len(column):
            continue
        values = column.to_numpy()
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
    windows = (body[start : start + WINDOW] for start in range(0, len(body), step))
    return any(ZERO_LED.search(window) for window in windows) or bool(ZERO_LED.match(b"\n" + body[:99]))
