"""Which rows train, which validate, which stay sealed for the test."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lab.data_spec import SplitSpec
from lab.errors import DataError

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Row positions of the three parts; together every row once."""

    train: Rows
    validation: Rows
    test: Rows


def split_rows(n: int, spec: SplitSpec, seed: int, order: Rows | None = None) -> Split:
    """Divide n rows.

    Args:
        spec: shares of validation and test; "shuffled" draws the rows, "time" takes the first for training, the
            next for validation, the last for the test, so that nothing is learned from the future.
        order: positions in time order; None if the rows already are.

    Raises:
        DataError "data.too_few_rows": a part that was asked for would have no row.
    """
    test, validation = (round_half_up(share * n) for share in (spec.test, spec.validation))
    train = n - validation - test
    asked = [(train, 1.0), (validation, spec.validation), (test, spec.test)]
    if any(count < 1 for count, share in asked if share > 0):
        raise DataError("data.too_few_rows", rows=n, train=max(train, 0), validation=validation, test=test)
    if spec.order == "shuffled":
        order = np.random.default_rng(seed).permutation(n)
    elif order is None:
        order = np.arange(n)
    return Split(order[:train], order[train : train + validation], order[train + validation :])


def round_half_up(value: float) -> int:
    """As people round: 2.5 rows are 3 (Python's round makes them 2)."""
    return int(np.floor(value + 0.5))
