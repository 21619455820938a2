"""A finished run for a terminal: lines of text, or one JSON document."""

import json
import math
import unicodedata
from typing import Any, get_args

from lab.data.prepare import Dataset
from lab.insight.evaluate import evaluate_run
from lab.model.problems import updates_arithmetic
from lab.runs.kept.record import RunRecord
from lab.texts import Language, say
from lab.verdict.judging import judge_outputs
from lab.verdict.story import story
from lab.verdict.verdict import Verdict
from lab.verdict.words import say_advice

ROWS = 20  # lines of the epoch table; a longer run is thinned out


def run_document(record: RunRecord, dataset: Dataset) -> dict[str, Any]:
    """Everything as plain data. A loss that is no number is null: JSON has no NaN."""
    outputs, scores = _of_outputs(record, dataset), letter_scores(record, dataset)
    document = {
        "experiment": json.loads(record.experiment.to_json()),
        "state": record.state,
        "epochs": record.epochs_done,
        "history": {name: [_number(value) for value in values] for name, values in record.history.items()},
        "changes": [change.model_dump() for change in record.changes],
        "headline": {language: story(record.verdict, outputs, language).headline for language in get_args(Language)},
        "verdict": _told(record.verdict, outputs),
        "compute_s": record.compute_s,
    }
    if outputs:
        document["outputs"] = {name: _told(one, {}) for name, one in outputs.items()}
    return document | ({"scores": scores} if scores else {})


def run_lines(record: RunRecord, dataset: Dataset, language: Language) -> list[str]:
    """What a page would show: rows and updates, the epoch table, the verdict, what to try next."""
    verdict, rows, fit = record.verdict, len(dataset.train.x), record.experiment.fit
    per_epoch, updates = updates_arithmetic(rows, fit.batch_size, fit.epochs)
    told = story(verdict, _of_outputs(record, dataset), language)
    return [
        record.name,
        say(
            "cli.rows" if len(dataset.test.rows) else "cli.rows_without_test",
            language,
            train=rows,
            validation=len(dataset.validation.x),
            test=len(dataset.test.x),
            batch_size=min(fit.batch_size, rows),
            per_epoch=per_epoch,
            epochs=fit.epochs,
            updates=updates,
        ),
        *(line for one in (dataset, *dataset.others) for line in _unit_of_losses(one, language)),
        "",
        *epoch_table(record.history, language),
        "",
        told.headline,
        *told.sentences,
        say("cli.next", language),
        *(f"  - {line}" for line in say_advice(told.foremost, language)),
        say("verdict_box.details", language),
        *(f"  - {line}" for line in told.details),
        *(
            say("sequences.scores", language, part=say(f"part.{part}", language), **score)
            for part, score in letter_scores(record, dataset).items()
        ),
    ]


def letter_scores(record: RunRecord, dataset: Dataset) -> dict[str, dict[str, float]]:
    """How well texts are read, by part; empty for other tasks, whose metrics stand in the history."""
    if dataset.task != "sequence_labels" or not record.last_good_epoch:
        return {}
    return {part: score.metrics for one in evaluate_run(record, dataset).values() for part, score in one.scores.items()}


def _of_outputs(record: RunRecord, dataset: Dataset) -> dict[str, Verdict]:
    return judge_outputs(record.experiment, dataset, record.history, record.state)


def _told(verdict: Verdict, outputs: dict[str, Verdict]) -> dict[str, Any]:
    """A verdict with its story: the words that page and report have too, the headline first."""
    text = {}
    for language in get_args(Language):
        told = story(verdict, outputs, language)
        text[language] = [told.headline, *told.sentences, *told.details, *say_advice(told.foremost, language)]
    return verdict.as_dict() | {"text": text}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _unit_of_losses(dataset: Dataset, language: Language) -> list[str]:
    """Loss and metrics of a standardised target are in its standard deviations: say how large one is."""
    if dataset.task != "regression" or dataset.target_scale == 1.0:
        return []
    one = f"{dataset.target_scale:.4g} {dataset.target_unit}".rstrip()
    return [say("cli.standardised", language, target=dataset.target_name, one=one)]


# --- the table


def epoch_table(history: dict[str, list[float]], language: Language) -> list[str]:
    """The history as lines of text: every epoch of a short run, at most ROWS of a long one, always first and last."""
    names = list(history)
    epochs = len(history[names[0]]) if names else 0
    widths = [max(len(name), 10) for name in names]
    head = "  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True))
    lines = [f"{_right(say('cli.epoch', language), 6)}  {head}"]
    for epoch in shown_epochs(epochs):
        cells = (f"{history[name][epoch]:{width}.4f}" for name, width in zip(names, widths, strict=True))
        lines.append(f"{epoch + 1:>6}  {'  '.join(cells)}")
    return lines


def _right(text: str, width: int) -> str:
    """The text moved right to end at a column; a Hangul syllable is two columns wide."""
    columns = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return " " * (width - columns) + text


def shown_epochs(epochs: int) -> list[int]:
    """0-based epochs to print, at most ROWS of them, closer together at the start, where curves bend most."""
    if epochs <= ROWS:
        return list(range(epochs))
    ratio = epochs ** (1 / (ROWS - 1))
    return sorted({min(round(ratio**step), epochs) - 1 for step in range(ROWS)} | {0, epochs - 1})
