"""The certificate on a page: to be looked at, printed, taken away as a file."""

from functools import partial

import streamlit as st

from lab.charts.markup import fragment
from lab.lessons.certificate import STYLE, certificate, certificate_file, done_elsewhere
from lab.lessons.shelf import known_lessons
from lab.texts import say
from pages.ui.lessons.print_button import print_button
from pages.ui.lessons.visit import Visit, now
from pages.ui.state import AppState, app_state


def show_certificate(state: AppState) -> None:
    """The sheet, and what can be done with it."""
    learner, moment = state.desk.lessons, now(state)
    record, known = learner.record(moment), known_lessons(learner.own)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="certificate-tools"):
        st.button(
            say("lessons_page.all", state.language),
            key="lesson-all",
            icon=":material/arrow_back:",
            on_click=_close,
        )
        print_button(state.language)
        st.download_button(
            say("certificate.file", state.language),
            partial(certificate_file, record, known, moment, state.language),
            file_name="certificate.html",
            mime="text/html",
            key="certificate-file",
            on_click="ignore",
        )
    gone = done_elsewhere(record, known)
    if gone:
        st.warning(say("certificate.not_here", state.language, count=len(gone)))
    sheet = certificate(record, known, moment, state.language)
    st.html(f"<style>{STYLE}</style>{fragment(sheet)}")


def open_certificate() -> None:
    """Callback."""
    app_state().held(Visit).certificate = True


def _close() -> None:
    app_state().held(Visit).certificate = False
