"""What a lesson shows of its runs: charts, one for scenes that belong together, and a table of figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.charts.lessons import Drawn, Line, Mark, Over, lesson_curves
from lab.data.prepare import prepare_cached
from lab.lessons.arithmetic import worked_out
from lab.lessons.figures import SettingRuns, means_of, values_of
from lab.lessons.judging import asked_by
from lab.lessons.progress import at_epochs
from lab.lessons.prose import Prose
from lab.lessons.reader import Opened
from lab.lessons.running import table_of
from lab.lessons.schema import MINE, Scene, Sentence, Setting
from lab.model.drawn import DrawnNetwork, drawn_network
from lab.model.layer_table import layer_rows
from lab.studies.band import median_curve
from lab.studies.words import number
from lab.texts import Language, has_text, say


@dataclass(frozen=True)
class Picture:
    """One chart: the settings in it, and the history key that is drawn."""

    curve: str
    settings: tuple[Setting, ...]
    both: bool


def pictures_of(scenes: Sequence[Scene]) -> tuple[Picture, ...]:
    """Scenes of one setting each that draw the same curve share a chart; every other has its own."""
    found: list[Picture] = []
    alone = False  # whether the last chart holds scenes of one setting
    for scene in scenes:
        single = len(scene.settings) == 1
        if alone and single and found[-1].curve == scene.curve:
            found[-1] = Picture(scene.curve, (*found[-1].settings, *scene.settings), found[-1].both)
        else:
            found.append(Picture(scene.curve, scene.settings, scene.both))
        alone = single
    return tuple(found)


def picture_for(sentence: Sentence, pictures: Sequence[Picture]) -> Picture:
    """The one that it points at, else the first that draws a setting of which it speaks; else the first of all."""
    about = {sentence.look.setting} if sentence.look else {name.partition(".")[0] for name in asked_by(sentence)}
    return next((one for one in pictures if about & {setting.key for setting in one.settings}), pictures[0])


def chart_of(
    picture: Picture,
    runs: Mapping[str, SettingRuns],
    words: Prose,
    language: Language,
    *,
    over: Over = "epoch",
    marks: Sequence[Mark] = (),
    drawn: Drawn | None = None,
    only: str | None = None,
) -> go.Figure:
    """The curves of a picture, as far as they are.

    Args:
        only: the one setting to be drawn; None for all.
    """
    lines = lines_of(picture, runs, words, language, only=only)
    return lesson_curves(lines, curve_name(picture.curve, language), language, over=over, marks=marks, drawn=drawn)


def lines_of(
    picture: Picture, runs: Mapping[str, SettingRuns], words: Prose, language: Language, *, only: str | None = None
) -> list[Line]:
    """The curves of a picture under their names; those of the training rows beside them where there is room.

    Args:
        only: the one setting to be drawn; None for all.
    """
    lines = []
    for setting in picture.settings:
        one = runs.get(setting.key)
        if one is None or (only is not None and setting.key != only):
            continue
        name = words.name(setting.key)
        if _lost_at_once(one, picture.curve):
            name = say("lessons_page.broke_off", language, name=name)
        lines.append(_line(one, picture.curve, name))
        twin = picture.curve.replace("val_", "train_", 1)
        if picture.both and twin != picture.curve and (only is not None or len(picture.settings) <= MOST_TWINS):
            lines.append(_line(one, twin, say("lessons_page.trained", language, name=name)))
    return lines


def _lost_at_once(one: SettingRuns, curve: str) -> bool:
    """Whether most runs diverged before they had a point to be drawn."""
    return any(run.diverged for run in one.runs) and not len(median_curve(one.curve(curve)))


MOST_TWINS = 2  # of more settings the training curves would hide what is to be seen


def _line(one: SettingRuns, curve: str, name: str) -> Line:
    steps = one.steps_an_epoch
    return Line(name, one.curve(curve), float(np.median(steps)) if steps and steps[0] else 1.0)


def curve_name(curve: str, language: Language) -> str:
    """A history key as it is read."""
    part, _, measure = curve.partition("_")
    key = f"studies.measure.{measure}"
    name = say(key, language) if has_text(key) else measure
    return say("studies.validation_of", language, measure=name) if part == "val" else name


def drawn_by(opened: Opened, curve: tuple[float, ...]) -> Drawn:
    """A predicted curve over the epochs of its setting."""
    epochs = opened.experiments[opened.lesson.prediction.setting or ""].fit.epochs
    return Drawn(at_epochs(curve, epochs), curve)


def numbers_of(said: Sequence[Sentence], runs: Mapping[str, SettingRuns]) -> dict[str, str]:
    """Key -> number of each sentence that points at a chart of these runs."""
    pointing = [one for one in said if one.look is not None and one.look.setting in runs]
    return {one.key: str(number) for number, one in enumerate(pointing, start=1)}


def marks_of(said: Sequence[Sentence], picture: Picture, runs: Mapping[str, SettingRuns]) -> list[Mark]:
    """Where this chart is to be looked at, each place under the number that stands before its sentence."""
    numbers = numbers_of(said, runs)
    marks = [mark_of(one, picture, runs, numbers[one.key]) for one in said if one.key in numbers]
    return [mark for mark in marks if mark is not None]


def mark_of(sentence: Sentence, picture: Picture, runs: Mapping[str, SettingRuns], label: str = "") -> Mark | None:
    """The place that a sentence points at, on the medians of the seeds.

    None where it points at nothing of this picture; so too where most runs diverged at once.
    """
    look, epoch = sentence.look, epoch_pointed_at(sentence, runs)
    if look is None or look.setting not in runs or look.setting not in [one.key for one in picture.settings]:
        return None
    curve = median_curve(runs[look.setting].curve(picture.curve))
    if not len(curve):
        return None
    at = len(curve) if epoch is None else min(max(round(epoch), 1), len(curve))
    beside = runs.get(look.beside or "")
    other = () if beside is None else median_curve(beside.curve(picture.curve))
    values = tuple(float(one[at - 1]) for one in (curve, other) if len(one) >= at)
    return Mark(label, at, values, upright=look.figure is not None)


def epoch_pointed_at(sentence: Sentence, runs: Mapping[str, SettingRuns]) -> float | None:
    """The epoch that it names, of a figure the mean over the seeds; None where it points at the end, or at nothing."""
    look = sentence.look
    if look is None or look.setting not in runs:
        return None
    if look.figure is None:
        return None if look.at == "end" else look.at
    epoch = float(np.mean(runs[look.setting].figures[look.figure]))
    return epoch if np.isfinite(epoch) else None


def figures_table(
    picture: Picture, runs: Mapping[str, SettingRuns], words: Prose, language: Language
) -> list[dict[str, Any]]:
    """One setting a row: the mean of each figure over the seeds, and from where to where they lie."""
    rows = []
    for setting in picture.settings:
        one = runs.get(setting.key)
        if one is None:
            continue
        row = {say("lessons_page.setting", language): words.name(setting.key)}
        lost = any(run.diverged for run in one.runs)
        row |= {words.name(name): _spread(values, lost) for name, values in one.figures.items() if name != "parameters"}
        row[say("lessons_page.parameters", language)] = f"{one.figures['parameters'].mean():,.0f}"
        rows.append(row)
    return rows


def _spread(values: Any, lost: bool) -> str:
    """Mean, and the ends where the seeds differ; what a setting does not measure is no NaN of a run that is lost."""
    if np.isnan(values).all() and not lost:
        return "–"
    mean, low, high = (_told(float(one)) for one in (values.mean(), values.min(), values.max()))
    return mean if low == high else f"{mean} ({low} – {high})"


def _told(value: float) -> str:
    """What is counted to the last one, as sentences tell it; of all else three digits that count."""
    return f"{value:,.0f}" if value.is_integer() else number(value)


def mean_of(values: Any) -> str:
    """The mean over the seeds."""
    return _told(float(values.mean()))


def network_of(opened: Opened, setting: str) -> DrawnNetwork:
    """The network of a setting, as it is built. Raises DataError, NetcoreError."""
    experiment = opened.experiments[setting]
    dataset = prepare_cached(table_of(experiment), experiment.data, experiment.seed)
    return drawn_network(experiment, layer_rows(experiment, dataset), dataset)


def goal_reached(opened: Opened, mine: SettingRuns) -> bool:
    """Whether the challenge is won by these runs: all comparisons hold for their means."""
    means = means_of(values_of({MINE: mine}))
    return all(bool(worked_out(formula, means)) for formula in opened.lesson.further.goal)
