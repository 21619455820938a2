"""Between what a program holds (rows in front, anything array-like) and what the frame computes with (batch axis last)."""

from typing import Any

import numpy as np

from netcore import config
from netcore.config import Array
from netcore.errors import NetcoreValueError


def as_floats(value: Any, name: str, dtype: str | None = None) -> Array:
    """Any numeric array-like as an array of floatx, at least one axis.

    Raises:
        NetcoreValueError "data.not_numeric": texts or mixed things; names the first offending column and value.
        NetcoreValueError "data.ragged": rows of different lengths.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise NetcoreValueError(
            "data.ragged", "`{name}` is not a table: its rows have different lengths.", name=name
        ) from None
    if array.dtype.kind in "biuf":
        return np.atleast_1d(array).astype(dtype or config.floatx(), copy=False)
    try:
        return np.atleast_1d(array).astype(dtype or config.floatx())
    except (TypeError, ValueError):
        column, text = _first_text(np.atleast_1d(array))
        raise NetcoreValueError(
            "data.not_numeric",
            "Invalid dtype: `{name}` must hold numbers, but column {column} holds {value!r}. "
            "Turn texts into numbers first, such as one column per category.",
            name=name,
            column=column,
            value=text,
        ) from None


def _first_text(array: Array) -> tuple[int, str]:
    columns = array.reshape(len(array), -1)
    for row in columns:
        for column, value in enumerate(row):
            try:
                float(value)
            except (TypeError, ValueError):
                return column, str(value)[:40]
    return 0, str(array.dtype)


def batch_last(array: Array) -> Array:
    """(n, d) -> (d, n) as a view; a flat array (n,) becomes (1, n)."""
    if array.ndim == 1:
        return array[np.newaxis, :]
    return array.T if array.ndim == 2 else np.moveaxis(array, 0, -1)


def batch_first(array: Array) -> Array:
    """(d, n) -> (n, d), as a view."""
    return array.T if array.ndim == 2 else np.moveaxis(array, -1, 0)
