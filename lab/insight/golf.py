"""Golf: the smallest network that reaches a target on the validation part of a given problem.

A hole fixes the data and how they are divided; everything else is the player's. A run that was made on exactly these
data is a try, whatever it was made for. It is judged by its validation part alone: the test part stays sealed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from lab.insight.shelf import Entry
from lab.spec.data import DataSpec, SampleSource, SplitSpec, Task
from lab.spec.experiment import CompileSpec, Experiment, FitSpec
from lab.starts import adam, dense_layers, ending_in, propose_output

SPLIT_SEED: Final = 1
CLASSES: Final = 3  # where there are more than two
VALIDATION, TEST = 0.3, 0.2
FIRST_UNITS: Final = 16  # of the network that a hole begins with: it reaches every target but the hardest


@dataclass(frozen=True)
class Hole:
    """One problem.

    Args:
        sample: name of its table.
        target: at least this accuracy of the validation part at the end of the run, or at most this error.
        par: parameters of the smallest of the plain networks tried that got there from at least 4 of 5 seeds.
        epochs, rate: what that took.
    """

    sample: str
    inputs: tuple[str, ...]
    label: str
    task: Task
    target: float
    par: int
    par_units: tuple[int, ...]
    epochs: int
    rate: float

    @property
    def metric(self) -> str:
        """What it is judged by."""
        _output, _loss, (metric,) = propose_output(self.task, CLASSES)
        return metric

    @property
    def key(self) -> str:
        """Of the history."""
        return f"val_{self.metric}"

    @property
    def more_is_better(self) -> bool:
        return self.metric == "accuracy"

    def reached(self, value: float) -> bool:
        return value >= self.target if self.more_is_better else value <= self.target

    def experiment(self, units: Sequence[int] = (FIRST_UNITS,)) -> Experiment:
        """A network on this hole: one tanh layer for each of `units`."""
        output, loss, metrics = propose_output(self.task, CLASSES)
        return Experiment(
            data=DataSpec(
                source=SampleSource(name=self.sample),
                inputs=self.inputs,
                target=self.label,
                task=self.task,
                split=SplitSpec(
                    order="shuffled" if self.task == "regression" else "stratified",
                    validation=VALIDATION,
                    test=TEST,
                    seed=SPLIT_SEED,
                ),
            ),
            model=ending_in(output, dense_layers(units, "tanh")),
            compile=CompileSpec(optimizer=adam(self.rate), loss=loss, metrics=metrics),
            fit=FitSpec(epochs=self.epochs, batch_size=10),
        )


XY: Final = ("x1", "x2")
IRIS: Final = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
HOLES: Final = (
    Hole("gauss", XY, "label", "binary", 0.97, 3, (), 60, 0.03),
    Hole("circle", XY, "label", "binary", 0.95, 13, (3,), 200, 0.03),
    Hole("xor", XY, "label", "binary", 0.95, 17, (4,), 200, 0.03),
    Hole("sine_1d", ("x",), "y", "regression", 0.26, 10, (3,), 300, 0.03),
    Hole("iris", IRIS, "species", "multiclass", 0.93, 15, (), 100, 0.03),
    Hole("spiral", XY, "label", "binary", 0.90, 151, (10, 10), 400, 0.01),
)


@dataclass(frozen=True)
class Played:
    """A run that has ended, as far as golf is concerned.

    Args:
        number: of the run on the shelf.
        parameters: of its network; None if not known.
        last, best: value of each history key at the end, and at the best epoch.
        epoch: the last one.
        diverged: it has no end to be judged by.
    """

    number: int
    experiment: Experiment
    parameters: int | None
    last: Mapping[str, float]
    best: Mapping[str, float]
    epoch: int
    diverged: bool = False


def played(entries: Iterable[Entry]) -> list[Played]:
    """The runs on a shelf that have ended."""
    return [
        Played(
            entry.number,
            entry.experiment,
            entry.context.parameters,
            entry.summary.metrics,
            entry.summary.best,
            entry.summary.epoch,
            diverged=entry.summary.state not in ("finished", "stopped"),
        )
        for entry in entries
        if entry.ended
    ]


@dataclass(frozen=True)
class Try:
    """A run on a hole: its parameters, what it got on the validation part, and whether that is enough."""

    number: int
    parameters: int
    value: float
    reached: bool


@dataclass(frozen=True)
class Score:
    """How a hole stands.

    Args:
        tries: by run, the newest first.
        best: the smallest network that reached the target; the earlier run of two alike.
    """

    hole: Hole
    tries: tuple[Try, ...]
    best: Try | None

    @property
    def against_par(self) -> tuple[Literal["under", "even", "over"], int] | None:
        """On which side of par the best try is, and by how many parameters; None while there is none."""
        if self.best is None:
            return None
        over = self.best.parameters - self.hole.par
        return ("under" if over < 0 else "over" if over else "even"), abs(over)


def score(hole: Hole, runs: Sequence[Played]) -> Score:
    """What the runs are worth on a hole."""
    found = [_try(hole, run) for run in runs if run.experiment.data == _data(hole)]
    tries = tuple(sorted((one for one in found if one is not None), key=lambda one: -one.number))
    there = [one for one in tries if one.reached]
    return Score(hole, tries, min(there, key=lambda one: (one.parameters, one.number), default=None))


@cache
def _data(hole: Hole) -> DataSpec:
    return hole.experiment().data


def _try(hole: Hole, run: Played) -> Try | None:
    """None for a run that cannot be judged: it diverged, or did not watch the hole's metric."""
    stopping = run.experiment.fit.early_stopping
    restored = stopping is not None and stopping.restore_best_weights and run.epoch < run.experiment.fit.epochs
    value = (run.best if restored else run.last).get(hole.key)
    if run.diverged or value is None or run.parameters is None:
        return None
    return Try(run.number, run.parameters, value, hole.reached(value))
