"""A first DataSpec for a table: what to predict, from what, as which task, split how. All of it may be changed."""

import re
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.samples import card
from lab.data.sequences import alphabet
from lab.data.table import Column, Table
from lab.errors import DataError, TableError
from lab.spec.data import DataSpec, SampleSource, SplitSpec, Task, UploadSource
from lab.spec.limits import current_limits

Array = npt.NDArray[Any]

FEW_CLASSES = 20
LENGTH_NAME = re.compile(r"length|len|길이", re.IGNORECASE)
MOST_ONE_HOT = 50  # categories of an input; more make the network wide and learn little each
CLASS_NAME = re.compile(
    r"class|label|type|species|categor|digit|grade|level|quality|cluster|group|target|kind|rating|"
    r"종류|분류|등급|품종|유형|계급|라벨|범주|단계|날씨|숫자|구분",
    re.IGNORECASE,
)


def propose_data(
    table: Table, target: str | None = None, source: SampleSource | UploadSource | None = None
) -> DataSpec:
    """A sensible spec.

    Args:
        target: None for the card's, or the last column that can be predicted.
        source: None for an upload of this table.

    Raises:
        DataError "data.no_target": no column can be predicted; "data.no_such_column".
        TableError "table.one_column", "table.only_text": there is nothing to learn from.
    """
    _check_can_teach(table)
    if source is None:
        source = UploadSource(name=table.name[:255], sha256=table.sha256, columns=table.column_names)
    if source.kind == "sample" and target in (None, card(source.name).target):
        return _of_card(source)
    if target is not None and task_choices(table.column(target))[:1] == ("sequence_labels",):
        return _of_label(table, table.column(target), source)
    column = table.column(target) if target else default_target(table)
    left_out = _left_out(source, column.name)
    inputs = tuple(name for name in usable_inputs(table, column.name) if name not in left_out)
    task = guess_task(column)
    return DataSpec(
        source=source,
        inputs=inputs,
        target=column.name,
        task=task,
        target_scaling="standard" if task == "regression" else "none",
        missing=_missing(table, inputs),
        split=propose_split(table),
    )


def _check_can_teach(table: Table) -> None:
    """A network needs an input and a target, and something to count with. Raises TableError."""
    useful = [column for column in table.columns if column.kind != "empty"]
    if len(useful) < 2:
        raise TableError("table.one_column")
    if not any(column.kind in ("numeric", "category", "boolean") for column in useful):
        raise TableError("table.only_text")


def _left_out(source: SampleSource | UploadSource, target: str) -> tuple[str, ...]:
    """Columns that the sample's card knows to be no inputs for this target."""
    if source.kind != "sample":
        return ()
    about = card(source.name)
    return (*about.leave_out, about.target) if target in about.other_targets else about.leave_out


def _of_card(source: SampleSource) -> DataSpec:
    about = card(source.name)
    return DataSpec(
        source=source,
        inputs=about.inputs,
        target=about.target,
        task=about.task,
        scaling=about.scaling,
        scale_constant=about.scale_constant,
        target_scaling=about.target_scaling,
        missing=about.missing,
        persistence_column=about.persistence_column,
        split=SplitSpec(order="time" if about.time_column else "shuffled", time_column=about.time_column),
        windows=about.windows,
        length_column=about.length_column,
    )


def _of_label(table: Table, column: Column, source: SampleSource | UploadSource) -> DataSpec:
    """Texts to be read from a row of numbers. Cells left empty at its end are no gaps: there the signal is over."""
    length = next((name for name in table.column_names if LENGTH_NAME.fullmatch(name)), None)
    inputs = tuple(
        other.name
        for other in table.columns
        if other.kind in ("numeric", "boolean") and other.minimum is not None and other.name != length
    )
    return DataSpec(
        source=source,
        inputs=inputs,
        target=column.name,
        task="sequence_labels",
        missing="fill",
        length_column=length,
        split=propose_split(table),
    )


# --- target and task


def default_target(table: Table) -> Column:
    """The last column that can be predicted. Raises DataError "data.no_target"."""
    for column in reversed(table.columns):
        if column.kind in ("numeric", "category", "boolean") and column.distinct > 1:
            return column
    raise DataError("data.no_target")


def task_choices(column: Column) -> tuple[Task, ...]:
    """The tasks that this column can be the target of; the likeliest first, none if it can't be one."""
    if column.kind in ("datetime", "empty") or column.distinct < 2:
        return ()
    tasks: list[Task] = []
    if column.minimum is not None:
        tasks.append("regression")
    countable = column.whole or column.minimum is None or column.distinct == 2
    if countable and column.distinct <= current_limits().classes:
        tasks.append("multiclass")
        if column.distinct == 2:
            tasks.append("binary")
    if is_label(column):
        tasks.append("sequence_labels")
    likeliest = guess_task(column)
    return tuple(sorted(tasks, key=lambda task: task != likeliest))


def is_label(column: Column) -> bool:
    """Texts that differ from row to row are no classes, but they can be spelled letter by letter."""
    return column.kind == "text" or (column.kind == "id" and column.minimum is None)


def class_count(table: Table, data: DataSpec) -> int:
    """How many classes the target has: its different values, or for sequence labels the letters and the blank."""
    column = table.column(data.target)
    if data.task != "sequence_labels":
        return column.distinct
    return len(alphabet([str(cell) for cell in table.frame[column.name].dropna()]))


def guess_task(column: Column) -> Task:
    """Two values: binary. Texts, or few whole numbers under a name for classes: multiclass. Else regression."""
    if column.distinct == 2 or column.kind == "boolean":
        return "binary"
    if column.minimum is None or column.maximum is None:
        return "multiclass"
    few = column.whole and column.distinct <= FEW_CLASSES
    return "multiclass" if few and CLASS_NAME.search(column.name) else "regression"


# --- inputs


def usable_inputs(table: Table, target: str) -> tuple[str, ...]:
    """Columns to learn from: no row numbers, times, long texts or constants, and no copy of the target."""
    return tuple(
        column.name
        for column in table.columns
        if column.name != target
        and column.kind in ("numeric", "category", "boolean")
        and column.distinct > 1
        and (column.kind != "category" or column.distinct <= MOST_ONE_HOT)
        and not is_twin(table, column.name, target)
    )


def is_twin(table: Table, name: str, target: str) -> bool:
    """Whether a column says the same as the target, in the same or in other words: class names, units, sign."""
    a, b = table.frame[name], table.frame[target]
    both = (a.notna() & b.notna()).to_numpy()
    if both.sum() < 3:
        return False
    a, b = a[both], b[both]
    if pd.api.types.is_float_dtype(a) and pd.api.types.is_float_dtype(b):
        return _is_linear(a.to_numpy(np.float64), b.to_numpy(np.float64))
    codes, kinds = pd.factorize(a)
    target_codes, target_kinds = pd.factorize(b)
    return len(kinds) == len(target_kinds) > 1 and bool((codes == target_codes).all())


def _is_linear(a: Array, b: Array) -> bool:
    """°C and °F, m and cm: one is a straight line of the other."""
    peak_a, peak_b = np.abs(a).max(), np.abs(b).max()
    a, b = a / (peak_a or 1.0), b / (peak_b or 1.0)
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return size > 0 and abs(float(a @ b)) / size > 0.999999


def _missing(table: Table, inputs: tuple[str, ...]) -> Literal["drop", "fill"]:
    """Dropping rows is simplest; where it would cost more than a tenth of them, gaps are filled."""
    gaps = np.zeros(table.rows, bool)
    for name in inputs:
        if table.column(name).missing:
            gaps |= table.frame[name].isna().to_numpy()
    return "fill" if gaps.sum() > 0.1 * table.rows else "drop"


# --- split


def propose_split(table: Table) -> SplitSpec:
    """By time where a time column rises from row to row, else shuffled."""
    for column in table.columns:
        times = table.frame[column.name]
        if column.kind == "datetime" and column.distinct > 2 and times.dropna().is_monotonic_increasing:
            return SplitSpec(order="time", time_column=column.name)
    return SplitSpec()
