"""What a loss makes of a few predictions: those of the loss bench, from sure and right to sure and wrong."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.insight.loss_bench import ACTIVATION, GUESTS, Problem, losses_for, problem_of, read
from lab.spec.experiment import Experiment, GraphSpec
from lab.studies.words import number
from lab.texts import Language, say
from lab.texts.parts import name_of

# scores before the activation, and the target that they are held against
SCORES: dict[Problem, tuple[tuple[float, ...], ...]] = {
    "regression": ((3.0,), (2.5,), (2.0,), (0.0,), (-3.0,)),
    "binary": ((4.0,), (1.0,), (0.0,), (-1.0,), (-4.0,)),
    "categorical": ((4.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 4.0, 0.0)),
}
TARGETS: dict[Problem, tuple[float, ...]] = {"regression": (3.0,), "binary": (1.0,), "categorical": (1.0, 0.0, 0.0)}
USUAL: dict[Problem, tuple[str, ...]] = {
    "regression": ("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError"),
    "binary": ("BinaryCrossentropy", "MeanSquaredError"),
    "categorical": ("CategoricalCrossentropy", "MeanSquaredError"),
}


@dataclass(frozen=True)
class Judged:
    """What the losses say of the predictions.

    Args:
        loss: the one that the code compiles with.
        shown: the predictions as they are written.
        values: loss -> its value for each prediction; the code's own first.
    """

    problem: Problem
    loss: str
    shown: tuple[str, ...]
    values: dict[str, tuple[float, ...]]

    def rows(self, language: Language) -> list[dict[str, Any]]:
        """One prediction a row."""
        title = say(f"note.losses.{self.problem}", language)
        return [
            {title: shown} | {_short(name, language): number(values[place]) for name, values in self.values.items()}
            for place, shown in enumerate(self.shown)
        ]

    def sentence(self, language: Language) -> str:
        """How much more the last prediction costs than the middle one, by the code's own loss."""
        own = self.values[self.loss]
        values = {"loss": _short(self.loss, language), "middle": self.shown[2], "worst": self.shown[-1]}
        return say("note.losses.sentence", language, **values, low=number(own[2]), high=number(own[-1]))


def judged(experiment: Experiment) -> Judged | None:
    """Of the loss that the experiment compiles with; None of several outputs, and of sequences."""
    if isinstance(experiment.model, GraphSpec):
        return None
    loss = experiment.compile.loss.type
    activation = experiment.model.layers[-1].params.get("activation") if experiment.model.layers else None
    visited = (one for one, guests in GUESTS.items() if loss in guests and ACTIVATION[one] == activation)
    problem = next(visited, problem_of(loss))
    if problem not in SCORES:
        return None
    names = dict.fromkeys([loss, *USUAL[problem]])
    known = losses_for(problem)
    scores, target = np.array(SCORES[problem]), np.array(TARGETS[problem])
    found = {name: read(name, problem, target, scores) for name in names if name in known}
    outputs = read(USUAL[problem][0], problem, target, scores).outputs[:, 0]
    shown = tuple(f"{output:.2f}" for output in outputs)
    return Judged(problem, loss, shown, {name: tuple(one.values.tolist()) for name, one in found.items()})


def _short(name: str, language: Language) -> str:
    return name_of("loss_bench.short", name, language)
