"""What a person should know about a run beside how it does: why it waits, where it comes from, whether it is kept."""

import streamlit as st

from lab.runs.kept.record import RunView
from pages.ui.state import AppState
from pages.ui.text import tell_error


def tell_notes(state: AppState, run: RunView) -> None:
    for note in run.notes:
        st.warning(tell_error(note, state.language))
