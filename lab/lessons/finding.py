"""What came of a learner's runs: the few numbers that are kept, and all that can be told from them later.

Curves are not kept. Which sentences are true is kept with the numbers: these are rounded, and a comparison of rounded
numbers may come out otherwise.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from lab.lessons.arithmetic import names_in
from lab.lessons.figures import Array, SettingRuns, names_of
from lab.lessons.filling import formulas_in
from lab.lessons.judging import answer_of, right_choices, said_of, worth_of
from lab.lessons.moment import Moment
from lab.lessons.reader import Opened
from lab.lessons.record import MOST_FIGURES, MOST_NUMBERS, MOST_SETTINGS, Figures, Found, Given, Prediction
from lab.lessons.running import Running
from lab.lessons.schema import Sentence

KEPT_DIGITS: Final = 4  # of a mean that is no whole number
SEED_DIGITS: Final = 6  # of one seed: sentences round its number once more


@dataclass(frozen=True)
class Known:
    """What can be told of the runs of a prediction.

    Args:
        found: what they say to it.
        settings: their figures; of runs that the server no longer has without the runs.
        values: "setting.figure" -> one number a seed; without those of which only the mean was kept.
        said: the sentences that are true of these very runs.
        running: these runs, while the server has them.
    """

    found: Found
    settings: Mapping[str, SettingRuns]
    values: Mapping[str, Array]
    said: Sequence[Sentence]
    running: Running | None

    @property
    def tells_why(self) -> bool:
        """Whether sentences have the numbers of single seeds, which some of them tell."""
        return self.running is not None or bool(self.found.each)


def known_of(opened: Opened, given: Given, running: Running | None, found: Found | None) -> Known | None:
    """From the runs, or after they are gone from what was kept of them; None where there is neither."""
    if running is not None and running.can_be_told:
        now = Moment(given.when, 0)
        told = found_in(opened, given.value, running, now)
        return Known(told, running.settings, running.values, said_of(opened.lesson, running.values), running)
    settings = {} if found is None else _settings_in(opened, found)
    if found is None or not settings:
        return None
    values = {f"{key}.{name}": numbers for key, one in settings.items() for name, numbers in one.figures.items()}
    said = [one for one in opened.lesson.explain if one.key in found.said and _can_be_told(opened, one, values)]
    return Known(found, settings, values, said if found.each else [], None)


# --- to be kept


def found_in(opened: Opened, predicted: Prediction, running: Running, now: Moment) -> Found:
    """What is kept of runs."""
    lesson, values = opened.lesson, running.values
    answer: tuple[str, ...] | float | None = None
    if lesson.prediction.choices:
        answer = tuple(right_choices(lesson, values))
    elif lesson.prediction.value is not None:
        answer = rounded(answer_of(lesson, values))
    seeds = sorted({run.seed for one in running.settings.values() for run in one.runs})
    figures = {key: means_kept(one) for key, one in islice(running.settings.items(), MOST_SETTINGS)}
    return Found(
        when=now.when,
        predicted=predicted,
        worth=worth_of(lesson, predicted, values),
        answer=answer,
        seeds=tuple(seeds),
        figures=figures,
        each=_each(figures, values, len(seeds)),
        said=tuple(sentence.key for sentence in said_of(lesson, values)),
    )


def means_kept(one: SettingRuns) -> dict[str, float | None]:
    """The mean of each figure over the seeds."""
    return {name: rounded(float(np.mean(values))) for name, values in islice(one.figures.items(), MOST_FIGURES)}


def rounded(value: float, digits: int = KEPT_DIGITS) -> float | None:
    """With few digits, so that a link has room for many; whole numbers whole; None where there is no number."""
    if not math.isfinite(value) or abs(value) > 1e12:
        return None
    return value if value.is_integer() else float(f"{value:.{digits}g}")


def _each(figures: Mapping[str, Figures], values: Mapping[str, Array], seeds: int) -> tuple[float | None, ...]:
    """The numbers of all seeds, as `Found.each` has them; none where there are too many."""
    rows = [values[f"{key}.{name}"] for key, name in _names(figures)]
    if any(len(row) != seeds for row in rows) or len(rows) * seeds > MOST_NUMBERS:
        return ()
    return tuple(rounded(float(number), SEED_DIGITS) for row in rows for number in row)


def _names(figures: Mapping[str, Figures]) -> Iterator[tuple[str, str]]:
    for key in sorted(figures):
        yield from ((key, name) for name in sorted(figures[key]))


# --- as it comes back: perhaps from a stranger, perhaps from another version of the lesson


def _settings_in(opened: Opened, found: Found) -> dict[str, SettingRuns]:
    """Setting by setting, the figures that the lesson asks for; where only means were kept, these."""
    names = list(_names(found.figures))
    if found.each and len(found.each) == len(names) * len(found.seeds):
        rows = np.array(found.each, dtype=float).reshape(len(names), -1)
    else:
        rows = np.array([[found.figures[key][name]] for key, name in names], dtype=float)
    kept = dict(zip(names, rows, strict=True))
    settings = {}
    for key, (scene, _) in opened.lesson.settings.items():
        asked = [(key, name) for name in names_of(scene)]
        if all(one in kept for one in asked):
            settings[key] = SettingRuns(key, (), {name: kept[key, name] for _, name in asked})
    return settings


def _can_be_told(opened: Opened, sentence: Sentence, values: Mapping[str, Array]) -> bool:
    """Whether there is a number for each of its blanks, in whichever language."""
    texts = [prose["explain"].items[sentence.key] for prose in opened.prose.values()]
    return all(name in values for text in texts for formula in formulas_in(text) for name in names_in(formula))
