"""Which column is worth predicting: each is given points for reasons that can be told, and the columns are ranked."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lab.data.propose.names import (
    ANSWER,
    CIRCUMSTANCE,
    PERHAPS,
    RESULT,
    WHETHER,
    ends_in,
    is_answer,
    is_time_name,
    words_of,
)
from lab.data.propose.roles import LOOKED_AT, USABLE, Reason, has_row_names, numbers_of, why_no_input
from lab.data.propose.tasks import guess_task
from lab.data.table import Column, Table
from lab.spec.data import Task

FEW_ENDS = 4  # values of what happened
FEW = 10  # values or classes
MANY = 20
POINTS = {
    "answer": 4.0,
    "whether": 3.0,
    "result": 2.0,
    "duration": 1.7,
    "only_measured": 2.0,
    "last": 1.5,
    "first": 0.8,
    "classes": 1.0,
    "measured": 0.6,
    "circumstance": -2.0,
    "when": -4.0,
    "many_classes": -1.5,
    "few_values": -0.6,
    "yes_or_no": -0.6,
    "one_of_many": -2.0,
    "design": -2.0,
    "derived": -2.0,
    "gaps": -1.0,
}
DIGITS = re.compile(r"\d+")
DERIVED = re.compile(r"lag|_?sq$|squared|^log|_log$|^pred|_rank$", re.IGNORECASE)
MADE = ("sq", "_1", "_2", "_3", "_4")  # behind the name of the column that it is made of
DURATION = re.compile(r"time|t|days?|weeks?|months?|years?", re.IGNORECASE)
FAMILY = 3  # columns that differ by a number in their names alone, or answers with yes or no under one first word


@dataclass(frozen=True)
class Candidate:
    """A column that could be predicted.

    Args:
        points: the sum over the reasons, for the order alone.
        reasons: those for it, then those against it, each from the strongest.
    """

    column: str
    task: Task
    points: float
    reasons: tuple[Reason, ...] = ()


class Ranking:
    """The candidates of one table.

    R writes row names without a name, and its tables have the response in front more often than others have.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        varied = [c for c in table.columns if c.kind in USABLE and not c.constant]
        self.usable = [c for c in varied if why_no_input(table, c) is None] or varied
        self._dated = [c for c in self.usable if not is_time_name(c.name)] or self.usable
        self._of_r = has_row_names(table)
        self._names = {c.name.lower() for c in self.usable}
        self._bare_names = [c.name.strip().lower() for c in self.usable]
        self._places = {c.name: place for place, c in enumerate(self.usable)}
        self._measured = sum(map(_is_measured, self.usable))
        self._has_rising_time = any(is_time_name(c.name) and self._rises(c) for c in table.columns)
        self._is_of_survival = any(map(self._is_duration, self.usable)) and any(map(_tells_whether, self.usable))
        self._numbers = [c for c in self.usable if c.minimum is not None and c.distinct > FEW_ENDS]
        self._families = Counter(map(_family, self.usable))
        self._balanced = {c.name for c in self.usable if c.distinct <= MANY and _is_balanced(table, c)}

    def candidates(self) -> list[Candidate]:
        """The best first; of equal ones the first in the table."""
        found = [self._candidate(c) for c in self.usable]
        return sorted(found, key=lambda candidate: -candidate.points)

    def _candidate(self, column: Column) -> Candidate:
        told = sorted(self._reasons(column), key=lambda pair: -pair[1])
        pro = [reason for reason, points in told if points > 0]
        contra = [reason for reason, points in reversed(told) if points < 0]
        return Candidate(column.name, guess_task(column), sum(points for _reason, points in told), (*pro, *contra))

    def _reasons(self, column: Column) -> Iterator[tuple[Reason, float]]:
        for code, times in (*self._by_name(column), *self._by_place(column), *self._by_values(column)):
            yield Reason(code, self._values(code, column)), POINTS[code] * times

    def _values(self, code: str, column: Column) -> dict[str, str]:
        if code == "gaps":
            return {"percent": f"{100 * column.missing / self.table.rows:.0f}"}
        return {"distinct": f"{column.distinct:,}"}

    def _by_name(self, column: Column) -> Iterator[tuple[str, float]]:
        words = words_of(column.name)
        head = words[-1] if words else ""
        if is_time_name(column.name):
            yield ("duration", 1.0) if self._is_duration(column) else ("when", 1.0)
            return
        first = words[0] if words else ""
        about = first in CIRCUMSTANCE and len(words) > 1  # marital status, smoking status
        if column.name.strip().lower() in ANSWER and not self._is_place(column):
            yield "answer", 1.2
        elif is_answer(column.name) and not about and not self._is_place(column):
            yield "answer", 1.0
        elif _tells_whether(column):
            yield "whether", 1.8 if self._is_of_survival else 1.0
        elif (
            head in RESULT or (head[:1] == "l" and head[1:] in RESULT) or ends_in(column.name, RESULT)
        ):  # its logarithm
            yield "result", 1.0
        elif first in RESULT and head not in CIRCUMSTANCE | PERHAPS and _is_measured(column):  # cases of a town
            yield "result", 0.9
        elif (head in CIRCUMSTANCE and first not in RESULT | PERHAPS) or about:
            yield "circumstance", 1.0
        elif head in PERHAPS or any(word in RESULT | PERHAPS for word in words):
            yield "result", 0.5
        if DERIVED.search(column.name) or self._is_made_of_another(column.name):
            yield "derived", 1.0

    def _is_duration(self, column: Column) -> bool:
        """`time` of a study of survival: it differs from row to row and does not rise; a calendar's does."""
        if column.minimum is None or column.distinct < 0.4 * self.table.rows or not DURATION.fullmatch(column.name):
            return False
        if self._has_rising_time:  # a row for each year: then T is no duration
            return False
        cells = numbers_of(self.table, column)
        steps = np.diff(cells[~np.isnan(cells)])
        return bool((steps < 0).any() and (steps > 0).any())

    def _rises(self, column: Column) -> bool:
        """Once in each row, as the years of a series do."""
        if column.minimum is None or column.missing:
            return False
        return bool((np.diff(numbers_of(self.table, column)) > 0).all())

    def _is_place(self, column: Column) -> bool:
        """`y` beside `x`, in front of others or of `z`."""
        names, place = self._bare_names, self._places[column.name]
        return place > 0 and names[place] == "y" and names[place - 1] == "x" and place < len(names) - 1

    def _is_made_of_another(self, name: str) -> bool:
        """`lwage` beside `wage`, `agesq` beside `age`, `gfr_2` beside `gfr`, `AGE_SEX` beside both."""
        low = name.lower()
        parts = [part for part in low.split("_") if part]
        return (
            (low[:1] in ("l", "c", "d", "g") and low[1:] in self._names)
            or any(low.endswith(end) and low.removesuffix(end) in self._names for end in MADE)
            or (len(parts) > 1 and all(part in self._names for part in parts))
        )

    def _by_place(self, column: Column) -> Iterator[tuple[str, float]]:
        behind_names = self._of_r and len(self._dated) > 2
        if column is self._dated[-1]:
            yield "last", (0.7 if behind_names else 1.0) * (1.3 if column.distinct == 2 else 1.0)
        elif column is self._dated[0] and _is_measured(column):
            yield "first", 1.6 if behind_names else 1.0

    def _by_values(self, column: Column) -> Iterator[tuple[str, float]]:
        if column.minimum is None:
            if column.distinct > FEW:
                yield "many_classes", 2.0 if column.distinct > MANY else 1.0
            else:
                yield "classes", 1.0
        elif _is_measured(column):
            yield "measured", 1.0
            if len(self.usable) > 2 and self._measured == 1:
                yield "only_measured", 1.0
        elif self._numbers == [column] and len(self.usable) > 2:
            yield "only_measured", 1.0
        elif column is not self._dated[-1]:
            yield ("yes_or_no" if column.distinct == 2 else "few_values"), 1.0
        if self._families[_family(column)] >= FAMILY and not _is_measured(column):
            yield "one_of_many", 1.0
        if column.name in self._balanced and len(self._balanced) > 1:
            yield "design", 1.0
        if column.missing > 0.05 * self.table.rows:
            yield "gaps", 3.0 * column.missing / self.table.rows


def _tells_whether(column: Column) -> bool:
    """What became of a sample: `status`, `died`, `cens`; marital status is a circumstance."""
    words = words_of(column.name)
    if not words or column.distinct > FEW_ENDS or (words[0] in CIRCUMSTANCE and len(words) > 1):
        return False
    return words[-1] in WHETHER or words[0] == "cens"


def _family(column: Column) -> str:
    stem = DIGITS.sub("#", column.name)
    return stem.rpartition("_")[0] + "_" if column.distinct == 2 and "_" in stem else stem


def _is_measured(column: Column) -> bool:
    return column.minimum is not None and (column.distinct > FEW or (not column.whole and column.distinct > FEW_ENDS))


def _is_balanced(table: Table, column: Column) -> bool:
    """Each value in equally many rows, as an experimenter sets it."""
    counts = table.frame[column.name].iloc[:LOOKED_AT].value_counts().to_numpy()
    return bool(len(counts) > 1 and counts.min() > 1 and np.ptp(counts) <= 0.02 * counts.mean())
