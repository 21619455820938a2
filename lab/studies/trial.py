"""Whether an advice helped: the run as it was and the run with the advice followed, each over the same few seeds.

Both have the same rows, and seed by seed the same start weights (as far as their shapes are the same), so that what is
left between them is the advice, and luck; the luck band (`lab.studies.band`) says how much of it.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from lab.data.table import Table
from lab.edits.advice import REMEDIES, Known
from lab.runs.orders.study import Cell, StudyView
from lab.runs.wire.messages import ENDED
from lab.spec.experiment import Experiment
from lab.studies.band import FEWEST
from lab.studies.definition import Option, Setting, Study, cells_of
from lab.studies.result import Result, result_of
from lab.studies.words import Words

SEEDS: Final = 5
BEFORE: Final = "before"


@dataclass(frozen=True)
class Trial:
    """What is tried, as a one-click experiment of two settings."""

    study: Study
    settings: tuple[Setting, Setting]

    def cells(self, table: Table) -> list[Cell]:
        """What is to be trained: the run's own seed first. Raises DataError."""
        first = self.settings[0].experiment.seed
        return cells_of(self.settings, range(first, first + SEEDS), table)


@dataclass
class Tried:
    """A trial that was started on a run, and what came out of it.

    Args:
        code: of the advice.
        study_id: of the study at the engine.
        cells: until it has ended.
        result: None while it goes on.
    """

    run_id: str
    number: int
    code: str
    trial: Trial
    study_id: str
    cells: list[Cell] = field(repr=False)
    result: Result | None = None

    def seen(self, view: StudyView) -> None:
        """Where it is now: what came out is kept as soon as it has ended, and the cells are let go."""
        if view.state in ENDED and self.result is None:
            self.result = result_of(self.trial.study, self.trial.settings, self.cells, view.outcomes)
            self.cells = []


def trial_of(code: str, experiment: Experiment, known: Known) -> Trial | None:
    """The experiment as it ran, and with the advice followed.

    None for an advice that changes nothing, that only a person can follow, or whose losses are of other rows or in
    another unit.
    """
    remedy = REMEDIES.get(code)
    if remedy is None or remedy.anew:
        return None
    split = experiment.data.split
    seed = experiment.seed if split.seed is None else split.seed
    before = experiment.with_data(split=split.replace(seed=seed)).replace(origin=None)
    after = remedy.applied_to(before, known)
    if after is None:
        return None
    options = (
        Option(BEFORE, Words("trial.before"), lambda one: one),
        Option(code, Words(f"advice.{code}"), lambda _: after),
    )
    study = Study("trial", "", lambda: before, (), ("curves",), lambda result: [verdict_on_trial(result)])
    return Trial(study, (Setting(options[:1], before), Setting(options[1:], after)))


def verdict_on_trial(result: Result) -> Words:
    """Whether it helped, in a sentence with its numbers."""
    if len(result.settings) < 2 or result.seeds < FEWEST:
        return Words("trial.nothing")
    before, after = result.settings
    old, new = before.band(result.value).median, after.band(result.value).median
    if math.isnan(new):
        return Words("trial.after_lost", {"lost": after.lost, "seeds": len(after.runs)})
    if math.isnan(old):
        return Words("trial.before_lost", {"lost": before.lost, "seeds": len(before.runs), "after": new})
    better = new < old
    found = result.compare(after, before) if better else result.compare(before, after)
    outcome = "luck" if not found.clear else "helped" if better else "harmed"
    wins = sum(
        mine < theirs for mine, theirs in zip(after.values(result.value), before.values(result.value), strict=True)
    )
    return Words(
        f"trial.{outcome}", {"before": old, "after": new, "band": found.band, "wins": wins, "seeds": found.pairs}
    )
