"""View: what the checks look at. Numbers come from the training rows alone, and from a sample of them if they are many.

The sample is drawn with a seed of its own, so that the same table gives the same findings.
"""

import re
from collections import Counter
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.prepare import Dataset
from lab.data.table import Column, Table
from lab.spec.data import DataSpec

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.intp]

CELLS = 1_000_000  # looked at, of all columns together
MOST_ROWS = 20_000
FEWEST_ROWS = 400
SERIES = 16  # so many columns that differ by a number in their names alone are one signal or one picture
DIGITS = re.compile(r"\d+")


class View:
    """A table, the spec that is used on it, and the rows that may be looked at."""

    def __init__(self, table: Table, data: DataSpec | None, dataset: Dataset | None) -> None:
        self.table, self.data, self.dataset = table, data, dataset
        self.inputs = frozenset(data.inputs) if data is not None else frozenset()
        self.targets = frozenset(target.column for target in data.targets) if data is not None else frozenset()
        every = np.arange(table.rows)
        self.training: Rows = every if dataset is None else np.sort(dataset.train.rows)
        rows = min(MOST_ROWS, max(FEWEST_ROWS, CELLS // max(1, len(table.columns))))
        self.sample: Rows = self.training
        if len(self.training) > rows:
            self.sample = np.sort(np.random.default_rng(0).choice(self.training, rows, replace=False))
        self._cells: dict[str, Array] = {}

    def for_each_target(self) -> list["View"]:
        """One view for each column to predict; none of the others is a candidate in it."""
        if self.data is None or len(self.data.targets) == 1:
            return [self]
        views = []
        for target in self.data.targets:
            dataset = None if self.dataset is None else self.dataset.of_target(target.column)
            views.append(View(self.table, self.data.for_target(target), dataset))
            views[-1].targets = self.targets
        return views

    @property
    def sampled(self) -> bool:
        return len(self.sample) < len(self.training)

    @cached_property
    def target(self) -> Column | None:
        """The first column to predict; None if the table has none of that name."""
        known = self.data is not None and self.data.target in self.table.column_names
        return self.table.column(self.data.target) if known and self.data is not None else None

    @cached_property
    def candidates(self) -> tuple[Column, ...]:
        """Columns that are inputs or could be: none of the targets, something that becomes numbers."""
        return tuple(
            column
            for column in self.table.columns
            if column.name not in self.targets
            and column.distinct > 1
            and (column.kind in ("numeric", "category", "boolean") or column.name in self.inputs)
        )

    @cached_property
    def numbers(self) -> tuple[Column, ...]:
        """Candidates that hold numbers and are columns of their own, not one of many points of a signal or picture."""
        return tuple(c for c in self.candidates if c.kind == "numeric" and c.name not in self.series)

    @cached_property
    def series(self) -> frozenset[str]:
        """Names such as px0 … px783: one signal or picture, whose columns have no say of their own."""
        return series_names(self.table)

    def cells(self, name: str) -> Array:
        """The sampled cells of a column: float64 with NaN, or codes of the different values with -1 for a gap."""
        if name not in self._cells:
            cells = self.table.frame[name].iloc[self.sample]
            numeric = self.table.column(name).minimum is not None
            self._cells[name] = (
                cells.to_numpy(np.float64, na_value=np.nan) if numeric else pd.factorize(cells)[0].astype(np.int64)
            )
        return self._cells[name]

    def values(self, name: str) -> Array:
        """The sampled numbers of a column, without gaps, sorted."""
        cells = self.cells(name)
        return np.sort(cells[~np.isnan(cells)])


def series_names(table: Table) -> frozenset[str]:
    """Columns that differ from many others by a number in their names alone."""
    names = [name for name in table.column_names if DIGITS.search(name)]
    stems = Counter(DIGITS.sub("", name) for name in names)
    return frozenset(name for name in names if stems[DIGITS.sub("", name)] >= SERIES)
