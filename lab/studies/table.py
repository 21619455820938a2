"""The numbers of a study below its picture: one row a setting, medians over the seeds."""

import math
from typing import Any

from lab.studies.result import Result, measure_name
from lab.studies.words import Words, told
from lab.texts import Language, say


def table_of(result: Result, language: Language) -> list[dict[str, Any]]:
    """Column name -> value of each setting, in its order; None where there is no number."""
    columns = _columns(result)
    rows = []
    for one in result.settings:
        band = one.band(result.value)
        row: dict[str, Any] = {
            _heading(result, language): told(one.setting.label, language),
            _told(result.measure_words, language): _rounded(band.median),
            say("studies.column.low", language): _rounded(band.low),
            say("studies.column.high", language): _rounded(band.high),
        }
        row |= {_told(words, language): _rounded(one.band(name).median) for name, words in columns.items()}
        row[say("studies.column.lost", language)] = f"{one.lost} / {len(one.runs)}"
        rows.append(row)
    return rows


def _columns(result: Result) -> dict[str, Words]:
    measure = measure_name(result.measure)
    wanted = {f"train_{result.measure}": Words("studies.train_of", {"measure": measure})}
    wanted |= {f"best_{result.measure}": Words("studies.best_of", {"measure": measure})}
    wanted |= {name: Words(f"studies.score.{name.removeprefix('score_')}") for name in result.scores}
    rest = ("best_epoch", "epochs", "updates", "seconds", "noise", "parameters", "memory_kib")
    wanted |= {name: Words(f"studies.figure.{name}") for name in rest}
    return {name: words for name, words in wanted.items() if name in result.figures}


def _heading(result: Result, language: Language) -> str:
    titles = [told(axis.title, language) for axis in result.study.axes]
    return " × ".join(titles) or say("studies.column.setting", language)


def _told(words: Words, language: Language) -> str:
    return told(words, language)


def _rounded(value: float) -> float | None:
    """Three digits that count, as in the sentences."""
    return float(f"{value:.3g}") if math.isfinite(value) else None
