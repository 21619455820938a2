"""Between what a program holds (rows in front, array-likes) and what the frame computes with (batch axis last)."""

from typing import Any

import numpy as np

from netcore import config
from netcore.config import Array
from netcore.errors import NetcoreValueError


def as_floats(value: Any, name: str, dtype: str | None = None) -> Array:
    """Any numeric array-like as an array of floatx, at least one axis.

    Raises:
        NetcoreValueError "data.not_numeric": texts (of numbers, too) or mixed things; names the first offending column
            and value.
        NetcoreValueError "data.ragged": rows of different lengths.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise NetcoreValueError(
            "data.ragged",
            "`{name}` is not a table: its rows have different lengths. Give every row the same length.",
            name=name,
        ) from None
    array = np.atleast_1d(array)
    if array.dtype.kind in "biuf":
        return array.astype(dtype or config.floatx(), copy=False)
    found = _first_text(array)
    if found is None:
        return array.astype(dtype or config.floatx())
    raise NetcoreValueError(
        "data.not_numeric",
        "`{name}` must hold numbers, but column {column} (from 0) holds {value!r}. Turn texts into numbers first, "
        "such as one column per category.",
        name=name,
        column=found[0],
        value=found[1],
    )


def _first_text(array: Array) -> tuple[int, str] | None:
    """Column and value of the first entry that is no number; None if all are.

    A number written as text is none, as in Keras, but an entry that could never be a number tells more.
    """
    found = None
    for row in array.reshape(len(array), -1):
        for column, value in enumerate(row):
            try:
                float(value)
            except (TypeError, ValueError):
                return column, str(value)[:40]
            if found is None and isinstance(value, str | bytes):
                found = column, str(value)[:40]
    return found


def batch_last(array: Array) -> Array:
    """(n, d) -> (d, n) as a view; a flat array (n,) becomes (1, n)."""
    if array.ndim == 1:
        return array[np.newaxis, :]
    return array.T if array.ndim == 2 else np.moveaxis(array, 0, -1)


def batch_first(array: Array) -> Array:
    """(d, n) -> (n, d), as a view."""
    return array.T if array.ndim == 2 else np.moveaxis(array, -1, 0)


class Rows:
    """Rows of one model input, kept so that a batch is a mere view, in the order of the rows or of a permutation.

    Args:
        array: (N, …, d).
        with_ones: append a column of ones, for a kernel with its bias as last row.
    """

    def __init__(self, array: Array, with_ones: bool) -> None:
        self.features = array.shape[-1]
        self.shape: tuple[int | None, ...] = (None, *array.shape[1:])  # as a graph writes it
        if with_ones:
            rows = np.ones((*array.shape[:-1], self.features + 1), array.dtype)
            rows[..., :-1] = array
            array = rows
        self._rows = array
        self._ordered = array

    def order(self, permutation: Array) -> None:
        """Put the rows into the order of `permutation`, into a buffer that is kept: batches stay views of it."""
        if self._ordered is self._rows:
            self._ordered = np.empty_like(self._rows, order="C")
        np.take(self._rows, permutation, axis=0, out=self._ordered, mode="clip")  # "clip": `out` needs no copy

    @property
    def ordered(self) -> Array:
        """The rows in the order in force, with the column of ones if there is one."""
        return self._ordered

    def lie_in(self, room: Array) -> None:
        """From now on the ordered rows lie in `room`, which somebody else sees."""
        np.copyto(room, self._ordered)
        self._ordered = room

    def batch(self, start: int, stop: int) -> tuple[Array, Array]:
        """Rows start … stop with the batch axis last: with the row of ones (if there is one), and without."""
        block = batch_last(self._ordered[start:stop])
        return block, block[..., : self.features, :]


class Columns:
    """Targets or weights with the batch axis last, (k, N), in the order of the rows or of a permutation."""

    def __init__(self, array: Array) -> None:
        self._columns = array
        self.ordered = array

    def order(self, permutation: Array) -> None:
        """Put the columns into the order of `permutation`, into a buffer that is kept."""
        if self.ordered is self._columns:
            self.ordered = np.empty(self._columns.shape, self._columns.dtype)
        np.take(self._columns, permutation, axis=-1, out=self.ordered, mode="clip")

    def lie_in(self, room: Array) -> None:
        """As for Rows."""
        np.copyto(room, self.ordered)
        self.ordered = room


def rows_of(arrays: "list[Array]") -> int:
    """The common number of rows.

    Raises:
        NetcoreValueError "data.cardinality": they differ.
    """
    sizes = [len(array) for array in arrays]
    if len(set(sizes)) > 1:
        raise NetcoreValueError(
            "data.cardinality",
            "Inputs and targets must have the same number of rows, but the sizes are {sizes}. Each row is one sample.",
            sizes=" | ".join(str(size) for size in sizes),
        )
    return sizes[0] if sizes else 0
