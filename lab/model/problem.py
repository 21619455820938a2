"""Problem: something in an experiment that does not fit, with its sentence in the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lab.errors import LabError
from lab.texts import Language, say, say_error


@dataclass(frozen=True)
class Problem:
    """Something that does not fit; `lab.texts.say_error(problem, language)` says what and what to do.

    An "error" stops the run from starting, a "warning" or a "note" does not. `layer_id` is the layer at fault,
    `output` the output of a functional model that it is about.
    """

    code: str
    values: dict[str, Any]
    severity: Literal["error", "warning", "note"] = "error"
    layer_id: str | None = None
    output: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether no run starts while it is there."""
        return self.severity == "error"


def in_the_way(refusal: LabError | None, problems: Sequence[Problem]) -> list[LabError | Problem]:
    """What keeps an experiment from being trained: that there are no data for it, and its problems that block."""
    return [*([refusal] if refusal else []), *(problem for problem in problems if problem.blocks)]


def say_problem(problem: Problem, language: Language) -> str:
    """Its sentence; one about an output of several begins with the output's name."""
    sentence = say_error(problem, language)
    named = problem.output is None or "output" in problem.values
    return sentence if named else say("graph.of_output", language, output=problem.output, sentence=sentence)
