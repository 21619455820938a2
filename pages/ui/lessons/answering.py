"""A question with its answers to choose from, and what is said to the one that was chosen."""

from collections.abc import Mapping

import streamlit as st

from lab.texts import say
from pages.ui.lessons.words import safe
from pages.ui.state import AppState


def chosen_answer(state: AppState, answers: Mapping[str, str], key: str, *, abreast: bool = False) -> str | None:
    """The key of the answer that is chosen, of those in words; None before."""
    given: str | None = st.radio(
        say("lessons_page.answer", state.language),
        list(answers),
        index=None,
        format_func=lambda name: safe(answers[name]),
        key=key,
        label_visibility="collapsed",
        horizontal=abreast,
    )
    return given


def tell_judged(state: AppState, *, right: bool, reason: str) -> None:
    """Whether it is right, and why."""
    box, icon = (st.success, ":material/check_circle:") if right else (st.warning, ":material/lightbulb:")
    box(f"{say('lessons_page.right' if right else 'lessons_page.not_right', state.language)} {reason}", icon=icon)
