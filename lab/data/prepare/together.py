"""Columns of numbers that are treated alike are prepared together, a few at a time, to the same numbers as one by one.

An image has 784 of them. Each alone costs some dozen calls, in which nobody else's page is drawn; together they are a
few calls on arrays, beside which others go on.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np

from lab.data.prepare.division import Division
from lab.data.prepare.fit import fit_alike
from lab.data.prepare.recipe import Array, PreparedColumn
from lab.data.prepare.settings import Settings
from lab.data.table import Table
from lab.errors import DataError

MOST_VALUES = 1 << 17  # of one array, so that it stays in the processor's cache


def alike(table: Table, settings: list[Settings], division: Division) -> Iterator[list[Settings]]:
    """The columns in their order: those behind one another that may go together, and every other one alone."""
    types = table.frame.dtypes.to_dict()
    most = max(1, MOST_VALUES // max(1, table.rows))

    def kind(pair: tuple[int, Settings]) -> object:
        place, one = pair
        plain = division.line is None and one.lags == (0,) and not one.indicator and len(division.split.train) > 0
        numbers = one.column.kind in ("numeric", "id") and not one.column.missing
        if not (plain and numbers and isinstance(types[one.column.name], np.dtype)):
            return place
        return replace(one, column=settings[0].column)

    for _kind, pairs in groupby(enumerate(settings), kind):
        same = [one for _place, one in pairs]
        yield from (same[first : first + most] for first in range(0, len(same), most))


def prepared(table: Table, same: list[Settings], division: Division) -> tuple[list[PreparedColumn], Array]:
    """The recipes, and (n, columns) float32, of columns that `alike` gave.

    Raises:
        DataError "data.number_too_large".
    """
    names = [one.column.name for one in same]
    cells = np.ascontiguousarray(table.frame[names].to_numpy(np.float64).T).take(division.kept, axis=1)
    training = cells.take(division.split.train, axis=1)
    recipes = fit_alike([PreparedColumn(name, "number") for name in names], same[0], training)
    return recipes, _encoded(recipes, cells)


def _encoded(recipes: list[PreparedColumn], cells: Array) -> Array:
    """(n, columns) float32."""
    if any(recipe.log or recipe.low is not None for recipe in recipes):
        return np.hstack([recipe.encode(values) for recipe, values in zip(recipes, cells, strict=True)])
    means, scales = (np.array([[getattr(recipe, name)] for recipe in recipes]) for name in ("mean", "scale"))
    with np.errstate(over="ignore"):  # what 32-bit floats cannot hold is refused below
        scaled: Array = ((cells - means) / np.where(scales == 0.0, 1.0, scales)).astype(np.float32)
    scaled[scales[:, 0] == 0.0] = 0.0
    finite = np.isfinite(scaled).all(axis=1)
    if not finite.all():
        raise DataError("data.number_too_large", column=recipes[int(finite.argmin())].name)
    turned: Array = scaled.T
    return turned
