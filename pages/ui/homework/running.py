"""Runs of a task: begun, watched while they go on, and what came out beside the goal."""

import pandas as pd
import streamlit as st

from lab.charts.lessons import Line, lesson_curves
from lab.errors import LabError
from lab.homework.figures import reached
from lab.homework.schema import Task
from lab.homework.table import tries_table, try_told
from lab.homework.work import Try, Work
from lab.lessons.pictures import curve_name
from lab.runs.serve.host import engine
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.bench import table_of
from pages.ui.chart import show_chart
from pages.ui.homework.links import tell_later
from pages.ui.lessons.running import tell_end, wait
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.waiting import goes_on


def run(state: AppState, work: Work) -> None:
    """The button, curves while they come, and what came out."""
    trying = work.trying
    busy = goes_on(state, trying)
    work.ended()  # here and not where it is looked at: the last look may have been that of the curves alone
    st.button(
        say("homework_page.run", state.language, seeds=len(work.task.seeds)),
        key="homework-run",
        type="primary",
        icon=":material/play_arrow:",
        disabled=busy,
        on_click=_begin,
        args=(work,),
    )
    if trying is None:
        return
    if busy:
        wait(state, trying, lambda: _curves(state, work.task, trying))
    else:
        tell_end(state, trying.state)
        _curves(state, work.task, trying)
    _tries(state, work)


def _begin(work: Work) -> None:
    """Callback."""
    state = app_state()
    try:
        work.begin(table_of(work.task.experiment, state.desk), engine(), state.owner)
    except (LabError, NetcoreError) as refusal:
        tell_later(refusal)


def _curves(state: AppState, task: Task, trying: Try) -> None:
    """Each seed a thin line."""
    if trying.runs is None or not trying.runs.runs:
        return
    curve = f"val_{task.goal.figure.of}"
    name = say("homework_page.try", state.language, number=trying.number)
    line = Line(name, trying.runs.curve(curve))
    show_chart(lesson_curves([line], curve_name(curve, state.language), state.language), "homework-curves")


def _tries(state: AppState, work: Work) -> None:
    """All that came out, beside the goal, and which of them are handed in."""
    if not work.finished:
        return
    newest = work.finished[-1]
    won = newest.result is not None and reached(work.task.goal, newest.result)
    words = {"number": newest.number, "told": try_told(newest, work.task, state.language)}
    box, icon, key = (st.success, ":material/flag:", "won") if won else (st.info, ":material/trending_up:", "lost")
    box(say(f"homework_page.{key}", state.language, **words), icon=icon)
    st.dataframe(pd.DataFrame(tries_table(work.finished, work.task, state.language)), hide_index=True)
    labels = {one.number: try_told(one, work.task, state.language) for one in work.finished}
    key = f"homework-chosen-{work.task.fingerprint[:12]}-{len(work.tries)}-{newest.number}"
    st.multiselect(
        say("homework_page.chosen", state.language, most=work.task.runs),
        list(labels),
        default=[number for number in work.chosen if number in labels],
        max_selections=work.task.runs,
        format_func=lambda number: f"{number} · {labels[number]}",
        key=key,
        on_change=_choose,
        args=(key, work),
        placeholder=say("form.choose", state.language),
    )


def _choose(key: str, work: Work) -> None:
    """Callback."""
    work.chosen = list(widget_value(key))
