"""What a person should know about the preparation."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lab.data.prepare.division import Division
from lab.data.prepare.recipe import PreparedColumn
from lab.data.prepare.settings import Settings
from lab.data.split import Rows
from lab.data.table import Note, Table
from lab.spec.data import DataSpec

Array = npt.NDArray[Any]

NAMED = 3  # columns in a sentence


def notes_of(
    table: Table, data: DataSpec, division: Division, settings: list[Settings], features: list[PreparedColumn]
) -> list[Note]:
    """About rows left out, constant inputs, lags and windows."""
    notes = []
    gaps = table.rows - len(division.kept) - division.alike - division.without_past
    if gaps:
        notes.append(Note("rows_dropped", gaps))
    if division.alike:
        notes.append(Note("duplicates_dropped", division.alike))
    if division.without_past:
        longest = max(lag for one in settings for lag in one.lags)
        notes.append(Note("rows_without_past", division.without_past, detail=str(longest)))
    notes += _over_gaps(division, settings)
    part_column = data.split.part_column
    if data.split.order == "column" and part_column in data.inputs:
        notes.append(Note("part_column_no_input", column=str(part_column)))
    notes += _about_columns(settings, features)
    if data.windows is not None:
        notes.append(Note("windows", data.windows.steps, None, data.target, str(data.windows.horizon)))
    return notes


def _about_columns(settings: list[Settings], features: list[PreparedColumn]) -> list[Note]:
    """What the numbers of the training part made of the wishes, each with the columns that it happened to."""
    wished = {one.column.name: one for one in settings}
    found: dict[str, list[str]] = {}
    for recipe in features:
        one = wished.get(recipe.name)
        clips = one is not None and one.clip and recipe.kind == "number"
        happened = {
            "constant_inputs": recipe.scale == 0.0,
            "clipped": clips and recipe.low is not None,
            "clip_without_width": clips and recipe.low is None,
            "robust_without_width": one is not None and one.scaling == "robust" and recipe.scaling == "standard",
        }
        for code in (code for code, true in happened.items() if true):
            found.setdefault(code, []).append(recipe.source)
    return [Note(code, len(names), None, names[0], ", ".join(names[:NAMED])) for code, names in sorted(found.items())]


def _over_gaps(division: Division, settings: list[Settings]) -> list[Note]:
    """Lags count rows; where the times have a hole, the row before is older than it looks."""
    if division.line is None:
        return []
    kept = np.isin(np.arange(division.line.count), division.kept)
    over = np.zeros(division.line.count, bool)
    for lag in {lag for one in settings for lag in one.lags if lag}:
        over[division.line.over_gaps(lag)] = True
    count = int((over & kept).sum())
    return [Note("lags_over_gaps", count)] if count else []


def absent_classes(data: DataSpec, target: Array, train: Rows, classes: tuple[str, ...]) -> list[Note]:
    """Classes of the target that no training row has."""
    blank = ("",) if data.task != "sequence_labels" else classes[:1]  # the blank is never part of a label
    absent = [name for code, name in enumerate(classes) if name not in blank and not (target[train] == code).any()]
    return [Note("class_not_in_training", len(absent), None, data.target, ", ".join(absent[:5]))] if absent else []
