"""Does netcore repeat the effects that the lessons speak of? Each was measured over five seeds with another engine.

    python -m benchmarks.lessons                every figure of `lessons/` beside its reference, over seeds 0 to 4
    python -m benchmarks.lessons 09 13          of these lessons alone
    python -m benchmarks.lessons --seeds 50     which sentences are said of each five of them, and whether they are true
    python -m benchmarks.lessons --goals        whether each challenge can be won with the knobs that are open

The experiments, their figures and references stand in `lessons/*/lesson.toml` and nowhere else. A figure counts as met
when the means over five seeds differ by at most 2 √(sd² + sd²) + 1 %, and settings that differ by more than that stand
in the same order. Where no sd was noted, that of here stands in for it.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from lab.errors import LabError
from lab.lessons.asked import cells_of, cells_with, scenes_of, trained
from lab.lessons.figures import Array, SettingRuns, values_of
from lab.lessons.pictures import goal_reached
from lab.lessons.reader import Opened
from lab.lessons.said import said_of
from lab.lessons.schema import MINE, Scene, Setting
from lab.lessons.shelf import lesson, lessons
from lab.lessons.told import filled
from netcore.errors import NetcoreError

FIVE = 5
Reference = tuple[float, float | None]  # mean and sd over five seeds; None where no sd was noted


@dataclass(frozen=True)
class Line:
    """One figure beside its reference."""

    lesson: str
    scene: str
    setting: str
    figure: str
    mean: float
    sd: float
    reference: Reference

    @property
    def room(self) -> float:
        """How far the means may lie apart. Without an sd the spread is taken to be that of here."""
        other = self.sd if self.reference[1] is None else self.reference[1]
        return 2 * math.hypot(self.sd, other) + 0.01 * abs(self.reference[0])

    @property
    def met(self) -> bool:
        return abs(self.mean - self.reference[0]) <= self.room


def measured_settings(opened: Opened) -> list[tuple[Scene, Setting]]:
    """Those of a lesson that have a reference."""
    return [(scene, setting) for scene, setting in opened.lesson.settings.values() if setting.measured]


def run(opened: Opened, keys: Sequence[str]) -> Iterator[Line]:
    """Train these settings and give each figure beside its reference."""
    found = trained(opened, cells_with({key: opened.experiments[key] for key in keys}, range(FIVE)))
    for scene, setting in measured_settings(opened):
        if setting.key not in keys:
            continue
        for figure, reference in setting.measured.items():
            values = found[setting.key].figures[figure]
            noted: Reference = (reference[0], reference[1] if len(reference) > 1 else None)
            yield Line(opened.name, scene.key, setting.key, figure, float(values.mean()), float(values.std()), noted)


def out_of_order(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Pairs of settings of a scene that were measured clearly apart and here stand the other way round."""
    wrong = []
    groups = {(line.lesson, line.scene, line.figure) for line in lines}
    for group in sorted(groups):
        ranked = sorted(
            (line for line in lines if (line.lesson, line.scene, line.figure) == group),
            key=lambda line: line.reference[0],
        )
        wrong += [
            (one, other)
            for one, other in pairwise(ranked)
            if other.reference[0] - one.reference[0] > max(one.room, other.room) and one.mean > other.mean
        ]
    return wrong


def table(chosen: Sequence[Opened]) -> int:
    """Print all figures; the number of misses."""
    print(f"{'lesson':<20} {'setting':<12} {'figure':<10} {'measured':>20} {'netcore':>20}")
    lines: list[Line] = []
    for opened in chosen:
        for line in run(opened, [setting.key for _, setting in measured_settings(opened)]):
            lines.append(line)
            mean, sd = line.reference
            reference = f"{mean:.4g} ± {sd:.2g}" if sd is not None else f"{mean:.4g}"
            here, mark = f"{line.mean:.4g} ± {line.sd:.2g}", "" if line.met else "  MISSED"
            print(
                f"{line.lesson:<20} {line.setting:<12} {line.figure:<10} {reference:>20} {here:>20}{mark}", flush=True
            )
    wrong = out_of_order(lines)
    for one, other in wrong:
        print(f"out of order: {one.lesson} {one.figure}: {one.setting}, {other.setting}")
    missed = sum(not line.met for line in lines)
    print(f"{len(lines) - missed} of {len(lines)} met, {len(wrong)} pairs out of order")
    return missed + len(wrong)


# --- are the sentences true?

Truth = Callable[[Mapping[str, SettingRuns]], bool]


def _end(one: SettingRuns, curve: str) -> Array:
    """The last value of each seed's curve, read from the curve itself."""
    return np.array([values[-1] for values in one.curve(curve)])


def _least(one: SettingRuns, curve: str) -> Array:
    return np.array([np.nanmin(values) for values in one.curve(curve)])


# what a sentence claims, worked out from the curves and not from the figures that its own predicate asks for
INDEPENDENT: dict[tuple[str, str], Truth] = {
    ("01-four-parts", "unmoved"): lambda runs: all(len(set(curve)) == 1 for curve in runs["frozen"].curve("val_loss")),
    ("01-four-parts", "whole"): lambda runs: bool((_end(runs["whole"], "val_accuracy") > 0.97).all()),
    ("05-compile", "same"): lambda runs: all(
        list(one) == list(other)
        for one, other in zip(runs["watched"].curve("val_loss"), runs["unwatched"].curve("val_loss"), strict=True)
    ),
    ("07-learning-rate", "blown"): lambda runs: not np.isfinite(_end(runs["sgd_0"], "val_loss")).any(),
    ("07-learning-rate", "blown_too"): lambda runs: not np.isfinite(_end(runs["sgd_1"], "val_loss")).any(),
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
    ("11-splits", "leak"): lambda runs: bool((_end(runs["leaking"], "val_accuracy") > 0.97).all()),
    ("12-underfitting", "eight"): lambda runs: bool((_end(runs["u8"], "val_accuracy") > 0.97).all()),
    ("13-overfitting", "worse"): lambda runs: bool((_end(runs["large"], "val_loss") > 0.61).all()),
    ("13-overfitting", "by_heart"): lambda runs: bool((_end(runs["large"], "train_loss") < 0.01).all()),
    ("14-remedies", "most"): lambda runs: bool(
        _end(runs["rows_1160"], "val_loss").mean()
        < min(_least(runs["stopping"], "val_loss").mean(), _end(runs["dropout"], "val_loss").mean())
    ),
}


def sentences(chosen: Sequence[Opened], seeds: int, *, long: bool) -> int:
    """Print how often each sentence is said of five seeds at a time; the number of those said and false."""
    false = 0
    for opened in chosen:
        scenes = scenes_of(opened, long=long)
        said = dict.fromkeys((sentence.key for sentence in opened.lesson.explain), 0)
        asked = dict.fromkeys(said, 0)
        groups = [range(first, first + FIVE) for first in range(0, seeds, FIVE)]
        for group in groups:
            runs = trained(opened, cells_of(opened, scenes, group))
            values = values_of(runs)
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
        for key, count in said.items():
            also = f", {asked[key]} worked out in another way" if asked[key] else ""
            print(f"{opened.name:<20} {key:<16} said {count:>2} of {len(groups)} times{also}", flush=True)
    print(f"{false} sentences were said and false")
    return false


# --- can the challenges be won?


def goals(chosen: Sequence[Opened]) -> int:
    """Print the first choice of knobs that wins each challenge; the number of challenges that none wins."""
    lost = 0
    for opened in chosen:
        knobs = opened.lesson.further.knobs
        winner = None
        for values in product(*(knob.values for knob in knobs)):
            mine = dict(zip((knob.name for knob in knobs), values, strict=True))
            try:
                found = trained(opened, cells_with({MINE: opened.mine(mine)}, opened.lesson.seeds))[MINE]
            except (LabError, NetcoreError):
                continue
            if goal_reached(opened, found):
                winner = mine
                break
        lost += winner is None
        print(f"{opened.name:<20} {'nothing wins it' if winner is None else winner}", flush=True)
    return lost


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lessons")
    parser.add_argument("lessons", nargs="*", help="01 … 16; all if none is named")
    parser.add_argument("--seeds", type=int, help="check the sentences on so many seeds")
    parser.add_argument("--long", action="store_true", help="with the scenes that take long")
    parser.add_argument("--goals", action="store_true", help="look for knobs that win each challenge")
    options = parser.parse_args()
    chosen = [lesson(name) for name in options.lessons] or list(lessons())
    if options.goals:
        return min(1, goals(chosen))
    if options.seeds:
        return min(1, sentences(chosen, options.seeds, long=options.long))
    return min(1, table(chosen))


if __name__ == "__main__":
    sys.exit(main())
