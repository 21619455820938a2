"""The columns that an experiment asks for, found in the table or refused, and their cells as arrays."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lab.data.table import Column, Table
from lab.errors import DataError
from lab.spec.data import ColumnPlan, DataSpec

Array = npt.NDArray[Any]

NO_PLAN = ColumnPlan(column="any")  # of a column for which nothing is wished


def find_target(table: Table, data: DataSpec) -> Column:
    """Raises DataError "data.target_missing", "data.target_empty"."""
    if data.target not in table.column_names:
        raise DataError("data.target_missing", column=data.target)
    column = table.column(data.target)
    if column.kind == "empty":
        raise DataError("data.target_empty", column=data.target)
    return column


def find_inputs(table: Table, data: DataSpec) -> list[Column]:
    """The input columns in order, each once; the one that names the parts is none. Raises DataError "data.input_…"."""
    part_column = data.split.part_column if data.split.order == "column" else None
    names = [name for name in dict.fromkeys(data.inputs) if name != part_column]
    if not names:
        raise DataError("data.no_inputs")
    empty = next((group.name for group in data.groups if not group.columns), None)
    if empty is not None:
        raise DataError("data.group_empty", group=empty)
    known, plans = set(table.column_names), {plan.column: plan for plan in data.plans}
    for name in names:
        if name not in known:
            raise DataError("data.input_missing", column=name)
        check_input(table.column(name), plans.get(name, NO_PLAN), data)
    return [table.column(name) for name in names]


def check_input(column: Column, plan: ColumnPlan, data: DataSpec) -> None:
    """Raises DataError "data.input_…", "data.target_is_input", "data.sequence_not_numeric"."""
    is_target = any(column.name == target.column for target in data.targets)
    if is_target and data.windows is None and 0 in plan.all_lags:  # its own past is no answer
        raise DataError("data.target_is_input", column=column.name)
    if column.kind == "datetime" and plan.date_parts:
        return
    if column.kind in ("text", "datetime", "empty") or (column.kind == "id" and column.minimum is None):
        raise DataError(f"data.input_{column.kind}", column=column.name)
    if data.task == "sequence_labels" and not holds_numbers(column):
        raise DataError("data.sequence_not_numeric", column=column.name)


def holds_numbers(column: Column) -> bool:
    return column.minimum is not None


def cells_of(table: Table, column: Column) -> Array:
    """(rows,) float64 with NaN for gaps, texts with None for gaps; times are seconds since 1970."""
    cells = table.frame[column.name]
    if column.kind == "category":
        texts: Array = cells.astype(object).to_numpy(copy=True)
        texts[cells.isna().to_numpy()] = None
        return texts
    if column.kind == "datetime":
        stamps = cells.to_numpy().astype("datetime64[ms]")
        return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1000)
    numbers: Array = cells.to_numpy(np.float64, na_value=np.nan)
    return numbers


def taken(cells: Array, rows: npt.NDArray[np.int64]) -> Array:
    """The cells of these rows; a gap where the row is -1: there is no such row."""
    found: Array = cells[rows]
    found[rows < 0] = None if found.dtype == object else np.nan
    return found
