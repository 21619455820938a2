"""What a column is whatever is predicted: row numbers, an id, a date, a text, nothing; or something to learn from."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.data.propose.names import RAIN, is_result, is_time_name, is_who
from lab.data.table import Column, Table

Array = npt.NDArray[Any]

MOST_ONE_HOT = 50  # categories of an input; more make the network wide and learn little each
NEAR_EMPTY = 0.8  # share of cells without a value
LOOKED_AT = 20_000  # rows
FEWEST_IDS = 20
USABLE = ("numeric", "category", "boolean")


@dataclass(frozen=True)
class Reason:
    """Why a column is what it is; the sentence stands at "reason.<code>".

    Args:
        values: what fills the sentence.
    """

    code: str
    values: dict[str, Any] = field(default_factory=dict, compare=False)


def why_no_input(table: Table, column: Column) -> Reason | None:
    """Why nothing can be learned from a column, or nothing that a new row would bring; None if it may be an input."""
    if column.kind == "empty" or column.missing == table.rows:
        return Reason("empty")
    if column.constant:
        return Reason("constant")
    if column.kind in ("datetime", "text"):
        return Reason("date" if column.kind == "datetime" else "text", {"distinct": column.distinct})
    if column.kind == "id":
        is_number = column.minimum is not None
        return Reason("row_numbers" if is_number and numbers_rows(table, column) else "identifier")
    if column.missing > NEAR_EMPTY * table.rows and not RAIN.search(column.name):
        return Reason("near_empty", {"percent": _percent(column.missing, table.rows)})
    if column.kind == "category" and column.distinct > MOST_ONE_HOT:
        return Reason("many_categories", {"distinct": column.distinct})
    if column.kind in ("category", "numeric") and column.distinct > FEWEST_IDS and is_who(column.name):
        return Reason("identifier")
    if len(table.columns) > 2 and column.whole:
        if numbers_rows(table, column) and not is_time_name(column.name) and _may_number(table, column):
            return Reason("row_numbers")
        if _tells_samples_apart(table, column):
            return Reason("identifier")
    return None


def _percent(part: int, whole: int) -> str:
    share = 100 * part / max(1, whole)
    return f"{min(share, 99.9):.1f}" if part < whole else "100"


def numbers_of(table: Table, column: Column) -> Array:
    """The first cells as float64, NaN for gaps."""
    cells: Array = table.frame[column.name].iloc[:LOOKED_AT].to_numpy(np.float64, na_value=np.nan)
    return cells


def numbers_rows(table: Table, column: Column) -> bool:
    """Each whole number between two once: 1, 2, 3 … in order or shuffled."""
    if column.minimum is None or column.maximum is None or column.missing:
        return False
    spread = column.maximum - column.minimum + 1
    if spread != table.rows or table.rows < 10:
        return False
    cells = numbers_of(table, column)
    return len(np.unique(cells)) == len(cells)


def _may_number(table: Table, column: Column) -> bool:
    """In order, or under a name for it: ranks are whole numbers between two as well, each once."""
    if is_who(column.name) or not column.name:
        return True
    in_order = bool((np.diff(numbers_of(table, column)) == 1).all())
    return column.minimum in (0.0, 1.0) and (in_order or column.name == _first_named(table))  # sizes may be 33, 34, …


def _are_long_codes(column: Column) -> bool:
    """All of the same seven digits or more, as 25005600100."""
    low, high = column.minimum or 0.0, column.maximum or 0.0
    return low >= 1e6 and len(f"{low:.0f}") == len(f"{high:.0f}") and not column.missing


def _tells_samples_apart(table: Table, column: Column) -> bool:
    """Whole numbers that differ from row to row under a name for it, or that rise in the first column."""
    if column.distinct <= FEWEST_IDS and not (is_who(column.name) and column.distinct > 0.4 * table.rows):
        return False
    if is_who(column.name) or _are_long_codes(column):
        return True
    if is_time_name(column.name) or column.name != _first_named(table) or len(table.columns) < 4 or column.missing:
        return False
    if not column.minimum or is_result(column.name):  # sorted by what is counted
        return False
    cells = numbers_of(table, column)
    steps = np.diff(cells)
    all_different = len(np.unique(cells)) == len(cells)
    return bool((steps >= 0).all()) and (all_different or bool((steps == 0).mean() > 0.2))


def _first_named(table: Table) -> str:
    """The first column behind row numbers without a name."""
    first, *others = table.column_names
    return others[0] if has_row_names(table) and others else first


def has_row_names(table: Table) -> bool:
    """Whether the first column has no name and numbers or names the rows."""
    return any(note.code == "index_column" and note.column == table.column_names[0] for note in table.notes)
