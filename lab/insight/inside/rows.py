"""The rows that a network is looked into with: some of the training part, the same ones at every epoch."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.data.prepare import Dataset
from lab.model.layer_table import layer_rows
from lab.model.probe import evenly
from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import Arrays, data_of, rows_at, rows_in
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits

Array = np.ndarray[Any, Any]

MOST_ROWS = 256
COPIES = 4  # of what a layer makes: sum, output and the gradients of both


@dataclass(frozen=True)
class Rows:
    """Samples of the training part.

    Args:
        places: (n,) which rows of the training part they are, in its order.
        x, y: of them, as netcore takes them: one array, or by name of the input or output.
    """

    places: Array
    x: Any
    y: Any

    def __len__(self) -> int:
        return len(self.places)


def rows_looked_at(experiment: Experiment, dataset: Dataset, limits: Limits, most: int = MOST_ROWS) -> Rows:
    """At most so many, evenly spread; fewer of a network that makes much of each of them.

    Raises:
        RunError: as `lab.runs.orders.run.run_spec`.
    """
    each = COPIES * sum(row.demands.numbers if row.demands else 0 for row in layer_rows(experiment, dataset))
    fitting = max(1, min(most, limits.inside_numbers // max(1, each)))
    return rows_of(run_spec(experiment, dataset)[1], evenly(len(dataset.train.x), fitting))


def rows_of(arrays: Arrays, places: Array) -> Rows:
    """Some rows of a run's arrays."""
    return Rows(places, rows_at(data_of(arrays, "x"), places), rows_at(data_of(arrays, "y"), places))


def all_rows(arrays: Arrays) -> Rows:
    """The whole training part."""
    return Rows(np.arange(rows_in(arrays)), data_of(arrays, "x"), data_of(arrays, "y"))
