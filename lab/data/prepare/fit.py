"""From settings and the training rows' cells to recipes: every number that preparing a column needs."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.prepare.recipe import UNKNOWN, PreparedColumn
from lab.data.prepare.settings import Settings
from lab.data.prepare.statistics import centre_and_width, mean_and_deviation, outer_fences
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
    fill = _fill(settings, values, always_filled=always_filled)
    recipe = _with(recipe, fill=fill, log=settings.scaling == "log")
    if settings.clip:
        low, high = outer_fences(values) or (None, None)
        recipe = _with(recipe, low=low, high=high)
    mean, scale, scaling = centre_and_width(recipe.unscaled(values), settings.scaling, settings.constant)
    return _with(recipe, mean=mean, scale=scale, scaling=scaling)


def _with(recipe: PreparedColumn, **changes: Any) -> PreparedColumn:
    return PreparedColumn(**{**vars(recipe), **changes})


def _fill(settings: Settings, values: Array, *, always_filled: bool) -> float | None:
    if settings.missing == "median":
        return float(np.median(values))
    if settings.missing == "mean" or (always_filled and settings.missing != "zero"):
        return mean_and_deviation(values)[0]
    return 0.0 if settings.missing == "zero" else None
