"""The ways on from a run on the train page: beside all others, and into its network."""

import streamlit as st

from lab.runs.kept.record import RunView
from lab.texts import say
from pages import page_named
from pages.ui.compare.state import CompareView
from pages.ui.state import AppState


def ways_on(state: AppState, run: RunView) -> None:
    """On from any epoch of this run with one knob turned, beside all others, or into its network."""
    if run.state not in ("finished", "stopped", "diverged") or not run.epoch:
        return
    compare, inside = page_named("compare"), page_named("inside")
    fork = say("train_page.fork", state.language)
    with st.container(horizontal=True, gap="small"):
        way_into_slow_motion(state)
        if st.button(fork, key="fork", icon=":material/call_split:"):
            compare_run(state, run.id, "fork")
        if st.button(compare.title(state.language), key="compare", icon=compare.icon):
            compare_run(state, run.id, "verdict")
        if st.button(inside.title(state.language), key="inside", icon=inside.icon):
            state.held(CompareView).choose(run.id, state.experiment.data)
            st.switch_page(inside.file)


def way_into_slow_motion(state: AppState) -> None:
    """Of the run on the screen, also while it goes on: at its last epoch that is kept."""
    motion = page_named("slow_motion")
    if st.button(say("slow_page.link", state.language), key="see-slowly", icon=motion.icon):
        st.switch_page(motion.file)


def compare_run(state: AppState, run_id: str, look: str) -> None:
    """Go to the compare page and look at the run there."""
    view = state.held(CompareView)
    view.choose(run_id, state.experiment.data)
    view.look = look
    st.switch_page(page_named("compare").file)
