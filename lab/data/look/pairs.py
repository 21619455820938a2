"""Two columns at a time: how strongly numbers go together, and points coloured by the target."""

from dataclasses import dataclass

import numpy as np

from lab.data.look.relation import answers_of, tell_most
from lab.data.look.visible import Array, Look
from lab.data.table import Column
from lab.spec.data import DataSpec

ALIKE = 0.9  # |r| from which two columns show nearly the same
MOST_TRIED = 30
POINTS = 2_000  # more only make one dark patch and a slow page


@dataclass(frozen=True)
class Correlations:
    """Pearson's r of each pair, over the rows of the sample that have both; NaN where one does not vary.

    Args:
        matrix: (columns, columns).
    """

    columns: tuple[Column, ...]
    matrix: Array

    @property
    def strongest(self) -> tuple[str, str, float] | None:
        """The two different columns with the largest |r|."""
        above = np.abs(np.triu(self.matrix, 1))
        if not np.isfinite(above).any() or not np.nanmax(above) > 0:
            return None
        i, j = np.unravel_index(int(np.nanargmax(above)), above.shape)
        return self.columns[i].name, self.columns[j].name, float(self.matrix[i, j])


def correlated_columns(look: Look, data: DataSpec) -> tuple[str, ...]:
    """Columns of numbers: the targets first, then the inputs; points of a signal or picture last."""
    targets = {target.column for target in data.targets}

    def rank(column: Column) -> tuple[bool, bool, bool]:
        return column.name in look.series, column.name not in targets, column.name not in data.inputs

    return tuple(column.name for column in sorted(look.of_kinds("numeric", "boolean"), key=rank))


def correlations(look: Look, names: tuple[str, ...]) -> Correlations:
    """Of these columns, of numbers or truth values."""
    x = np.array([_scaled(look.numbers(name)) for name in names])  # (columns, drawn), 0 for gaps
    there = np.array([~np.isnan(look.numbers(name)) for name in names], np.float64)
    n = there @ there.T
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y = x @ there.T / n, there @ x.T / n  # over the rows that have both
        covariance = x @ x.T / n - mean_x * mean_y
        variance_x = (x**2) @ there.T / n - mean_x**2
        matrix = covariance / np.sqrt(variance_x * variance_x.T)
    matrix[(variance_x < 1e-12) | (variance_x.T < 1e-12) | (n < 3)] = np.nan
    return Correlations(tuple(look.table.column(name) for name in names), np.clip(matrix, -1.0, 1.0))


def _scaled(values: Array) -> Array:
    """Centred and divided by the spread, so that nothing is lost in squares; 0 for gaps."""
    present = values[~np.isnan(values)]
    if not len(present):
        return np.zeros(len(values))
    peak = float(np.abs(present).max()) or 1.0
    centred = values / peak - float((present / peak).mean())
    spread = float(np.nanstd(centred)) or 1.0
    return np.nan_to_num(centred / spread)


def telling_pair(look: Look, data: DataSpec) -> tuple[str, str]:
    """Two columns of numbers to begin with: the one that tells most of the target, and the next that says more."""
    names = correlated_columns(look, data)
    ranked = [name for name in tell_most(look, data) if name in names]
    ranked = [*ranked, *(name for name in names if name not in ranked)][:MOST_TRIED]
    first_row = np.abs(correlations(look, tuple(ranked)).matrix[0])
    other = next((name for name, r in zip(ranked[1:], first_row[1:], strict=True) if r < ALIKE), ranked[1])
    return ranked[0], other


@dataclass(frozen=True)
class Points:
    """Rows as points.

    Args:
        x, y: (n,) of rows that have both.
        colour: (n,) numbers, NaN for gaps, or codes of `classes`, -1 for gaps; None without a target.
    """

    x_column: Column
    y_column: Column
    x: Array
    y: Array
    target: Column | None
    classes: tuple[str, ...]
    colour: Array | None


def points(look: Look, data: DataSpec, x_name: str, y_name: str) -> Points:
    """At most POINTS rows of the sample that have both values, drawn with a seed."""
    x, y = look.numbers(x_name), look.numbers(y_name)
    chosen = np.flatnonzero(~np.isnan(x) & ~np.isnan(y))
    if len(chosen) > POINTS:
        chosen = np.sort(np.random.default_rng(0).choice(chosen, POINTS, replace=False))
    answers = answers_of(look, data)
    columns = look.table.column(x_name), look.table.column(y_name)
    if answers is None:
        return Points(*columns, x[chosen], y[chosen], None, (), None)
    return Points(*columns, x[chosen], y[chosen], answers.column, answers.classes, answers.codes[chosen])
