"""Checks of rows: too few, twice the same, in time order, in groups, gaps."""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.cells.moments import TIME_NAME
from lab.data.doctor.column_checks import is_part_column, leave_out
from lab.data.doctor.finding import FIRST, Finding, Severity
from lab.data.doctor.remedies import (
    DROP_DUPLICATES,
    LARGER_PARTS,
    Remedy,
    Together,
    plan,
    split_by_column,
    split_by_group,
    split_by_time,
)
from lab.data.doctor.view import View
from lab.data.propose.names import RAIN
from lab.data.table import Column

Rows = npt.NDArray[np.intp]

YEAR_NAME = re.compile(r"year|연도|년도", re.IGNORECASE)
FEW_ROWS = 50
SOME_ROWS = 200
FEW_TO_JUDGE = 30
COMPARED_ROWS = 200_000  # for rows alike; those beyond are not looked at
NOT_A_FEW = 5  # rows alike
MANY_ALIKE = 0.01  # share of the rows
KNOWN = (0.01, 0.05)  # shares of the test rows
MOSTLY_EMPTY = 0.4
COSTLY = 0.1  # share of rows that dropping may cost


def row_findings(view: View) -> Iterator[Finding]:
    yield from few_rows(view)
    yield from rows_alike(view)
    yield from time_order(view)
    yield from parts_and_groups(view)
    yield from gaps(view)
    yield from rain_gaps(view)


def few_rows(view: View) -> Iterator[Finding]:
    rows = view.table.rows
    if rows < FEW_ROWS:
        yield Finding("few_rows", "serious", count=rows, remedies=(LARGER_PARTS,))
    elif rows < SOME_ROWS:
        yield Finding("few_rows", "info", count=rows)
    if view.dataset is None:
        return
    for part in ("test", "validation"):
        judged = len(getattr(view.dataset, part).rows)
        if 0 < judged < FEW_TO_JUDGE and rows >= FEW_ROWS:
            points = {"points": f"{100 / judged:.1f}"}
            yield Finding(f"few_{part}", "info", count=judged, values=points, remedies=(LARGER_PARTS,))


# --- alike


def rows_alike(view: View) -> Iterator[Finding]:
    """Rows that are in the table twice, and such rows of the test part that the network is trained on."""
    data = view.data
    if data is None or data.windows is not None or not view.inputs:
        return
    names = [name for name in view.table.column_names if name in view.inputs | view.targets]
    rows = alike(view, names)
    if not len(rows):
        return
    groups = view.table.frame[names].iloc[rows].groupby(names, dropna=False, sort=False).ngroup().to_numpy()
    again = rows[pd.Series(groups).duplicated().to_numpy()]
    severity: Severity = "warning" if len(again) > max(NOT_A_FEW, MANY_ALIKE * view.table.rows) else "info"
    cut = view.table.rows > COMPARED_ROWS
    yield Finding("duplicates", severity, (), len(again), _first(again), {}, (DROP_DUPLICATES,), cut)
    if view.dataset is None or not len(view.dataset.test.rows):
        return
    trained = np.isin(groups, groups[np.isin(rows, view.dataset.train.rows)])
    both = rows[trained & np.isin(rows, view.dataset.test.rows)]
    if len(both):
        share = len(both) / len(view.dataset.test.rows)
        severity = "info" if share <= KNOWN[0] else "warning" if share <= KNOWN[1] else "serious"
        values = {"percent": f"{100 * share:.1f}"}
        yield Finding("overlap", severity, (), len(both), _first(both), values, (DROP_DUPLICATES,), cut)


def alike(view: View, names: list[str]) -> Rows:
    """Rows that equal another one in all these columns. The columns that differ most are compared first."""
    frame = view.table.frame.iloc[:COMPARED_ROWS]
    names = sorted((name for name in names if name in frame), key=lambda name: -view.table.column(name).distinct)
    rows: Rows = np.arange(len(frame))
    for width in sorted({min(width, len(names)) for width in (2, 8, len(names))}):
        again = frame[names[:width]].iloc[rows].duplicated(keep=False).to_numpy()
        rows = rows[again]
        if not len(rows):
            break
    return rows


# --- time


def time_order(view: View) -> Iterator[Finding]:
    """Rows in time order that are shuffled: neighbours in time then sit in training and test."""
    column = time_column(view)
    if column is None or view.data is None:
        return
    severity: Severity = "serious" if view.data.split.draws_rows else "info"
    remedy = split_by_time(column.name)
    yield Finding("time_order", severity, (column.name,), remedies=(remedy,))


def time_column(view: View) -> Column | None:
    """A column of times, or of years, that only rises or only falls from row to row."""
    for column in view.table.columns:
        times = view.table.frame[column.name].dropna()
        dated = column.kind == "datetime"
        named = TIME_NAME.search(column.name) or YEAR_NAME.search(column.name)
        counted = column.kind == "numeric" and column.whole and named is not None and column.distinct > 10
        if not (dated or counted) or column.distinct <= 2 or column.name in view.targets:
            continue
        if times.is_monotonic_increasing or times.is_monotonic_decreasing:
            return column
    return None


# --- parts and groups that the table names itself


def parts_and_groups(view: View) -> Iterator[Finding]:
    if view.data is None:
        return
    for column in view.table.columns:
        if is_part_column(view, column):
            yield Finding("part_column", "warning", (column.name,), remedies=(split_by_column(column.name),))
        elif column.kind == "id" and 2 < column.distinct <= view.table.rows / 2 and column.name not in view.targets:
            rows = view.table.rows / column.distinct
            yield Finding(
                "groups",
                "warning" if view.data.split.draws_rows else "info",
                (column.name,),
                column.distinct,
                values={"rows_each": f"{rows:,.0f}"},
                remedies=(split_by_group(column.name),),
            )


# --- gaps


def gaps(view: View) -> Iterator[Finding]:
    """Empty cells of inputs; those of rain columns have a meaning of their own."""
    data = view.data
    if data is None or data.task == "sequence_labels":
        return
    empty = [c for c in view.candidates if c.missing and not is_rain(c)]
    mostly = tuple(c.name for c in empty if c.missing > MOSTLY_EMPTY * view.table.rows)
    if mostly:
        worst = max(view.table.column(name).missing for name in mostly) / view.table.rows
        values = {"percent": f"{100 * worst:.0f}"}
        remedies = (*leave_out(view, mostly), filled(view, mostly))
        severity: Severity = "warning" if view.inputs & set(mostly) else "info"
        yield Finding("mostly_empty", severity, mostly, len(mostly), values=values, remedies=remedies)
    some = tuple(c.name for c in empty if c.name not in mostly and c.name in view.inputs)
    if some:
        missing = view.table.frame[list(some)].isna().any(axis=1).to_numpy()
        rows = int(missing.sum())
        costly = data.missing == "drop" and rows > COSTLY * view.table.rows
        values = {"percent": f"{100 * rows / view.table.rows:.1f}"}
        first = _first(np.flatnonzero(missing))
        drops = data.missing == "drop" and not any(planned.missing for planned in data.plans)
        remedies = (filled(view, some), *(() if drops else (plan("drop_rows", some),)))
        yield Finding("gaps", "warning" if costly else "info", some, rows, first, values, remedies)
    if view.target is not None and view.target.missing:
        count = view.target.missing
        grave: Severity = "warning" if count > COSTLY * view.table.rows else "info"
        values = {"percent": f"{100 * count / view.table.rows:.1f}"}
        yield Finding("target_gaps", grave, (view.target.name,), count, values=values)


def filled(view: View, names: tuple[str, ...]) -> Remedy:
    """Numbers get the training median and a mark, texts a category of their own."""
    words = tuple(name for name in names if view.table.column(name).kind == "category")
    numbers = tuple(name for name in names if name not in words)
    parts = (*([plan("fill_median", numbers)] if numbers else ()), *([plan("own_category", words)] if words else ()))
    return parts[0] if len(parts) == 1 else Together("fill_gaps", names, parts=parts)


def rain_gaps(view: View) -> Iterator[Finding]:
    """KMA leaves rain and snow empty on dry days; whether that is so here, only the person can say."""
    columns = [c for c in view.table.columns if c.missing and is_rain(c) and c.name in view.inputs]
    if not columns:
        return
    names = tuple(column.name for column in columns)
    count = sum(column.missing for column in columns)
    percent = f"{100 * max(column.missing for column in columns) / view.table.rows:.0f}"
    first = np.flatnonzero(view.table.frame[names[0]].isna().to_numpy())
    yield Finding(
        "rain_gaps", "warning", names, count, _first(first), {"percent": percent}, (plan("fill_zero", names),)
    )


def is_rain(column: Column) -> bool:
    return column.kind == "numeric" and bool(RAIN.search(column.name)) and (column.minimum or 0.0) >= 0


def _first(rows: Rows) -> tuple[int, ...]:
    return tuple(int(row) for row in rows[:FIRST])
