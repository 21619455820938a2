"""The lecture page before there is a lecture: a lesson to begin with, or the code of another's notes."""

from contextlib import suppress

import streamlit as st

from lab.errors import LabError
from lab.lessons.lecture import at_of
from lab.lessons.shelf import known_lessons
from lab.texts import say
from pages.ui.lessons.lecture.held import begin_lecture
from pages.ui.lessons.lecture.screen import NOTES
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, widget_value
from pages.ui.text import heading

PLACE = "at"  # the query parameter that says where a lecture was


def door(state: AppState) -> None:
    """Every lesson as a button."""
    heading(say("page.lecture", state.language))
    st.markdown(say("page.lecture.about", state.language))
    _where_it_was(state)
    with st.container(horizontal=True, gap="small", key="lecture-lessons"):
        known = known_lessons(state.desk.lessons.own)
        for key in known:
            if st.button(safe(known.title(key, state.language)), key=f"lecture-begin-{key}"):
                begin_lecture(key, known[key])
                st.rerun()
    st.divider()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(say("lecture.code", state.language), key="lecture-code-typed", max_chars=40, width=320)
        st.button(say("lecture.open_notes", state.language), key="lecture-open-notes", on_click=_open_notes)


def _open_notes() -> None:
    """Callback: the code goes into the address, so that a reload finds it there."""
    code = widget_value("lecture-code-typed")
    if code:
        st.query_params[NOTES] = code


def _where_it_was(state: AppState) -> None:
    """A server that was started anew has forgotten the lecture, the address has not. Nothing runs before a click."""
    text = st.query_params.get(PLACE)
    if text is None:
        return
    with suppress(LabError):  # an address that somebody has mangled: the list is there
        at = at_of(text)
        opened = known_lessons(state.desk.lessons.own).get(at.lesson)
        if opened is None:
            return
        label = say("lecture.resume", state.language, title=safe(opened.words(state.language).title))
        if st.button(label, key="lecture-resume", type="primary", icon=":material/replay:"):
            begin_lecture(at.lesson, opened, at)
            st.rerun()
