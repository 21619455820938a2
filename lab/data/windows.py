"""Windows: rows in time order become samples. Each holds some rows behind one another, and the target lies ahead."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lab.data.split import Rows
from lab.errors import DataError
from lab.spec.data import WindowSpec

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

MANY = 4000  # windows: as many train in seconds


class Windows(NamedTuple):
    """Positions of n windows among the rows in time order.

    Args:
        rows: (n, steps) what the network sees, the earliest row first.
        now: (n,) the last row of each window: what is known when the forecast is made.
        ahead: (n,) the row to be forecast, `horizon` rows after `now`.
    """

    rows: Rows
    now: Rows
    ahead: Rows


def windows_every(rows: int) -> int:
    """Rows from one window to the next to begin with: so many that MANY of them come of a long table."""
    return max(1, rows // MANY)


def window_starts(
    part: Rows,
    spec: WindowSpec,
    usable: Mask,
    answered: Mask,
    times: Array | None,
    *,
    series: Rows | None = None,
    places: Rows | None = None,
) -> Rows:
    """Where in one part of the rows its windows begin: all that lie within it, target included, so that no row is in
    two parts.

    Args:
        part: (m,) positions in order of time, one series after the other.
        usable: for each position, whether its row may stand in a window.
        answered: for each position, whether it has a target.
        times: for each position, its time as a number; windows across a hole in the series are then left out.
        series: for each position, the number of its series; None if all are one.
        places: for each position, its place in the order of all rows; None if positions are places.
    """
    span = spec.steps + spec.horizon
    runs = unbroken(part if places is None else places[part], None if series is None else series[part])
    of_runs = [np.arange(run.start, run.stop - span + 1, spec.every) for run in runs]
    starts = np.concatenate([np.empty(0, np.int64), *of_runs])
    ahead = part[starts + span - 1]
    unusable = np.concatenate([[0], np.cumsum(~usable[part])])  # up to each row; a window holds what lies between two
    good = (unusable[starts + spec.steps] == unusable[starts]) & answered[ahead]
    if times is not None and len(ahead):
        step = usual_step(times[part], None if series is None else series[part])
        good &= np.abs(times[ahead] - times[part[starts]] - (span - 1) * step) < step / 2
    found: Rows = starts[good]
    return found


def cut_windows(part: Rows, starts: Rows, spec: WindowSpec) -> Windows:
    """The windows of a part that begin there."""
    rows = part[starts[:, None] + np.arange(spec.steps)]
    return Windows(rows, rows[:, -1], part[starts + spec.steps + spec.horizon - 1])


def unbroken(places: Rows, series: Rows | None) -> list[slice]:
    """Stretches of rows that follow each other without a break, in one series."""
    breaks = np.diff(places) != 1
    if series is not None:
        breaks |= np.diff(series) != 0
    ends = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(places)]
    return [slice(start, stop) for start, stop in pairwise(ends) if stop > start]


def usual_step(times: Array, series: Rows | None) -> float:
    """From one row to the next in the same series, as a median; 0 if no series has two rows."""
    steps = np.diff(times) if series is None else np.diff(times)[np.diff(series) == 0]
    return float(np.median(steps)) if len(steps) else 0.0


def check_windows(counts: dict[str, int], asked: dict[str, bool], spec: WindowSpec) -> None:
    """Raises DataError "data.too_few_windows" unless each part that was asked for has one."""
    if any(asked[name] and not count for name, count in counts.items()):
        raise DataError("data.too_few_windows", steps=spec.steps, horizon=spec.horizon, **counts)
