"""What a forecast has to beat: "tomorrow as today", where the table or the target's own past holds today's value."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.prepare.chosen_columns import holds_numbers, taken
from lab.data.prepare.division import Division
from lab.data.prepare.targets import EncodedTarget, class_names_of_cells
from lab.data.table import Column, Table
from lab.errors import DataError
from lab.spec.data import DataSpec

Array = npt.NDArray[Any]


def persistence_of(
    table: Table, data: DataSpec, target: Column, encoded: EncodedTarget, division: Division
) -> tuple[str | None, Array | None]:
    """The column that is taken for the forecast, and (n,) its value in the target's coding, NaN where unknown.

    Raises:
        DataError "data.persistence_…": the column that was asked for cannot be it.
    """
    if data.task == "sequence_labels":
        return None, None
    said = np.where(encoded.present, encoded.codes, np.nan).astype(np.float64)
    if data.windows is not None:
        return target.name, said[division.kept]
    lags = data.plan_of(target.name).lags if target.name in data.inputs else ()
    if lags and data.persistence_column is None:
        return target.name, taken(said, division.earlier(min(lags)))
    name, values = _by_column(table, data, target, encoded.classes)
    return name, None if values is None else values[division.kept]


def _by_column(
    table: Table, data: DataSpec, target: Column, classes: tuple[str, ...]
) -> tuple[str | None, Array | None]:
    """(rows,) what the column says, for every row of the table."""
    name = data.persistence_column or find_persistence(table, target.name)
    if name is None:
        return None, None
    if name not in table.column_names:
        raise DataError("data.persistence_missing", column=name)
    if name == target.name:
        raise DataError("data.persistence_is_target", column=name)
    cells = table.frame[name]
    if data.task == "regression":
        if not holds_numbers(table.column(name)):
            raise DataError("data.persistence_not_numeric", column=name)
        return name, cells.to_numpy(np.float64, na_value=np.nan)
    labels = class_names_of_cells(cells, table.column(name))
    codes = pd.Index(classes).get_indexer(pd.Index(labels))
    return name, np.where(codes >= 0, codes, np.nan).astype(np.float64)


def find_persistence(table: Table, target: str) -> str | None:
    """A column that, one row later, holds what the target said: today's value where tomorrow's is to be forecast."""
    said = table.frame[target]
    column = table.column(target)
    if len(said) < 10 or column.distinct < 2 or column.kind in ("text", "datetime", "id"):
        return None
    earlier = said.to_numpy()[:-1]
    for other in table.columns:
        alike = other.kind == column.kind and abs(other.distinct - column.distinct) <= 2 + 0.05 * column.distinct
        if other.name == target or other.distinct < 2 or not alike:
            continue
        later = table.frame[other.name].to_numpy()[1:]
        if later.dtype.kind != earlier.dtype.kind and not {later.dtype.kind, earlier.dtype.kind} <= set("iuf"):
            continue
        both = ~(pd.isna(earlier) | pd.isna(later))
        if both.sum() >= 9 and np.mean(earlier[both] == later[both]) >= 0.95:
            return other.name
    return None
