"""All lessons as a list, with what is done; and opening one of one's own."""

import streamlit as st

from lab.lessons.progress import OWN, Learner
from lab.lessons.reader import FORM, Opened, from_link, read_file
from lab.lessons.refusal import LessonError, say_refusal
from lab.lessons.shelf import Known, known_lessons, lesson
from lab.texts import say
from pages.ui.grid import in_rows
from pages.ui.lessons.carrying import carry
from pages.ui.lessons.lecture.way_in import lecture_button, lecture_that_is_on
from pages.ui.lessons.recall import recall
from pages.ui.lessons.visit import Visit
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state
from pages.ui.uploads import taken

LINK = "lesson"  # the query parameter that names a lesson or carries one
CARDS_A_ROW = 4


def shelf(state: AppState, visit: Visit) -> None:
    """What was missed last time, and cards of all lessons in their order."""
    lecture_that_is_on(state)
    learner = state.desk.lessons
    known = known_lessons(learner.own)
    recall(state, visit, known)
    st.markdown(say("lessons_page.intro", state.language))
    for row in in_rows(known, CARDS_A_ROW):
        for column, key in zip(st.columns(CARDS_A_ROW, gap="small"), row, strict=False):
            with column, st.container(border=True, height="stretch"):
                _card(state, learner, key, known)
    carry(state, visit)
    waiting = [key for key in learner.lessons if key.startswith(OWN) and key not in learner.own]
    if waiting:
        st.caption(say("progress.own_waiting", state.language, count=len(waiting)))
    with st.expander(say("lessons_page.own", state.language), expanded=bool(visit.no_lesson)):
        st.caption(say("lessons_page.own_about", state.language))
        key = state.key("lesson-file")
        st.file_uploader(
            say("lessons_page.own_file", state.language), type=["json"], key=key, on_change=_open_file, args=(key,)
        )
        if visit.no_lesson:  # it stands at the file: the head of the page is some screens away
            st.error(visit.no_lesson)


def _card(state: AppState, learner: Learner, key: str, known: Known) -> None:
    progress = learner.lessons.get(key)
    st.markdown(f"**{safe(known.title(key, state.language))}**")
    mark = "new" if progress is None else "done" if progress.done else "begun"
    won = f" {say('lessons_page.mark.won', state.language)}" if progress is not None and progress.won else ""
    minutes = say("lessons_page.minutes", state.language, minutes=known.minutes(key))
    st.caption(f"{minutes} · {say(f'lessons_page.mark.{mark}', state.language)}{won}")
    st.button(
        say("lessons_page.open", state.language),
        key=f"lesson-open-{key}",
        on_click=choose,
        args=(key,),
        width="stretch",
    )
    lecture_button(state, key, known)


def choose(key: str | None) -> None:
    """Callback: open that lesson, or the list."""
    app_state().desk.lessons.current = key


def opened_lesson(state: AppState, visit: Visit) -> Opened | None:
    """The lesson that is open; None for the list."""
    learner = state.desk.lessons
    if learner.current is None:
        return None
    own = learner.own.get(learner.current)
    if own is not None:
        return own
    try:
        one = lesson(learner.current)
        learner.current = one.name
        return one
    except KeyError:
        if learner.current.startswith(OWN):
            visit.tell("info", say("progress.open_own_again", state.language))
        learner.current = None
        return None


def take_link(state: AppState, visit: Visit) -> None:
    """A lesson named or carried by the address, which is then cleaned: a reload must not open it again."""
    text = st.query_params.get(LINK)
    if text is None:
        return
    del st.query_params[LINK]
    learner = state.desk.lessons
    if not text.startswith(FORM):
        try:
            learner.current = lesson(text[:100]).name
        except KeyError:
            visit.tell("error", say("lesson.unknown", state.language, name=safe(text[:40])))
        return
    try:
        learner.keep(from_link(text).named(say("lessons_page.from_link", state.language)))
    except LessonError as refusal:  # its words are a stranger's
        visit.tell("error", safe(say_refusal(refusal, state.language)))


def _open_file(key: str) -> None:
    """Callback: a lesson that was saved as a file. One that is none leaves everything as it was."""
    state = app_state()
    visit = state.held(Visit)
    visit.no_lesson = ""
    file = taken(key, state)
    if file is None:
        return
    try:
        state.desk.lessons.keep(read_file(file.name, file.content))
    except LessonError as refusal:
        visit.no_lesson = safe(say_refusal(refusal, state.language))
