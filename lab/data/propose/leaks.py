"""Columns that say the target in other words: another unit, its logarithm, its code, a part of its sum."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from lab.data.propose.roles import Array, Reason
from lab.data.table import Column, Table

LOOKED_AT = 5_000  # rows, evenly spaced
FEWEST = 10  # rows with both values
LINE = 0.999999  # correlation of two columns that are one
EXACT = 1e-9  # share of the variance that is left by a sum
MOST_SUMMED = 40  # columns that a sum is looked for in
TOLD = 0.9  # share of a blind guess's errors that one column avoids
OTHERS = 0.6
AS_OFTEN = 3.0  # a word that tells the class stands in so many rows, on average

SHAPES: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("same", lambda a: a),
    ("log", np.log),
    ("log1p", np.log1p),
    ("square", np.square),
    ("root", np.sqrt),
    ("inverse", np.reciprocal),
)


class Leaks:
    """Looks at one table for several targets."""

    def __init__(self, table: Table) -> None:
        self.table = table
        step = max(1, table.rows // LOOKED_AT)
        self._rows = table.frame.iloc[::step]
        self._numbers: dict[str, Array] = {}
        self._codes: dict[str, Array] = {}

    def numbers(self, name: str) -> Array:
        if name not in self._numbers:
            self._numbers[name] = self._rows[name].to_numpy(np.float64, na_value=np.nan)
        return self._numbers[name]

    def codes(self, name: str) -> Array:
        if name not in self._codes:
            self._codes[name] = pd.factorize(self._rows[name])[0]
        return self._codes[name]

    def of(self, target: Column, inputs: Iterable[Column], *, classes: bool) -> dict[str, Reason]:
        """Column → why it tells the target.

        Args:
            classes: the target is learned as classes.
        """
        inputs = list(inputs)
        found = {c.name: reason for c in inputs if (reason := self._twin(c, target)) is not None}
        rest = [c for c in inputs if c.name not in found]
        if classes or target.minimum is None:
            found |= self._telling(rest, target)
        elif target.minimum is not None:
            found |= self._summed(rest, target)
        return found

    # --- two columns

    def _twin(self, column: Column, target: Column) -> Reason | None:
        values = {"target": target.name}
        if column.minimum is not None and target.minimum is not None:
            shape = self._shape(self.numbers(column.name), self.numbers(target.name))
            return None if shape is None else Reason("same" if shape == "same" else "function", values)
        a, b = self.codes(column.name), self.codes(target.name)
        both = (a >= 0) & (b >= 0)
        a, b = pd.factorize(a[both])[0], pd.factorize(b[both])[0]
        kinds = len(np.unique(a))
        if len(a) < FEWEST or kinds < 2 or AS_OFTEN * kinds > len(a):  # words that all differ are no other words
            return None
        return Reason("same", values) if bool((a == b).all()) else None

    def _shape(self, a: Array, b: Array) -> str | None:
        """How one is a plain function of the other: a straight line of it, of its logarithm, its square …"""
        both = np.isfinite(a) & np.isfinite(b)
        a, b = a[both], b[both]
        if len(a) < FEWEST or len(np.unique(a[:100])) < 2:
            return None
        if _is_one(a, b):
            return "same"
        if abs(_correlation(np.argsort(np.argsort(a)), np.argsort(np.argsort(b)))) < 0.99:
            return None
        with np.errstate(all="ignore"):  # logarithms of what has none are NaN, and no function
            return next((name for name, shape in SHAPES[1:] if _is_one(shape(a), b) or _is_one(a, shape(b))), None)

    # --- classes

    def _telling(self, inputs: list[Column], target: Column) -> dict[str, Reason]:
        skills = {c.name: max(self._skill(c, target), self._skill_of_gaps(c, target)) for c in inputs}
        exact = [c.name for c in inputs if self._has_value_for_class(c, target)]
        sure = [name for name, skill in skills.items() if skill >= TOLD]
        others = [skill for name, skill in skills.items() if name not in sure]
        if not sure or not others or max(others) >= OTHERS or len(sure) > len(others):
            sure = exact
        return {name: Reason("tells", {"target": target.name, "percent": f"{100 * skills[name]:.0f}"}) for name in sure}

    def _skill(self, column: Column, target: Column) -> float:
        """Share of the errors of a blind guess that are avoided by the commonest class beside each value."""
        a, b = self.codes(column.name), self.codes(target.name)
        both = (a >= 0) & (b >= 0)
        a, b = a[both], b[both]
        if len(b) < FEWEST:
            return 0.0
        blind = len(b) - np.bincount(b).max()
        if not blind:
            return 0.0
        if column.minimum is not None and AS_OFTEN * len(np.unique(a)) > len(a):
            return self._blocks(self.numbers(column.name)[both], b, blind)
        counts = np.zeros((a.max() + 1, b.max() + 1))
        np.add.at(counts, (a, b), 1)
        if AS_OFTEN * len(counts) > len(a):
            return 0.0
        return float(1 - (len(b) - counts.max(axis=1).sum()) / blind)

    def _skill_of_gaps(self, column: Column, target: Column) -> float:
        """The same, knowing no more than whether there is a value: the cause of death of those who died."""
        if column.missing < FEWEST or target.distinct > 2:
            return 0.0
        gap, answer = self.codes(column.name) < 0, self.codes(target.name)
        gap, answer = gap[answer >= 0], answer[answer >= 0]
        counts = np.bincount(2 * answer + gap, minlength=4).reshape(2, 2)
        blind = counts.sum() - counts.sum(axis=1).max()
        return float(1 - (counts.sum() - counts.max(axis=0).sum()) / blind) if blind else 0.0

    def _has_value_for_class(self, column: Column, target: Column) -> bool:
        """One value in all rows of a class and in no other, among many: 0 hours of those who do not work."""
        if column.minimum is None or column.distinct <= FEWEST or target.distinct != 2:
            return False
        values, answer = self.numbers(column.name), self.codes(target.name)
        both = np.isfinite(values) & (answer >= 0)
        first, second = values[both & (answer == 0)], values[both & (answer == 1)]
        return any(
            len(one) >= FEWEST and bool((one == one[0]).all()) and not bool((other == one[0]).any())
            for one, other in ((first, second), (second, first))
        )

    @staticmethod
    def _blocks(numbers: Array, classes: Array, blind: int) -> float:
        """1 if the classes lie behind one another in the order of the numbers, as weights below and above a bound."""
        in_order = classes[np.argsort(numbers, kind="stable")]
        return 1.0 if np.count_nonzero(np.diff(in_order)) + 1 == len(np.unique(classes)) and blind > FEWEST else 0.0

    # --- sums

    def _summed(self, inputs: list[Column], target: Column) -> dict[str, Reason]:
        """Parts of a sum, as gold, silver and bronze of all medals: plus or minus one times each."""
        parts = [c for c in inputs if c.kind == "numeric"]
        if not 2 <= len(parts) <= MOST_SUMMED:
            return {}
        cells = np.column_stack([self.numbers(c.name) for c in parts])
        y = self.numbers(target.name)
        whole = np.isfinite(cells).all(axis=1) & np.isfinite(y)
        cells, y = cells[whole], y[whole]
        if len(y) < 2 * len(parts) + FEWEST:
            return {}
        size = np.abs(cells).max(axis=0)
        size[size == 0] = 1.0
        weights, *_ = np.linalg.lstsq(np.column_stack([cells / size, np.ones(len(y))]), y, rcond=1e-12)
        left = y - np.column_stack([cells / size, np.ones(len(y))]) @ weights
        if left @ left > EXACT * max(float(((y - y.mean()) ** 2).sum()), 1e-300):
            return {}
        factors = weights[:-1] / size
        used = [c for c, factor in zip(parts, factors, strict=True) if abs(abs(factor) - 1) < 1e-3]
        if len(used) < 2:
            return {}
        return {c.name: Reason("part_of_sum", {"target": target.name}) for c in used}


def _is_one(a: Array, b: Array) -> bool:
    return abs(_correlation(a, b)) > LINE


def _correlation(a: Array, b: Array) -> float:
    """0 where one of them is constant or not finite."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    peak_a, peak_b = np.abs(a).max(), np.abs(b).max()
    if not (0 < peak_a < np.inf and 0 < peak_b < np.inf):
        return 0.0
    a, b = a / peak_a, b / peak_b
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-12 else 0.0
