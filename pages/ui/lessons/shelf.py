"""All lessons as a list, with what is done; and opening one of one's own."""

import streamlit as st

from lab.lessons.progress import Learner
from lab.lessons.reader import FORM, Opened, from_link, read_file
from lab.lessons.refusal import LessonError, LessonRefusal, say_refusal
from lab.lessons.shelf import lesson, lessons
from lab.texts import say
from pages.ui.grid import in_rows
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state
from pages.ui.uploads import taken

LINK = "lesson"  # the query parameter that names a lesson or carries one
CARDS_A_ROW = 4


def shelf(state: AppState) -> None:
    """Cards of all lessons, in their order."""
    st.markdown(say("lessons_page.intro", state.language))
    learner = state.desk.lessons
    for row in in_rows([*lessons(), *learner.own.values()], CARDS_A_ROW):
        for column, one in zip(st.columns(CARDS_A_ROW, gap="small"), row, strict=False):
            with column, st.container(border=True, height="stretch"):
                _card(state, learner, one)
    with st.expander(say("lessons_page.own", state.language)):
        st.caption(say("lessons_page.own_about", state.language))
        key = state.key("lesson-file")
        st.file_uploader(
            say("lessons_page.own_file", state.language), type=["json"], key=key, on_change=_open_file, args=(key,)
        )


def _card(state: AppState, learner: Learner, one: Opened) -> None:
    progress = learner.lessons.get(one.name)
    number = one.name.partition("-")[0]
    st.markdown(f"**{safe(number)} · {safe(one.words(state.language).title)}**")
    mark = "new" if progress is None else "done" if progress.done else "begun"
    won = f" {say('lessons_page.mark.won', state.language)}" if progress is not None and progress.won else ""
    minutes = say("lessons_page.minutes", state.language, minutes=one.lesson.minutes)
    st.caption(f"{minutes} · {say(f'lessons_page.mark.{mark}', state.language)}{won}")
    st.button(
        say("lessons_page.open", state.language),
        key=f"lesson-open-{one.name}",
        on_click=choose,
        args=(one.name,),
        width="stretch",
    )


def choose(name: str | None) -> None:
    """Callback: open that lesson, or the list."""
    app_state().desk.lessons.current = name


def opened_lesson(state: AppState) -> Opened | None:
    """The lesson that is open; None for the list."""
    learner = state.desk.lessons
    if learner.current is None:
        return None
    own = learner.own.get(learner.current)
    if own is not None:
        return own
    try:
        return lesson(learner.current)
    except KeyError:
        learner.current = None
        return None


def take_link(state: AppState) -> None:
    """A lesson named or carried by the address, which is then cleaned: a reload must not begin it anew."""
    text = st.query_params.get(LINK)
    if text is None:
        return
    del st.query_params[LINK]
    learner = state.desk.lessons
    if not text.startswith(FORM):
        try:
            learner.current = lesson(text[:100]).name
        except KeyError:
            st.error(say("lesson.unknown", state.language, name=safe(text[:40])))
        return
    try:
        learner.keep(from_link(text).named(say("lessons_page.from_link", state.language)))
    except LessonError as refusal:
        tell_refusal(state, refusal)


def tell_refusal(state: AppState, refusal: LessonError) -> None:
    """What is wrong with a lesson from elsewhere; its words are a stranger's."""
    st.error(safe(say_refusal(refusal, state.language)))


def _open_file(key: str) -> None:
    """Callback: a lesson that was saved as a file. One that is none leaves everything as it was."""
    state = app_state()
    file = taken(key, state)
    if file is None:
        return
    try:
        state.desk.lessons.keep(read_file(file.name, file.content))
    except LessonRefusal as refusal:
        state.notice("error", "lesson.refused", file=refusal.file, sentence=refusal.said_in(state.language))
    except LessonError as refusal:
        state.notice("error", refusal.code, **refusal.values)
