"""The verdict on a run's curves: a headline, a picture, at most three sentences; the rest under "details"."""

import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.verdict import verdict_chart
from lab.data.prepare import Dataset
from lab.model.quantities import quantity
from lab.runs.kept.record import RunRecord
from lab.texts import say
from lab.verdict.judging import judge_outputs, judge_run
from lab.verdict.picture import picture_of, say_picture
from lab.verdict.story import story
from lab.verdict.verdict import Verdict
from pages.ui.chart import show_chart
from pages.ui.run.kinds import LOOKS
from pages.ui.run.remedies import advice_section, trial_section
from pages.ui.state import AppState
from pages.ui.text import plain


def show_verdict(state: AppState, record: RunRecord, dataset: Dataset) -> None:
    """What it is and why, the curves, what to try next, and all else for who asks."""
    verdict = verdict_on(state, record, dataset)
    told = story(verdict, output_verdicts(state, record, dataset), state.language, plain)
    look = LOOKS[told.kind]
    with st.container(key="verdict", gap="small"):
        look.box("\n\n".join((f"**{told.headline}**", *told.sentences)), icon=look.icon)
        curves, advice = st.columns([3, 2], gap="medium")
        with curves:
            verdict_picture(state, record, verdict)
        with advice:
            advice_section(state, record, told.foremost)
        trial_section(state, record, told.foremost)
        if told.details:
            with st.expander(say("verdict_box.details", state.language)):
                st.markdown("\n".join(f"- {sentence}" for sentence in told.details))


def verdict_picture(state: AppState, record: RunRecord, verdict: Verdict) -> None:
    if not record.history.get("loss"):
        return
    picture = picture_of(verdict, record.context, record.history, record.extras)
    title = quantity("loss", state.language, record.experiment)
    chart = once_drawn(verdict_chart, picture, title, language=state.language)
    alt = say_picture(picture, state.language)
    show_chart(chart, f"verdict-{record.number}", alt=alt)


def output_verdicts(state: AppState, record: RunRecord, dataset: Dataset) -> dict[str, Verdict]:
    """Of several outputs each is judged by its own curves: one may have learned while another has not."""
    key = (record.id, record.epochs_done, record.state)
    return state.once(
        "output_verdicts",
        key,
        lambda: judge_outputs(record.experiment_with_changes(), dataset, record.history, record.state),
    )


def bullets(title: str, sentences: list[str]) -> None:
    if sentences:
        st.markdown("\n".join([f"**{title}**", "", *(f"- {sentence}" for sentence in sentences)]))


def verdict_on(state: AppState, record: RunRecord, dataset: Dataset) -> Verdict:
    """Worked out once for a run at rest."""
    key = (record.id, record.epochs_done, record.state)

    def judged() -> Verdict:
        experiment = record.experiment_with_changes()
        return judge_run(experiment, dataset, record.history, record.state, record.extras)

    return state.once("verdict", key, judged)
