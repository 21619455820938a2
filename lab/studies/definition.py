"""What a one-click experiment is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal

from lab.data.prepare import Dataset, prepare_cached
from lab.data.table import Table
from lab.runs.orders.study import Cell, check_count, check_rows
from lab.spec.experiment import Experiment
from lab.spec.limits import current_limits
from lab.studies.words import Words

if TYPE_CHECKING:
    from lab.studies.result import Result

Change = Callable[[Experiment], Experiment]
Picture = Literal["curves", "costs", "sweep", "bars", "scores", "map", "band"]


@dataclass(frozen=True)
class Option:
    """One value of a knob.

    Args:
        key: names it on its axis, the same in both languages.
        label: as a person reads it.
        change: sets an experiment to it.
        x: its place on an axis of numbers; None if it is a name.
    """

    key: str
    label: Words | str
    change: Change
    x: float | None = None


@dataclass(frozen=True)
class Axis:
    """A knob and the values worth trying; its name with unit stands at "studies.axis.<name>".

    Args:
        options: of an experiment that has so many rows to learn from; empty if it has no such knob.
        log: steps of the same factor are drawn equally wide.
    """

    name: str
    options: Callable[[Experiment, int], Sequence[Option]]
    log: bool = True

    @property
    def title(self) -> Words:
        return Words(f"studies.axis.{self.name}")


@dataclass(frozen=True)
class Setting:
    """A value of each knob, and the experiment with them."""

    at: tuple[Option, ...]
    experiment: Experiment

    @property
    def key(self) -> str:
        return " × ".join(option.key for option in self.at) or "base"

    @property
    def label(self) -> Words | str:
        if len(self.at) < 2:
            return self.at[0].label if self.at else Words("studies.as_it_is")
        return Words("studies.two_values", {"first": self.at[0].label, "second": self.at[1].label})


@dataclass(frozen=True)
class Study:
    """A one-click experiment. Its texts stand at "studies.<name>.title", ".question", ".why" and ".start".

    Args:
        lesson: whose measured effect it repeats, such as "L10".
        base: the ready-made experiment on which the effect shows.
        axes: none (the seed alone), one, or two knobs.
        pictures: drawn one below the other.
        conclude: sentences from what came out.
        measure: what is compared: "loss" or a metric of the base; a person may choose another.
        seeds: how many unless asked otherwise.
        predicts: the pictures need the predictions of the validation rows.
        asks: which setting the question is about: the "best" or "worst" by the measure, the "fewest" of those as good
            as the best, or the best by a score ("score_…").
        fits: refuses an experiment that it makes no sense for, by the key of a sentence; None if it fits.
    """

    name: str
    lesson: str
    base: Callable[[], Experiment]
    axes: tuple[Axis, ...]
    pictures: tuple[Picture, ...]
    conclude: "Callable[[Result], list[Words]]"
    measure: str = "loss"
    seeds: int = 5
    predicts: bool = False
    asks: str = "best"
    fits: Callable[[Experiment], str | None] = lambda experiment: None

    @property
    def title(self) -> Words:
        return Words(f"studies.{self.name}.title")

    def options(self, experiment: Experiment, rows: int) -> tuple[tuple[Option, ...], ...]:
        """The values of each axis for this experiment with so many rows to learn from."""
        return tuple(tuple(axis.options(experiment, rows)) for axis in self.axes)

    def refusal(self, experiment: Experiment, rows: int) -> str | None:
        """Why it makes no sense for this experiment, as the key of a sentence; None if it does."""
        found = self.fits(experiment)
        if found is not None:
            return found
        few = next((axis for axis, one in zip(self.axes, self.options(experiment, rows), strict=True) if not one), None)
        return None if few is None else f"studies.no_{few.name}"

    def settings(
        self, experiment: Experiment, rows: int, chosen: Sequence[Sequence[str]] | None = None
    ) -> tuple[Setting, ...]:
        """All combinations of the values, or of those whose keys were chosen for each axis.

        Raises:
            ExperimentError, NetcoreError: a value does not fit the experiment.
        """
        offered = self.options(experiment, rows)
        if chosen is not None:
            offered = tuple(
                tuple(option for option in options if option.key in keys)
                for options, keys in zip(offered, chosen, strict=True)
            )
        return tuple(Setting(at, _with_all(at, experiment)) for at in product(*offered))


def _with_all(options: Sequence[Option], experiment: Experiment) -> Experiment:
    for option in options:
        experiment = option.change(experiment)
    return experiment


def from_start_weights(experiment: Experiment) -> Experiment:
    """A study begins with start weights: what a fork had learned before, and knobs turned on the way, are left out."""
    return experiment.replace(origin=None).with_fit(changes=())


def cells_of(settings: Sequence[Setting], seeds: Sequence[int], table: Table) -> list[Cell]:
    """What the engine trains: each setting from each seed, its rows prepared. Raises as `made_cells`."""
    return made_cells([(setting.key, setting.experiment, table) for setting in settings], seeds)


def made_cells(wanted: Sequence[tuple[str, Experiment, Table]], seeds: Sequence[int]) -> list[Cell]:
    """Each experiment with its table from each seed, under its key; those that learn from the same rows share them.

    Raises:
        RunError: these are more runs, or other rows for more of them, than a study may have.
        DataError: the rows cannot be divided or prepared as an experiment asks for.
    """
    limits = current_limits()
    check_count(len(wanted) * len(seeds), limits)
    prepared: dict[tuple[object, int], Dataset] = {}

    def dataset(experiment: Experiment, table: Table, seed: int) -> Dataset:
        key = (experiment.data, seed if experiment.data.split.seed is None else -1)
        if key not in prepared:
            prepared[key] = prepare_cached(table, experiment.data, seed)
            check_rows(prepared.values(), limits)
        return prepared[key]

    return [
        Cell(key, tuple((experiment.replace(seed=seed), dataset(experiment, table, seed)) for seed in seeds))
        for key, experiment, table in wanted
    ]


def rows_to_learn_from(table: Table, experiment: Experiment) -> int:
    """Rows of the training part when all of them are used."""
    whole = experiment.with_data(split=experiment.data.split.replace(train_rows=None))
    return len(prepare_cached(table, whole.data, experiment.seed).train.rows)
