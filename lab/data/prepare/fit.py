"""From settings and the training rows' cells to recipes: every number that preparing a column needs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.prepare.recipe import UNKNOWN, PreparedColumn
from lab.data.prepare.settings import Settings
from lab.data.prepare.statistics import centres_and_widths, means_and_deviations, outer_fences
from lab.errors import DataError

Array = npt.NDArray[Any]


def fit_column(settings: Settings, lag: int, training: Array) -> list[PreparedColumn]:
    """The features of a column at one lag, as the training rows say.

    Args:
        training: (n,) cells of the training rows, `lag` rows earlier.

    Raises:
        DataError "data.order_incomplete".
    """
    name = settings.column.name
    if settings.column.kind == "category":
        recipes = [_fit_texts(settings, lag, training)]
    elif settings.column.kind == "datetime":
        recipes = [_fit_date(settings, lag, training, part) for part in settings.date_parts]
    else:
        kind: Any = "boolean" if settings.column.kind == "boolean" else "number"
        recipes = [_fit_numbers(PreparedColumn(name, kind, lag=lag), settings, training)]
    if settings.indicator:
        recipes.append(PreparedColumn(name, "indicator", lag=lag))
    return recipes


def _fit_texts(settings: Settings, lag: int, training: Array) -> PreparedColumn:
    name = settings.column.name
    categories = sorted(set(training[~pd.isna(training)]))
    if settings.ordinal and settings.order:
        strange = [category for category in categories if category not in settings.order]
        if strange:
            raise DataError("data.order_incomplete", column=name, words=", ".join(strange[:5]), count=len(strange))
        categories = list(settings.order)
    if settings.missing == "category" and pd.isna(training).any():
        categories.append(UNKNOWN)
    if not settings.ordinal:
        return PreparedColumn(name, "one_hot", categories=tuple(categories), lag=lag)
    recipe = PreparedColumn(name, "ordinal", categories=tuple(categories), lag=lag)
    return _fit_numbers(recipe, settings, recipe.numbers(training), always_filled=True)


def _fit_date(settings: Settings, lag: int, training: Array, part: Any) -> PreparedColumn:
    if part != "year":
        return PreparedColumn(settings.column.name, "cycle", lag=lag, part=part)
    recipe = PreparedColumn(settings.column.name, "year", lag=lag, part=part)
    return _fit_numbers(recipe, settings, recipe.numbers(training))


def _fit_numbers(
    recipe: PreparedColumn, settings: Settings, training: Array, *, always_filled: bool = False
) -> PreparedColumn:
    """The recipe with the numbers of the training rows.

    Args:
        always_filled: of ordinal categories: one that training never saw has no place, and takes the mean.
    """
    values = training[~np.isnan(training)]
    if not len(values):
        return _with(recipe, scale=0.0, fill=0.0 if settings.missing != "drop" else None)
    return fit_alike([recipe], settings, values[None], always_filled=always_filled)[0]


def fit_alike(
    recipes: Sequence[PreparedColumn], settings: Settings, training: Array, *, always_filled: bool = False
) -> list[PreparedColumn]:
    """The recipes of columns that are treated alike, with the numbers of their training rows: those of each alone.

    Args:
        settings: of any of them.
        training: (columns, n) without gaps, n at least 1.
    """
    fills = _fills(settings, training, always_filled=always_filled)
    log = settings.scaling == "log"
    if settings.clip:
        fences = [outer_fences(values) or (None, None) for values in training]
        recipes = [_with(recipe, low=low, high=high) for recipe, (low, high) in zip(recipes, fences, strict=True)]
    if settings.clip or log:
        pairs = zip(recipes, training, strict=True)
        training = np.stack([_with(recipe, log=log).unscaled(values) for recipe, values in pairs])
    found = zip(recipes, fills, *centres_and_widths(training, settings.scaling, settings.constant), strict=True)
    return [
        _with(recipe, fill=fill, log=log, mean=float(mean), scale=float(scale), scaling=scaling)
        for recipe, fill, mean, scale, scaling in found
    ]


def _with(recipe: PreparedColumn, **changes: Any) -> PreparedColumn:
    return PreparedColumn(**{**vars(recipe), **changes})


def _fills(settings: Settings, training: Array, *, always_filled: bool) -> list[float | None]:
    """What stands for a gap in each column."""
    if settings.missing == "median":
        return [float(value) for value in np.median(training, axis=1)]
    if settings.missing == "mean" or (always_filled and settings.missing != "zero"):
        return [float(value) for value in means_and_deviations(training)[0]]
    return [0.0 if settings.missing == "zero" else None] * len(training)
