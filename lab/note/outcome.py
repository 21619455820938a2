"""What came of a snippet in words: sentences that are true of this very run, and a table of what is side by side."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lab.data.prepare import Dataset
from lab.insight.ctc import blank_share, greedy, letter_error
from lab.lessons.pictures import curve_name
from lab.model.quantities import losses
from lab.note.asked import NoteRun
from lab.note.code import MINE
from lab.runs.orders.study import RunOutcome
from lab.spec.experiment import Experiment, GraphSpec
from lab.studies.figures import RunFigures, figures_of
from lab.studies.scores import scores_of
from lab.studies.words import number
from lab.texts import Language, has_text, say
from lab.verdict.judging import context_of
from lab.verdict.words import say_kind, say_title

ACCURACIES = ("accuracy", "acc")
TOTAL = "score_total_ratio"
FEWEST_EPOCHS = 5  # below that curves have no shape, and no verdict is said of them
RISEN = 1.1  # times its lowest value, from which a validation loss that ends so high has turned
ABOUT_THE_TABLE = ("no_signal", "drift")  # verdicts whose word says more of the table than one run can show


def told(run: NoteRun, language: Language) -> list[str]:
    """A few sentences; none while it goes on."""
    mine = run.mine
    if mine is None or run.going_on:
        return []
    experiment, dataset = run.cells[MINE].runs[0]
    sentences = [_losses(run, mine, experiment, language)]
    if mine.diverged:
        return sentences
    sentences += _accuracy(mine, experiment, dataset, language)
    sentences += _letters(mine, dataset, language)
    if len(mine.history["loss"]) >= FEWEST_EPOCHS:
        sentences += _curves(mine, experiment, dataset, language)
    return [*sentences, *_amount(run, language)]


def _curves(mine: RunOutcome, experiment: Experiment, dataset: Dataset, language: Language) -> list[str]:
    """The sentence of the verdict, with its word where it is about the curves and not about the table."""
    verdict = context_of(experiment, dataset).judge(mine.history, "finished", mine.extras)
    sentence = say_kind(verdict, language)
    if verdict.kind in ABOUT_THE_TABLE:
        return [*_turn(mine, language), sentence]
    if verdict.kind == "overfit":
        sentence = " ".join([sentence, *_turn(mine, language)])
    return [say("note.told.verdict", language, word=say_title(verdict, language), sentence=sentence)]


def _turn(mine: RunOutcome, language: Language) -> list[str]:
    """Where the validation loss was lowest, if it has clearly risen since."""
    curve = mine.history.get("val_loss", [])
    if not curve or curve[-1] <= RISEN * min(curve):
        return []
    lowest = min(curve)
    values = {"epoch": f"{curve.index(lowest) + 1:,}", "lowest": number(lowest), "end": number(curve[-1])}
    return [say("note.told.turn", language, **values)]


def _letters(mine: RunOutcome, dataset: Dataset, language: Language) -> list[str]:
    """Of sequences how many time steps are answered with the blank, and how many letters come out wrong."""
    if dataset.task != "sequence_labels" or mine.predictions is None:
        return []
    wrong = letter_error(np.asarray(dataset.validation.target), greedy(mine.predictions))
    values = {"blanks": f"{blank_share(mine.predictions):.0%}", "wrong": f"{wrong:.0%}"}
    return [say("note.told.letters", language, **values)]


def _amount(run: NoteRun, language: Language) -> list[str]:
    """Of amounts what the predictions come to together: a loss may go down well, and they fall short all the same."""
    ratio = _total(run, MINE)
    if ratio is None or not math.isfinite(ratio):
        return []
    return [say("note.told.amount", language, share=f"{ratio:.0%}")]


def _losses(run: NoteRun, mine: RunOutcome, experiment: Experiment, language: Language) -> str:
    epochs = len(mine.history["loss"])
    if mine.diverged:
        return say("note.told.diverged", language, epoch=f"{epochs:,}")
    values = {"epochs": f"{epochs:,}", "loss": number(mine.history["loss"][-1])}
    if run.state == "stopped":
        key = "note.told.halted"
    elif epochs < experiment.fit.epochs:
        key = "note.told.stopped_early"
    else:
        key = "note.told.finished"
    sentence = say(key, language, **values, asked=f"{experiment.fit.epochs:,}", updates=f"{mine.updates:,}")
    if "val_loss" not in mine.history:
        return sentence
    return f"{sentence} {say('note.told.validation', language, loss=number(mine.history['val_loss'][-1]))}"


def _accuracy(mine: RunOutcome, experiment: Experiment, dataset: Dataset, language: Language) -> list[str]:
    """Loss and accuracy are two things: the loss is no share of errors."""
    name = next((name for name in ACCURACIES if f"val_{name}" in mine.history), None)
    if name is None or isinstance(experiment.model, GraphSpec):
        return []
    share = mine.history[f"val_{name}"][-1]
    rows = len(dataset.validation.rows)
    values = {"rows": f"{rows:,}", "right": f"{round(share * rows):,}", "share": f"{share:.0%}"}
    sentences = [say("note.told.accuracy", language, **values)]
    baseline = context_of(experiment, dataset).baseline_metrics.get(name)
    if baseline is not None:
        sentences.append(say("note.told.baseline", language, share=f"{baseline:.0%}"))
    return [" ".join(sentences)]


# --- beside one another


def compared_by(run: NoteRun) -> str:
    """The history key that all settings can be compared by: another loss is another scale, an accuracy is not."""
    if _one_loss(run):
        return "val_loss"
    first, *others = (cell.runs[0][0].compile.metrics for cell in run.cells.values())
    shared = [name for name in first if all(name in metrics for metrics in others)]
    return f"val_{shared[0]}" if shared else ""


def _one_loss(run: NoteRun) -> bool:
    first, *others = (losses(cell.runs[0][0]) for cell in run.cells.values())
    return all(one == first for one in others)


def figures(run: NoteRun) -> dict[str, RunFigures]:
    """The numbers and curves of each setting that has begun."""
    return {
        key: figures_of(run.cells[key].runs[0][0].seed, outcome, run.cells[key].runs[0][0])
        for key, outcome in run.outcomes.items()
    }


def table(run: NoteRun, names: Mapping[str, str], language: Language) -> list[dict[str, Any]]:
    """One setting a row.

    Args:
        names: of the settings, by key.
    """
    found = figures(run)
    measured = [name for name in _measures(run, found) if any(name in one.values for one in found.values())]
    rows = []
    for key, one in found.items():
        row = {say("lessons_page.setting", language): names.get(key, key)}
        row |= {_column(name, language): _shown(one.values.get(name, math.nan)) for name in measured}
        ratio = _total(run, key)
        if ratio is not None:
            row[say("studies.score.total_ratio", language)] = _shown(ratio)
        row[say("note.updates", language)] = f"{one.values['updates']:,.0f}"
        row[say("note.seconds", language)] = f"{one.values['seconds']:.1f}"
        rows.append(row)
    return rows


def _column(name: str, language: Language) -> str:
    """A curve as a column is headed by it."""
    called = curve_name(name, language)
    return say("note.trained_of", language, measure=called) if name.startswith("train_") else called


def _measures(run: NoteRun, found: Mapping[str, RunFigures]) -> list[str]:
    """Losses, where they are of one scale, then the metrics that have a name of their own."""
    curves = list(dict.fromkeys(name for one in found.values() for name in one.curves))
    metrics = [name for name in curves if name.startswith("val_") and name != "val_loss"]
    named = [name for name in metrics if has_text(f"studies.measure.{name.removeprefix('val_')}")]
    return ["train_loss", "val_loss", *named] if _one_loss(run) else named


def _total(run: NoteRun, key: str) -> float | None:
    """The sum of what is predicted against that of the truth, where both are amounts."""
    experiment, dataset = run.cells[key].runs[0]
    if isinstance(experiment.model, GraphSpec) or dataset.task != "regression":
        return None
    return scores_of(dataset, run.outcomes[key].predictions).get(TOTAL)


def _shown(value: float) -> str:
    return "–" if math.isnan(value) else number(value)


def comparison(run: NoteRun, names: Mapping[str, str], language: Language) -> str:
    """Where each setting ended, as the table has it, in one sentence; "" where there is nothing to compare."""
    key = compared_by(run)
    ends = {name: one.values[key] for name, one in figures(run).items() if key in one.values and not one.diverged}
    if run.going_on or len(ends) < 2:
        return ""
    listed = " · ".join(f"{names.get(name, name)}: {number(value)}" for name, value in ends.items())
    return say("note.told.compared", language, measure=curve_name(key, language), listed=listed)
