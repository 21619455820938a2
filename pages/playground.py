"""Playground: the network is the screen. Data, weights and what each unit says can be touched, and seen to learn."""

import streamlit as st

from lab.model.playground import own_columns, own_table
from lab.runs.serve.tickets import play_ticket
from lab.texts import say
from pages.ui.bench import bench_of
from pages.ui.playground import playground
from pages.ui.run.presentation import presentation
from pages.ui.state import AppState, app_state
from pages.ui.text import data_name


def page(state: AppState) -> None:
    shown = st.container()
    own = own_data(state)
    ticket = play_ticket(state.owner, state.language, state.desk.table)
    with shown:
        playground(ticket, state.language, own=own)
        with st.container(key="presents-playground"):
            presentation(state.language, main=["play"], step="epoch", speed="speed")


def own_data(state: AppState) -> dict[str, object] | None:
    """Two columns of the table on the data page, once the person has chosen them."""
    bench = bench_of(state)
    columns = own_columns(bench.dataset, bench.experiment.data)
    with st.expander(say("playground.own", state.language), icon=":material/table:"):
        if len(columns) < 2 or bench.dataset is None:
            st.caption(say("playground.own_none", state.language))
            return None
        st.caption(say("playground.own_about", state.language))
        left, right = st.columns(2)
        first = left.selectbox(say("playground.own_first", state.language), columns, key="own-first")
        others = [column for column in columns if column != first]
        second = right.selectbox(say("playground.own_second", state.language), others, key="own-second")
        if not st.toggle(say("playground.own_use", state.language), key="own-use"):
            return None
        name = data_name(bench.experiment.data, state.language)
        st.caption(say("playground.own_there", state.language, name=name))
        return own_table(bench.experiment, bench.dataset, (first, second), name)


page(app_state())
