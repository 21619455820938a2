"""Inside a network: what layers hold, give and are told at any epoch of any run, and which units are stuck."""

import streamlit as st

from lab.errors import LabError
from lab.insight.shelf import Entry
from lab.texts import say
from lab.texts.letters import isolated, visible
from pages.ui.compare.run import bench_of_record
from pages.ui.compare.shelf import choose, chosen_run, record_of, shelf_of
from pages.ui.inside.over_time import inside_run
from pages.ui.problems import show_problems
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import heading, tell_error


def page(state: AppState) -> None:
    heading(say("page.inside", state.language))
    entries = [entry for entry in shelf_of(state) if entry.summary.epoch]
    if not entries:
        st.info(say("compare.empty", state.language))
        return
    entry = chosen_run(state, entries) or entries[0]
    run_choice(state, entries, entry)
    record = record_of(state, entry)
    bench = bench_of_record(state, record)
    if bench.dataset is None:
        st.warning(say("closer.data_missing", state.language))
        show_problems(bench.errors, state)
        return
    try:
        inside_run(state, record, bench.dataset, ended=entry.ended)
    except LabError as refusal:
        st.warning(tell_error(refusal, state.language))


def run_choice(state: AppState, entries: list[Entry], chosen: Entry) -> None:
    """Every run that has finished an epoch; the one chosen is also that of the compare page."""
    by_id = {entry.id: entry for entry in entries}
    st.selectbox(
        say("inside.run", state.language),
        list(by_id),
        index=list(by_id).index(chosen.id),
        format_func=lambda run_id: title(by_id[run_id], state),
        key=state.key("inside-run", len(entries), chosen.number),
        on_change=choose_run,
        args=(state.key("inside-run", len(entries), chosen.number),),
        width=480,
    )


def title(entry: Entry, state: AppState) -> str:
    words = (entry.label, isolated(visible(entry.title(state.language))), entry.differs)
    return " · ".join(word for word in words if word)


def choose_run(key: str) -> None:
    choose(widget_value(key))


page(app_state())
