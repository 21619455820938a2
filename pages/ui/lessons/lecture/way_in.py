"""From the lessons to a lecture and back: the button that begins one, and the line about one that is on."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from lab.lessons.reader import Opened
from lab.texts import say
from pages.ui.lessons.lecture.held import begin_lecture, lectures
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state

PAGE = "lecture.py"


def lecture_button(
    state: AppState, key: str, known: Mapping[str, Opened], *, width: Literal["stretch", "content"] = "stretch"
) -> None:
    """Opens that lesson for a class; it is taken out of the known ones at a click."""
    clicked = st.button(
        say("lecture.begin", state.language),
        key=f"lecture-of-{key}",
        icon=":material/present_to_all:",
        help=say("lecture.begin_help", state.language),
        width=width,
    )
    if clicked and begin_lecture(key, known[key]):
        st.switch_page(PAGE)
    elif clicked:
        st.rerun()  # the notice stands in the head


def lecture_that_is_on(state: AppState) -> None:
    """The way back to it, and its end; nothing where there is none."""
    lecture = lectures().of(state.owner)
    if lecture is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lecture-on-now"):
        title = safe(lecture.opened.words(state.language).title)
        st.markdown(say("lecture.is_on", state.language, title=title), width="content")
        if st.button(say("lecture.go_back", state.language), key="lecture-go-back", icon=":material/undo:"):
            st.switch_page(PAGE)
        st.button(say("lecture.end", state.language), key="lecture-end", icon=":material/stop:", on_click=_end)


def _end() -> None:
    """Callback: its notes are gone with it."""
    lecture = lectures().of(app_state().owner)
    if lecture is not None:
        lectures().end(lecture)
