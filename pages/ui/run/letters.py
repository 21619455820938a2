"""Evaluate page, texts: what the network read beside what is right, and when the letters appeared."""

import pandas as pd
import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.letters import letter_curve
from lab.data.prepare import Dataset, PartName
from lab.errors import LabError
from lab.insight.evaluate import Evaluation
from lab.insight.letter_errors import letter_errors
from lab.runs.kept.record import RunRecord
from lab.runs.serve.host import engine
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.state import AppState
from pages.ui.text import heading, tell_error


def decoded_section(state: AppState, evaluation: Evaluation, part: PartName) -> None:
    """What the network read in the first rows, beside what is right."""
    samples = evaluation.decoded[part]
    heading(say("sequences.decoded", state.language, part=say(f"part.{part}", state.language)))
    st.caption(say("sequences.decoded_about", state.language, count=len(samples)))
    if evaluation.only_blanks(part):
        st.info(say("sequences.only_blanks", state.language))
    titles = [say(f"evaluate_page.worst_{name}", state.language) for name in ("row", "actual", "predicted")]
    rows = [
        {
            **dict(zip(titles, (sample.row, sample.actual, sample.predicted), strict=True)),
            "": "✓" if sample.is_right else "✗",
        }
        for sample in samples
    ]
    with st.container(key="decoded"):
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def by_epoch_section(state: AppState, record: RunRecord, dataset: Dataset, evaluation: Evaluation) -> None:
    """When the letters appeared, on the validation part: live curves of CTC can show its loss only."""
    if dataset.task != "sequence_labels" or not len(dataset.validation.x):
        return

    def read() -> dict[int, float]:
        with st.spinner(say("sequences.reading", state.language)):
            return letter_errors(record, engine().checkpoints(record.id, state.owner), dataset)

    try:
        errors = state.once("letters", (record.id, record.epochs_done), read)
    except LabError as refusal:
        st.warning(tell_error(refusal, state.language))
        return
    heading(say("sequences.by_epoch", state.language, part=say("part.validation", state.language)))
    st.caption(say("sequences.by_epoch_about", state.language, count=len(errors)))
    baseline = evaluation.baseline["validation"].metrics["letter_error"]
    chart = once_drawn(letter_curve, errors, "validation", baseline=baseline, language=state.language)
    show_chart(chart, "letters")
