"""What came out of a study: numbers of each run, and what can be read from them by every picture and sentence."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from lab.data.prepare import Dataset
from lab.model.measures import larger_is_better, metric_unit
from lab.runs.orders.study import Cell, RunOutcome
from lab.studies.band import Band, Comparison, band_of, compare
from lab.studies.definition import Setting, Study
from lab.studies.figures import RunFigures, figures_of, measures_of
from lab.studies.scores import scores_of
from lab.studies.words import Words
from lab.texts import has_text


@dataclass(frozen=True)
class SettingResult:
    """The runs of one setting, one a seed."""

    setting: Setting
    runs: tuple[RunFigures, ...]

    def values(self, figure: str) -> list[float]:
        """One number of each seed."""
        return [run.values.get(figure, math.nan) for run in self.runs]

    def band(self, figure: str) -> Band:
        return band_of(self.values(figure))

    def curves(self, name: str) -> list[Sequence[float]]:
        """One curve of each seed."""
        return [run.curves.get(name, ()) for run in self.runs]

    @property
    def lost(self) -> int:
        """Seeds with which it diverged."""
        return sum(run.diverged for run in self.runs)


@dataclass(frozen=True)
class Result:
    """All settings that have a run, in their order.

    Args:
        measure: what is compared, "loss" or a metric; on the validation rows.
        measures: what else could be.
        unit: of the measure, "" if it has none.
        scores: names of the scores that the predictions were given, see `lab.studies.scores`.
    """

    study: Study
    settings: tuple[SettingResult, ...]
    measure: str
    measures: tuple[str, ...] = ("loss",)
    units: Mapping[str, str] = field(default_factory=dict)
    scores: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The figure that is compared."""
        return f"val_{self.measure}"

    @property
    def up(self) -> bool:
        """Whether larger is better."""
        return larger_is_better(self.measure)

    @property
    def unit(self) -> str:
        return self.units.get(self.measure, "")

    @property
    def measure_words(self) -> Words:
        """The measure as it is read, on the validation rows."""
        return Words("studies.validation_of", {"measure": measure_name(self.measure)})

    def amount(self, value: float) -> Words | float:
        """A value of the measure with its unit."""
        return Words("studies.amount", {"value": value, "unit": self.unit}) if self.unit else value

    @property
    def seeds(self) -> int:
        return max((len(one.runs) for one in self.settings), default=0)

    def with_measure(self, measure: str) -> "Result":
        return replace(self, measure=measure if measure in self.measures else self.measures[0])

    @cached_property
    def ranked(self) -> tuple[SettingResult, ...]:
        """The best setting first; those that mostly diverged are left out."""
        known = [one for one in self.settings if not math.isnan(one.band(self.value).median)]
        return tuple(sorted(known, key=lambda one: one.band(self.value).median, reverse=self.up))

    def compare(self, one: SettingResult, other: SettingResult, figure: str | None = None) -> Comparison:
        """The better setting first."""
        figure = figure or self.value
        return compare(one.values(figure), other.values(figure), up=self.up)

    def as_good_as_best(self) -> tuple[SettingResult, ...]:
        """The best, and those whose distance to it may be luck."""
        best = self.ranked[0]
        return (best, *(one for one in self.ranked[1:] if not self.compare(best, one).clear))

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of all figures, in the order of the table."""
        first = [self.value, f"train_{self.measure}", f"best_{self.measure}", "best_epoch"]
        found = dict.fromkeys(name for one in self.settings for run in one.runs for name in run.values)
        rest = [name for name in found if name not in first and not name.startswith(("val_", "train_", "best_"))]
        others = [name for name in found if name not in first and name.startswith("val_")]
        return tuple(name for name in (*first, *others, *rest) if name in found)

    def to_csv(self) -> str:
        """Every figure of every run, one run a line."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["setting", "seed", "diverged", *self.figures])
        for one in self.settings:
            for run in one.runs:
                numbers = [repr(float(run.values.get(name, math.nan))) for name in self.figures]
                writer.writerow([one.setting.key, run.seed, int(run.diverged), *numbers])
        return text.getvalue()


def measure_name(measure: str) -> Words | str:
    """A measure as it is read; one that has no words of its own goes by its Keras name."""
    key = f"studies.measure.{measure}"
    return Words(key) if has_text(key) else measure


def measure_title(result: Result, *, both: bool = False) -> Words | str:
    """The measure with its unit, on the validation rows or on both parts."""
    name = measure_name(result.measure) if both else result.measure_words
    return Words("studies.with_unit", {"name": name, "unit": result.unit}) if result.unit else name


def result_of(
    study: Study,
    settings: Sequence[Setting],
    cells: Sequence[Cell],
    outcomes: Mapping[str, Sequence[RunOutcome]],
    measure: str | None = None,
) -> Result:
    """What is known so far; settings of which no run has ended are left out."""
    found: list[SettingResult] = []
    measures: tuple[str, ...] = ("loss",)
    scores: tuple[str, ...] = ()
    units: dict[str, str] = {}
    for setting, cell in zip(settings, cells, strict=True):
        ended = [
            (run, outcome) for run, outcome in zip(cell.runs, outcomes.get(cell.key, ()), strict=False) if outcome.ended
        ]
        if not ended:
            continue
        measures = measures_of(setting.experiment, [outcome for _, outcome in ended])
        units = units_of(measures, ended[0][0][1])
        runs = []
        for (experiment, dataset), outcome in ended:
            figures = figures_of(experiment.seed, outcome, experiment)
            if study.predicts:
                given = scores_of(dataset, outcome.predictions)
                scores = tuple(given)
                figures = replace(figures, values={**figures.values, **given})
            runs.append(figures)
        found.append(SettingResult(setting, tuple(runs)))
    wanted = measure or study.measure
    return Result(study, tuple(found), wanted if wanted in measures else "loss", measures, units, scores)


def units_of(measures: Sequence[str], dataset: Dataset) -> dict[str, str]:
    """Of the measures that have the target's unit; of a target that was scaled they have none."""
    if dataset.task != "regression" or dataset.target_scale != 1.0 or dataset.others:
        return {}
    unit = dataset.target_unit
    return {name: unit for name in measures if metric_unit(name, unit) == unit}
