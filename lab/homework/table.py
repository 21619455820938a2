"""Hand-ins as a table: for the screen, for a spreadsheet, for the command line."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lab.export.curves_csv import neutral
from lab.homework.figures import mean_of, reached, told
from lab.homework.judging import Row, RunCheck
from lab.homework.schema import Question, Reply, Setting, Task
from lab.homework.work import Try
from lab.lessons.refusal import say_refusal
from lab.studies.result import measure_name
from lab.studies.words import number
from lab.studies.words import told as told_words
from lab.texts import Language, has_text, say
from lab.texts.letters import shortened, visible

LONGEST: Final = 60  # letters of a name in a sentence


def line_of(row: Row, task: Task, language: Language) -> dict[str, str | float | None]:
    """One line: column -> what stands there. All words of a student are letters on one line.

    Where a task takes one run, its figures are numbers, by which the table can be sorted.
    """
    claimed = [run.claim.figures for run in row.runs]
    found = [run.result.figures if run.result else (None,) for run in row.runs]
    cells: dict[str, str | float | None] = {
        "name": visible(row.name),
        "verdict": say(f"homework.verdict.{row.verdict}", language),
        "goal": "" if row.goal is None else _goal_is(row.goal, language),
        "claimed": _figures(claimed, task),
        "found": _figures(found, task),
        "answers": answers_of(row, language),
        "knobs": " / ".join(values_told(run.claim.values, language) for run in row.runs),
        "remarks": " ".join(remarks_of(row, language)),
        "file": visible(row.handed.source),
    }
    return {say(f"homework.column.{name}", language): text for name, text in cells.items()}


def _figures(runs: Sequence[Sequence[float | None]], task: Task) -> str | float | None:
    """The mean of each run, three digits that count."""
    if task.runs == 1:
        mean = mean_of(runs[0]) if runs else math.nan
        return None if math.isnan(mean) else float(f"{mean:.3g}")
    return " / ".join(number(mean_of(one)) for one in runs)


def answers_of(row: Row, language: Language) -> str:
    """ "2 / 3", and how many are left to be read."""
    judged = sum(worth in ("right", "wrong", "none") for worth in row.worths)
    to_read = row.worths.count("to_read")
    parts = [f"{row.right} / {judged}"] if judged else []
    return ", ".join([*parts, *([say("homework.to_read", language, count=to_read)] if to_read else [])])


def knob_name(name: str, language: Language) -> str:
    """A knob as it is read; one that nobody knows goes by its own letters."""
    key = f"lessons_page.knob.{name}"
    return say(key, language) if has_text(key) else shortened(visible(name), LONGEST)


def values_told(values: Mapping[str, Setting], language: Language) -> str:
    """ "Units 8, Epochs 20": how the knobs stood."""
    return ", ".join(f"{knob_name(name, language)} {setting_told(value)}" for name, value in values.items())


def setting_told(value: Setting) -> str:
    """A value of a knob as it is read."""
    return visible(value) if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:g}"


def remarks_of(row: Row, language: Language) -> list[str]:
    """A sentence for each thing that a teacher should know."""
    if row.handed.refusal is not None:
        return [say_refusal(row.handed.refusal, language)]
    if row.other_task:
        return [say("homework.other_task", language)]
    found = [sentence for run in row.runs for sentence in remarks_of_run(run, language)]
    if row.spare:
        found.append(say("homework.spare_runs", language, count=row.spare))
    if row.twins:
        names = ", ".join(shortened(visible(name), LONGEST) for name in row.twins)
        found.append(say("homework.twins", language, names=names))
    return list(dict.fromkeys(found))


def remarks_of_run(run: RunCheck, language: Language) -> list[str]:
    """What speaks against a run."""
    if run.slips:
        return [
            say(
                f"homework.{kind}",
                language,
                knob=knob_name(name, language),
                value=shortened(setting_told(run.claim.values[name]), LONGEST),
            )
            for name, kind in run.slips
        ]
    if run.refusal is not None:
        return [say_refusal(run.refusal, language)]
    if run.verdict == "differs" and run.result is not None:
        claim, result = run.claim, run.result
        if claim.parameters != result.parameters:
            numbers = {"claimed": f"{claim.parameters:,}", "found": f"{result.parameters:,}"}
            return [say("homework.differs_parameters", language, **numbers)]
        by_goal = claim.figures != result.figures
        pairs = (claim.figures, result.figures) if by_goal else (claim.losses, result.losses)
        key = "homework.differs" if by_goal else "homework.differs_losses"
        return [say(key, language, claimed=told(pairs[0]), found=told(pairs[1]))]
    return []


def goal_told(task: Task, language: Language) -> str:
    """The goal in a sentence."""
    goal = task.goal
    values = {"figure": figure_name(task, language), "number": number(goal.number), "seeds": len(task.seeds)}
    sentence = say(f"homework.goal.{goal.side}", language, **values)
    if goal.parameters is not None:
        sentence += " " + say("homework.goal.parameters", language, parameters=f"{goal.parameters:,}")
    return sentence


def figure_name(task: Task, language: Language) -> str:
    """What the goal speaks of, as it is read."""
    return told_words(measure_name(task.goal.figure.of), language)


def _goal_is(won: bool, language: Language) -> str:
    return say(f"homework.goal_is.{'won' if won else 'lost'}", language)


def try_told(one: Try, task: Task, language: Language) -> str:
    """What came of a try, in a few words."""
    if one.result is None:
        return ""
    goal = _goal_is(reached(task.goal, one.result), language)
    return f"{figure_name(task, language)} {number(one.result.mean)} · {goal}"


def tries_table(tries: Sequence[Try], task: Task, language: Language) -> list[dict[str, Any]]:
    """One line a try, the newest first."""
    rows = []
    for one in reversed(tries):
        if one.result is None:
            continue
        row: dict[str, Any] = {say("homework_page.column.number", language): one.number}
        row |= {knob_name(name, language): setting_told(value) for name, value in one.values.items()}
        row[figure_name(task, language)] = number(one.result.mean)
        row[say("homework_page.column.seeds", language)] = told(one.result.figures)
        row[say("lessons_page.parameters", language)] = f"{one.result.parameters:,}"
        row[say("homework.column.goal", language)] = _goal_is(reached(task.goal, one.result), language)
        rows.append(row)
    return rows


def details(row: Row, task: Task, language: Language) -> list[tuple[str, str, str]]:
    """Each question with its answer and what it is worth: question, answer, worth."""
    return [
        (question.text, reply_told(question, reply), say(f"homework.worth.{worth}", language))
        for question, reply, worth in zip(task.questions, row.replies, row.worths, strict=False)
    ]


def reply_told(question: Question, reply: Reply) -> str:
    """An answer as it is read; "–" where there is none."""
    if reply is None or reply == "":
        return "–"
    if question.kind == "choice" and isinstance(reply, int):
        return question.options[reply] if reply < len(question.options) else "–"
    return visible(reply) if isinstance(reply, str) else f"{reply:g}"


def as_csv(rows: Sequence[Row], task: Task, language: Language) -> bytes:
    """The table for a spreadsheet, one line a hand-in, an answer a column; no cell is a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    questions = [say("homework.column.question", language, number=place + 1) for place in range(len(task.questions))]
    for place, row in enumerate(rows):
        line = line_of(row, task, language)
        if not place:
            writer.writerow([*line, *questions])
        replies = row.replies or (None,) * len(questions)
        told_replies = [reply_told(*pair) for pair in zip(task.questions, replies, strict=True)]
        cells = ("" if value is None else value for value in (*line.values(), *told_replies))
        writer.writerow([neutral(value) if isinstance(value, str) else value for value in cells])
    return target.getvalue().encode("utf-8-sig")
