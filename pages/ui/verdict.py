"""The verdict on a run's curves, with its evidence and what to try next."""

import streamlit as st

from lab.insight.verdict import Verdict, say_advice, say_evidence, say_kind, say_title
from lab.runs.record import RunView
from lab.texts import say
from pages.ui.bench import Bench
from pages.ui.state import AppState
from pages.ui.training import record_of_run

BOXES = {
    "good_fit": (st.success, ":material/check_circle:"),
    "overfit": (st.warning, ":material/call_split:"),
    "underfit": (st.warning, ":material/trending_flat:"),
    "diverged": (st.error, ":material/error:"),
    "not_finished": (st.info, ":material/hourglass_bottom:"),
    "not_enough_data": (st.info, ":material/help:"),
}
