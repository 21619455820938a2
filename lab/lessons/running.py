"""A lesson that is being run: its scenes as one study, and what has come out so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lab.data.samples import load_sample
from lab.data.table import Table
from lab.lessons.figures import Array, SettingRuns, runs_of, values_of
from lab.lessons.reader import Opened
from lab.lessons.schema import MINE, Scene
from lab.runs.orders.study import Cell, StudyView
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.messages import ENDED
from lab.spec.experiment import Experiment
from lab.studies.definition import made_cells

HERE = "here"  # owner of what nobody else may see


def cells_with(experiments: Mapping[str, Experiment], seeds: Sequence[int]) -> list[Cell]:
    """Each experiment from each seed, under its key, its rows prepared. Raises DataError."""
    return made_cells([(key, one, table_of(one)) for key, one in experiments.items()], seeds)


def cells_of(opened: Opened, scenes: Sequence[Scene], seeds: Sequence[int]) -> list[Cell]:
    """Everything that these scenes train. Raises DataError."""
    keys = [setting.key for scene in scenes for setting in scene.settings]
    return cells_with({key: opened.experiments[key] for key in keys}, seeds)


def table_of(experiment: Experiment) -> Table:
    """The sample that it learns from: a lesson has no other. Raises TableError."""
    return load_sample(experiment.data.source.name, experiment.data.reading)


def scenes_of(opened: Opened, *, long: bool = False) -> tuple[Scene, ...]:
    """Those that a person waits for; the long ones too, if asked."""
    return tuple(scene for scene in opened.lesson.scenes if long or not scene.long)


def settings_of(opened: Opened, cells: Sequence[Cell], view: StudyView) -> dict[str, SettingRuns]:
    """What is known so far, by the key of the setting."""
    found = {}
    for cell in cells:
        scene = (
            opened.lesson.scene(opened.lesson.further.scene)
            if cell.key == MINE
            else opened.lesson.settings[cell.key][0]
        )
        found[cell.key] = runs_of(scene.figures, cell, view.outcomes.get(cell.key, ()))
    return found


def trained(opened: Opened, cells: Sequence[Cell]) -> dict[str, SettingRuns]:
    """All of them from start to end, in this process. Raises RunError."""
    engine = InlineEngine()
    study = engine.start_study(cells, HERE, predict=True)
    engine.advance()
    return settings_of(opened, cells, engine.study(study, HERE))


@dataclass
class Running:
    """A study that was started for a lesson, on one owner's place.

    Args:
        settings: what came out, once it has ended.
        state: of the study; "lost" if the engine no longer knows it.
    """

    opened: Opened
    study_id: str
    cells: list[Cell] = field(repr=False)
    settings: dict[str, SettingRuns] = field(default_factory=dict, repr=False)
    state: str = "running"

    @property
    def going_on(self) -> bool:
        return self.state == "running"

    @property
    def can_be_told(self) -> bool:
        """Whether every setting has a run that has begun: of none there are no figures."""
        return bool(self.settings) and all(one.runs for one in self.settings.values())

    @property
    def values(self) -> Mapping[str, Array]:
        return values_of(self.settings)

    def seen(self, view: StudyView) -> None:
        """Where it is now; rows are let go of as soon as it has ended."""
        self.settings = settings_of(self.opened, self.cells, view)
        if view.state in ENDED:
            self.state, self.cells = view.state, []

    def lost(self) -> None:
        """The engine no longer knows it."""
        self.state, self.cells = "lost", []
