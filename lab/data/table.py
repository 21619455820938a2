"""Table: what a CSV turned into, with everything the reader decided or repaired on the way."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from lab.errors import DataError

# said in full, since "str" means this in pandas 3 alone: pandas 2 would write gaps out as the word "nan"
TEXT = pd.StringDtype(na_value=np.nan)

Kind = Literal["numeric", "category", "datetime", "boolean", "text", "id", "empty"]


@dataclass(frozen=True)
class Note:
    """One thing the reader found or repaired; its sentence stands at "note.<code>" in the catalogue.

    Args:
        code: what happened.
        count: how many cells, rows or columns it concerns.
        first_line: 1-based line of the file where it first happened; None if it concerns the whole file.
        column: the column it concerns; "" if it is not about one column.
        detail: an example or a name for the sentence (an encoding, a spelling, a unit).
    """

    code: str
    count: int = 1
    first_line: int | None = None
    column: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Column:
    """One variable of the table.

    Args:
        kind: numeric (measured or counted), category (few texts that repeat), datetime, boolean (a known pair of
            words), text (many different texts), id (row numbers and codes), empty (no value at all).
        missing: cells without a value.
        distinct: different values; exact up to 1,000, beyond that at least so many.
        minimum, maximum, mean: of numbers; None for other kinds.
        top: the commonest values with their counts, for categories and booleans.
        whole: all numbers are whole.
        labels: how "no" and "yes" are spelled in a boolean column.
        unit: as written in the name ("(°C)", "_cm") or in the cells; "" if there is none.
    """

    name: str
    kind: Kind
    missing: int
    distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    top: tuple[tuple[str, int], ...] = ()
    whole: bool = False
    labels: tuple[str, str] | None = None
    unit: str = ""

    @property
    def constant(self) -> bool:
        """One value everywhere: nothing can be learned from it."""
        return self.distinct == 1


class Source(Protocol):
    """The file that a table was read from."""

    def cell(self, row: int, column: int) -> str:
        """Text of a cell as it is written; both numbers count from 0."""


@dataclass(frozen=True)
class Table:
    """Rows are samples, columns are variables.

    Args:
        frame: the cells; numbers as int64 or float64, times as datetime64, booleans as bool, the rest as TEXT;
            missing cells are NaN or NaT. Never changed in place.
        header_row: 0-based line of the header in the file; None if the file has none.
        sha256: of the file's bytes.
        source: the file, for cells as they are written.
    """

    name: str
    frame: pd.DataFrame = field(repr=False, compare=False)
    encoding: str
    delimiter: str
    header_row: int | None
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]
    sha256: str
    source: Source | None = field(default=None, repr=False, compare=False)

    def original(self, row: int, name: str) -> str:
        """The cell as it stands in the file, before anything was repaired or converted.

        Args:
            row: of the frame, from 0.
            name: of the column.

        Raises:
            IndexError: there is no such row; DataError "data.no_such_column".
        """
        column = self.column(name)
        if not 0 <= row < self.rows:
            raise IndexError(row)
        return "" if self.source is None else self.source.cell(row, self.columns.index(column))

    @cached_property
    def size_bytes(self) -> int:
        """Memory that the cells take."""
        return int(self.frame.memory_usage(index=False).sum())

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def rows(self) -> int:
        return len(self.frame)

    def column(self, name: str) -> Column:
        """The column of that name. Raises DataError "data.no_such_column"."""
        if name not in self._by_name:
            raise DataError("data.no_such_column", column=name)
        return self._by_name[name]

    def forget_views(self) -> None:
        """Let go of what Pandas remembers of columns that were looked at: a mark for each time, up to 500 for each
        block of cells and as many for the names of rows and columns, which is 40 kB each. Nobody else may call it at
        the same time.
        """
        blocks = [getattr(block, "refs", None) for block in getattr(getattr(self.frame, "_mgr", None), "blocks", ())]
        names = [getattr(axis, "_references", None) for axis in self.frame.axes]
        for seen in (*blocks, *names):
            marks = getattr(seen, "referenced_blocks", [])
            for place in reversed(range(len(marks))):  # others may add some meanwhile, at the end
                if marks[place]() is None:
                    del marks[place]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}
