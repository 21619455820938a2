"""A column to predict, in original coding: numbers, classes, or texts letter by letter."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.prepare.chosen_columns import holds_numbers
from lab.data.prepare.statistics import mean_and_deviation
from lab.data.sequences import alphabet, encode_labels
from lab.data.table import Column, Table
from lab.errors import DataError
from lab.spec.data import DataSpec
from lab.spec.limits import Limits

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


class EncodedTarget(NamedTuple):
    """A target of every row of the table: in original coding, with the class names, and which rows have one."""

    codes: Array
    classes: tuple[str, ...]
    present: Mask


def encode_target(table: Table, column: Column, data: DataSpec, limits: Limits) -> EncodedTarget:
    """Raises DataError "data.target_…", "data.too_many_classes"."""
    task = data.task
    cells = table.frame[column.name]
    present = cells.notna().to_numpy()
    if column.distinct < 2:
        raise DataError("data.target_one_value", column=column.name)
    if task == "regression":
        if not holds_numbers(column):
            raise DataError("data.target_not_numeric", column=column.name, kind=column.kind)
        return EncodedTarget(cells.to_numpy(np.float64, na_value=np.nan), (), present)
    if column.kind == "datetime":
        raise DataError("data.target_datetime", column=column.name)
    if task == "sequence_labels":
        return _encode_texts(cells, column, present, limits)
    if column.kind != "boolean" and column.distinct == int(present.sum()) and column.distinct > 2:
        raise DataError("data.target_all_different", column=column.name, values=column.distinct)
    if column.distinct > limits.classes:
        raise DataError("data.too_many_classes", column=column.name, values=column.distinct, limit=limits.classes)
    values = np.array(sorted(cells.dropna().unique()))
    if task == "binary" and len(values) != 2:
        raise DataError("data.target_not_binary", column=column.name, values=len(values))
    codes = pd.Index(values).get_indexer(pd.Index(cells))
    return EncodedTarget(np.where(present, codes, 0).astype(np.int64), class_names(values, column), present)


def _encode_texts(cells: "pd.Series[Any]", column: Column, present: Mask, limits: Limits) -> EncodedTarget:
    """Each letter of a text is a class of its own; codes are (rows, longest)."""
    if holds_numbers(column):
        raise DataError("data.sequence_target_numbers", column=column.name)
    texts = [str(cell) if there else "" for cell, there in zip(cells, present, strict=True)]
    classes = alphabet(texts)
    if len(classes) > limits.classes:
        raise DataError("data.too_many_classes", column=column.name, values=len(classes), limit=limits.classes)
    return EncodedTarget(encode_labels(texts, classes), classes, present)


def class_names(values: Array, column: Column) -> tuple[str, ...]:
    """How the classes with these values are called."""
    if column.labels is not None:
        return column.labels
    if values.dtype.kind == "f" and bool((values == np.floor(values)).all()):
        return tuple(f"{value:.0f}" for value in values)
    return tuple(str(value) for value in values)


def class_names_of_cells(cells: "pd.Series[Any]", column: Column) -> list[str]:
    """The class name of every cell, "" for gaps; truth values by what they are, not by their words."""
    values = list(cells.dropna().unique())
    names = dict(zip(values, class_names(np.array(values), replace(column, labels=None)), strict=True))
    return [names.get(cell, "") if not pd.isna(cell) else "" for cell in cells]


def target_statistics(training: Array, data: DataSpec) -> tuple[float, float]:
    """(mean, scale) that a regression's target is learned with."""
    if data.task != "regression" or data.target_scaling == "none":
        return 0.0, 1.0
    mean, scale = mean_and_deviation(training)
    return mean, scale or 1.0
