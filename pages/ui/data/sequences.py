"""What comes in order: time windows and signals on the data page, the texts that were read on the evaluate page."""

import pandas as pd
import streamlit as st

from lab.charts.letters import letter_curve
from lab.data.prepare import Dataset, PartName
from lab.data.table import Table
from lab.edits.proposals import with_windows
from lab.errors import LabError
from lab.insight.evaluate import Evaluation, Sample
from lab.insight.letter_errors import letter_errors
from lab.runs.kept.record import RunRecord
from lab.runs.serve.host import engine
from lab.spec.data import DataSpec
from lab.spec.experiment import Experiment
from lab.texts import say
from pages.ui.forms import choice_field, number_field, switch_field
from pages.ui.state import AppState
from pages.ui.text import heading, tell, tell_error


def order_section(state: AppState, table: Table) -> None:
    """Rows in time order as one sample, or a row as a signal: nothing to show where neither can be."""
    data = state.experiment.data
    if data.task == "sequence_labels":
        length_field(state, data, table)
        return
    heading(say("field.data.windows", state.language))
    switch_field(
        say("sequences.windows", state.language),
        data.windows is not None,
        state.key("data.windows"),
        lambda experiment, on: with_windows(experiment, table, on=on),
        state,
        help=say("sequences.windows_help", state.language),
    )
    if data.windows is not None:
        window_fields(state, data)


def window_fields(state: AppState, data: DataSpec) -> None:
    left, middle, right = st.columns(3)
    for column, name in ((left, "steps"), (middle, "horizon"), (right, "every")):
        with column:
            window_field(state, data, name)
    switch_field(
        say("sequences.clock", state.language),
        data.windows is not None and data.windows.clock,
        state.key("data.windows.clock"),
        lambda experiment, on: with_window(experiment, "clock", on),
        state,
        help=say("sequences.clock_help", state.language),
    )


def window_field(state: AppState, data: DataSpec, name: str) -> None:
    number_field(
        say(f"sequences.{name}", state.language),
        getattr(data.windows, name),
        state.key("data.windows", name),
        lambda experiment, value: with_window(experiment, name, value),
        state,
        whole=True,
        help=say("sequences.every_help", state.language) if name == "every" else None,
    )


def with_window(experiment: Experiment, name: str, value: object) -> Experiment:
    """One number of the windows changed. Raises ExperimentError."""
    windows = experiment.data.windows
    if windows is None:  # switched off in another tab
        raise LabError("sequences.windows_off")
    return experiment.with_data(windows=windows.replace(**{name: value}))


def length_field(state: AppState, data: DataSpec, table: Table) -> None:
    heading(say("prepared.signal", state.language))
    numbers = [column.name for column in table.columns if column.kind == "numeric" and column.name not in data.inputs]
    choice_field(
        say("sequences.length", state.language),
        [None, *numbers],
        data.length_column,
        state.key("data.length_column"),
        lambda experiment, name: experiment.with_data(length_column=name),
        state,
        show=lambda name: say("sequences.whole", state.language) if name is None else name,
        help=say("sequences.length_help", state.language),
    )


def alphabet_line(state: AppState, dataset: Dataset) -> None:
    """The letters that are classes, and how the blank is written."""
    if dataset.task == "sequence_labels":
        blank, *letters = dataset.classes
        st.markdown(
            tell(
                "sequences.alphabet", state.language, letters=len(letters), alphabet=" ".join(letters[:60]), blank=blank
            )
        )


def decoded_section(state: AppState, evaluation: Evaluation, part: PartName) -> None:
    """What the network read in the first rows, beside what is right."""
    samples = evaluation.decoded[part]
    heading(say("sequences.decoded", state.language, part=say(f"part.{part}", state.language)))
    st.caption(say("sequences.decoded_about", state.language, count=len(samples)))
    if evaluation.scores[part].metrics["blank_share"] == 1:
        st.info(say("sequences.only_blanks", state.language))
    titles = [say(f"evaluate_page.worst_{name}", state.language) for name in ("row", "actual", "predicted")]
    rows = [
        {**dict(zip(titles, (sample.row, sample.actual, sample.predicted), strict=True)), "": mark(sample)}
        for sample in samples
    ]
    with st.container(key="decoded"):
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def by_epoch_section(state: AppState, record: RunRecord, dataset: Dataset, evaluation: Evaluation) -> None:
    """When the letters appeared, on the validation part: live curves of CTC can show its loss only."""
    if dataset.task != "sequence_labels" or not len(dataset.validation.x):
        return
    key = (record.id, record.epochs_done)
    known = state.memo.get("letters")
    if known is None or known[0] != key:
        with st.spinner(say("sequences.reading", state.language)):
            kept = engine().checkpoints(record.id, state.owner)
            try:
                known = state.memo["letters"] = key, letter_errors(record, kept, dataset)
            except LabError as refusal:
                st.warning(tell_error(refusal, state.language))
                return
    errors: dict[int, float] = known[1]
    heading(say("sequences.by_epoch", state.language, part=say("part.validation", state.language)))
    st.caption(say("sequences.by_epoch_about", state.language, count=len(errors)))
    baseline = evaluation.baseline["validation"].metrics["letter_error"]
    chart = letter_curve(errors, "validation", baseline=baseline, language=state.language)
    st.plotly_chart(chart, key="letters", theme=None, config={"displaylogo": False, "displayModeBar": False})


def mark(sample: Sample) -> str:
    return "✓" if sample.actual == sample.predicted else "✗"
