"""As what a column can be predicted: classes, a number, or a text letter by letter."""

import re
from typing import Literal

from lab.data.propose.names import ANSWER, COUNT, words_of
from lab.data.sequences import alphabet
from lab.data.table import Column, Table
from lab.spec.data import DataSpec, Task
from lab.spec.limits import current_limits

FEW_CLASSES = 20
FEW_CODES = 3
CLASS_NAME = re.compile(
    r"class|label|type|species|categor|digit|grade|level|quality|cluster|group|target|kind|rating|origin|status|event|"
    r"종류|분류|등급|품종|유형|계급|라벨|범주|단계|날씨|숫자|구분|코드",
    re.IGNORECASE,
)


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


def guess_task(column: Column) -> Task:
    """Two values: binary. Texts, or whole numbers that are codes of classes: multiclass. Else regression."""
    if column.distinct == 2 or column.kind == "boolean":
        return "binary"
    if column.minimum is None or column.maximum is None:
        return "multiclass"
    return "multiclass" if _are_codes(column, column.maximum - column.minimum + 1) else "regression"


def _are_codes(column: Column, spread: float) -> bool:
    """0, 1, 2 under any name that counts nothing; digits and grades under a name for classes or answers."""
    if not column.whole or column.distinct > FEW_CLASSES:
        return False
    if CLASS_NAME.search(column.name) or set(words_of(column.name)) & ANSWER:
        return True
    in_a_row = column.distinct == spread and column.minimum in (-1.0, 0.0, 1.0)
    return in_a_row and column.distinct <= FEW_CODES and not COUNT.search(column.name)


def is_label(column: Column) -> bool:
    """Texts that differ from row to row are no classes, but they can be spelled letter by letter."""
    return column.kind == "text" or (column.kind == "id" and column.minimum is None)


def class_count(table: Table, data: DataSpec) -> int:
    """How many classes the target has: its different values, or for sequence labels the letters and the blank."""
    column = table.column(data.target)
    if data.task != "sequence_labels":
        return column.distinct
    return len(alphabet([str(cell) for cell in table.frame[column.name].dropna()]))


def usual_scaling(task: Task) -> Literal["standard", "none"]:
    """In which unit a target is learned: numbers as their distance from the mean, classes as they are."""
    return "standard" if task == "regression" else "none"
