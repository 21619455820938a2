"""Which sentences of "explain" are said of runs from other seeds, and whether they are true of these."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from benchmarks.lessons.effects import FIVE
from benchmarks.lessons.kept import keep
from lab.lessons.figures import Array, SettingRuns, values_of
from lab.lessons.filling import filled
from lab.lessons.judging import said_of
from lab.lessons.reader import Opened
from lab.lessons.running import cells_of, cells_with, scenes_of, trained
from lab.runs.orders.study import Cell

Truth = Callable[[Mapping[str, SettingRuns]], bool]


def _end(one: SettingRuns, curve: str) -> Array:
    """The last value of each seed's curve, read from the curve itself."""
    return np.array([values[-1] for values in one.curve(curve)])


def _least(one: SettingRuns, curve: str) -> Array:
    return np.array([np.nanmin(values) for values in one.curve(curve)])


def _after(epochs: int, one: SettingRuns, curve: str) -> Array:
    """The value of each seed's curve after so many epochs."""
    return np.array([values[epochs - 1] for values in one.curve(curve)])


def _roughness(one: SettingRuns, curve: str) -> Array:
    """How far each seed's curve jumps in its last half: the median of its second differences, which no slope has."""
    return np.array([np.median(np.abs(np.diff(values[len(values) // 2 :], n=2))) for values in one.curve(curve)])


def _counted_by_hand(runs: Mapping[str, SettingRuns]) -> bool:
    """Whether Dense(32), Dense(32) and the outputs have as many parameters on each table as paper says."""
    return all(
        (runs[key].figures["parameters"] == 32 * (inputs + 1) + 32 * 33 + outputs * 33).all()
        for key, (inputs, outputs) in {
            "iris": (4, 3),
            "cancer": (30, 1),
            "digits": (64, 10),
            "large": (784, 10),
        }.items()
    )


R2, PASCAL_R2 = "val_tmax_r2_score", "val_pressure_r2_score"

# what a sentence claims, worked out from the curves and not from the figures that its own predicate asks for
INDEPENDENT: dict[tuple[str, str], Truth] = {
    ("01-four-parts", "unmoved"): lambda runs: all(len(set(curve)) == 1 for curve in runs["frozen"].curve("val_loss")),
    ("01-four-parts", "whole"): lambda runs: bool((_end(runs["whole"], "val_accuracy") > 0.97).all()),
    **{("03-shape-inference", key): _counted_by_hand for key in ("first", "second", "third", "classes")},
    ("05-compile", "same"): lambda runs: all(
        list(one) == list(other)
        for one, other in zip(runs["watched"].curve("val_loss"), runs["unwatched"].curve("val_loss"), strict=True)
    ),
    ("07-learning-rate", "blown"): lambda runs: not np.isfinite(_end(runs["sgd_0"], "val_loss")).any(),
    ("07-learning-rate", "blown_too"): lambda runs: not np.isfinite(_end(runs["sgd_1"], "val_loss")).any(),
    ("07-learning-rate", "best"): lambda runs: bool(
        (_end(runs["sgd_2"], "val_mae") < _end(runs["sgd_4"], "val_mae")).all()
    ),
    ("07-learning-rate", "adam_stands"): lambda runs: bool(np.isfinite(_end(runs["adam_0"], "val_loss")).all()),
    ("07-learning-rate", "adam_default"): lambda runs: bool(
        (_end(runs["adam_3"], "val_mae") > _end(runs["adam_2"], "val_mae")).all()
    ),
    ("07-learning-rate", "momentum"): lambda runs: bool(
        _after(5, runs["momentum"], "val_accuracy").mean() > _after(5, runs["adam"], "val_accuracy").mean()
    ),
    ("08-several-outputs", "mean_slower"): lambda runs: bool(
        (_end(runs["sgd_mean"], R2) < _end(runs["sgd_sum"], R2)).all()
    ),
    ("08-several-outputs", "doubled"): lambda runs: bool(
        (abs(_end(runs["sgd_double"], R2) - _end(runs["sgd_sum"], R2)) < 0.0005).all()
    ),
    ("08-several-outputs", "looks_half"): lambda runs: all(
        (_end(runs["adam_mean"], curve) / _end(runs["adam_sum"], curve) > 0.4).all()
        and (_end(runs["adam_mean"], curve) / _end(runs["adam_sum"], curve) < 0.65).all()
        for curve in ("val_loss", "train_loss")
    ),
    ("08-several-outputs", "pascal"): lambda runs: not (_end(runs["pa_raw"], PASCAL_R2) > 0).any(),
    ("08-several-outputs", "unheard"): lambda runs: bool(
        _end(runs["pa_unheard"], "val_rain_accuracy").mean() < _end(runs["pa_adam"], "val_rain_accuracy").mean()
    ),
    ("09-epochs", "turns"): lambda runs: bool(
        (_end(runs["slow"], "val_loss") > _least(runs["slow"], "val_loss")).all()
    ),
    ("09-epochs", "sooner"): lambda runs: bool(
        np.mean([np.nanargmin(curve) for curve in runs["fast"].curve("val_loss")])
        < np.mean([np.nanargmin(curve) for curve in runs["slow"].curve("val_loss")])
    ),
    ("10-batch-size", "few_steps"): lambda runs: bool(
        (_end(runs["b1000"], "val_loss") > 2 * _end(runs["b10"], "val_loss")).all()
    ),
    ("10-batch-size", "caught_up"): lambda runs: bool(
        _end(runs["patient"], "val_loss").mean() < 1.1 * _end(runs["b10"], "val_loss").mean()
    ),
    ("10-batch-size", "calmer"): lambda runs: bool(
        _roughness(runs["careful"], "val_loss").mean() < _roughness(runs["b1"], "val_loss").mean()
    ),
    ("11-splits", "leak"): lambda runs: bool((_end(runs["leaking"], "val_accuracy") > 0.97).all()),
    ("11-splits", "gap"): lambda runs: bool(
        (_end(runs["drawn"], "val_accuracy") > _end(runs["by_time"], "val_accuracy")).all()
    ),
    ("11-splits", "coin"): lambda runs: int((abs(_end(runs["by_time"], "val_accuracy") - 0.5) < 0.1).sum()) > 2,
    ("11-splits", "honest"): lambda runs: bool(
        (_end(runs["honest"], "val_accuracy") < _end(runs["leaking"], "val_accuracy")).all()
    ),
    ("11-splits", "few"): lambda runs: bool(
        np.ptp(_end(runs["days_15"], "val_accuracy")) > np.ptp(_end(runs["days_600"], "val_accuracy"))
    ),
    ("12-underfitting", "one"): lambda runs: int((_end(runs["u1"], "train_accuracy") < 0.85).sum()) > 2,
    ("12-underfitting", "rises"): lambda runs: bool(
        _end(runs["u1"], "train_accuracy").mean()
        < _end(runs["u2"], "train_accuracy").mean()
        < _end(runs["u8"], "train_accuracy").mean()
    ),
    ("12-underfitting", "line"): lambda runs: bool(
        (_end(runs["w16"], "train_loss") < _end(runs["w0"], "train_loss")).all()
    ),
    ("12-underfitting", "eight"): lambda runs: bool((_end(runs["u8"], "val_accuracy") > 0.97).all()),
    ("12-underfitting", "spiral"): lambda runs: bool(
        _end(runs["s16"], "train_accuracy").mean()
        > max(_end(runs[key], "train_accuracy").mean() for key in ("s0", "s8"))
    ),
    ("12-underfitting", "starts"): lambda runs: bool(np.ptp(_end(runs["s16"], "val_accuracy")) > 0.2),
    ("12-underfitting", "stuck"): lambda runs: bool(
        _end(runs["s32"], "train_accuracy").min() < 0.7 < _end(runs["s16"], "train_accuracy").max()
    ),
    ("13-overfitting", "worse"): lambda runs: bool((_end(runs["large"], "val_loss") > 0.61).all()),
    ("13-overfitting", "by_heart"): lambda runs: bool((_end(runs["large"], "train_loss") < 0.01).all()),
    ("14-remedies", "most"): lambda runs: bool(
        _end(runs["rows_1160"], "val_loss").mean()
        < min(_least(runs["stopping"], "val_loss").mean(), _end(runs["dropout"], "val_loss").mean())
    ),
    ("15-sequences", "lstm"): lambda runs: bool(
        _end(runs["lstm"], "val_mae").mean() < _end(runs["flat"], "val_mae").mean()
    ),
    ("15-sequences", "letters"): lambda runs: bool(
        _end(runs["morse"], "val_loss").mean() < _after(5, runs["morse"], "val_loss").mean() / 2
    ),
    ("16-csv", "raw"): lambda runs: int((_end(runs["sgd_raw"], "val_accuracy") < 0.5).sum()) > 2,
    ("16-csv", "scaled"): lambda runs: bool(
        (_end(runs["sgd"], "val_accuracy") > _end(runs["sgd_raw"], "val_accuracy")).all()
    ),
    ("16-csv", "adam_too"): lambda runs: bool(
        _end(runs["adam"], "val_accuracy").mean() > _end(runs["adam_raw"], "val_accuracy").mean()
    ),
}


def sentences(chosen: Sequence[Opened], seeds: range, *, long: bool, alone: Collection[str] = ()) -> int:
    """Print how often each sentence is said of five seeds at a time; the number of those said and false.

    Args:
        long: with the scenes that take long. alone: settings, if only these are to be trained.
    """
    false = 0
    for opened in chosen:
        said: Counter[str] = Counter()
        asked: Counter[str] = Counter()
        groups = [seeds[first : first + FIVE] for first in range(0, len(seeds), FIVE)]
        for group in groups:
            runs = trained(opened, _cells(opened, group, long=long, alone=alone))
            values = values_of(runs)
            keep(opened.name, group, values)
            for sentence in said_of(opened.lesson, values):
                said[sentence.key] += 1
                for words in opened.prose.values():
                    filled(words["explain"].items[sentence.key], values)  # every blank has its number
                truth = INDEPENDENT.get((opened.name, sentence.key))
                if truth is not None:
                    asked[sentence.key] += 1
                    if not truth(runs):
                        false += 1
                        print(f"FALSE: {opened.name} {sentence.key}, seeds {group.start} to {group.stop - 1}")
        for sentence in opened.lesson.explain:
            also = f", {asked[sentence.key]} worked out in another way" if asked[sentence.key] else ""
            times = f"said {said[sentence.key]:>2} of {len(groups)} times"
            print(f"{opened.name:<20} {sentence.key:<16} {times}{also}", flush=True)
    print(f"{false} sentences were said and false")
    return false


def _cells(opened: Opened, seeds: range, *, long: bool, alone: Collection[str]) -> list[Cell]:
    if not alone:
        return cells_of(opened, scenes_of(opened, long=long), seeds)
    return cells_with({key: opened.experiments[key] for key in opened.experiments if key in alone}, seeds)
