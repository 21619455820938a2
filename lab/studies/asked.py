"""A study that a person asked for: what was predicted, how far it is, and what came of it."""

from dataclasses import dataclass, field
from typing import Final

from lab.runs.orders.study import Cell, StudyView
from lab.runs.wire.messages import ENDED
from lab.spec.data import DataSpec
from lab.spec.experiment import Experiment
from lab.studies.catalogue import study
from lab.studies.definition import Setting
from lab.studies.result import Result, result_of

NO_IDEA: Final = ""


@dataclass
class Asked:
    """A study that was started.

    Args:
        experiment: what the knobs showed when it was asked for.
        own: on that experiment, not on the ready-made one.
        prediction: key of a setting, NO_IDEA, or None where there is nothing to choose from.
        thought: the same in the person's own words.
        study_id: of the study at the engine.
        cells: until it has ended.
        state: of the study; "lost" if the engine no longer knows it.
    """

    name: str
    settings: tuple[Setting, ...]
    seeds: int
    experiment: Experiment
    own: bool
    prediction: str | None
    thought: str
    study_id: str
    cells: list[Cell] = field(repr=False)
    result: Result | None = None
    state: str = "running"

    @property
    def going_on(self) -> bool:
        return self.result is None and self.state == "running"

    def belongs_to(self, data: DataSpec) -> bool:
        """Whether it may be shown under these data: a ready-made one stands by itself, an own one under its own."""
        return not self.own or self.experiment.data == data

    @property
    def predicted(self) -> str | None:
        """Key of the setting that was predicted; None if none was."""
        return self.prediction or None

    def seen(self, view: StudyView) -> None:
        """Where it is now: what came out is kept as soon as it has ended, and the cells are let go."""
        if view.state in ENDED and self.result is None:
            self.result = result_of(study(self.name), self.settings, self.cells, view.outcomes)
            self.state, self.cells = view.state, []

    def lost(self) -> None:
        """The engine no longer knows it."""
        self.state, self.cells = "lost", []

    def done(self, view: StudyView) -> int:
        """How many settings have all their runs behind them."""
        return sum(
            len(outcomes) == self.seeds and all(outcome.ended for outcome in outcomes)
            for outcomes in view.outcomes.values()
        )


def runs_of(settings: tuple[Setting, ...], seeds: int) -> int:
    """How many networks a study trains."""
    return len(settings) * seeds
