"""Look: a table and those of its rows that may be looked at."""

import hashlib
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.doctor.view import series_names
from lab.data.prepare import visible_rows
from lab.data.table import Column, Table
from lab.spec.data import DataSpec

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.int64]

DRAWN = 10_000  # rows in the pictures
HUGE = 1e300


class Look:
    """What is remembered of a table while it is looked at; each column is worked out when it is first asked for.

    Args:
        rows: those outside the sealed test part, ascending.
    """

    def __init__(self, table: Table, rows: Rows, key: str) -> None:
        self.table, self.rows, self.key = table, rows, key
        self.sample = rows
        if len(rows) > DRAWN:
            self.sample = np.sort(np.random.default_rng(0).choice(rows, DRAWN, replace=False))
        self.known: dict[Any, Any] = {}

    @property
    def visible(self) -> int:
        return len(self.rows)

    @property
    def sealed(self) -> int:
        """Rows that are kept from sight."""
        return self.table.rows - self.visible

    @property
    def drawn(self) -> int:
        return len(self.sample)

    @cached_property
    def series(self) -> frozenset[str]:
        """Columns that are one signal or picture together."""
        return series_names(self.table)

    def whole(self, name: str) -> "pd.Series[Any]":
        """The cells of all rows that may be looked at."""
        cells = self.table.frame[name]
        return cells if self.visible == self.table.rows else cells.iloc[self.rows]

    def cells(self, name: str) -> "pd.Series[Any]":
        """The cells of the sample."""
        return self.table.frame[name].iloc[self.sample]

    def numbers(self, name: str) -> Array:
        """(drawn,) float64 of a column of numbers, truth values or times (seconds since 1970); NaN for gaps."""
        return drawable(as_numbers(self.cells(name)))

    def of_kinds(self, *kinds: str) -> tuple[Column, ...]:
        """Columns of these kinds that differ from row to row."""
        return tuple(column for column in self.table.columns if column.kind in kinds and column.distinct > 1)


def as_numbers(cells: "pd.Series[Any]") -> Array:
    """(n,) float64, NaN for gaps; of times the seconds since 1970."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        stamps = cells.to_numpy("datetime64[s]")
        return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))
    return cells.to_numpy(np.float64, na_value=np.nan)


def drawable(values: Array) -> Array:
    """Numbers near the largest float are drawn at HUGE: their sums and differences would be none."""
    return np.clip(values, -HUGE, HUGE) if np.nanmax(np.abs(values), initial=0.0) > HUGE else values


def look_at(table: Table, data: DataSpec, seed: int, known: Look | None = None) -> Look:
    """A look at the table for this experiment.

    Args:
        known: an earlier look; it is given back if the same rows of the same table are to be seen.
    """
    rows = visible_rows(table, data, seed)
    digest = hashlib.blake2b(rows.tobytes(), digest_size=16).hexdigest()
    key = f"{table.sha256} {data.reading.model_dump_json()} {digest}"
    return known if known is not None and known.key == key else Look(table, rows, key)
