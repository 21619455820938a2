"""A lesson on a projector, moved by keys or a clicker; or, with a code in the address, its notes."""

import streamlit as st

from lab.errors import LabError
from lab.lessons.lecture import code_in
from lab.texts import say
from pages.ui.lessons.lecture.address import address_for_others, replica_here
from pages.ui.lessons.lecture.door import PLACE, door
from pages.ui.lessons.lecture.held import lectures
from pages.ui.lessons.lecture.notes import notes
from pages.ui.lessons.lecture.screen import NOTES, screen
from pages.ui.state import AppState, app_state
from pages.ui.text import heading, tell_error


def page(state: AppState) -> None:
    code = st.query_params.get(NOTES)
    if code is not None:
        notes_of(state, code)
        return
    lecture = lectures().of(state.owner)
    if lecture is None:
        door(state)
        return
    st.query_params[PLACE] = lecture.at.to_text()
    screen(state, lecture)


def notes_of(state: AppState, code: str) -> None:
    """A code that fits no lecture opens nothing: it was guessed, its lecture has ended, or is in another replica."""
    visitor = state.session.visitor if state.session else state.owner
    try:
        lecture = lectures().with_code(code, visitor, replica_here())
    except LabError as refusal:
        heading(say("page.lecture", state.language))
        st.error(tell_error(refusal, state.language))
        if refusal.code == "lecture.elsewhere":  # asked for anew, the address itself leads there
            there = f"{address_for_others('lecture')[0]}?{NOTES}={code_in(code)}"
            st.link_button(say("lecture.open_there", state.language), there, type="primary")
        st.button(say("lecture.another_code", state.language), key="lecture-another-code", on_click=forget_code)
        return
    notes(state, lecture)


def forget_code() -> None:
    """Callback: back to where a code is typed."""
    st.query_params.pop(NOTES, None)


page(app_state())
