"""Samples that hold more than one row or are one signal: windows over the rows, and rows that are signals."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.data.prepare.chosen_columns import cells_of, taken
from lab.data.prepare.division import Division
from lab.data.prepare.recipe import PreparedColumn
from lab.data.prepare.settings import Settings
from lab.data.prepare.statistics import centre_and_width
from lab.data.sequences import within
from lab.data.split import Split
from lab.data.table import Column, Table
from lab.data.windows import Windows, check_windows, cut_windows, window_starts
from lab.errors import DataError
from lab.spec.data import DataSpec, WindowSpec

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


def windows_of(
    spec: WindowSpec, data: DataSpec, division: Division, answered: Mask, check_rows: Callable[[int], None]
) -> dict[str, Windows]:
    """The windows of each part, by positions among the kept rows.

    Args:
        answered: (n,) whether each kept row has all targets.
        check_rows: raises for so many rows, those of all windows together, before they are made.

    Raises:
        DataError "data.too_few_windows".
    """
    places, series, times = division.in_line()
    parts = vars(division.split)
    starts = {
        name: window_starts(rows, spec, division.complete, answered, times, series=series, places=places)
        for name, rows in parts.items()
    }
    split = data.split
    asked = {"train": True, "validation": split.validates, "test": split.test > 0}
    check_windows({name: len(found) for name, found in starts.items()}, asked, spec)
    check_rows(spec.steps * sum(map(len, starts.values())))
    return {name: cut_windows(rows, starts[name], spec) for name, rows in parts.items()}


def with_clock(
    table: Table, data: DataSpec, division: Division, features: list[PreparedColumn], x: Array
) -> tuple[list[PreparedColumn], Array]:
    """Two more features, the time of day. Raises DataError "data.clock_without_times"."""
    name = data.split.time_column
    if name is None or table.column(name).kind != "datetime":
        raise DataError("data.clock_without_times")
    recipe = PreparedColumn(name, "clock")
    return [*features, recipe], np.hstack([x, recipe.encode(cells_of(table, table.column(name))[division.kept])])


def signal_of(
    table: Table, data: DataSpec, settings: list[Settings], division: Division
) -> tuple[list[PreparedColumn], Array]:
    """(n, time steps, 1) float32: all inputs as one signal, scaled as a whole; what lies behind its end is 0."""
    columns = [one.column for one in settings]
    values = np.stack([_steps(table, column, division) for column in columns], axis=1)
    lengths = None
    if data.length_column is not None:
        lengths = table.frame[data.length_column].to_numpy(np.float64, na_value=np.nan)[division.kept]
    inside = within(values, lengths)
    training = values[division.split.train][inside[division.split.train]]
    if data.scaling == "log":
        lowest = min(columns, key=lambda column: column.minimum or 0.0)
        if (lowest.minimum or 0.0) < 0:
            raise DataError("data.log_of_negative", column=lowest.name, minimum=lowest.minimum)
        training = np.log1p(training)
    mean, scale, scaling = 0.0, 0.0, data.scaling
    if len(training):
        mean, scale, scaling = centre_and_width(training, scaling, data.scale_constant)
    names = tuple(column.name for column in columns)
    recipe = PreparedColumn(
        f"{names[0]} … {names[-1]}",
        "signal",
        mean,
        scale,
        fill=0.0,
        log=scaling == "log",
        scaling=scaling,
        columns=names,
    )
    x = recipe.scaled(np.where(inside, values, 0.0))
    return [recipe], np.where(inside, x, np.float32(0))[:, :, None]


def _steps(table: Table, column: Column, division: Division) -> Array:
    return taken(cells_of(table, column), division.kept)


def ahead(cut: dict[str, Windows]) -> Split:
    """The rows with the targets."""
    return Split(**{name: windows.ahead for name, windows in cut.items()})


def now(cut: dict[str, Windows]) -> Split:
    """The rows at which the forecasts are made."""
    return Split(**{name: windows.now for name, windows in cut.items()})
