"""What came of a run of a task, one number a seed, and whether it reaches the goal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lab.homework.schema import Found, Goal
from lab.lessons.figures import SettingRuns, runs_of
from lab.lessons.schema import Figure
from lab.runs.orders.study import Cell, RunOutcome

FIGURE: Final = "goal"
LOSS: Final = "loss"


@dataclass(frozen=True)
class Result:
    """One number a seed, in the order of the seeds; None where the numbers of a run grew without bound.

    Args:
        figures: what the goal speaks of. losses: of the validation rows at the end.
    """

    figures: tuple[Found, ...]
    losses: tuple[Found, ...]
    parameters: int

    @property
    def mean(self) -> float:
        """Of the figures; NaN where one is missing."""
        return mean_of(self.figures)


def mean_of(figures: Sequence[Found]) -> float:
    """NaN where a seed has no number."""
    return float(np.mean([math.nan if value is None else value for value in figures]))


def runs_for(goal: Goal, cell: Cell, outcomes: Sequence[RunOutcome]) -> SettingRuns:
    """The runs as they are so far, with the figures that a task looks at."""
    return runs_of({FIGURE: goal.figure, LOSS: Figure()}, cell, outcomes)


def result_of(runs: SettingRuns) -> Result:
    """What stays of runs that have ended."""
    figures, losses = (
        tuple(float(value) if math.isfinite(value) else None for value in runs.figures[name]) for name in (FIGURE, LOSS)
    )
    return Result(figures, losses, int(runs.figures["parameters"][0]))


def reached(goal: Goal, result: Result) -> bool:
    """Whether the mean is on the right side of the number, with a network that is small enough."""
    if goal.parameters is not None and result.parameters > goal.parameters:
        return False
    return result.mean >= goal.number if goal.side == "at_least" else result.mean <= goal.number


def told(values: Sequence[Found]) -> str:
    """ "0.912, 0.887, –": so many digits that a figure which was rounded is not taken for a forged one."""
    return ", ".join("–" if value is None else f"{value:.5g}" for value in values)
