"""Homework, kept by the browser of who does or makes it: the server may restart between any two clicks."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from lab.homework.kept import take_in, to_text
from lab.homework.refusal import HomeworkError
from lab.texts import say
from pages.ui.lessons.kept_progress import browser_keeps, take_word
from pages.ui.state import AppState, app_state, widget_value

KEY = "homework-kept"
STORED_AS = "lab-homework"  # in the browser's localStorage; what cannot be read goes to "lab-homework.unread"


@dataclass
class Storage:
    """What a session knows of its browser's storage.

    Args:
        heard: the last word of the browser that was taken in. unread: it could not be read, and is put aside.
        blocked: the browser keeps nothing. forgotten: nor is it to keep what it has.
    """

    heard: str = ""
    unread: bool = False
    blocked: bool = False
    forgotten: bool = False


def keep_in_browser(state: AppState) -> None:
    """At the end of a screen: what this screen has changed is in it."""
    storage = state.held(Storage)
    if storage.unread:
        st.warning(say("homework.kept_broken", state.language))
    homework = state.desk.homework
    if storage.blocked and (homework.works or homework.draft.begun):
        st.warning(say("homework_page.blocked", state.language))
    browser_keeps(STORED_AS, to_text(homework), storage, KEY, _told)


def _told() -> None:
    """Callback: the browser has spoken."""
    hear(app_state(), widget_value(KEY).told)


def hear(state: AppState, told: Any) -> None:
    """Take in what a browser says. Whatever it is, nothing breaks."""
    storage = state.held(Storage)
    text = take_word(storage, told)
    if text is None:
        return
    draft = state.desk.homework.draft
    try:
        take_in(state.desk.homework, text)
    except HomeworkError:
        storage.unread = True
    if state.desk.homework.draft is not draft:
        state.revision += 1  # fields that are on the screen already show it


def forget_button(state: AppState) -> None:
    """On a shared computer the next one finds what is kept."""
    if state.desk.homework.works:
        with st.popover(say("homework_page.forget", state.language), icon=":material/delete:"):
            st.markdown(say("homework_page.forget_about", state.language))
            st.button(say("progress.forget_really", state.language), key="homework-forget", on_click=_forget)


def forget_draft_button(state: AppState) -> None:
    """A task that is made is no reason to keep its answers in a browser."""
    if state.desk.homework.draft.begun:
        with st.popover(say("homework_page.forget_draft", state.language), icon=":material/delete:"):
            st.markdown(say("homework_page.forget_draft_about", state.language))
            label = say("homework_page.forget_draft_really", state.language)
            st.button(label, key="homework-forget-draft", on_click=_forget_draft)


def _forget() -> None:
    """Callback."""
    app_state().desk.homework.forget()
    _forgotten()


def _forget_draft() -> None:
    """Callback."""
    app_state().desk.homework.forget_draft()
    _forgotten()


def _forgotten() -> None:
    """The browser takes out what it has, and keeps what is left."""
    state = app_state()
    state.held(Storage).forgotten = True
    state.revision += 1
