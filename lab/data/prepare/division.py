"""Which rows of a table are used, in which part each of them is, and which row lies earlier in time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.prepare.chosen_columns import holds_numbers
from lab.data.prepare.settings import Settings
from lab.data.prepare.targets import EncodedTarget
from lab.data.split import RowFacts, Rows, Split, part_of_word, split_rows
from lab.data.table import Table
from lab.data.windows import usual_step
from lab.errors import DataError
from lab.spec.data import DataSpec

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
NO_ROW = -1


@dataclass(frozen=True)
class Line:
    """Rows of a table in time order, one series after the other.

    Args:
        rows: (m,) rows of the table.
        series: (m,) number of the series that each belongs to.
        times: (m,) the time of each as a number; None where the rows stand in time order.
        parts: (table rows,) parts named by a column: no row looks back into a later part; None without.
        count: rows of the table.
    """

    rows: Rows
    series: Rows
    times: Array | None
    parts: Rows | None
    count: int

    def earlier(self, lag: int) -> Rows:
        """(table rows,) the row that lies `lag` rows earlier in the same series, NO_ROW where there is none."""
        found = np.full(self.count, NO_ROW)
        if lag == 0:
            found[self.rows] = self.rows
            return found
        now, then = self.rows[lag:], self.rows[:-lag]
        known = self.series[lag:] == self.series[:-lag]
        if self.parts is not None:
            known &= self.parts[then] <= self.parts[now]
        found[now[known]] = then[known]
        return found

    def over_gaps(self, lag: int) -> Rows:
        """Rows whose lag reaches over a hole in time: what lies `lag` rows earlier is not that many steps old."""
        if self.times is None:
            return np.empty(0, np.int64)
        known = self.series[lag:] == self.series[:-lag]
        age = self.times[lag:] - self.times[:-lag]
        step = usual_step(self.times, self.series)
        over: Rows = self.rows[lag:][known & (np.abs(age - lag * step) >= step / 2)]
        return over


@dataclass(frozen=True)
class Division:
    """Rows in use and their parts.

    Args:
        kept: (n,) rows of the table, ascending.
        split: positions among them.
        complete: (n,) whether a row has all that is asked of it; where there are no windows, all have.
        line: their order in time, if the experiment needs one.
        alike: rows left out because an earlier one is like them.
        without_past: rows left out because no row lies so far back.
    """

    kept: Rows
    split: Split
    complete: Mask
    line: Line | None
    alike: int = 0
    without_past: int = 0

    def earlier(self, lag: int) -> Rows:
        """(n,) the row of the table that lies `lag` rows before each."""
        return self.kept if self.line is None else self.line.earlier(lag)[self.kept]

    def in_line(self) -> tuple[Rows, Rows, Array | None]:
        """(n,) place in the order of time, series, and time of each row."""
        if self.line is None:
            return np.arange(len(self.kept)), np.zeros(len(self.kept), np.int64), None
        places = _ranks(self.line, self.kept)
        times = self.line.times
        return places, self.line.series[places], None if times is None else times[places]


def divide(table: Table, data: DataSpec, settings: list[Settings], targets: list[EncodedTarget], seed: int) -> Division:
    """Find the rows that can be used and split them.

    Used is a row with all targets, a time, group or part if the split asks for one, and a value wherever gaps are not
    filled. For windows a row without a value stays, so that rows behind one another remain so; no window will hold it.

    Raises:
        DataError "data.all_rows_dropped", "data.time_…", "data.group_…", "data.part_…", "data.lag_…" and those of
        `split_rows`.
    """
    usable = _with_order(table, data)
    parts = _parts(table, data)
    line = _line(table, data, usable, parts)
    past, complete = _past(settings, line, table.rows), _complete(table, settings, line)
    present = np.logical_and.reduce([target.present for target in targets])
    keep = usable if data.windows is not None else usable & present & past & complete
    kept = np.flatnonzero(keep)
    alike = _alike(table, data, kept) if data.drop_duplicates else np.zeros(len(kept), bool)
    kept = kept[~alike]
    if not len(kept):
        raise DataError("data.all_rows_dropped", rows=table.rows)
    split = split_rows(len(kept), data.split, seed, _facts(table, data, kept, line, parts, targets))
    if data.windows is not None and line is not None:
        split = Split(*(_in_line(rows, line, kept) for rows in vars(split).values()))
    without_past = 0 if data.windows is not None else int((usable & present & ~past).sum())
    return Division(kept, split, (past & complete)[kept], line, int(alike.sum()), without_past)


# --- rows that can be used


def _with_order(table: Table, data: DataSpec) -> Mask:
    """(rows,) whether each has what says where it belongs."""
    needed = [name for name in (_time_name(data), _group_name(data), _part_name(data)) if name is not None]
    if data.task == "sequence_labels" and data.length_column is not None:
        needed.append(_length_name(table, data.length_column))
    usable = np.ones(table.rows, bool)
    for name in needed:
        usable &= _column(table, name, data).notna().to_numpy()
    return usable


def _column(table: Table, name: str, data: DataSpec) -> "pd.Series[Any]":
    if name not in table.column_names:
        place = {_time_name(data): "time", _group_name(data): "group"}.get(name, "part")
        raise DataError(f"data.{place}_column_missing", column=name)
    return table.frame[name]


def _time_name(data: DataSpec) -> str | None:
    """The column with the times, if anything goes by them."""
    return data.split.time_column if data.split.order == "time" or data.in_series else None


def _group_name(data: DataSpec) -> str | None:
    by_series = data.split.order in ("time", "column") and data.in_series
    return data.split.group_column if by_series or data.split.order == "group" else None


def _part_name(data: DataSpec) -> str | None:
    return data.split.part_column if data.split.order == "column" else None


def _length_name(table: Table, name: str) -> str:
    if name not in table.column_names:
        raise DataError("data.length_missing", column=name)
    if not holds_numbers(table.column(name)):
        raise DataError("data.length_not_numeric", column=name)
    return name


def _past(settings: list[Settings], line: Line | None, rows: int) -> Mask:
    """(rows,) whether each has a row as far back as the lags reach."""
    past = np.ones(rows, bool)
    if line is None:
        return past
    for lag in sorted({lag for one in settings for lag in one.lags}):
        past &= line.earlier(lag) != NO_ROW
        if not past.any():
            name = next(one.column.name for one in settings if lag in one.lags)
            raise DataError("data.lag_too_long", column=name, lag=lag, rows=len(line.rows))
    return past


def _complete(table: Table, settings: list[Settings], line: Line | None) -> Mask:
    """(rows,) whether no cell is empty that would have to be dropped; lags are looked up in the earlier rows."""
    complete = np.ones(table.rows, bool)
    earlier: dict[int, Rows] = {}
    for one in settings:
        if one.missing != "drop" or not one.column.missing:
            continue
        filled = table.frame[one.column.name].notna().to_numpy()
        for lag in one.lags:
            if lag == 0 or line is None:
                complete &= filled
                continue
            rows = earlier.setdefault(lag, line.earlier(lag))
            complete &= filled[rows] | (rows == NO_ROW)
    return complete


def _alike(table: Table, data: DataSpec, kept: Rows) -> Mask:
    """(n,) whether an earlier row has the same inputs and targets."""
    names = list(dict.fromkeys([*data.inputs, *(target.column for target in data.targets)]))
    alike: Mask = table.frame[names].iloc[kept].duplicated().to_numpy()
    return alike


# --- their order


def _line(table: Table, data: DataSpec, usable: Mask, parts: Rows | None) -> Line | None:
    if not data.in_series:
        return None
    rows = np.flatnonzero(usable)
    times, group = _times(table, _time_name(data)), _group_name(data)
    series = np.zeros(len(rows), np.int64) if group is None else pd.factorize(table.frame[group].iloc[rows])[0]
    keys = [series] if times is None else [times[rows], series]
    order = np.lexsort(keys)
    rows, series = rows[order], series[order]
    line = Line(rows, series, None if times is None else times[rows], parts, table.rows)
    if line.times is not None and any(any(plan.lags) for plan in data.plans):
        _check_times_differ(line, str(_time_name(data)))
    return line


def _times(table: Table, name: str | None) -> Array | None:
    """(rows,) the time of each row as a number; None without a time column."""
    if name is None:
        return None
    times = table.frame[name]
    if not (pd.api.types.is_datetime64_any_dtype(times) or pd.api.types.is_numeric_dtype(times)):
        raise DataError("data.time_column_kind", column=name)
    return times.to_numpy().astype(np.float64)


def _check_times_differ(line: Line, name: str) -> None:
    """Rows of one time belong to several series, so that the row before is not the time before."""
    same = (np.diff(line.times) == 0) & (np.diff(line.series) == 0) if line.times is not None else np.zeros(0, bool)
    if same.any():
        raise DataError("data.lag_times_repeat", column=name, rows=int(same.sum()))


def _in_line(rows: Rows, line: Line, kept: Rows) -> Rows:
    """Positions among the kept rows, brought into the line's order."""
    return rows[np.argsort(_ranks(line, kept)[rows])]


def _ranks(line: Line, kept: Rows) -> Rows:
    """(n,) the place of each kept row in the line."""
    ranks = np.empty(line.count, np.int64)
    ranks[line.rows] = np.arange(len(line.rows))
    return ranks[kept]


# --- what the split looks at


def _facts(
    table: Table, data: DataSpec, kept: Rows, line: Line | None, parts: Rows | None, targets: list[EncodedTarget]
) -> RowFacts:
    order, split = None, data.split
    if split.order == "time":
        times = _times(table, split.time_column)
        order = None if times is None else np.argsort(times[kept], kind="stable")
    elif line is not None:
        order = np.argsort(_ranks(line, kept))
    target = next((target for target in targets if target.classes and target.codes.ndim == 1), None)
    by_class = split.order == "stratified" and target is not None
    name = _group_name(data)
    return RowFacts(
        order=order,
        classes=target.codes[kept] if by_class and target is not None else None,
        class_names=target.classes if by_class and target is not None else (),
        groups=pd.factorize(table.frame[name].iloc[kept])[0] if split.order == "group" and name is not None else None,
        parts=None if parts is None else parts[kept],
        in_series=data.in_series,
    )


def _parts(table: Table, data: DataSpec) -> Rows | None:
    """(rows,) the part that the column names, -1 for empty cells. Raises DataError naming words that name none."""
    name = _part_name(data)
    if name is None:
        return None
    codes, words = pd.factorize(_column(table, name, data))
    named = [part_of_word(str(word)) for word in words]
    unknown = [str(word) for word, part in zip(words, named, strict=True) if part is None]
    if unknown:
        raise DataError("data.part_words_unknown", column=name, words=", ".join(unknown[:5]), count=len(unknown))
    return np.array([*(-1 if part is None else part for part in named), -1], np.int64)[codes]
