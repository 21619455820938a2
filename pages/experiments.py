"""One-click experiments: predict, run, and read from a picture and a sentence what one changed value does."""

import streamlit as st

from lab.studies import told
from lab.texts import say
from pages.ui.bench import Bench, bench_of
from pages.ui.state import AppState, app_state
from pages.ui.studies.asking import Opened, ask, back_to, cards, choose, chosen, wait
from pages.ui.studies.result import show
from pages.ui.text import data_name, heading
from pages.ui.waiting import goes_on


def page(state: AppState, bench: Bench) -> None:
    one = chosen(state)
    if one is None:
        heading(say("page.experiments", state.language))
        cards(state)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            say("experiments_page.back", state.language),
            key="study-back",
            icon=":material/arrow_back:",
            on_click=choose,
            args=(None,),
        )
        st.markdown(f"**{told(one.title, state.language)}**")
    asked = state.desk.study
    if asked is None or asked.name != one.name or state.held(Opened).anew:
        ask(state, bench, one)
        return
    if not asked.belongs_to(state.experiment.data):
        st.info(say("asked.other_data", state.language, name=data_name(asked.experiment.data, state.language)))
        st.button(
            say("asked.back", state.language), key="study-data", icon=":material/undo:", on_click=back_to, args=(asked,)
        )
        ask(state, bench, one)
        return
    st.markdown(f"#### {say(f'studies.{one.name}.question', state.language)}")
    if goes_on(state, asked):
        wait(state, asked)
    else:
        show(state, asked)


page(app_state(), bench_of(app_state()))
