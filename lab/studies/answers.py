"""The answer to a study's question, and a prediction held against it."""

import math
from collections.abc import Sequence
from typing import Literal

from lab.studies.result import Result, SettingResult
from lab.studies.scores import distance


def answers(result: Result) -> tuple[SettingResult, ...]:
    """The answer, and after it the settings that cannot be told from it; empty if nothing is known."""
    asks = result.study.asks
    if asks.startswith("score_"):
        return _by_score(result, asks)
    if not result.ranked:
        return ()
    if asks == "worst":
        worst = result.ranked[-1]
        return (worst, *(one for one in result.ranked[:-1] if not result.compare(one, worst).clear))
    alike = result.as_good_as_best()
    if asks == "fewest":
        fewest = min(alike, key=lambda one: one.setting.at[0].x or 0.0)
        return (fewest, *(one for one in alike if one is not fewest))
    return alike


Judgement = Literal["right", "right_among", "alike", "wrong"]


def judged(prediction: str, known: Sequence[SettingResult]) -> Judgement:
    """How good a prediction was: the answer (alone, or among others that cannot be told from it), one of them, none.

    Args:
        prediction: key of a setting.
        known: of `answers`, at least one.
    """
    best, *others = (one.setting.key for one in known)
    if prediction == best:
        return "right_among" if others else "right"
    return "alike" if prediction in others else "wrong"


def _by_score(result: Result, score: str) -> tuple[SettingResult, ...]:
    name = score.removeprefix("score_")
    known = [one for one in result.settings if not math.isnan(one.band(score).median)]
    known.sort(key=lambda one: distance(name, one.band(score).median))
    if not known:
        return ()
    best = known[0].band(score)
    return (
        known[0],
        *(
            one
            for one in known[1:]
            if abs(one.band(score).median - best.median) <= max(best.width, one.band(score).width)
        ),
    )
