"""Variables in rows: recognised, and turned into columns where the person says so."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from lab.data.cells.cell import rough_kind
from lab.data.cells.columns import Typed
from lab.data.cells.moments import to_compact
from lab.data.cells.spellings import Cells
from lab.data.cells.units import unit_in_name
from lab.data.read.body import Rows
from lab.data.read.header import counts_up
from lab.data.read.layout import Layout
from lab.data.table import TEXT
from lab.errors import TableError
from lab.spec.limits import Limits

MOST_VARIABLES = 60  # rows of a table that holds one variable each
FEWEST_OBSERVATIONS = 4
FEWEST_WITH_CLASSES = 3  # rows, one of which names classes
VARIABLE = re.compile(
    r"기온|온도|습도|풍속|풍향|강수|기압|일조|일사|시정|운량|농도|평균|최고|최저|temp|humid|wind|rain|pressure|"
    r"length|width|height|weight|PM\d|SO2|NO2|O3|CO2?$",
    re.IGNORECASE,
)


def looks_transposed(layout: Layout, typed: list[Typed]) -> bool:
    """One row a variable: names of variables down the first column, times or running numbers over all others."""
    rows = len(typed[0].cells)
    if not layout.names or len(typed) <= FEWEST_OBSERVATIONS or not 2 <= rows <= MOST_VARIABLES:
        return False
    first, others = typed[0], typed[1:]
    if first.column.kind not in ("text", "category", "id") or first.column.missing or first.column.distinct < rows:
        return False
    if not _hold_numbers(others, rows):
        return False
    variables = [str(cell) for cell in first.cells]
    named = sum(bool(unit_in_name(name) or VARIABLE.search(name)) for name in variables)
    if 2 * named < rows and len(typed) <= 2 * rows:
        return False
    return _are_observations(list(layout.names[1:])) and (2 * named >= rows or not _are_years(layout.names[1:]))


def _hold_numbers(columns: list[Typed], rows: int) -> bool:
    """Numbers in every row, but for one that names classes."""
    worded = [one for one in columns if one.column.kind not in ("numeric", "boolean", "empty", "id")]
    if not worded:
        return True
    if len(worded) < len(columns) or rows < FEWEST_WITH_CLASSES:
        return False
    texts = np.array([[rough_kind(str(cell)) == "text" for cell in one.cells] for one in worded])  # (columns, rows)
    return bool(texts.any(axis=0).sum() == 1 and texts.all(axis=0).sum() == 1)


def _are_observations(names: list[str]) -> bool:
    """Times, or one word with a number that counts up."""
    if all(rough_kind(name) == "time" or (name.isdigit() and to_compact(name)) for name in names):
        return True
    return counts_up(names)


def _are_years(names: tuple[str, ...]) -> bool:
    """Periods over places are a table as it should be, only wide."""
    return all(re.fullmatch(r"(19|20)\d\d년?", name) for name in names)


def transposed(rows: Rows, limits: Limits) -> Rows:
    """Rows become columns; the names of the columns become the cells of the first.

    Raises:
        TableError "table.no_header_to_turn": there are no names.
    """
    layout = rows.layout
    if layout.names is None:
        raise TableError("table.no_header_to_turn")
    written = rows.texts(list(range(layout.width)), limits)
    names = ["" if pd.isna(cell) else str(cell).strip() for cell in written[0]]
    if len(names) >= limits.columns:
        raise TableError("table.too_many_columns", columns=len(names) + 1, limit=limits.columns)
    block = np.array([np.asarray(column, object) for column in written[1:]], dtype=object).reshape(-1, len(names))
    columns: list[Cells] = [pd.array(list(layout.names[1:]), dtype=TEXT)]
    columns += [pd.array(block[:, place], dtype=TEXT) for place in range(len(names))]
    turned = replace(layout, width=len(columns), names=(layout.names[0], *names), units=("",) * len(columns))
    lines = np.full(layout.width - 1, (layout.header_row or 0) + 1, np.int32)
    return replace(rows, columns=columns, lines=lines, layout=turned, source=None, kept=None)
