"""What stands out in a network at one epoch, each with what may help: a button that tries it, a way to its knob."""

import streamlit as st

from lab.edits.advice import Known
from lab.errors import LabError
from lab.insight.inside.faults import OFFERED, Fault, faults_of, remedies, unit_numbers
from lab.texts import say
from lab.verdict.words import say_advice_code
from pages import page_named
from pages.ui.inside.scene import Scene
from pages.ui.run.remedies import train_anew
from pages.ui.run.training import open_run
from pages.ui.state import AppState


def faults_section(state: AppState, scene: Scene) -> None:
    language, found = state.language, faults_of(scene.look)
    if not found:
        st.success(say("inside.good", language, epoch=f"{scene.epoch:,}"), icon=":material/check:")
        return
    with st.container(border=True, key="inside-faults", gap="small"):
        st.markdown(f"**{say('inside.faults', language, epoch=f'{scene.epoch:,}')}**")
        st.markdown("\n".join(f"- {sentence(state, scene, fault)}" for fault in found))
        helps(state, scene, found)


def sentence(state: AppState, scene: Scene, fault: Fault) -> str:
    language, layer = state.language, fault.layer
    if layer is None:
        return say(f"inside.fault.{fault.kind}", language, value=fault.value)
    words = {"layer": scene.title(layer, language), "value": fault.value}
    if fault.units:
        words |= {"count": len(fault.units), "total": layer.units, "units": units(state, fault)}
    return say(f"inside.fault.{fault.kind}", language, **words)


def units(state: AppState, fault: Fault) -> str:
    """The first of them by their numbers."""
    shown, more = unit_numbers(fault)
    named = ", ".join(say("inside.unit", state.language, number=number) for number in shown)
    return say("inside.more_units", state.language, shown=named, count=more) if more else named


def helps(state: AppState, scene: Scene, found: tuple[Fault, ...]) -> None:
    """What can be tried by a click, and the way to the knob that decides it."""
    language, experiment = state.language, scene.record.experiment_with_changes()
    offered = remedies(experiment, found)
    if offered:
        st.caption(say("inside.remedies", language))
    for place, remedy in zip(st.columns(OFFERED + 1, gap="small"), offered, strict=False):
        with place:
            if st.button(
                say(f"advice.{remedy.code}", language),
                key=f"inside-{remedy.code}",
                icon=":material/healing:",
                width="stretch",
            ):
                train_anew(remedy.applied_to(experiment, Known()) or experiment, scene.record.number)
                st.switch_page(page_named("train").file)
            st.caption(say_advice_code(remedy.code, None, language))
    if any(fault.knob for fault in found) and st.button(
        say("inside.to_knob", language), key="inside-to-knob", icon=":material/tune:", type="tertiary"
    ):
        to_knob(state, scene)


def to_knob(state: AppState, scene: Scene) -> None:
    """The settings of the run on the knobs, and the page with the layers."""
    try:
        open_run(state, scene.record.id)
    except LabError as refusal:
        state.notice("error", refusal.code, **refusal.values)
        st.rerun()
    st.switch_page(page_named("layers").file)
