"""The figures of a lesson's runs: for each setting and figure one number a seed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lab.data.prepare import Dataset
from lab.insight.ctc import blank_share, greedy, letter_error
from lab.lessons.schema import Figure, Scene
from lab.model.layer_table import layer_rows
from lab.model.outputs import output_units
from lab.runs.orders.study import Cell, RunOutcome
from lab.spec.experiment import Experiment
from lab.spec.graph import GraphSpec
from lab.studies.figures import RunFigures, figures_of
from lab.studies.scores import scores_of
from lab.verdict.baseline import baseline, error_of
from lab.verdict.baseline_loss import baseline_loss

Array = npt.NDArray[np.float64]
PREFIX = {"validation": "val", "training": "train"}


@dataclass(frozen=True)
class SettingRuns:
    """What came of one setting: its runs in the order of the seeds, and its figures, one number each."""

    key: str
    runs: tuple[RunFigures, ...]
    figures: Mapping[str, Array]

    def curve(self, name: str) -> list[Sequence[float]]:
        """One curve of each seed."""
        return [run.curves.get(name, ()) for run in self.runs]

    @property
    def steps_an_epoch(self) -> list[float]:
        """Updates of each run that has an epoch behind it."""
        return [run.values["updates"] / run.values["epochs"] for run in self.runs if run.values["epochs"]]


def runs_of(figures: Mapping[str, Figure], cell: Cell, outcomes: Sequence[RunOutcome]) -> SettingRuns:
    """The figures of a setting, also while it goes on: then of the runs that have begun."""
    begun = [
        (experiment, dataset, outcome)
        for (experiment, dataset), outcome in zip(cell.runs, outcomes, strict=False)
        if outcome.history
    ]
    runs = tuple(figures_of(experiment.seed, outcome, experiment) for experiment, _, outcome in begun)
    found = {
        name: np.array([_value(figure, run, *one) for run, one in zip(runs, begun, strict=True)])
        for name, figure in figures.items()
    }
    found["parameters"] = np.array([run.values["parameters"] for run in runs])
    return SettingRuns(cell.key, runs, found)


def measured_by(experiment: Experiment) -> tuple[str, ...]:
    """What a figure of validation or training rows may be `of`, scores aside."""
    if not isinstance(experiment.model, GraphSpec):
        return ("loss", *experiment.compile.metrics)
    outputs = experiment.model.outputs
    if len(outputs) == 1:
        return ("loss", *outputs[0].metrics)
    return ("loss", *(f"{one.name}_{name}" for one in outputs for name in ("loss", *one.metrics)))


def names_of(scene: Scene) -> tuple[str, ...]:
    """What formulas may ask of a setting of this scene."""
    return (*scene.figures, "parameters")


def _value(figure: Figure, run: RunFigures, experiment: Experiment, dataset: Dataset, outcome: RunOutcome) -> float:
    if figure.part == "run":
        if figure.of.startswith("layer_"):
            rows = layer_rows(experiment, dataset)
            place = int(figure.of.removeprefix("layer_"))
            return float(rows[place - 1].parameters or 0) if place <= len(rows) else math.nan
        if figure.of == "baseline_loss":
            return _without_a_network(experiment, dataset)
        if figure.of == "baseline_error":
            return (
                error_of(baseline(dataset, experiment.compile.loss), dataset, "validation")
                if len(dataset.validation.target)
                else math.nan
            )
        return _of_run(figure.of, run, dataset, outcome)
    if figure.of.startswith("score_"):
        return scores_of(dataset, outcome.predictions, figure.judges).get(figure.of, math.nan)
    name = f"{PREFIX[figure.part]}_{figure.of}"
    if figure.at == "end":
        return run.values.get(name, math.nan)
    if figure.at == "best":
        return run.values.get(f"best_{figure.of}", math.nan)
    curve = run.curves.get(name, ())
    return float(curve[figure.at - 1]) if len(curve) >= figure.at else math.nan


def _of_run(name: str, run: RunFigures, dataset: Dataset, outcome: RunOutcome) -> float:
    if name == "diverged":
        return float(run.diverged)
    if name in ("letter_error", "blanks"):
        if outcome.predictions is None:
            return math.nan
        given = np.asarray(outcome.predictions)
        if name == "blanks":
            return blank_share(given)
        return letter_error(np.asarray(dataset.validation.target), greedy(given))
    return float(run.values.get(name, math.nan))


def _without_a_network(experiment: Experiment, dataset: Dataset) -> float:
    """The loss on the validation rows of a forecast that knows the targets of the training rows alone."""
    if isinstance(experiment.model, GraphSpec):
        return math.nan  # of several outputs each has a baseline of its own
    line = baseline_loss(
        experiment, dataset, baseline(dataset, experiment.compile.loss), "validation", output_units(experiment, dataset)
    )
    return math.nan if line is None else line.value


def means_of(values: Mapping[str, Array]) -> dict[str, float]:
    """The mean of each over the seeds."""
    return {name: float(np.mean(numbers)) for name, numbers in values.items()}


def values_of(settings: Mapping[str, SettingRuns]) -> dict[str, Array]:
    """ "setting.figure" -> one number a seed, as formulas ask for them; of a study that was stopped, those of the
    seeds that every setting has.
    """
    seeds = [{run.seed for run in one.runs} for one in settings.values()]
    both = set.intersection(*seeds) if seeds else set[int]()
    found: dict[str, Array] = {}
    for key, one in settings.items():
        kept = np.array([run.seed in both for run in one.runs], dtype=bool)
        found |= {f"{key}.{name}": numbers[kept] for name, numbers in one.figures.items()}
    return found
