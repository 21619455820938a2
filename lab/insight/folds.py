"""Cross-validation: the same experiment once for each fold, and what that says about one split.

One validation part is one draw of rows. The folds take turns as validation part, the test part stays sealed, and how
much their values scatter is how much of one run's value is the luck of its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Literal

from lab.data.prepare import prepare_cached
from lab.data.split import fold_specs
from lab.data.table import Table
from lab.runs.kept.record import RunRecord
from lab.runs.orders.study import Cell, RunOutcome
from lab.spec.experiment import Experiment

FOLDS = (3, 5, 10)
Place = Literal["lucky", "usual", "unlucky"]
MUCH = 1.1  # so many times as many rows to learn from are more than luck


@dataclass(frozen=True)
class FoldScores:
    """The last validation value of each fold.

    Args:
        own: that of the run itself, on its own split.
        deviation: standard deviation from fold to fold.
    """

    values: tuple[float, ...]
    own: float
    mean: float
    deviation: float

    def place(self, *, lower_wins: bool) -> Place:
        """Whether the run's own split was a lucky draw: more than one deviation from the mean."""
        ahead = (self.mean - self.own) if lower_wins else (self.own - self.mean)
        if abs(ahead) <= self.deviation:
            return "usual"
        return "lucky" if ahead > 0 else "unlucky"


def fold_cells(experiment: Experiment, table: Table, folds: int) -> tuple[Cell, ...]:
    """One cell of a study for each fold.

    Raises:
        ExperimentError, DataError: the rows cannot be divided so often.
    """
    cells = []
    for index, split in enumerate(fold_specs(experiment.data.split, folds)):
        one = experiment.with_data(split=split)
        cells.append(Cell(str(index), ((one, prepare_cached(table, one.data, one.seed)),)))
    return tuple(cells)


def fold_scores(outcomes: dict[str, tuple[RunOutcome, ...]], own: Sequence[float], name: str) -> FoldScores | None:
    """Of a history key without "val_"; None if fewer than two folds have such a value.

    Args:
        own: the run's own validation values.
    """
    columns = [each.history.get(f"val_{name}", []) for _, (each, *_) in sorted(outcomes.items(), key=_index)]
    values = tuple(column[-1] for column in columns if column)
    if len(values) < 2 or not own:
        return None
    return FoldScores(values, own[-1], mean(values), stdev(values))


def validated(record: RunRecord) -> list[str]:
    """The quantities that a run has of its validation part: the loss, then its metrics."""
    return [name for name in ("loss", *record.experiment.compile.metrics) if f"val_{name}" in record.history]


def learns_from(cells: Sequence[Cell]) -> int:
    """Rows that a fold learns from, on average."""
    return round(mean(len(dataset.train.x) for cell in cells for _, dataset in cell.runs))


def as_many_rows(one: int, other: int) -> bool:
    """Whether both learn from about as many rows, so that only luck sets their values apart."""
    return max(one, other) <= MUCH * min(one, other)


def _index(item: tuple[str, tuple[RunOutcome, ...]]) -> int:
    return int(item[0])
