"""A table and a DataSpec become numbers that a network can learn from. Everything is fitted on the training part.

The steps: find the columns, encode the targets, divide the rows, take the statistics of the training rows, encode
the inputs of all rows with them, and cut windows or images where the samples are such.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lab.data.prepare.cache import Cache, content_hash
from lab.data.prepare.chosen_columns import cells_of, find_inputs, find_target, taken
from lab.data.prepare.dataset import PART_NAMES, Dataset, Part, as_image
from lab.data.prepare.division import Division, divide
from lab.data.prepare.fit import fit_column
from lab.data.prepare.notes import absent_classes, notes_of
from lab.data.prepare.persistence import persistence_of
from lab.data.prepare.recipe import PreparedColumn
from lab.data.prepare.series import ahead, now, signal_of, windows_of, with_clock
from lab.data.prepare.settings import Settings, settings_of
from lab.data.prepare.targets import EncodedTarget, encode_target, target_statistics
from lab.data.prepare.together import alike, prepared
from lab.data.split import Rows, Split
from lab.data.table import Column, Table
from lab.errors import DataError, LabError
from lab.spec.data import DataSpec
from lab.spec.limits import Limits, current_limits

Array = npt.NDArray[Any]


def prepare(table: Table, data: DataSpec, seed: int, limits: Limits | None = None) -> Dataset:
    """The same table, spec and seed give the same arrays.

    Raises:
        DataError: "data.<code>" naming the column and what to do.
    """
    limits = limits or current_limits()
    tasks = [data.for_target(target) for target in data.targets]
    columns = [find_target(table, task) for task in tasks]
    settings = settings_of(find_inputs(table, data), data)
    encoded = [encode_target(table, *pair, limits) for pair in zip(columns, tasks, strict=True)]
    division = divide(table, data, settings, encoded, seed)
    if data.task == "sequence_labels":
        features, x = signal_of(table, data, settings, division)
    else:
        features, x = _features(table, data, settings, division, limits)
    notes = notes_of(table, data, division, settings, features)
    if data.windows is not None and data.windows.clock:
        features, x = with_clock(table, data, division, features, x)
    groups = _groups(data, features)
    samples = _samples(_shaped(x, data, groups), data, encoded, division, limits)
    shared: dict[str, Any] = {
        "feature_names": tuple(name for prepared in features for name in prepared.features),
        "columns": tuple(features),
        "dropped_rows": table.rows - len(division.kept),
        "content_hash": content_hash(table, data, seed),
        "groups": groups,
        "image_shapes": {group.name: group.image_shape for group in data.input_groups if group.image_shape},
    }
    datasets = []
    for task, column, target in zip(tasks, columns, encoded, strict=True):
        about = _about_target(table, task, column, target, division, samples)
        absent = absent_classes(task, target.codes[division.kept], samples.answers.train, target.classes)
        datasets.append(Dataset(**shared, **about, notes=(*notes, *absent)))
    return replace(datasets[0], others=tuple(datasets[1:]))


def visible_rows(table: Table, data: DataSpec, seed: int) -> Rows:
    """Rows of the table that previews and findings may look at: all but those of the sealed test part, ascending.

    Rows that are not used at all are among them. While the rows cannot be divided there is no test part, so that all
    rows may be seen. Remembered, as a page asks at every rerun.
    """
    return _visible.get(table, data, seed)


def _visible_rows(table: Table, data: DataSpec, seed: int) -> Rows:
    try:
        tasks = [data.for_target(target) for target in data.targets]
        encoded = [encode_target(table, find_target(table, task), task, current_limits()) for task in tasks]
        division = divide(table, data, settings_of(find_inputs(table, data), data), encoded, seed)
    except LabError:  # said by `prepare`, which is asked for the same
        return np.arange(table.rows)
    seen = np.ones(table.rows, bool)
    seen[division.kept[division.split.test]] = False
    return np.flatnonzero(seen)


# --- inputs


def _features(
    table: Table, data: DataSpec, settings: list[Settings], division: Division, limits: Limits
) -> tuple[list[PreparedColumn], Array]:
    """The recipes, and (n, d) float32: the statistics of the training part applied to all rows. Raises DataError."""
    features: list[PreparedColumn] = []
    blocks: list[Array] = []
    width = 0
    for same in alike(table, settings, division):
        one = same[0]
        if len(same) > 1:
            width += len(same)
            _check_values(width, len(division.kept), limits)
            recipes, block = prepared(table, same, division)
            features += recipes
            blocks.append(block)
            continue
        whole = cells_of(table, one.column)
        for lag in one.lags:
            cells = taken(whole, division.earlier(lag))
            fitted = fit_column(one, lag, cells[division.split.train])
            width += sum(len(recipe.features) for recipe in fitted)
            _check_values(width, len(division.kept), limits)
            features += fitted
            blocks += [_encoded(recipe, cells, data) for recipe in fitted]
    return features, np.concatenate(blocks, axis=1, out=np.empty((len(division.kept), width), np.float32))


def _encoded(recipe: PreparedColumn, cells: Array, data: DataSpec) -> Array:
    """(n, k) float32. A row with a gap that is not filled stands in no window: what is put there is never seen."""
    if data.windows is not None and recipe.fill is None and recipe.kind in ("number", "boolean"):
        cells = np.nan_to_num(cells, nan=0.0)
    return recipe.encode(cells)


def _check_values(features: int, rows: int, limits: Limits) -> None:
    if features * rows > limits.train_values:
        raise DataError("data.too_many_values", features=features, rows=rows, limit=limits.train_values)


def _groups(data: DataSpec, features: list[PreparedColumn]) -> dict[str, Rows]:
    """Which features belong to each group of columns; a column of categories brings several."""
    owners = [prepared for prepared in features for _feature in prepared.features]
    return {group.name: _places(owners, set(group.columns)) for group in data.input_groups}


def _places(owners: list[PreparedColumn], columns: set[str]) -> Rows:
    shared = ("clock", "signal")  # belong to every group
    return np.array([place for place, one in enumerate(owners) if one.kind in shared or one.name in columns], np.int64)


def _shaped(x: Array, data: DataSpec, groups: dict[str, Rows]) -> Array:
    """x with the features of a lone image as (height, width, 1); groups are shaped when they are asked for.

    Raises:
        DataError "data.image_size": the features of a group are not as many as its pixels.
    """
    for group in data.input_groups:
        if group.image_shape is None:
            continue
        height, width = group.image_shape
        if len(groups[group.name]) != height * width:
            raise DataError(
                "data.image_size",
                features=len(groups[group.name]),
                height=height,
                width=width,
                pixels=height * width,
            )
        if len(groups) == 1:
            return x.reshape(len(x), *as_image(group.image_shape))
    return x


# --- samples


class _Samples(NamedTuple):
    """What the parts consist of.

    Args:
        x: of each part.
        answers: the rows with the targets, as positions among the kept rows.
        at: the rows at which the forecasts are made: the same, unless windows look ahead.
    """

    x: dict[str, Array]
    answers: Split
    at: Split


def _samples(x: Array, data: DataSpec, encoded: list[EncodedTarget], division: Division, limits: Limits) -> _Samples:
    """Each row is a sample, or each window of rows. Raises DataError."""
    if data.windows is None:
        return _Samples({name: x[rows] for name, rows in vars(division.split).items()}, division.split, division.split)
    answered = np.logical_and.reduce([target.present for target in encoded])[division.kept]
    features = int(np.prod(x.shape[1:]))
    cut = windows_of(data.windows, data, division, answered, lambda rows: _check_values(features, rows, limits))
    return _Samples({name: x[windows.rows] for name, windows in cut.items()}, ahead(cut), now(cut))


def _about_target(
    table: Table, data: DataSpec, column: Column, target: EncodedTarget, division: Division, samples: _Samples
) -> dict[str, Any]:
    """The fields of a Dataset that depend on its target; the arrays of inputs are shared by all targets."""
    codes, answers = target.codes[division.kept], samples.answers
    mean, scale = target_statistics(codes[answers.train], data)
    name, said = persistence_of(table, data, column, target, division)
    parts = {part: Part(samples.x[part], codes[rows], division.kept[rows]) for part, rows in vars(answers).items()}
    return {
        **parts,
        "task": data.task,
        "classes": target.classes,
        "target_name": data.target,
        "target_unit": column.unit,
        "target_mean": mean,
        "target_scale": scale,
        "persistence": None if said is None else {part: said[vars(samples.at)[part]] for part in PART_NAMES},
        "persistence_column": name,
    }


# --- remembered


def _bytes(dataset: Dataset) -> int:
    return sum(dataset.part(name).x.nbytes for name in PART_NAMES)


_datasets = Cache(prepare, _bytes)
_visible = Cache(_visible_rows, lambda rows: rows.nbytes, entries=64)


def prepare_cached(table: Table, data: DataSpec, seed: int) -> Dataset:
    """`prepare`, remembered: a page calls it at every rerun. Raises DataError."""
    return _datasets.get(table, data, seed)
