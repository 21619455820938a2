"""Each figure of a lesson beside what was measured elsewhere, by two rules.

The wide one allows the means of five seeds to differ by 2 √(sd² + sd²) + 1 %: it is what the reference asks for. The
narrow one allows two standard errors of the difference between the means of five seeds there and of n seeds here,
2 sd √(1/5 + 1/n), and 1 % for what was rounded there. Where no sd was noted, that of here stands in for it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lab.lessons.figures import Array, values_of
from lab.lessons.reader import Opened
from lab.lessons.running import cells_with, trained
from lab.lessons.schema import Scene, Setting

FIVE = 5
Reference = tuple[float, float | None]  # mean and sd over five seeds; None where no sd was noted


@dataclass(frozen=True)
class Line:
    """One figure over `seeds` seeds beside its reference."""

    lesson: str
    scene: str
    setting: str
    figure: str
    mean: float
    sd: float
    reference: Reference
    seeds: int = FIVE

    @property
    def scatter(self) -> float:
        """The sd of single seeds: as noted, or as it is here."""
        return self.sd if self.reference[1] is None else self.reference[1]

    @property
    def rounded(self) -> float:
        return 0.01 * abs(self.reference[0])

    @property
    def room(self) -> float:
        """How far the means may lie apart by the wide rule."""
        return 2 * math.hypot(self.sd, self.scatter) + self.rounded

    @property
    def apart(self) -> float:
        return abs(self.mean - self.reference[0])

    @property
    def met(self) -> bool:
        return self.apart <= self.room

    @property
    def close(self) -> bool:
        """Met by the narrow rule."""
        return self.apart <= 2 * self.scatter * math.sqrt(1 / FIVE + 1 / self.seeds) + self.rounded


def measured_settings(opened: Opened) -> list[tuple[Scene, Setting]]:
    """Those of a lesson that have a reference."""
    return [(scene, setting) for scene, setting in opened.lesson.settings.values() if setting.measured]


def line_of(opened: Opened, scene: Scene, setting: Setting, figure: str, values: Array) -> Line:
    """The figure of these seeds beside its reference."""
    found = (float(values.mean()), float(values.std()) if np.ptp(values) else 0.0)  # the same each time: not 4e-16
    return Line(opened.name, scene.key, setting.key, figure, *found, noted(setting, figure), len(values))


def noted(setting: Setting, figure: str) -> Reference:
    """What was measured elsewhere."""
    mean, *sd = setting.measured[figure]
    return mean, sd[0] if sd else None


def run(opened: Opened, keys: Sequence[str]) -> Iterator[Line]:
    """Train these settings from the seeds 0 to 4 and give each figure beside its reference."""
    found = trained(opened, cells_with({key: opened.experiments[key] for key in keys}, range(FIVE)))
    values = values_of(found)
    for scene, setting in measured_settings(opened):
        if setting.key in keys:
            for figure in setting.measured:
                yield line_of(opened, scene, setting, figure, values[f"{setting.key}.{figure}"])


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


def plus_minus(mean: float, sd: float | None) -> str:
    """As a figure is written: four digits, and two of its sd."""
    return f"{mean:.4g}" if sd is None else f"{mean:.4g} ± {sd:.2g}"


def table(chosen: Sequence[Opened]) -> int:
    """Print all figures; the number of misses by the wide rule."""
    print(f"{'lesson':<20} {'setting':<12} {'figure':<10} {'measured':>20} {'netcore':>20}")
    lines: list[Line] = []
    for opened in chosen:
        for line in run(opened, [setting.key for _, setting in measured_settings(opened)]):
            lines.append(line)
            reference, here = plus_minus(*line.reference), plus_minus(line.mean, line.sd)
            mark = "" if line.close else "  apart" if line.met else "  MISSED"
            print(
                f"{line.lesson:<20} {line.setting:<12} {line.figure:<10} {reference:>20} {here:>20}{mark}", flush=True
            )
    wrong = out_of_order(lines)
    for one, other in wrong:
        print(f"out of order: {one.lesson} {one.figure}: {one.setting}, {other.setting}")
    missed = sum(not line.met for line in lines)
    close = sum(line.close for line in lines)
    print(f"{len(lines) - missed} of {len(lines)} met, {close} by the narrow rule, {len(wrong)} pairs out of order")
    return missed + len(wrong)
