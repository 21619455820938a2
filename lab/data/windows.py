"""Windows: rows in time order become samples. Each holds some rows behind one another, and the target lies ahead."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lab.data.split import Rows
from lab.data_spec import WindowSpec
from lab.errors import DataError

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

DAY_S = 86_400


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


def cut_windows(part: Rows, spec: WindowSpec, usable: Mask, answered: Mask, times: Array | None) -> Windows:
    """All windows that lie within one part of the rows, target included, so that no row is in two parts.

    Args:
        part: (m,) positions behind one another.
        usable: for each position, whether its row may stand in a window.
        answered: for each position, whether it has a target.
        times: for each position, its time as a number; windows across a hole in the series are then left out.
    """
    span = spec.steps + spec.horizon
    starts = np.arange(0, max(len(part) - span + 1, 0), spec.every)
    rows = part[starts[:, None] + np.arange(spec.steps)]
    ahead = part[starts + span - 1]
    good = usable[rows].all(axis=1) & answered[ahead]
    if times is not None and len(ahead):
        usual = float(np.median(np.diff(times[part])))
        good &= np.abs(times[ahead] - times[rows[:, 0]] - (span - 1) * usual) < usual / 2
    return Windows(rows[good], rows[good, -1], ahead[good])


def check_windows(counts: dict[str, int], asked: dict[str, bool], spec: WindowSpec) -> None:
    """Raises DataError "data.too_few_windows" unless each part that was asked for has one."""
    if any(asked[name] and not count for name, count in counts.items()):
        raise DataError("data.too_few_windows", steps=spec.steps, horizon=spec.horizon, **counts)


def clock(seconds: Array) -> Array:
    """Time of day as a point on a circle, (n, 2): sine and cosine, so that 23 h and 0 h are neighbours.

    Args:
        seconds: (n,) since any midnight.
    """
    angle = 2 * np.pi * (seconds % DAY_S) / DAY_S
    return np.stack([np.sin(angle), np.cos(angle)], axis=1)
