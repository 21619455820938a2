"""Data page: rows in time order as one sample, and rows that are signals."""

import streamlit as st

from lab.data.prepare import Dataset
from lab.data.table import Table
from lab.edits.inputs import with_window, with_windows
from lab.edits.plans import numbers_beside_inputs
from lab.spec.data import DataSpec
from lab.texts import say
from pages.ui.bench import table_now
from pages.ui.forms import choice_field, number_field, switch_field
from pages.ui.state import AppState
from pages.ui.text import heading, tell


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
        lambda experiment, on: with_windows(experiment, table_now(), on=on),
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


def length_field(state: AppState, data: DataSpec, table: Table) -> None:
    heading(say("prepared.signal", state.language))
    choice_field(
        say("sequences.length", state.language),
        [None, *numbers_beside_inputs(data, table)],
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
