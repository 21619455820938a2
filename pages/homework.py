"""Homework: a goal to be reached with the knobs that are open; what is handed in comes out again, or shows that not."""

from collections.abc import Callable

import streamlit as st

from lab.homework.work import Side
from lab.texts import say
from pages.ui.homework.doing import do
from pages.ui.homework.judging import forget_open, judge, were_open
from pages.ui.homework.kept import keep_in_browser
from pages.ui.homework.links import take_links
from pages.ui.homework.making import make
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import heading

SIDES: dict[Side, Callable[[AppState], None]] = {"do": do, "make": make, "judge": judge}


def page(state: AppState) -> None:
    take_links(state)
    heading(say("page.homework", state.language))
    homework = state.desk.homework
    if were_open() and homework.side != "judge" and not homework.count:
        homework.side = "judge"
    key = f"homework-side-{homework.side}"
    st.segmented_control(
        say("homework_page.sides", state.language),
        list(SIDES),
        default=homework.side,
        required=True,
        format_func=lambda side: say(f"homework_page.side.{side}", state.language),
        key=key,
        on_change=take_side,
        args=(key,),
        label_visibility="collapsed",
        wrap=True,
    )
    SIDES[homework.side](state)
    keep_in_browser(state)


def take_side(key: str) -> None:
    app_state().desk.homework.side = widget_value(key)
    forget_open()


page(app_state())
