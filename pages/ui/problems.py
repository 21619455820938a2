"""Problems of an experiment as plain sentences: what is wrong, where, and what to do."""

from collections.abc import Iterable

import streamlit as st

from lab.errors import LabError
from lab.model.problem import Problem
from lab.texts import say
from pages.ui.state import AppState
from pages.ui.text import plain, tell_error

ICONS = {"error": ":material/error:", "warning": ":material/warning:", "note": ":material/info:"}


def show_problems(problems: Iterable[LabError | Problem], state: AppState) -> None:
    """Errors keep the experiment from being trained; warnings and notes tell what to expect."""
    boxes = {"error": st.error, "warning": st.warning, "note": st.info}
    for problem in problems:
        severity = problem.severity if isinstance(problem, Problem) else "error"
        boxes[severity](sentence(problem, state), icon=ICONS[severity])


def sentence(problem: LabError | Problem, state: AppState) -> str:
    """One about an output of several begins with the output's name."""
    told = tell_error(problem, state.language)
    output = problem.output if isinstance(problem, Problem) else None
    if output is None or "output" in problem.values:
        return told
    return say("graph.of_output", state.language, output=plain(output), sentence=told)
