"""The NaN doctor: the first update that went wrong, the layer, the likely cause, and remedies of one click."""

import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.growth import growth
from lab.data.prepare import Dataset
from lab.edits.advice import Known, Remedy
from lab.errors import LabError
from lab.insight.inside.look import told_layers
from lab.insight.nan_doctor import Breakdown, break_down, remedies
from lab.runs.kept.record import RunRecord
from lab.runs.serve.host import engine
from lab.spec.experiment import Experiment
from lab.texts import say
from lab.texts.parts import name_of
from lab.verdict.words import say_advice_code
from pages.ui.chart import show_chart
from pages.ui.progress import while_looking
from pages.ui.run.training import start_run
from pages.ui.state import AppState, app_state
from pages.ui.text import tell, tell_error

FOUND = "breakdown"


def doctor_section(state: AppState, record: RunRecord, dataset: Dataset, *, with_causes: bool = False) -> None:
    """What went wrong and what may help. A run may have run away without its numbers ceasing to be numbers.

    Args:
        with_causes: where the verdict, which names them too and has the buttons, does not stand beside it.
    """
    found = found_by_doctor(state, record, dataset) if record.state == "diverged" else None
    causes = record.context.causes if found is None else found.causes
    with st.container(key="nan-doctor", gap="small"):
        if found is not None:
            st.markdown(f"**{say('nan_doctor.title', state.language)}**")
            what_happened(state, record, found)
        if with_causes:
            told = [say(f"verdict.cause.{code}", state.language, value=value) for code, value in causes.items()]
            st.markdown("\n".join(f"- {sentence}" for sentence in told))
            remedy_buttons(state, record, causes)
        if found is not None and len(found.growth) > 1:
            chart = once_drawn(growth, dict(found.growth), language=state.language)
            show_chart(chart, "growth", alt=say("nan_doctor.growth_alt", state.language))


def remedy_buttons(state: AppState, record: RunRecord, causes: dict[str, float]) -> None:
    st.markdown(say("nan_doctor.remedies", state.language))
    with st.container(gap="small"):
        for remedy in remedies(record.experiment, causes):
            st.button(
                say(f"advice.{remedy.code}", state.language),
                key=f"remedy-{remedy.code}",
                icon=":material/healing:",
                on_click=take_remedy,
                args=(remedy, record.experiment, record.number),
            )
            st.caption(say_advice_code(remedy.code, None, state.language))


def found_by_doctor(state: AppState, record: RunRecord, dataset: Dataset) -> Breakdown | None:
    """Looked for once for a run: it is brought back to its last good epoch and taken on update by update.

    What takes long is done aside, with a bar; who stops it sees the causes alone.
    """
    mark = (record.id, record.epochs_done)

    def stopped() -> None:
        app_state().memo[FOUND] = mark, None

    def looked_for() -> Breakdown | None:
        try:
            with while_looking(state, "stop-nan-doctor", stopped) as tell:
                return break_down(record, engine().checkpoints(record.id, state.owner), dataset, tell)
        except LabError as refusal:
            st.warning(tell_error(refusal, state.language))
            return None

    return state.once(FOUND, mark, looked_for)


def what_happened(state: AppState, record: RunRecord, found: Breakdown) -> None:
    """The place in the run, the number that went first, and the largest before it."""
    layers = {
        name: f"{label} {name_of('layer', kind, state.language)}"
        for name, label, kind in told_layers(record.experiment)
    }
    words = {"epoch": f"{found.epoch:,}", "batch": f"{found.batch:,}", "quantity": f"`{found.quantity}`"}
    place = tell("nan_doctor.layer", state.language, name=layers[found.layer]) if found.layer else ""
    stage = say(f"nan_doctor.stage.{found.stage}", state.language)
    st.markdown(say("nan_doctor.first", state.language, place=place, stage=stage, **words))
    if found.largest.quantity:
        largest = {"name": f"`{found.largest.quantity}`", "value": f"{found.largest.value:.3g}"}
        st.markdown(say("nan_doctor.largest", state.language, **largest))


def take_remedy(remedy: Remedy, experiment: Experiment, number: int) -> None:
    """The run again with one thing mended."""
    state = app_state()
    changed = remedy.applied_to(experiment, Known())
    if changed is None:
        return
    state.replace_experiment(changed)
    start_run()
    state.notice("info", "nan_doctor.started", number=number)
