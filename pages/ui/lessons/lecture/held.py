"""The lectures of this server, as pages reach them; and how a window follows one that another window moves."""

from collections.abc import Callable

import streamlit as st

from lab.errors import LabError
from lab.lessons.lecture import At, Lecture, Lectures
from lab.lessons.reader import Opened
from lab.lessons.running import Running
from lab.runs.wire.messages import ENDED
from lab.texts import say
from pages.ui.lessons.lecture.address import replica_here
from pages.ui.lessons.running import begin
from pages.ui.state import AppState, app_state
from pages.ui.waiting import crowd_words, ticking, where

FOLLOW_S = 0.5  # between two looks at whether another window has moved it


@st.cache_resource
def lectures() -> Lectures:
    return Lectures()


def begin_lecture(key: str, opened: Opened, at: At | None = None) -> bool:
    """This owner's lecture shows that lesson, whose runs begin; one that shows it already stays where it is.

    Args:
        key: of the lesson among those that this owner knows.

    Returns:
        Whether there is one now; else a notice says why not.
    """
    state = app_state()
    known = lectures().of(state.owner)
    if known is not None and known.opened is opened and at is None:
        return True
    try:
        lecture = lectures().begin(state.owner, opened, state.language, at or At(lesson=key), replica_here())
    except LabError as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return False
    begin(opened, lecture)
    return True


def run_again(lecture: Lecture) -> None:
    """Callback: all its runs, from the beginning."""
    begin(lecture.opened, lecture)
    lecture.turned()


def move(lecture: Lecture, change: Callable[[Lecture], None]) -> None:
    """Callback: one that has ended meanwhile moves no more."""
    if not lecture.ended:
        change(lecture)


def follow(state: AppState, lecture: Lecture, *, gives: bool) -> None:
    """Draw the page anew when another window has moved the lecture, or ended it.

    A look compares two numbers; docs/adr/0033-a-lecture.md says what it costs. It stands first on a page: what changes
    while the rest is drawn is seen by the next look.

    Args:
        gives: this is the lecturer's screen: it also looks at the runs, and shows how far they are where all wait.
    """
    drawn = lecture.turns

    def tick() -> None:
        lectures().seen(lecture)
        if gives and lecture.running is not None and lecture.running.going_on:
            _look_at_runs(state, lecture, lecture.running)
        if lecture.turns != drawn:
            st.rerun()

    ticking(tick, FOLLOW_S)


def _look_at_runs(state: AppState, lecture: Lecture, running: Running) -> None:
    """Figures are worked out once, when all has been trained, and not at each look."""
    view = where(state, running)
    if view is not None and view.state not in ENDED:
        if lecture.waits:
            st.progress(view.share, crowd_words(state, view) or say("lecture.waiting", state.language))
        return
    if view is not None:
        running.seen(view)
    lecture.turned()
