"""Compare: every run on one shelf, their curves in one chart, and each of them from close by."""

import streamlit as st

from lab.charts.compare import MOST_RUNS
from lab.insight.shelf import arranged, drawn
from lab.texts import say
from pages.ui.compare.chart import chart_controls, draw_chart
from pages.ui.compare.run import closer, import_section
from pages.ui.compare.shelf import chosen_run, damaged_files, delete_damaged, shelf_of
from pages.ui.compare.shelf_list import shelf_list
from pages.ui.compare.state import CompareView
from pages.ui.compare.words import fairness, in_a_sentence, table
from pages.ui.state import AppState, app_state
from pages.ui.text import heading


def page(state: AppState) -> None:
    heading(say("page.compare", state.language))
    entries = shelf_of(state)
    tell_damaged(state)
    if not entries:
        st.info(say("compare.empty", state.language))
        import_section(state)
        return
    view = state.held(CompareView)
    chosen = chosen_run(state, entries)
    found = arranged(entries, view.words, view.sort, state.language)
    listed = found or entries
    if chosen is None:  # all are of other data than those above: none is shown before the person asks for it
        st.info(say("compare.other_data", state.language, count=len(entries)))
        shelf_list(state, found, len(entries), None, {})
        import_section(state)
        return
    in_chart, left_out, too_many = drawn(listed, chosen, MOST_RUNS, fair=view.fair)
    picture, shelf = st.columns([5, 3], gap="medium")
    with picture:
        chart_controls(state, listed)
        if too_many:
            st.caption(say("compare.too_many", state.language, count=too_many, drawn=len(in_chart)))
        if in_chart:
            draw_chart(state, in_chart, "compare-chart")
        else:
            st.info(say("compare.none_shown", state.language))
        fairness(state, in_chart, chosen, left_out)
        in_a_sentence(state, in_chart, chosen)
    with shelf, st.container(border=True, key="shelf", gap="small"):
        shelf_list(state, found, len(entries), chosen, {entry.id: place for place, entry in enumerate(in_chart)})
        import_section(state)
    heading(say("compare.table", state.language))
    table(state, listed)
    closer(state, entries, chosen)


def tell_damaged(state: AppState) -> None:
    """Kept files that are no runs any more, and the way to be rid of them."""
    count = damaged_files(state)
    if count:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(say("shelf.damaged", state.language, count=count))
            st.button(say("shelf.delete_damaged", state.language), key="delete-damaged", on_click=delete_damaged)


page(app_state())
