"""Checks of columns of numbers: values far out, lopsided ones, sizes that differ, columns that repeat each other."""

from collections.abc import Iterator

import numpy as np

from lab.data.doctor.column_checks import leave_out
from lab.data.doctor.finding import FIRST, Finding, Severity
from lab.data.doctor.remedies import STANDARDISE, plan
from lab.data.doctor.view import Array, View
from lab.data.prepare.statistics import FENCE

FAR = 7.0  # one value at least is out by so many
MOST_OUT = 0.1  # share; more are a part of the distribution
LOPSIDED = 0.4  # (upper - lower half) / both, between the 10 % and 90 % points; an exponential distribution has 0.46
SIZES = 30.0  # times larger than another column: that one is drowned without scaling
MOST = 0.9  # share of the values that are no larger than a column's size
COPY = 0.99  # correlation from which a column says nothing new
PAIRS = 1_000_000_000  # products that the correlations may take


def number_findings(view: View) -> Iterator[Finding]:
    if view.data is not None and view.data.task == "sequence_labels":
        return  # a signal is scaled as a whole
    lopsided = tuple(column.name for column in view.numbers if is_lopsided(view.values(column.name)))
    yield from skew(view, lopsided)
    yield from outliers(view, set(lopsided))
    yield from unscaled(view)
    yield from near_copies(view)


def is_lopsided(values: Array) -> bool:
    """Nowhere negative, and with a long tail upwards.

    Args:
        values: (n,) sorted.
    """
    if len(values) < 30 or values[0] < 0 or len(np.unique(values[:: max(1, len(values) // 1000)])) < 10:
        return False
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    if high == low:  # nearly all the same: the tail alone
        return bool(values[-1] > 0 and values[0] == middle == 0)
    return bool((high - 2 * middle + low) / (high - low) > LOPSIDED and high > 3 * middle)


def skew(view: View, lopsided: tuple[str, ...]) -> Iterator[Finding]:
    used = tuple(name for name in lopsided if name in view.inputs)
    if used:
        yield Finding("skew", "info", used, len(used), remedies=(plan("log", used),), sampled=view.sampled)


def fences(values: Array) -> tuple[float, float]:
    """Beyond these a value is far out; both infinite where the middle half of the values is one value."""
    low, high = np.quantile(values, (0.25, 0.75))
    spread = FENCE * (high - low)
    return (float(low - spread), float(high + spread)) if spread > 0 else (-np.inf, np.inf)


def far_out(values: Array) -> int:
    """How many values lie beyond the fences, if they are few and one of them lies far beyond; else 0."""
    if len(values) < 30:
        return 0
    low, high = fences(values)
    count = int(np.searchsorted(values, low)) + len(values) - int(np.searchsorted(values, high, side="right"))
    if not 0 < count <= MOST_OUT * len(values):
        return 0
    further = (high - low) * (FAR - FENCE) / (2 * FENCE + 1)
    return count if values[-1] > high + further or values[0] < low - further else 0


def outliers(view: View, lopsided: set[str]) -> Iterator[Finding]:
    counts = {c.name: far_out(view.values(c.name)) for c in view.numbers if c.name in view.inputs - lopsided}
    names = tuple(name for name, count in counts.items() if count)
    if names:
        yield Finding(
            "outliers",
            "warning",
            names,
            sum(counts.values()),
            rows_beyond(view, names[0]),
            remedies=(plan("clip", names), plan("robust", names)),
            sampled=view.sampled,
        )


def rows_beyond(view: View, name: str) -> tuple[int, ...]:
    """The first rows of the sample whose value is far out."""
    cells = view.cells(name)
    low, high = fences(view.values(name))
    with np.errstate(invalid="ignore"):
        return tuple(int(row) for row in view.sample[(cells < low) | (cells > high)][:FIRST])


def unscaled(view: View) -> Iterator[Finding]:
    """Columns of very different size that go into the network as they are."""
    if view.data is None or view.data.scaling not in ("none", "constant", "standard"):
        return
    free = {plan.column for plan in view.data.plans if plan.scaling is not None}
    cells = {c.name: np.abs(view.values(c.name)) for c in view.numbers if c.name in view.inputs - free}
    sizes = {name: float(np.quantile(values, MOST)) for name, values in cells.items() if len(values)}
    sizes = {name: size for name, size in sizes.items() if size > 0}
    if len(sizes) < 2:
        return
    large, small = max(sizes, key=sizes.__getitem__), min(sizes, key=sizes.__getitem__)
    if sizes[large] > SIZES * sizes[small]:
        values = {"large": large, "small": small, "times": f"{sizes[large] / sizes[small]:,.0f}"}
        severity: Severity = "info" if STANDARDISE.is_applied(view.data) else "warning"
        yield Finding("unscaled", severity, tuple(sizes), len(sizes), (), values, (STANDARDISE,), view.sampled)


def near_copies(view: View) -> Iterator[Finding]:
    """Columns that follow another one, which comes first in the table, nearly exactly."""
    names = [c.name for c in view.numbers]
    rows = min(len(view.sample), PAIRS // max(1, len(names)) ** 2)
    if len(names) < 2 or rows < 30:
        return
    every = max(1, len(view.sample) // rows)
    cells = np.stack([_without_gaps(view.cells(name)[::every]) for name in names])  # (columns, rows)
    size = np.sqrt((cells**2).sum(axis=1, keepdims=True))
    cells = np.divide(cells, size, out=np.zeros_like(cells), where=size > 0)
    alike = np.triu(np.abs(cells @ cells.T) >= COPY, 1)
    copies = np.flatnonzero(alike.any(axis=0))
    if not len(copies):
        return
    first = int(alike[:, copies[0]].argmax())
    copied = tuple(names[place] for place in copies)
    used = tuple(name for name in copied if name in view.inputs)
    values = {"first": names[first], "copy": copied[0]}
    remedies = leave_out(view, copied)
    yield Finding("near_copies", "info", used or copied, len(used or copied), (), values, remedies, view.sampled)


def _without_gaps(cells: Array) -> Array:
    """Differences from the mean; 0 for a gap."""
    present = ~np.isnan(cells)
    peak = float(np.abs(cells[present]).max(initial=0.0)) or 1.0  # numbers as large as floats go stay finite
    scaled = cells / peak
    return np.where(present, scaled - (scaled[present].mean() if present.any() else 0.0), 0.0)
