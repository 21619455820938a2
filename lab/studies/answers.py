"""The answer to a study's question, for a prediction to be held against."""

import math

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
