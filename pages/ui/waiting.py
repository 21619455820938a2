"""Waiting for a study on a page: looked at while it goes on, and a button that stops it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import streamlit as st

from lab.errors import LabError
from lab.runs.orders.study import StudyView
from lab.runs.serve.host import engine
from lab.texts import say
from pages.ui.state import AppState, app_state


class Awaited(Protocol):
    """A study that was started, and that keeps what it is told of it."""

    study_id: str

    @property
    def going_on(self) -> bool: ...

    def seen(self, view: StudyView) -> None: ...

    def lost(self) -> None: ...


def ticking(draw: Callable[[], None], every_s: float) -> None:
    """Draw a part of a page again and again while the rest stands.

    In a container of its own. Where a look at the part comes before all of the page has been sent, Streamlit drops what
    is on its way of the part, and not of the rest: the browser then takes away what it has of the part, and would put
    the next look in the place of whatever stands behind it.
    """
    with st.container():
        st.fragment(draw, run_every=every_s)()


def where(state: AppState, one: Awaited) -> StudyView | None:
    """Where the study is; None, and told so, if the engine no longer knows it."""
    try:
        return engine().study(one.study_id, state.owner)
    except LabError:
        one.lost()
        return None


def look(state: AppState, one: Awaited) -> StudyView | None:
    """The same, and what is known of it so far is kept."""
    view = where(state, one)
    if view is not None:
        one.seen(view)
    return view


def goes_on(state: AppState, one: Awaited | None) -> bool:
    """Whether it does at this moment. Asked once, before anything is drawn that depends on it: a button that was drawn
    before the last look would stay as it was while a study goes on.
    """
    if one is not None and one.going_on:
        look(state, one)
    return one is not None and one.going_on


def wait_for(
    state: AppState, one: Awaited, show: Callable[[StudyView], None], *, every_s: float, stop_key: str
) -> None:
    """What `show` draws of it, again and again; the page is run anew when it has ended."""

    def tick() -> None:
        view = look(state, one)
        if view is None or not one.going_on:
            st.rerun()
        else:
            words = crowd_words(state, view)
            if view.ahead is not None:  # there is nothing else to show
                st.progress(view.share, words)
                return
            if words:
                st.caption(words)
            show(view)

    ticking(tick, every_s)
    st.button(
        say("experiments_page.stop", state.language),
        key=stop_key,
        icon=":material/stop:",
        on_click=stop,
        args=(one.study_id,),
    )


def tell_epochs(state: AppState, view: StudyView) -> None:
    """How far it is, in epochs of all its runs."""
    words = {"done": f"{view.done:,}", "total": f"{view.total:,}", "seconds": f"{view.compute_s:.1f}"}
    st.progress(view.share, say("lessons_page.progress", state.language, **words))


def crowd_words(state: AppState, view: StudyView) -> str:
    """That it has no place yet, or is slow, because there are so many; "" where there are few."""
    if view.ahead is None:
        return say("study.busy", state.language) if view.busy else ""
    known = view.queue_wait_s is not None
    words = {"ahead": f"{view.ahead:,}"} if view.ahead else {}
    if known:
        words["seconds"] = f"{view.queue_wait_s:.0f}"
    key = "study.queued" if view.ahead else "study.queued_next"
    return say(f"{key}_for" if known else key, state.language, **words)


def stop(study_id: str) -> None:
    """End it and keep what has come out."""
    with suppress(LabError):  # it may just have been forgotten: then there is nothing to stop
        engine().stop_study(study_id, app_state().owner)
