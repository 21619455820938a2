"""Lessons: predict, run, compare, explain, check, and one step further; or the list of all of them."""

import streamlit as st

from lab.lessons.progress import Progress
from lab.lessons.reader import Opened
from lab.lessons.shelf import known_lessons
from lab.texts import say
from pages.ui.lessons.beats import beat_names, show_beat, take_beat
from pages.ui.lessons.carrying import offer_way_back, take_progress
from pages.ui.lessons.certificate import show_certificate
from pages.ui.lessons.kept_progress import keep_in_browser
from pages.ui.lessons.lecture.way_in import lecture_button
from pages.ui.lessons.recall import tell_waiting
from pages.ui.lessons.shelf import choose, opened_lesson, shelf, take_link
from pages.ui.lessons.visit import begun_visit, show_said
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state
from pages.ui.text import heading


def page(state: AppState) -> None:
    visit = begun_visit(state)
    take_progress(state, visit)
    take_link(state, visit)
    opened = opened_lesson(state, visit)
    show_said(visit)
    offer_way_back(state, visit)
    if opened is None and visit.certificate:
        show_certificate(state)
    elif opened is None:
        heading(say("page.lessons", state.language))
        shelf(state, visit)
    else:
        learner = state.desk.lessons
        progress = learner.progress(learner.current or opened.name)
        progress.fit(opened.lesson)
        # somebody else's words perhaps: none of them is one of the glossary
        with st.container(key="strange-lesson" if learner.current in learner.own else "lesson"):
            head(state, opened, progress)
            tell_waiting(state, visit)
            show_beat(state, opened, progress)
    keep_in_browser(state, visit)


def head(state: AppState, opened: Opened, progress: Progress) -> None:
    """Back to the list, the title, and the beats that are open so far."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson-head"):
        st.button(
            say("lessons_page.all", state.language),
            key="lesson-all",
            icon=":material/arrow_back:",
            on_click=choose,
            args=(None,),
        )
        st.markdown(f"**{safe(opened.words(state.language).title)}**", width="content")
        learner = state.desk.lessons
        lecture_button(state, learner.current or opened.name, known_lessons(learner.own), width="content")
    names, key = beat_names(state), f"lesson-beat-{opened.name}-{progress.beat}-{progress.reached}"
    st.segmented_control(
        say("lessons_page.beats", state.language),
        progress.may_open,
        default=progress.beat,
        required=True,
        format_func=names.__getitem__,
        key=key,
        on_change=take_beat,
        args=(progress, key),
        label_visibility="collapsed",
        wrap=True,
    )


page(app_state())
