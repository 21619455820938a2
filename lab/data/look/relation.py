"""One column against the target: what the target is where the column is low, high, or of one kind."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.look.profile import shown_value
from lab.data.look.visible import Array, Look, drawable
from lab.data.prepare.targets import encode_target
from lab.data.table import Column
from lab.errors import LabError
from lab.spec.data import DataSpec
from lab.spec.limits import current_limits

Codes = npt.NDArray[np.int64]

BINS = 10  # of equal count
GROUPS = 8  # classes or categories that are drawn
FEWEST = 10  # rows
MOST_RANKED = 300  # columns that are put in order of what they tell


@dataclass(frozen=True)
class Relation:
    """A column set against the target.

    Args:
        told: share of the target's variance (of classes: of their Gini impurity) that the column's bins explain,
            corrected for their number; 0 none, 1 all.
    """

    column: Column
    target: Column
    told: float


@dataclass(frozen=True)
class Boxes(Relation):
    """Numbers in groups: the column in each class of the target, or the target in each category of the column.

    Args:
        of_target: the numbers are the target's.
        five: (groups, 5) fifth percentile, lower quartile, median, upper quartile, 95th percentile.
    """

    of_target: bool
    names: tuple[str, ...]
    five: Array


@dataclass(frozen=True)
class Means(Relation):
    """A number to predict, over a column of numbers in bins of equal count.

    Args:
        centres, means, lower, upper: (bins,) mean of the column; mean and quartiles of the target.
    """

    centres: Array
    means: Array
    lower: Array
    upper: Array


@dataclass(frozen=True)
class Shares(Relation):
    """Classes to predict, in each category of the column.

    Args:
        shares: (categories, classes) adding up to 1 in each category.
    """

    names: tuple[str, ...]
    classes: tuple[str, ...]
    shares: Array


@dataclass(frozen=True)
class Answers:
    """The target in the rows of the sample.

    Args:
        codes: (drawn,) numbers, NaN for gaps; or codes of `classes`, -1 for gaps.
    """

    column: Column
    codes: Array
    classes: tuple[str, ...]

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = self.codes >= 0 if self.classes else ~np.isnan(self.codes)
        return found


def answers_of(look: Look, data: DataSpec) -> Answers | None:
    """None for texts to be spelled, and where the column can't be predicted as the experiment wants it."""
    known = look.known.get(("answers", data.target, data.task))
    if known is None:
        known = look.known["answers", data.target, data.task] = (_answers(look, data),)
    found: Answers | None = known[0]
    return found


def _answers(look: Look, data: DataSpec) -> Answers | None:
    if data.task == "sequence_labels" or data.target not in look.table.column_names:
        return None
    column = look.table.column(data.target)
    try:
        target = encode_target(look.table, column, data, current_limits())
    except LabError:  # said by `prepare`, which is asked for the same
        return None
    values = target.codes[look.sample]
    values = np.where(target.present[look.sample], values, -1) if target.classes else drawable(values)
    return Answers(column, values, target.classes)


def related_columns(look: Look, data: DataSpec) -> tuple[Column, ...]:
    """Columns that can be set against the target: all that could be inputs, those that are inputs first."""
    others = {target.column for target in data.targets}
    columns = [c for c in look.of_kinds("numeric", "boolean", "category") if c.name not in others]
    return tuple(sorted(columns, key=lambda column: column.name not in data.inputs))


def tell_most(look: Look, data: DataSpec) -> tuple[str, ...]:
    """Names of the columns, those that tell most of the target first; of very many the rest in the table's order."""
    columns = related_columns(look, data)
    ranked = []
    for column in columns[:MOST_RANKED]:
        found = relation(look, data, column.name)
        ranked.append((0.0 if found is None else -found.told, column.name))
    ranked.sort(key=lambda pair: pair[0])
    return (*(name for _told, name in ranked), *(column.name for column in columns[MOST_RANKED:]))


def relation(look: Look, data: DataSpec, name: str) -> Relation | None:
    """Worked out once for a look; None where there are too few rows to tell."""
    key = ("relation", data.target, data.task, name)
    known = look.known.get(key)
    if known is None:
        known = look.known[key] = (_relation(look, data, name),)
    found: Relation | None = known[0]
    return found


def _relation(look: Look, data: DataSpec, name: str) -> Relation | None:
    answers = answers_of(look, data)
    if answers is None:
        return None
    column = look.table.column(name)
    if column.minimum is not None:
        return _of_numbers(column, look.numbers(name), answers)
    codes, values = pd.factorize(look.cells(name))
    return _of_categories(column, codes.astype(np.int64), list(values), answers)


def _of_numbers(column: Column, values: Array, answers: Answers) -> Relation | None:
    both = answers.present & ~np.isnan(values)
    if both.sum() < FEWEST:
        return None
    x, y = values[both], answers.codes[both]
    bins = _bins(x)
    told = share_told(bins, y, len(answers.classes))
    if answers.classes:
        chosen = _commonest(y.astype(np.int64))
        five = np.array([_five(x[y == code]) for code in chosen])
        return Boxes(column, answers.column, told, False, tuple(answers.classes[code] for code in chosen), five)
    groups = [(x[bins == one], y[bins == one]) for one in np.unique(bins)]
    return Means(
        column,
        answers.column,
        told,
        centres=np.array([xs.mean() for xs, _ in groups]),
        means=np.array([ys.mean() for _, ys in groups]),
        lower=np.array([np.quantile(ys, 0.25) for _, ys in groups]),
        upper=np.array([np.quantile(ys, 0.75) for _, ys in groups]),
    )


def _of_categories(column: Column, codes: Codes, values: list[Any], answers: Answers) -> Relation | None:
    both = answers.present & (codes >= 0)
    if both.sum() < FEWEST:
        return None
    codes, y = codes[both], answers.codes[both]
    told = share_told(codes, y, len(answers.classes))
    chosen = _commonest(codes)
    names = tuple(shown_value(values[code], column) for code in chosen)
    if not answers.classes:
        five = np.array([_five(y[codes == code]) for code in chosen])
        return Boxes(column, answers.column, told, True, names, five)
    classes = np.array(_commonest(y.astype(np.int64)))
    counts = np.array([[np.count_nonzero(y[codes == code] == one) for one in classes] for code in chosen])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return Shares(column, answers.column, told, names, tuple(answers.classes[one] for one in classes), shares)


def _bins(x: Array) -> Codes:
    edges = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.searchsorted(edges, x, side="left").astype(np.int64)


def _commonest(codes: Codes) -> list[int]:
    """The codes that occur most, in ascending order."""
    counts = np.bincount(codes)
    most = np.argsort(-counts, kind="stable")[:GROUPS]
    return sorted(int(code) for code in most if counts[code])


def _five(values: Array) -> Array:
    found: Array = np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95))
    return found


def share_told(groups: Codes, answers: Array, classes: int) -> float:
    """Epsilon squared: the share of the variance that lies between the groups, less what as many groups get by chance.

    Of classes the variance of their indicators is taken, whose sum is the Gini impurity.

    Source: Kelley (1935), "An unbiased correlation ratio measure".

    Args:
        groups: (n,) which group each row is in.
        answers: (n,) numbers, or codes of `classes` classes.
    """
    _names, groups = np.unique(groups, return_inverse=True)
    counts = np.bincount(groups)
    n, k = len(groups), len(counts)
    if n <= k:
        return 0.0
    peak = float(np.abs(answers).max()) or 1.0
    columns = np.eye(classes)[answers.astype(np.int64)].T if classes else (answers / peak)[None, :]
    between = total = 0.0
    for y in columns:
        means = np.bincount(groups, y) / counts
        between += float((counts * (means - y.mean()) ** 2).sum())
        total += float(((y - y.mean()) ** 2).sum())
    if total <= 0:
        return 0.0
    return max(0.0, 1.0 - (1.0 - between / total) * (n - 1) / (n - k))
