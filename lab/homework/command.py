"""What the command line does with homework: `python -m lab homework check TASK HANDIN…`."""

from collections.abc import Sequence
from pathlib import Path

from lab.data.given import given_table
from lab.data.read import read_table
from lab.data.table import Table
from lab.homework.files import read
from lab.homework.judging import Judging, as_handed, handed
from lab.homework.refusal import HomeworkError
from lab.homework.schema import Task, TeachersCopy
from lab.homework.table import goal_told, line_of
from lab.lessons.running import HERE
from lab.runs.serve.inline import InlineEngine
from lab.spec.limits import ALONE, current_limits
from lab.texts import Language

FINE = ("same", "near")


def check(task_file: Path, files: Sequence[Path], table_file: Path | None, language: Language) -> int:
    """Make all runs again and print a line for each hand-in; status 1 if one of them does not come out again.

    Raises:
        HomeworkError: the first file is no task, or its table is not here; whatever else is wrong with it.
    """
    copy = _copy(task_file)
    judging = Judging(copy, current_limits(), _table(copy.task, table_file))
    judging.take([handed(file.name, _bytes(file)) for file in files])
    engine = InlineEngine()
    while judging.left and not judging.out_of_time:
        judging.begin(engine, HERE)
        engine.advance()
        if judging.going_on:
            judging.seen(engine.study(judging.study_id, HERE))
    print(f"{copy.task.title}: {goal_told(copy.task, language)}")
    rows = judging.rows()
    for row in rows:
        print(" · ".join(str(cell) for cell in line_of(row, copy.task, language).values() if cell not in ("", None)))
    return 0 if all(row.verdict in FINE for row in rows) else 1


def _copy(file: Path) -> TeachersCopy:
    """The task, mostly with the right answers."""
    found = as_handed(file.name, read(_bytes(file)))
    if found.copy is None:
        raise HomeworkError("homework.no_task")
    return found.copy


def _table(task: Task, file: Path | None) -> Table:
    source, reading = task.experiment.data.source, task.experiment.data.reading
    if source.kind != "upload":
        return given_table(source, reading)
    if file is None:
        raise HomeworkError("homework.table_needed", name=source.name)
    table = read_table(_bytes(file, current_limits().upload_bytes), file.name, current_limits(), reading)
    if table.sha256 != source.sha256:
        raise HomeworkError("homework.other_table", name=file.name, wanted=source.name)
    return table


def _bytes(file: Path, most: int = 4 * ALONE.homework_characters) -> bytes:
    """No more of it than it may have, and one: that it is too long is told by who reads it."""
    try:
        with file.open("rb") as content:
            return content.read(most + 1)
    except OSError:
        raise HomeworkError("homework.no_such_file", file=str(file)) from None
