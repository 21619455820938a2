"""A table and a DataSpec become numbers that a network can learn from. Everything is fitted on the training part.

The steps: find the columns, encode the target, drop rows without values, split, take the statistics of the
training rows, encode the inputs of all rows with them.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.sequences import alphabet, encode_labels, within
from lab.data.split import Rows, Split, split_rows
from lab.data.table import Column, Note, Table
from lab.data.windows import Windows, check_windows, clock, cut_windows
from lab.data_spec import DataSpec, Task, WindowSpec
from lab.errors import DataError
from lab.limits import Limits, current_limits

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
PartName = Literal["train", "validation", "test"]
PART_NAMES: tuple[PartName, ...] = ("train", "validation", "test")
UNKNOWN = "?"  # the category of empty cells; no cell says "?", since that is a spelling of "missing"


@dataclass(frozen=True)
class Part:
    """Rows of one part.

    Args:
        x: (n, d) float32, row-major; of windows and signals (n, time steps, d).
        target: (n,) in original coding: float64 in the target's unit, or the index of the class; of sequence labels
            (n, longest), 0 behind the last letter.
        rows: (n,) 0-based rows of the table; of windows those of the targets.
    """

    x: Array
    target: Array
    rows: Rows


@dataclass(frozen=True)
class PreparedColumn:
    """How one input column was turned into features; the numbers are those of the training part.

    Args:
        mean, scale: x becomes (x - mean) / scale; a scale of 0 marks a constant column, which becomes 0.
        categories: one feature each; a value that is not among them becomes zeros only.
        fill: what stands for a missing number; None where rows with missing cells are dropped.
    """

    name: str
    kind: Literal["number", "boolean", "one_hot", "clock", "signal"]
    mean: float = 0.0
    scale: float = 1.0
    categories: tuple[str, ...] = ()
    fill: float | None = None

    @property
    def features(self) -> tuple[str, ...]:
        if self.kind == "clock":
            return (f"{self.name} sin", f"{self.name} cos")
        return tuple(f"{self.name} = {category}" for category in self.categories) or (self.name,)


@dataclass(frozen=True)
class Dataset:
    """What a run learns from and is judged by."""

    train: Part
    validation: Part
    test: Part
    feature_names: tuple[str, ...]
    task: Task
    classes: tuple[str, ...]
    target_name: str
    target_unit: str
    target_mean: float
    target_scale: float
    columns: tuple[PreparedColumn, ...]
    dropped_rows: int
    notes: tuple[Note, ...]
    persistence: dict[PartName, Array] | None = field(repr=False)
    persistence_column: str | None
    content_hash: str
    groups: dict[str, Rows] = field(default_factory=dict)  # input of a functional model -> its places in x
    others: tuple["Dataset", ...] = field(default=(), repr=False)  # the same rows with a further target each

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one sample, without the batch axis."""
        return tuple(int(size) for size in self.train.x.shape[1:])

    @property
    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """Of one sample, for each input of a functional model."""
        return {name: (*self.input_shape[:-1], len(places)) for name, places in self.groups.items()}

    def x_of(self, part_name: PartName, group: str) -> Array:
        """(n, d) or (n, time steps, d) float32: what one input of a functional model gets."""
        return np.ascontiguousarray(self.part(part_name).x[..., self.groups[group]])

    def of_target(self, column: str) -> "Dataset":
        """The same rows and inputs with that target: several targets are looked at one at a time.

        Raises:
            DataError "data.target_missing": it is not among the targets.
        """
        for dataset in (self, *self.others):
            if dataset.target_name == column:
                return dataset
        raise DataError("data.target_missing", column=column)

    def part(self, name: PartName) -> Part:
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]

    def targets_for(self, part_name: PartName, loss_type: str, output_units: int) -> Array:
        """y as the loss wants it, (n, 1), (n, k) or (n,).

        Regression gives scaled float32; SparseCategoricalCrossentropy class indices; two classes with one output
        0 and 1; classes with several outputs one-hot rows; sequence labels (n, longest) class indices padded with 0.

        Raises:
            DataError "data.outputs_do_not_fit": the number of outputs fits neither the classes nor the target.
        """
        target = self.part(part_name).target
        if self.task == "regression":
            if output_units != 1:
                raise DataError("data.outputs_do_not_fit", outputs=output_units, expected="1")
            return ((target - self.target_mean) / self.target_scale).astype(np.float32)[:, None]
        classes = len(self.classes)
        if self.task == "sequence_labels":
            if output_units < classes:
                raise DataError("data.outputs_do_not_fit", outputs=output_units, expected=str(classes))
            return target
        if loss_type == "SparseCategoricalCrossentropy" and output_units >= classes:
            return target.astype(np.int64)
        if classes == 2 and output_units == 1:
            return target.astype(np.float32)[:, None]
        if output_units != classes:
            expected = "1, 2" if classes == 2 else str(classes)
            raise DataError("data.outputs_do_not_fit", outputs=output_units, expected=expected)
        return np.eye(classes, dtype=np.float32)[target]

    def inverse_target(self, y: Array) -> Array:
        """Network outputs of a regression back in the target's unit, float64, (n,) or (n, 1) as given."""
        return np.asarray(y, np.float64) * self.target_scale + self.target_mean


def prepare(table: Table, data: DataSpec, seed: int, limits: Limits | None = None) -> Dataset:
    """The same table, spec and seed give the same arrays.

    Raises:
        DataError: "data.<code>" naming the column and what to do.
    """
    limits = limits or current_limits()
    tasks = [data.for_target(target) for target in data.targets]
    columns = [_find_target(table, task) for task in tasks]
    inputs = _find_inputs(table, data)
    encoded = [_encode_target(table, *pair, limits) for pair in zip(columns, tasks, strict=True)]
    present = np.logical_and.reduce([target.present for target in encoded])
    kept = _kept_rows(table, data, inputs, present)
    if not len(kept):
        raise DataError("data.all_rows_dropped", rows=table.rows)
    split = split_rows(len(kept), data.split, seed, _time_order(table, data, kept))
    cells = {column.name: _cells(table, column)[kept] for column in inputs}
    if data.task == "sequence_labels":
        features, x = _signal(table, data, cells, kept, split)
    else:
        features = [_fit_column(cells[column.name][split.train], column, data) for column in inputs]
        _check_size(features, len(kept), limits)
        x = _encode(_with_gaps_closed(cells) if data.windows else cells, features, len(kept))
    if data.windows is None:
        now, of_part = split, {name: x[rows] for name, rows in vars(split).items()}  # the targets share these arrays
    else:
        if data.windows.clock:
            features, x = _with_clock(table, data, kept, features, x)
        cut = _windows(table, data, data.windows, cells, present[kept], kept, split)
        _check_size(features, sum(windows.rows.size for windows in cut.values()), limits)
        of_part = {name: x[windows.rows] for name, windows in cut.items()}
        now = Split(**{name: windows.now for name, windows in cut.items()})
        split = Split(**{name: windows.ahead for name, windows in cut.items()})
    shared: dict[str, Any] = {
        "feature_names": tuple(name for prepared in features for name in prepared.features),
        "columns": tuple(features),
        "dropped_rows": table.rows - len(kept),
        "content_hash": content_hash(table, data, seed),
        "groups": _groups(data, features),
    }
    datasets = []
    for task, column, target in zip(tasks, columns, encoded, strict=True):
        codes = target.codes[kept]
        fields = shared | _about_target(table, task, column, target, kept, split, now)
        fields |= {name: Part(of_part[name], codes[rows], kept[rows]) for name, rows in vars(split).items()}
        notes = _notes(table, task, codes, split.train, target.classes, features, len(kept))
        datasets.append(Dataset(**fields, notes=notes))
    return replace(datasets[0], others=tuple(datasets[1:]))


def _about_target(
    table: Table, data: DataSpec, column: Column, target: "EncodedTarget", kept: Rows, split: Split, now: Split
) -> dict[str, Any]:
    """The fields of a Dataset that depend on its target.

    Args:
        split: the rows with the targets.
        now: the rows at which the forecasts are made: the same, unless windows look ahead.
    """
    mean, scale = _target_statistics(target.codes[kept][split.train], data)
    if data.windows is None:
        name, persistence = _persistence(table, data, column, target.classes)
    else:
        name, persistence = column.name, np.where(target.present, target.codes, np.nan)
    return {
        "task": data.task,
        "classes": target.classes,
        "target_name": data.target,
        "target_unit": column.unit,
        "target_mean": mean,
        "target_scale": scale,
        "persistence": None
        if persistence is None
        else {part: persistence[kept[vars(now)[part]]] for part in PART_NAMES},
        "persistence_column": name,
    }


def _groups(data: DataSpec, features: list[PreparedColumn]) -> dict[str, Rows]:
    """Which features belong to each group of columns; a column of categories brings several."""
    owners = [prepared for prepared in features for _feature in prepared.features]
    return {
        group.name: np.array(
            [
                place
                for place, owner in enumerate(owners)
                if owner.kind in ("clock", "signal") or owner.name in set(group.columns)
            ],
            np.int64,
        )
        for group in data.input_groups
    }


def content_hash(table: Table, data: DataSpec, seed: int) -> str:
    """SHA-256 over everything that the arrays depend on."""
    # without groups and further targets the hash is that of a program which knows neither
    unused = {name for name in ("groups", "more_targets", "windows", "length_column") if not getattr(data, name)}
    text = f"{table.sha256} {data.model_dump_json(exclude=unused)} {seed}"
    return hashlib.sha256(text.encode()).hexdigest()


# --- columns


def _find_target(table: Table, data: DataSpec) -> Column:
    if data.target not in table.column_names:
        raise DataError("data.target_missing", column=data.target)
    column = table.column(data.target)
    if column.kind == "empty":
        raise DataError("data.target_empty", column=data.target)
    return column


def _find_inputs(table: Table, data: DataSpec) -> list[Column]:
    if not data.inputs:
        raise DataError("data.no_inputs")
    empty = next((group.name for group in data.groups if not group.columns), None)
    if empty is not None:
        raise DataError("data.group_empty", group=empty)
    names = list(dict.fromkeys(data.inputs))
    for name in names:
        if name not in table.column_names:
            raise DataError("data.input_missing", column=name)
        if data.windows is None and any(name == target.column for target in data.targets):
            raise DataError("data.target_is_input", column=name)
        column = table.column(name)
        if column.kind in ("text", "datetime", "empty") or (column.kind == "id" and column.minimum is None):
            raise DataError(f"data.input_{column.kind}", column=name)
        if data.task == "sequence_labels" and not _holds_numbers(column):
            raise DataError("data.sequence_not_numeric", column=name)
    return [table.column(name) for name in names]


def _kept_rows(table: Table, data: DataSpec, inputs: list[Column], present: Mask) -> Rows:
    """Rows with a target, a time if the split needs one, and (with "drop") a value in every input.

    For windows a row without a value stays, so that rows behind one another remain so; no window will hold it.
    """
    keep = present.copy() if data.windows is None else np.ones(table.rows, bool)
    gapless = data.missing == "drop" and data.windows is None
    needed = [column.name for column in inputs if column.missing] if gapless else []
    if data.task == "sequence_labels" and data.length_column is not None:
        needed.append(_length_column(table, data.length_column).name)
    if data.split.order == "time" and data.split.time_column:
        if data.split.time_column not in table.column_names:
            raise DataError("data.time_column_missing", column=data.split.time_column)
        needed.append(data.split.time_column)
    for name in needed:
        keep &= table.frame[name].notna().to_numpy()
    return np.flatnonzero(keep)


def _time_order(table: Table, data: DataSpec, kept: Rows) -> Rows | None:
    """Positions among the kept rows by time; rows of the same time stay in their order."""
    times = _times(table, data, kept)
    return None if times is None else np.argsort(times, kind="stable")


def _times(table: Table, data: DataSpec, kept: Rows) -> Array | None:
    """The time of each kept row, as it stands in the time column; None where the order of the rows is that of time."""
    if data.split.order != "time" or not data.split.time_column:
        return None
    times = table.frame[data.split.time_column]
    if not (pd.api.types.is_datetime64_any_dtype(times) or pd.api.types.is_numeric_dtype(times)):
        raise DataError("data.time_column_kind", column=data.split.time_column)
    stamps: Array = times.to_numpy()[kept]
    return stamps


# --- target


class EncodedTarget(NamedTuple):
    """A target of every row of the table: in original coding, with the class names, and which rows have one."""

    codes: Array
    classes: tuple[str, ...]
    present: Mask


def _encode_target(table: Table, column: Column, data: DataSpec, limits: Limits) -> EncodedTarget:
    task = data.task
    cells = table.frame[column.name]
    present = cells.notna().to_numpy()
    if column.distinct < 2:
        raise DataError("data.target_one_value", column=column.name)
    if task == "regression":
        if not _holds_numbers(column):
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
    return EncodedTarget(np.where(present, codes, 0).astype(np.int64), _class_names(values, column), present)


def _encode_texts(cells: "pd.Series[Any]", column: Column, present: Mask, limits: Limits) -> EncodedTarget:
    """Each letter of a text is a class of its own; codes are (rows, longest)."""
    if _holds_numbers(column):
        raise DataError("data.sequence_target_numbers", column=column.name)
    texts = [str(cell) if there else "" for cell, there in zip(cells, present, strict=True)]
    classes = alphabet(texts)
    if len(classes) > limits.classes:
        raise DataError("data.too_many_classes", column=column.name, values=len(classes), limit=limits.classes)
    return EncodedTarget(encode_labels(texts, classes), classes, present)


def _class_names(values: Array, column: Column) -> tuple[str, ...]:
    if column.labels is not None:
        return column.labels
    if values.dtype.kind == "f" and bool((values == np.floor(values)).all()):
        return tuple(f"{value:.0f}" for value in values)
    return tuple(str(value) for value in values)


def _holds_numbers(column: Column) -> bool:
    return column.minimum is not None


def _target_statistics(training: Array, data: DataSpec) -> tuple[float, float]:
    if data.task != "regression" or data.target_scaling == "none":
        return 0.0, 1.0
    mean, scale = mean_and_deviation(training)
    return mean, scale or 1.0


# --- inputs


def mean_and_deviation(values: Array) -> tuple[float, float]:
    """Mean and standard deviation (of the values themselves, ddof 0); 0 deviation for a constant.

    The largest value is divided out first, so that numbers near the largest float don't overflow, and a deviation
    that is only rounding counts as none.
    """
    peak = float(np.abs(values).max(initial=0.0)) or 1.0
    scaled = values / peak
    deviation = float(scaled.std())
    return float(scaled.mean()) * peak, deviation * peak if deviation > 1e-12 else 0.0


def _cells(table: Table, column: Column) -> Array:
    """(rows,) float64 with NaN for gaps, or texts with None for gaps."""
    cells = table.frame[column.name]
    if column.kind == "category":
        texts: Array = cells.astype(object).to_numpy(copy=True)
        texts[cells.isna().to_numpy()] = None
        return texts
    numbers: Array = cells.to_numpy(np.float64, na_value=np.nan)
    return numbers


def _fit_column(training: Array, column: Column, data: DataSpec) -> PreparedColumn:
    """What the training rows say about a column."""
    if column.kind == "category":
        categories = sorted({cell for cell in training if cell is not None})
        if data.missing == "fill" and any(cell is None for cell in training):
            categories.append(UNKNOWN)
        return PreparedColumn(column.name, "one_hot", categories=tuple(categories))
    values = training[~np.isnan(training)]
    mean, deviation = mean_and_deviation(values) if len(values) else (0.0, 0.0)
    fill = mean if data.missing == "fill" else None
    if column.kind == "boolean":
        return PreparedColumn(column.name, "boolean", fill=fill)
    if data.scaling == "standard":
        return PreparedColumn(column.name, "number", mean, deviation, fill=fill)
    scale = data.scale_constant if data.scaling == "constant" else 1.0
    return PreparedColumn(column.name, "number", 0.0, scale, fill=fill)


def _encode(cells: dict[str, Array], features: list[PreparedColumn], rows: int) -> Array:
    """(n, d) float32: the statistics of the training part applied to all rows. Raises DataError."""
    x = np.zeros((rows, sum(len(prepared.features) for prepared in features)), np.float32)
    position = 0
    for prepared in features:
        width = len(prepared.features)
        x[:, position : position + width] = (
            _one_hot(cells[prepared.name], prepared.categories)
            if prepared.kind == "one_hot"
            else _scaled(cells[prepared.name], prepared)[:, None]
        )
        position += width
    return x


def _one_hot(cells: Array, categories: tuple[str, ...]) -> Array:
    """(n, k) float32; a value that is not among the categories is a row of zeros."""
    codes = {category: code for code, category in enumerate(categories)}
    gap = codes.get(UNKNOWN, len(categories))
    positions = [gap if cell is None else codes.get(cell, len(categories)) for cell in cells]
    return np.eye(len(categories) + 1, len(categories), dtype=np.float32)[positions]


def _scaled(values: Array, prepared: PreparedColumn) -> Array:
    """(n,) float32."""
    if prepared.scale == 0.0:
        return np.zeros(len(values), np.float32)
    if prepared.fill is not None:
        values = np.where(np.isnan(values), prepared.fill, values)
    with np.errstate(over="ignore"):  # what 32-bit floats cannot hold is refused below
        scaled = ((values - prepared.mean) / prepared.scale).astype(np.float32)
    if not np.isfinite(scaled).all():
        raise DataError("data.number_too_large", column=prepared.name)
    return scaled


# --- windows and signals


def _check_size(features: list[PreparedColumn], rows: int, limits: Limits) -> None:
    width = sum(len(prepared.features) for prepared in features)
    if width * rows > limits.train_values:
        raise DataError("data.too_many_values", features=width, rows=rows, limit=limits.train_values)


def _with_gaps_closed(cells: dict[str, Array]) -> dict[str, Array]:
    """Numbers without NaN: a row with a gap stands in no window, so what is put there is never seen."""
    return {
        name: np.nan_to_num(values, nan=0.0) if values.dtype.kind == "f" else values for name, values in cells.items()
    }


def _with_clock(
    table: Table, data: DataSpec, kept: Rows, features: list[PreparedColumn], x: Array
) -> tuple[list[PreparedColumn], Array]:
    """Two more features, the time of day."""
    stamps = _times(table, data, kept)
    if stamps is None or stamps.dtype.kind != "M":
        raise DataError("data.clock_without_times")
    name = str(data.split.time_column)
    seconds = stamps.astype("datetime64[s]").astype(np.int64)
    return [*features, PreparedColumn(name, "clock")], np.hstack([x, clock(seconds).astype(np.float32)])


def _windows(
    table: Table,
    data: DataSpec,
    spec: WindowSpec,
    cells: dict[str, Array],
    answered: Mask,
    kept: Rows,
    split: Split,
) -> dict[str, Windows]:
    """The windows of each part, by positions among the kept rows. Raises DataError "data.too_few_windows"."""
    usable = np.ones(len(kept), bool)
    if data.missing == "drop":
        for values in cells.values():
            usable &= ~pd.isna(values)
    stamps = _times(table, data, kept)
    times = None if stamps is None else stamps.astype(np.float64)
    cut = {name: cut_windows(rows, spec, usable, answered, times) for name, rows in vars(split).items()}
    asked = {"train": True, "validation": data.split.validation > 0, "test": data.split.test > 0}
    check_windows({name: len(windows.now) for name, windows in cut.items()}, asked, spec)
    return cut


def _length_column(table: Table, name: str) -> Column:
    if name not in table.column_names:
        raise DataError("data.length_missing", column=name)
    if not _holds_numbers(table.column(name)):
        raise DataError("data.length_not_numeric", column=name)
    return table.column(name)


def _signal(
    table: Table, data: DataSpec, cells: dict[str, Array], kept: Rows, split: Split
) -> tuple[list[PreparedColumn], Array]:
    """(n, time steps, 1) float32: all inputs as one signal, scaled as a whole; what lies behind its end is 0."""
    values = np.stack(list(cells.values()), axis=1)
    lengths = None
    if data.length_column is not None:
        lengths = table.frame[data.length_column].to_numpy(np.float64, na_value=np.nan)[kept]
    inside = within(values, lengths)
    mean, scale = 0.0, data.scale_constant if data.scaling == "constant" else 1.0
    if data.scaling == "standard":
        training = values[split.train][inside[split.train]]
        mean, scale = mean_and_deviation(training) if len(training) else (0.0, 0.0)
    names = list(cells)
    prepared = PreparedColumn(f"{names[0]} … {names[-1]}", "signal", mean, scale, fill=0.0)
    x = _scaled(np.where(inside, values, mean), prepared)
    return [prepared], np.where(inside, x, np.float32(0))[:, :, None]


# --- what a forecast has to beat


def _persistence(
    table: Table, data: DataSpec, target: Column, classes: tuple[str, ...]
) -> tuple[str | None, Array | None]:
    """The column that says "tomorrow as today", in the target's coding for every row of the table (NaN: unknown)."""
    if data.task == "sequence_labels":
        return None, None
    name = data.persistence_column or find_persistence(table, data.target)
    if name is None:
        return None, None
    if name not in table.column_names:
        raise DataError("data.persistence_missing", column=name)
    if name == data.target:
        raise DataError("data.persistence_is_target", column=name)
    cells = table.frame[name]
    if data.task == "regression":
        if not _holds_numbers(table.column(name)):
            raise DataError("data.persistence_not_numeric", column=name)
        return name, cells.to_numpy(np.float64, na_value=np.nan)
    labels = _class_names_of_cells(cells, table.column(name))
    codes = pd.Index(classes).get_indexer(pd.Index(labels))
    return name, np.where(codes >= 0, codes, np.nan).astype(np.float64)


def _class_names_of_cells(cells: "pd.Series[Any]", column: Column) -> list[str]:
    values = list(cells.dropna().unique())
    names = dict(zip(values, _class_names(np.array(values), replace(column, labels=None)), strict=True))
    return [names.get(cell, "") if not pd.isna(cell) else "" for cell in cells]


def find_persistence(table: Table, target: str) -> str | None:
    """A column that, one row later, holds what the target said: today's value where tomorrow's is to be forecast."""
    said = table.frame[target]
    column = table.column(target)
    if len(said) < 10 or column.distinct < 2 or column.kind in ("text", "datetime", "id"):
        return None
    earlier = said.to_numpy()[:-1]
    for other in table.columns:
        alike = other.kind == column.kind and abs(other.distinct - column.distinct) <= 2 + 0.05 * column.distinct
        if other.name == target or other.distinct < 2 or not alike:
            continue
        later = table.frame[other.name].to_numpy()[1:]
        if later.dtype.kind != earlier.dtype.kind and not {later.dtype.kind, earlier.dtype.kind} <= set("iuf"):
            continue
        both = ~(pd.isna(earlier) | pd.isna(later))
        if both.sum() >= 9 and np.mean(earlier[both] == later[both]) >= 0.95:
            return other.name
    return None


# --- notes


def _notes(
    table: Table,
    data: DataSpec,
    target: Array,
    train: Rows,
    classes: tuple[str, ...],
    features: list[PreparedColumn],
    kept: int,
) -> tuple[Note, ...]:
    """What a person should know about the preparation."""
    notes = []
    if kept < table.rows:
        notes.append(Note("rows_dropped", table.rows - kept))
    constant = [prepared.name for prepared in features if prepared.scale == 0.0]
    if constant:
        notes.append(Note("constant_inputs", len(constant), None, constant[0], ", ".join(constant[:3])))
    if data.windows is not None:
        notes.append(Note("windows", data.windows.steps, None, data.target, str(data.windows.horizon)))
    if classes:
        blank = ("",) if data.task != "sequence_labels" else classes[:1]  # the blank is never part of a label
        absent = [name for code, name in enumerate(classes) if name not in blank and not (target[train] == code).any()]
        if absent:
            notes.append(Note("class_not_in_training", len(absent), None, data.target, ", ".join(absent[:5])))
    return tuple(notes)


# --- cache


class PreparedCache:
    """The last few datasets, least recently used out first, bounded by number and by bytes."""

    def __init__(self, entries: int = 16, max_bytes: int = 256_000_000) -> None:
        self._entries, self._max_bytes = entries, max_bytes
        self._kept: OrderedDict[str, Dataset] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, table: Table, data: DataSpec, seed: int) -> Dataset:
        """The dataset from the cache, or prepared now. Raises DataError."""
        key = content_hash(table, data, seed)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        dataset = prepare(table, data, seed)
        with self._lock:
            self._kept[key] = dataset
            while len(self._kept) > self._entries or (len(self._kept) > 1 and self._bytes() > self._max_bytes):
                self._kept.popitem(last=False)
        return dataset

    def _bytes(self) -> int:
        return sum(dataset.part(name).x.nbytes for dataset in self._kept.values() for name in PART_NAMES)


_cache = PreparedCache()


def prepare_cached(table: Table, data: DataSpec, seed: int) -> Dataset:
    """`prepare`, remembered: a page calls it at every rerun. Raises DataError."""
    return _cache.get(table, data, seed)
