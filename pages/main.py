"""The frame around every page: navigation, head, and what a turned knob does before anything is drawn."""

import streamlit as st

from lab.texts import say
from pages.ui.bench import bench_of
from pages.ui.frame.header import header
from pages.ui.frame.navigation import navigable
from pages.ui.frame.opening import opened_state
from pages.ui.frame.style import style
from pages.ui.problems import begin_telling
from pages.ui.run.training import answer_knobs, each_run_seen_once
from pages.ui.state import forget_widgets
from pages.ui.thrift import look_up_widgets_one_by_one

look_up_widgets_one_by_one()
forget_widgets()
state = opened_state()
st.set_page_config(page_title=say("app.title", state.language), layout="wide")
style(state.language)
shown = navigable(state.language)
chosen = st.navigation(list(shown.values()), position="hidden")
state.enter_page(next(page.name for page, one in shown.items() if one is chosen))
if state.page == "train":
    answer_knobs(state, bench_of(state))  # before anything is drawn: the screen shows the run as it is after the turn
bench = bench_of(state)
begin_telling(state, bench.problems, bench.dataset)
with each_run_seen_once(state):
    header(state, bench, shown)
    chosen.run()
state.end_screen()
