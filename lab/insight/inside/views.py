"""The rows that are looked at, as a person knows them: their numbers in the table, their targets, their columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lab.data.prepare import Dataset
from lab.data.sequences import read_label
from lab.insight.inside.rows import Rows

Array = np.ndarray[Any, Any]

MOST_COLUMNS = 8


@dataclass(frozen=True)
class RowsTold:
    """Args:
    places: in the training part; rows: 1-based in the table; targets: as words.
    columns: name -> values in the column's own unit, of the first few; none of images and time steps.
    """

    places: list[int]
    rows: list[int]
    targets: list[str]
    columns: dict[str, list[Any]] = field(default_factory=dict)


def rows_told(dataset: Dataset, rows: Rows, which: Sequence[int]) -> RowsTold:
    """Args:
    which: of the rows looked at.
    """
    places = [int(rows.places[place]) for place in which]
    part = dataset.train
    columns: dict[str, list[Any]] = {}
    if part.x.ndim == 2:
        table = dataset.inverse_inputs(part.x[places])
        columns = {str(name): table[name].tolist() for name in table.columns[:MOST_COLUMNS]}
    targets = [_target(dataset, part.target[place]) for place in places]
    return RowsTold(places, [int(part.rows[place]) + 1 for place in places], targets, columns)


def targets_of(dataset: Dataset, rows: Rows) -> tuple[Array, tuple[str, ...]]:
    """(n,) of the rows looked at, and the classes that it is an index of; no classes of a number.

    Texts go by their length.
    """
    target = dataset.train.target[rows.places]
    if dataset.task == "sequence_labels":
        return (target > 0).sum(axis=1).astype(np.float64), ()
    return target, () if dataset.task == "regression" else dataset.classes


def _target(dataset: Dataset, value: Any) -> str:
    if dataset.task == "sequence_labels":
        return read_label(value, dataset.classes)
    return f"{value:.4g}" if dataset.task == "regression" else dataset.classes[int(value)]
