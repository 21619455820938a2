"""A column over time: every visible row counts; of very many, each point stands for a stretch of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lab.data.look.visible import Array, Look, as_numbers, drawable
from lab.data.prepare import PART_NAMES, Dataset
from lab.data.table import Column
from lab.spec.data import DataSpec

STRETCHES = 800


@dataclass(frozen=True)
class Course:
    """A column of numbers in the order of time.

    Args:
        times: (n,) datetime64[s] of a time column, numbers of a column that counts, else the number of the row from 1;
            of a stretch its first.
        mean, low, high: (n,) of each stretch; all the same where a stretch is one row.
        rows_each: rows in a stretch.
    """

    time: Column | None
    column: Column
    times: Array
    mean: Array
    low: Array
    high: Array
    rows_each: int

    @property
    def ends(self) -> dict[str, float]:
        """First and last value, and the lowest and highest of all."""
        ends = {"first": self.mean[0], "last": self.mean[-1], "low": self.low.min(), "high": self.high.max()}
        return {name: float(value) for name, value in ends.items()}


def time_columns(look: Look, data: DataSpec) -> tuple[str, ...]:
    """The one that the experiment goes by comes first."""
    wanted = data.split.time_column
    first = (wanted,) if wanted in look.table.column_names else ()
    return (*first, *(column.name for column in look.of_kinds("datetime") if column.name != wanted))


def course(look: Look, time: str | None, name: str, stretches: int = STRETCHES) -> Course:
    """Of all visible rows with a time and a value, exactly.

    Args:
        time: a column of times or of numbers that count them; None for the order of the rows.
        stretches: at most so many points.
    """
    values = drawable(as_numbers(look.whole(name)))
    stamps = _times(look, time)
    order = np.flatnonzero(~np.isnan(values) & ~pd.isna(stamps))
    order = order[np.argsort(stamps[order], kind="stable")]
    values, stamps = values[order], stamps[order]
    each = max(1, -(-len(values) // stretches))
    starts = np.arange(0, len(values), each)
    if each == 1 or not len(values):
        mean = low = high = values
    else:
        mean = np.add.reduceat(values, starts) / np.diff([*starts, len(values)])
        low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    column = None if time is None else look.table.column(time)
    return Course(column, look.table.column(name), stamps[starts], mean, low, high, each)


def _times(look: Look, time: str | None) -> Array:
    return (look.rows + 1).astype(np.float64) if time is None else _stamps(look.whole(time))


def _stamps(cells: "pd.Series[Any]") -> Array:
    is_time = pd.api.types.is_datetime64_any_dtype(cells)
    stamps: Array = cells.to_numpy("datetime64[s]") if is_time else as_numbers(cells)
    return stamps


def part_starts(look: Look, dataset: Dataset, time: str | None) -> dict[str, Any]:
    """When validation and test begin, where the parts follow each other in time; empty where they are mixed."""
    starts: dict[str, Any] = {}
    latest = None
    for name in PART_NAMES:
        rows = dataset.part(name).rows
        if not len(rows):
            continue
        stamps = rows + 1.0 if time is None else _stamps(look.table.frame[time].iloc[rows])
        if latest is not None:
            if stamps.min() < latest:
                return {}
            starts[name] = stamps.min()
        latest = stamps.max()
    return starts
