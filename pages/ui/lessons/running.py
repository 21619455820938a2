"""Runs of a lesson on a page: started, watched while they go on, and what has come out."""

from collections.abc import Callable, Sequence

import streamlit as st

from lab.charts.lessons import Drawn, Mark, Over
from lab.errors import LabError
from lab.lessons.finding import Known
from lab.lessons.lecture import Lecture
from lab.lessons.pictures import Picture, chart_of, figures_table, pictures_of
from lab.lessons.progress import Progress
from lab.lessons.reader import Opened
from lab.lessons.running import Running, cells_of, cells_with, scenes_of
from lab.lessons.schema import MINE
from lab.runs.orders.study import Cell, StudyView
from lab.runs.serve.host import engine
from lab.spec.experiment import Experiment
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.chart import show_chart
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state
from pages.ui.text import plain
from pages.ui.waiting import Awaited, tell_epochs, wait_for

LOOK_S = 0.7  # between two looks at runs that go on
LABEL = 200  # letters


def begin(opened: Opened, progress: Progress | Lecture) -> None:
    """Callback: everything that a person, or a class, waits for."""
    progress.running = _started(opened, lambda: cells_of(opened, scenes_of(opened), opened.lesson.seeds))


def begin_mine(opened: Opened, progress: Progress, experiment: Experiment) -> None:
    """Callback: the experiment of "what if"."""
    progress.trying = _started(opened, lambda: cells_with({MINE: experiment}, opened.lesson.seeds))


def _started(opened: Opened, make: Callable[[], list[Cell]]) -> Running | None:
    state = app_state()
    try:
        cells = make()
        return Running(opened, engine().start_study(cells, state.owner, predict=True), cells)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return None


def wait(state: AppState, running: Awaited, draw: Callable[[], None]) -> None:
    """Progress and curves as they come."""

    def show(view: StudyView) -> None:
        tell_epochs(state, view)
        draw()

    wait_for(state, running, show, every_s=LOOK_S, stop_key="lesson-stop")


# --- what is shown of them


def chosen_picture(state: AppState, opened: Opened, key: str) -> Picture:
    """The chart to be looked at, by its settings; of one there is nothing to choose."""
    pictures = pictures_of(scenes_of(opened))
    if len(pictures) == 1:
        return pictures[0]
    words = opened.words(state.language)
    labels = [plain(words.name(picture.settings[0].key), LABEL) for picture in pictures]
    place: int = st.segmented_control(
        say("lessons_page.picture", state.language),
        range(len(pictures)),
        default=0,
        required=True,
        format_func=labels.__getitem__,
        key=key,
        label_visibility="collapsed",
        wrap=True,
    )
    return pictures[place]


def show_picture(
    state: AppState,
    running: Running,
    picture: Picture,
    key: str,
    *,
    over: Over = "epoch",
    marks: Sequence[Mark] = (),
    drawn: Drawn | None = None,
    only: str | None = None,
) -> None:
    """The curves of a picture, each seed a thin line."""
    words = running.opened.words(state.language)
    chart = chart_of(picture, running.settings, words, state.language, over=over, marks=marks, drawn=drawn, only=only)
    show_chart(chart, key)


def show_figures(state: AppState, opened: Opened, known: Known, picture: Picture) -> None:
    """The figures of all settings of a picture."""
    rows = figures_table(picture, known.settings, opened.words(state.language), state.language)
    with st.container(key="lesson-figures"):
        st.table([{safe(name): safe(value) for name, value in row.items()} for row in rows], hide_index=True)
    st.caption(say("lessons_page.figures_about", state.language, seeds=len(known.found.seeds)))


def tell_end(state: AppState, how: str) -> None:
    """That runs were stopped, failed or got lost."""
    if how in ("stopped", "failed", "lost"):
        st.warning(say(f"lessons_page.{how}", state.language))
