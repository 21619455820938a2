"""The curves of a run on the train page: the live component, or pictures drawn by the page where its stream is blocked."""

import streamlit as st

from lab.charts.curves import curves
from lab.errors import LabError
from lab.runs.host import engine
from lab.runs.record import RunView
from lab.texts import say
from pages.ui.bench import Bench
from pages.ui.state import AppState, app_state


def draw_run(state: AppState, bench: Bench, run: RunView | None) -> None:
    raise NotImplementedError
