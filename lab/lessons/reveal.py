"""Curves as a lecturer lets them come: where the drawing pauses, and what a browser needs to draw all of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from lab.charts.lessons import counts_in_powers, look_of
from lab.lessons.figures import SettingRuns
from lab.lessons.pictures import Picture, curve_name, epoch_pointed_at, lines_of, pictures_of
from lab.lessons.prose import Prose
from lab.lessons.reader import Opened
from lab.lessons.running import scenes_of
from lab.lessons.schema import Sentence
from lab.studies.band import median_curve
from lab.texts import Language, say

What = Literal["begin", "turn", "look", "order", "guess", "end", "updates"]
POINTS: Final = 240  # of a curve, as many as an eye can tell apart
ONE_MARK_BY: Final = 0.85  # of the epochs: a pause later than that has nothing after it
RISEN: Final = 1.05  # times its smallest value a loss has to end at for a turn
GUESS_AT: Final = 0.3  # of the epochs, where nothing else is to be seen
OTHER_STEPS: Final = 1.2  # times as many updates an epoch: over updates the story is another


@dataclass(frozen=True)
class Stop:
    """Where the drawing stands still until the lecturer goes on.

    Args:
        picture: its place among the lesson's.
        epoch: as far as the curves are drawn; 0 for the axes alone.
        what: is to be seen there: a loss "turn"s; a sentence asks to "look"; from here on the "order" stays; the
            class may "guess" how it goes on.
        setting: whose loss turns, or which one is to be looked at.
    """

    picture: int
    epoch: int
    what: What
    setting: str = ""


MARKS: Final = ("turn", "look", "order", "guess")


def stops_of(opened: Opened, runs: Mapping[str, SettingRuns], said: Sequence[Sentence]) -> tuple[Stop, ...]:
    """Every pause of every picture, in the order in which they come."""
    stops: list[Stop] = []
    for place, picture in enumerate(pictures_of(scenes_of(opened))):
        there = {setting.key: runs[setting.key] for setting in picture.settings if setting.key in runs}
        epochs = epochs_of(picture, there)
        if not epochs:
            continue
        stops.append(Stop(place, 0, "begin"))
        stops += [Stop(place, *mark) for mark in _marks(opened, picture, there, said, epochs)]
        stops.append(Stop(place, epochs, "end"))
        if _other_steps(there):
            stops.append(Stop(place, epochs, "updates"))
    return tuple(stops)


def epochs_of(picture: Picture, runs: Mapping[str, SettingRuns]) -> int:
    """Of the longest of its curves."""
    return max((len(curve) for one in runs.values() for curve in one.curve(picture.curve)), default=0)


def words_of(stop: Stop, words: Prose, language: Language) -> str:
    return say(f"lecture.stop.{stop.what}", language, epoch=stop.epoch, name=words.name(stop.setting))


def drawing_of(
    picture: Picture, runs: Mapping[str, SettingRuns], words: Prose, language: Language, *, only: str | None = None
) -> dict[str, Any]:
    """Lines and axes for `lecture_curve.js`: of each line its median and its seeds, at `epochs`; None is a gap."""
    lines = lines_of(picture, runs, words, language, only=only)
    medians = [median_curve(line.curves) for line in lines]
    lengths = [max(map(len, line.curves), default=0) for line in lines]  # a median ends where most seeds diverge
    looks = map(look_of, range(len(lines)))
    return {
        "lines": [
            {
                "name": line.name,
                "colour": look["color"],
                "dash": look["dash"],
                "updates": line.updates,
                "epochs": [kept + 1 for kept in _kept(length)],
                "median": _values(median, length),
                "seeds": [_values(curve, length) for curve in line.curves],
            }
            for line, look, median, length in zip(lines, looks, medians, lengths, strict=True)
        ],
        "last": max(lengths, default=1),
        "most": max((length * line.updates for line, length in zip(lines, lengths, strict=True)), default=1.0),
        "title": curve_name(picture.curve, language),
        **_ends([value for line in lines for curve in line.curves for value in curve]),
        "log": counts_in_powers(lines),
    }


def empty_drawing(curve: str, epochs: int, low: float, high: float, language: Language) -> dict[str, Any]:
    """Axes alone, for a class that says how the curve will go."""
    axes = {"last": epochs, "most": float(epochs), "low": low, "high": high, "log": False}
    return {"lines": [], "title": curve_name(curve, language), **axes}


# --- marks


def _marks(
    opened: Opened, picture: Picture, runs: Mapping[str, SettingRuns], said: Sequence[Sentence], epochs: int
) -> list[tuple[int, What, str]]:
    """What sentences point at; else the turn of a loss, else the moment from which the order stays, else a guess."""
    pointed: dict[int, tuple[What, str]] = {}
    for sentence in said:
        look, epoch = sentence.look, epoch_pointed_at(sentence, runs)
        if look is not None and epoch is not None and 1 <= round(epoch) < epochs:
            figure = opened.lesson.settings[look.setting][0].figures.get(look.figure or "")
            turns = figure is not None and figure.of == "best_epoch"
            pointed[round(epoch)] = "turn" if turns else "look", look.setting
    if pointed:
        return [(epoch, *mark) for epoch, mark in sorted(pointed.items())]
    medians = {key: median_curve(one.curve(picture.curve)) for key, one in runs.items()}
    found: list[tuple[int, What, str]] = []
    if "loss" in picture.curve:
        found += [(_turn(median), "turn", key) for key, median in medians.items()]
    found.append((_order(list(medians.values())), "order", ""))
    fitting = [mark for mark in found if 2 <= mark[0] <= ONE_MARK_BY * epochs]
    if fitting:
        return fitting[:1]
    guess = round(GUESS_AT * epochs)
    return [(guess, "guess", "")] if guess >= 1 else []


def _turn(median: Any) -> int:
    """The epoch of the smallest loss, if it has clearly risen since; else 0."""
    if not len(median) or not np.isfinite(median).all():
        return 0
    best = int(np.argmin(median))
    return best + 1 if median[-1] > RISEN * median[best] else 0


def _order(medians: Sequence[Any]) -> int:
    """The epoch from which on the curves keep the order in which they end; 0 where there is one curve."""
    longest = max(map(len, medians), default=0)
    whole = [median for median in medians if len(median) > longest / 2 and np.isfinite(median).all()]
    if len(whole) < 2:
        return 0
    ranks = np.argsort(np.array([median[: min(map(len, whole))] for median in whole]), axis=0, kind="stable")
    other = np.flatnonzero((ranks != ranks[:, -1:]).any(axis=0))
    return int(other[-1]) + 2 if len(other) else 1


def _other_steps(runs: Mapping[str, SettingRuns]) -> bool:
    steps = [step for one in runs.values() for step in one.steps_an_epoch]
    return bool(steps) and min(steps) > 0 and max(steps) > OTHER_STEPS * min(steps)


# --- numbers


def _kept(length: int) -> list[int]:
    """Places of the points that are drawn, the first and the last among them."""
    return [int(place) for place in np.unique(np.linspace(0, max(0, length - 1), min(length, POINTS)).round())]


def _values(curve: Any, length: int) -> list[float | None]:
    """Four digits that count."""
    numbers = [float(curve[place]) if place < len(curve) else math.nan for place in _kept(length)]
    return [float(f"{number:.4g}") if math.isfinite(number) else None for number in numbers]


def _ends(values: Sequence[float]) -> dict[str, float]:
    """Of the axis."""
    finite = [float(value) for value in values if math.isfinite(value)]
    return {"low": min(finite, default=0.0), "high": max(finite, default=1.0)}
