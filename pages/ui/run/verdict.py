"""The verdict on a run's curves, with its evidence and what to try next."""

import streamlit as st

from lab.data.prepare import Dataset
from lab.runs.kept.record import RunRecord
from lab.texts import say
from lab.verdict.judging import judge_outputs, judge_run
from lab.verdict.verdict import Verdict
from lab.verdict.words import say_advice, say_details, say_kind, say_summary
from pages.ui.state import AppState
from pages.ui.text import plain

ICONS = {
    "good_fit": ":material/check_circle:",
    "overfit": ":material/call_split:",
    "underfit": ":material/trending_flat:",
    "no_signal": ":material/signal_disconnected:",
    "drift": ":material/moving:",
    "too_large": ":material/speed:",
    "diverged": ":material/error:",
    "not_finished": ":material/hourglass_bottom:",
    "not_enough_data": ":material/help:",
}

BOXES = {
    "good_fit": st.success,
    "overfit": st.warning,
    "underfit": st.warning,
    "no_signal": st.warning,
    "drift": st.warning,
    "too_large": st.error,
    "diverged": st.error,
}


def show_verdict(state: AppState, record: RunRecord, dataset: Dataset) -> None:
    """What it is, the numbers it rests on, and what to try next."""
    verdict = verdict_on(state, record, dataset)
    with st.container(key="verdict", gap="small"):
        BOXES.get(verdict.kind, st.info)("\n\n".join(say_summary(verdict, state.language)), icon=ICONS[verdict.kind])
        evidence, advice = st.columns(2, gap="medium")
        with evidence:
            bullets(say("verdict_box.evidence", state.language), say_details(verdict, state.language))
        with advice:
            bullets(say("verdict_box.advice", state.language), say_advice(verdict, state.language))
        output_verdicts(state, record, dataset)


def output_verdicts(state: AppState, record: RunRecord, dataset: Dataset) -> None:
    """Of several outputs each is judged by its own curves: one may have learned while another has not."""
    key = (record.id, record.epochs_done, record.state)
    experiment = record.experiment_with_changes()
    verdicts = state.once(
        "output_verdicts", key, lambda: judge_outputs(experiment, dataset, record.history, record.state)
    )
    if len(verdicts) > 1:
        st.markdown(f"**{say('graph.each_output', state.language)}**")
        for name, verdict in verdicts.items():
            st.markdown(f"{ICONS[verdict.kind]} **{plain(name)}** · {say_kind(verdict, state.language)}")


def bullets(title: str, sentences: list[str]) -> None:
    if sentences:
        st.markdown("\n".join([f"**{title}**", "", *(f"- {sentence}" for sentence in sentences)]))


def verdict_on(state: AppState, record: RunRecord, dataset: Dataset) -> Verdict:
    """Worked out once for a run at rest."""
    key = (record.id, record.epochs_done, record.state)
    experiment = record.experiment_with_changes()
    return state.once(
        "verdict", key, lambda: judge_run(experiment, dataset, record.history, record.state, record.extras)
    )
