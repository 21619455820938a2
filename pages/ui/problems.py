"""Problems of an experiment as plain sentences, each at the knob it is about and before anything is trained."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import streamlit as st

from lab.data.prepare import Dataset
from lab.edits.mends import mend_of
from lab.errors import LabError
from lab.model.knobs import knob_of
from lab.model.problem import Problem
from lab.texts import say
from pages.ui.state import AppState
from pages.ui.text import name_of, plain, tell_error

ICONS = {"error": ":material/error:", "warning": ":material/warning:", "note": ":material/info:"}


@dataclass
class Untold:
    """Problems that no widget of this screen has told yet, each with its knob."""

    dataset: Dataset | None = None
    problems: list[tuple[str, Problem]] = field(default_factory=list)


def _untold(state: AppState) -> Untold:
    """Of this screen: it goes with all that was worked out for a page that has gone."""
    untold: Untold = state.memo.setdefault("untold", Untold())
    return untold


def begin_telling(state: AppState, problems: Iterable[Problem], dataset: Dataset | None) -> None:
    """Before a page is drawn."""
    untold = _untold(state)
    untold.dataset = dataset
    untold.problems = [(knob_of(problem, state.experiment), problem) for problem in problems]


def tell_at(name: str, state: AppState) -> None:
    """Below a widget: what speaks against its value. Each problem is told once a page, at the first widget of its knob.

    Args:
        name: of the widget, its key without the revision.
    """
    untold = _untold(state)
    here = [one for one in untold.problems if name == one[0] or name.startswith(f"{one[0]}.")]
    if here:
        untold.problems = [one for one in untold.problems if one not in here]
        _tell(here, state)


def tell_the_rest(state: AppState) -> None:
    """Where the page ends: problems whose knobs stand on other pages."""
    untold = _untold(state)
    rest, untold.problems = untold.problems, []
    _tell(rest, state)


def _tell(problems: Iterable[tuple[str, Problem]], state: AppState) -> None:
    for _knob, problem in problems:
        show_problems([problem], state)
        mend_button(problem, state)


def show_problems(problems: Iterable[LabError | Problem], state: AppState) -> None:
    """Errors keep the experiment from being trained; warnings and notes tell what to expect."""
    boxes = {"error": st.error, "warning": st.warning, "note": st.info}
    for problem in problems:
        severity = problem.severity if isinstance(problem, Problem) else "error"
        boxes[severity](sentence(problem, state), icon=ICONS[severity])


def mend_button(problem: Problem, state: AppState) -> None:
    """One click that puts the setting right, and says what it will be."""
    mend = mend_of(problem, state.experiment, _untold(state).dataset)
    if mend is None:
        return
    layers, compiled = mend.experiment.model.layers, mend.experiment.compile
    arguments = ", ".join(str(value) for value in layers[-1].params.values()) if layers else ""
    words = {
        "output": f"{layers[-1].type}({arguments})" if layers else "",
        "loss": name_of("loss", compiled.loss.type, state.language),
        "rate": f"{compiled.learning_rate:g}",
        "batch_size": mend.experiment.fit.batch_size,
        "percent": f"{mend.experiment.data.split.validation:.0%}",
        "metric": problem.values.get("metric", ""),
    }
    st.button(
        say(f"mend.{mend.code}", state.language, **words),
        key=f"mend-{problem.code}-{problem.layer_id or problem.values.get('metric', '')}",
        icon=":material/build:",
        on_click=state.replace_experiment,
        args=(mend.experiment,),
    )


def sentence(problem: LabError | Problem, state: AppState) -> str:
    """One about an output of several begins with the output's name."""
    told = tell_error(problem, state.language)
    output = problem.output if isinstance(problem, Problem) else None
    if output is None or "output" in problem.values:
        return told
    return say("graph.of_output", state.language, output=plain(output), sentence=told)
