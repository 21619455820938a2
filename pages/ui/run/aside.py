"""Runs that are not the one which the knobs describe: one that goes on all the same, and one that stepped aside."""

import streamlit as st

from lab.edits.screen import Scene
from lab.errors import LabError
from lab.runs.kept.record import RunSummary, RunView
from lab.runs.serve.host import engine
from lab.runs.wire.messages import ENDED, Stop
from lab.texts import say
from pages.ui.run.training import open_run, run_elsewhere, scene_and_run, send_to
from pages.ui.state import AppState, app_state
from pages.ui.waiting import ticking

LOOK_S = 2.0


def other_runs(state: AppState) -> None:
    """One line each, with the way back to it."""
    going_on = run_elsewhere(state)
    if going_on is not None:
        _going_on(state, going_on)
    scene, run = scene_and_run(state)
    if run is not None and not scene.has_run and (going_on is None or going_on.id != run.id):
        _on_the_shelf(state, run, scene)


def _going_on(state: AppState, run: RunSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="elsewhere"):
        st.markdown(say("aside.going_on", state.language, number=run.number), width="content")
        _look_button(state, run.id)
        st.button(say("train_page.stop", state.language), key=f"stop-{run.id}", on_click=send_to, args=(run.id, Stop()))


def _on_the_shelf(state: AppState, run: RunView, scene: Scene) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="aside"):
        st.markdown(say(f"aside.{scene.value}", state.language, number=run.number), width="content")
        _look_button(state, run.id)


def _look_button(state: AppState, run_id: str) -> None:
    st.button(
        say("aside.look", state.language),
        key=f"look-at-{run_id}",
        help=say("aside.look_help", state.language),
        icon=":material/undo:",
        on_click=_look,
        args=(run_id,),
    )


def _look(run_id: str) -> None:
    """Callback: its data and settings return to the knobs, and it with them."""
    state = app_state()
    try:
        open_run(state, run_id)
    except LabError as refusal:
        state.notice("error", refusal.code, **refusal.values)


def watch(state: AppState) -> None:
    """Draw the page anew as soon as a run has begun, paused or ended that no curve on this page tells of."""
    seen = {run.id: run.state for run in _moving(state)}
    if not seen:
        return

    def tick() -> None:
        if {run.id: run.state for run in _moving(app_state())} != seen:
            st.rerun()

    ticking(tick, LOOK_S)


def _moving(state: AppState) -> list[RunSummary]:
    """The owner's runs that have not ended, as the engine knows them now."""
    return [run for run in engine().runs_of(state.owner) if run.state not in ENDED]
