"""What a person should know about a run beside how it does: why it waits, where it comes from, whether it is kept."""

import streamlit as st

from lab.errors import LabError
from lab.runs.kept.record import RunView
from pages.ui.run.training import look_at
from pages.ui.state import AppState
from pages.ui.text import tell_error
from pages.ui.waiting import ticking

LOOK_S = 5.0  # what is said of a run that has ended changes while nobody clicks: it is on the disk after all


def tell_notes(state: AppState, run: RunView) -> None:
    """The page is drawn anew when they no longer hold."""
    if not run.notes:
        return

    def tick() -> None:
        if not still_so(state, run):
            st.rerun()

    ticking(tick, LOOK_S)
    for note in run.notes:
        st.warning(tell_error(note, state.language))


def still_so(state: AppState, run: RunView) -> bool:
    """Whether the same is to be said of the run now; not of one that is gone."""
    try:
        return look_at(state, run.id).notes == run.notes
    except LabError:
        return False
