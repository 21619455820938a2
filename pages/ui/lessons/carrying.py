"""Taking one's progress along: as a file, in a link, as a certificate; and what comes back by them."""

from collections.abc import Callable

import streamlit as st

from lab.lessons.carried import from_link, from_text, to_link, to_text
from lab.lessons.moment import Moment
from lab.lessons.progress import OWN, Learner, room_for
from lab.lessons.record import EMPTY, Record
from lab.lessons.refusal import LessonError, say_refusal
from lab.lessons.shelf import known_lessons
from lab.texts import say
from pages.ui.lessons.certificate import open_certificate
from pages.ui.lessons.visit import Visit, now
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import plain
from pages.ui.uploads import taken

LINK = "progress"  # the query parameter that carries it
LONGEST_NAME = 60
LINK_HEIGHT = 110  # pixels: a link of many lessons is thousands of letters, to be copied and not read


def carry(state: AppState, visit: Visit) -> None:
    """Everything that a learner can do with their progress."""
    learner = state.desk.lessons
    if visit.blocked:
        st.warning(say("progress.blocked", state.language))
    record = learner.record(now(state))
    with st.expander(say("progress.title", state.language)):
        st.caption(say("progress.about", state.language))
        name_key = state.key("lesson-name", 0 if learner.name is None else learner.name.when)
        st.text_input(
            say("progress.name", state.language),
            value="" if learner.name is None else learner.name.text,
            max_chars=LONGEST_NAME,
            key=name_key,
            on_change=_call,
            args=(name_key,),
        )
        if record != EMPTY:
            _take_along(state, record)
        key = state.key("lesson-progress-file")
        label = say("progress.open_file", state.language)
        st.file_uploader(label, type=["json"], key=key, on_change=_open_file, args=(key,))


def _take_along(state: AppState, record: Record) -> None:
    st.caption(say("progress.link_about", state.language))
    try:
        link, left = to_link(record)
        st.code(f"{_address()}?{LINK}={link}", language=None, wrap_lines=True, height=LINK_HEIGHT)
        if left != "nothing":
            st.caption(say(f"progress.link_without_{left}", state.language))
    except LessonError as refusal:
        st.caption(say_refusal(refusal, state.language))
    with st.container(horizontal=True, gap="small"):
        st.button(
            say("certificate.open", state.language),
            key="lesson-certificate",
            icon=":material/workspace_premium:",
            on_click=open_certificate,
        )
        st.download_button(
            say("progress.save_file", state.language),
            to_text(record, indent=1),
            file_name="lessons-progress.json",
            mime="application/json",
            key="lesson-save",
            on_click="ignore",
        )
        with st.popover(say("progress.forget", state.language), icon=":material/delete:"):
            st.markdown(say("progress.forget_about", state.language))
            st.button(say("progress.forget_really", state.language), key="lesson-forget", on_click=_forget)


def take_progress(state: AppState, visit: Visit) -> None:
    """Progress in the address, which is then cleaned."""
    text = st.query_params.get(LINK)
    if text is None:
        return
    del st.query_params[LINK]
    take_in(state, visit, lambda moment: from_link(text, moment))


def take_in(state: AppState, visit: Visit, read: Callable[[Moment], Record]) -> None:
    """Join what comes with what is here, and say what came. What was here stays, and comes back by one click."""
    learner, moment = state.desk.lessons, now(state)
    before = learner.record(moment)
    try:
        record = read(moment)
    except LessonError as refusal:
        visit.tell("error", safe(say_refusal(refusal, state.language)))
        return
    no_room = room_for(before, record)
    learner.receive(record, moment)
    visit.before = before
    visit.tell("success", told_of(state, learner, before, record, no_room))


def told_of(state: AppState, learner: Learner, before: Record, record: Record, no_room: int) -> str:
    """What a record has brought, in sentences."""
    here = known_lessons(learner.own)
    grown = [key for key, one in learner.record(now(state)).lessons.items() if before.lessons.get(key) != one]
    own = [key for key in record.lessons if key not in here and key.startswith(OWN)]
    unknown = [key for key in record.lessons if key not in here and not key.startswith(OWN)]
    counts = {"came": len(record.lessons), "grown": len(grown)}
    if record.name is not None and record.name.text:
        said = [say("progress.came_from", state.language, name=plain(record.name.text), **counts)]
    else:
        said = [say("progress.came", state.language, **counts)]
    for key, count in (("own", len(own)), ("unknown", len(unknown)), ("no_room", no_room)):
        if count:
            said.append(say(f"progress.came_{key}", state.language, count=count))
    return " ".join(said)


def offer_way_back(state: AppState, visit: Visit) -> None:
    """What came by a link may be somebody else's."""
    if visit.before is not None:
        label = say("progress.not_mine", state.language)
        st.button(label, key="lesson-not-mine", icon=":material/undo:", on_click=_not_mine)


def _not_mine() -> None:
    state = app_state()
    visit, learner = state.held(Visit), state.desk.lessons
    if visit.before is not None:
        learner.become(visit.before)
        if learner.current not in learner.lessons:
            learner.current = None
        visit.before = visit.recalled = None


def _open_file(key: str) -> None:
    """Callback: progress that was saved as a file. One that is none leaves everything as it was."""
    state = app_state()
    file = taken(key, state)
    if file is not None:
        visit = state.held(Visit)
        visit.said, visit.by_itself = [], True  # this screen says what came
        take_in(state, visit, lambda moment: from_text(file.content, moment))


def _call(key: str) -> None:
    state = app_state()
    state.desk.lessons.call(str(widget_value(key))[:LONGEST_NAME], now(state))


def _forget() -> None:
    """Callback: nobody was here. The browser forgets it as well."""
    state = app_state()
    state.desk.lessons.forget()
    state.views.pop(Visit, None)
    state.held(Visit).forgotten = True
    state.revision += 1


def _address() -> str:
    return (st.context.url or "").split("?")[0]
