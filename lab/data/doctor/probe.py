"""How well one column alone tells the target, measured on rows that the rule was not made on.

Two halves of the training rows, each judged by what the other one says: for numbers the mean or the commonest class
in each of a few bins of equal count, for classes also the best single threshold (a decision stump); for texts the
same for each text. Robust: only the order of the values counts, and a gap is a bin of its own.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.doctor.view import Array, View
from lab.data.table import Column

Codes = npt.NDArray[np.int64]

ROWS = 4_000
FEWEST = 60
COLUMNS = 1_000  # more are not probed
BINS = 24
IN_A_BIN = 5


class Probe(NamedTuple):
    """1 - errors / errors of a blind guess: 1 knows the target, 0 does not help. For numbers errors are squared."""

    column: str
    skill: float


def probe_columns(view: View, target: Column) -> list[Probe]:
    """Every candidate, best known rows first; none where there are too few rows to tell."""
    rows = np.arange(len(view.sample))[:: max(1, len(view.sample) // ROWS)]
    regression = view.data is not None and view.data.task == "regression"
    if regression and target.minimum is None:
        return []  # refused: it holds no numbers
    answers = _answers(view, target, regression)[rows]
    answered = ~np.isnan(answers) if regression else answers >= 0
    rows, answers = rows[answered], answers[answered]
    if len(rows) < FEWEST or len(np.unique(answers)) < 2:
        return []
    half = np.random.default_rng(0).permutation(len(rows)) % 2 == 0
    return [
        Probe(column.name, _skill(view.cells(column.name)[rows], answers, half, regression=regression))
        for column in view.candidates[:COLUMNS]
        if column.name not in view.series
    ]


def _answers(view: View, target: Column, regression: bool) -> Array:
    cells = view.table.frame[target.name].iloc[view.sample]
    return cells.to_numpy(np.float64, na_value=np.nan) if regression else pd.factorize(cells)[0].astype(np.int64)


def _skill(cells: Array, answers: Array, half: Array, *, regression: bool) -> float:
    skills = []
    for known in (half, ~half):
        bins = _bins(cells, cells[known])
        made, judged = (bins[known], answers[known]), (bins[~known], answers[~known])
        if regression:
            linear = _linear(cells[~known], answers[~known])
            skills.append(max(_explained(made, judged), linear))
            continue
        avoided = _classes_told(made, judged)
        if cells.dtype.kind == "f":
            avoided = max(avoided, _stump(cells[known], answers[known], cells[~known], answers[~known]))
        skills.append(avoided)
    return min(skills)


def _bins(cells: Array, known: Array) -> Codes:
    """Which bin each cell falls into; 0 is that of the gaps."""
    if cells.dtype.kind != "f":
        return cells + 1
    present = known[~np.isnan(known)]
    if not len(present):
        return np.zeros(len(cells), np.int64)
    inner = np.linspace(0, 1, min(BINS, max(2, len(present) // IN_A_BIN)) + 1)[1:-1]
    edges = np.unique(np.quantile(present, inner))
    return np.where(np.isnan(cells), 0, 1 + np.searchsorted(edges, cells, side="left")).astype(np.int64)


def _classes_told(made: tuple[Codes, Array], judged: tuple[Codes, Array]) -> float:
    """The commonest class of each bin; an unknown bin gets the commonest of all."""
    size, classes = int(max(made[0].max(), judged[0].max())) + 1, int(max(made[1].max(), judged[1].max())) + 1
    counts = np.bincount(made[0] * classes + made[1], minlength=size * classes).reshape(size, classes)
    common = int(counts.sum(axis=0).argmax())
    answer = np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), common)
    return _avoided(answer[judged[0]], judged[1], common)


def _stump(x: Array, y: Array, other_x: Array, other_y: Array) -> float:
    """One threshold: the commonest class below it and the one above it. Two classes only."""
    present = ~np.isnan(x)
    x, y = x[present], y[present]
    if len(x) < IN_A_BIN or int(max(y.max(), other_y.max())) > 1:
        return 0.0
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    ones_below = np.cumsum(y)
    ones_above = ones_below[-1] - ones_below
    below = np.arange(1, len(y) + 1)
    right = np.maximum(ones_below + (len(y) - below) - ones_above, (below - ones_below) + ones_above)
    right[:-1] = np.where(x[1:] > x[:-1], right[:-1], 0)  # equal values stay on one side
    cut = int(right.argmax())
    rising = ones_above[cut] + (below[cut] - ones_below[cut]) >= ones_below[cut] + len(y) - below[cut] - ones_above[cut]
    answer = (other_x > x[cut]) == rising
    common = int(ones_below[-1] * 2 >= len(y))
    return _avoided(answer.astype(np.int64), other_y, common)


def _avoided(answer: Array, truth: Array, common: int) -> float:
    """Share of the errors of always answering `common` that these answers avoid."""
    errors = int(np.count_nonzero(truth != common))
    return 1.0 - int(np.count_nonzero(truth != answer)) / errors if errors else 0.0


def _explained(made: tuple[Codes, Array], judged: tuple[Codes, Array]) -> float:
    """R2 of the mean of each bin."""
    size = int(max(made[0].max(), judged[0].max())) + 1
    counts = np.bincount(made[0], minlength=size)
    mean = float(made[1].mean())
    means = np.where(counts > 0, np.bincount(made[0], made[1], size) / np.maximum(counts, 1), mean)
    blind = float(((judged[1] - mean) ** 2).sum())
    return 1.0 - float(((judged[1] - means[judged[0]]) ** 2).sum()) / blind if blind > 0 else 0.0


def _linear(x: Array, y: Array) -> float:
    """Squared correlation: a target in another unit is told without any loss."""
    if x.dtype.kind != "f":
        return 0.0
    both = ~np.isnan(x)
    x, y = x[both], y[both]
    if len(x) < FEWEST / 2 or x.min() == x.max() or y.min() == y.max():
        return 0.0
    return float(np.corrcoef(x, y)[0, 1] ** 2 * both.mean())
