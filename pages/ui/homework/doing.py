"""A student at a task: the open knobs, runs, figures beside the goal, questions, and handing in."""

from typing import Any

import streamlit as st

from lab.errors import LabError
from lab.homework.files import read
from lab.homework.knobs import ends_of, locked
from lab.homework.schema import NAMES, WHOLE, Knob, Question
from lab.homework.table import goal_told, knob_name, setting_told, values_told
from lab.homework.work import Work
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.grid import in_rows
from pages.ui.homework.kept import forget_button
from pages.ui.homework.links import HAND_IN, hand_out, pasted, show_link, table_for, take, tell_later, value_of
from pages.ui.homework.running import run
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import plain
from pages.ui.uploads import taken

LETTERS = 250
KNOBS_A_ROW = 2


def do(state: AppState) -> None:
    work = state.desk.homework.work
    if work is None:
        _open(state)
        return
    _head(state, work)
    if work.handed is not None:
        _handed(state, work)
        return
    table = table_for(state, work.task, "homework-do")
    if table is None:
        return
    _knobs(state, work)
    run(state, work)
    _questions(state, work)
    _hand_in(state, work)


# --- opening one


def _open(state: AppState) -> None:
    st.markdown(say("homework_page.do_about", state.language))
    homework = state.desk.homework
    for fingerprint, work in homework.works.items():
        label = say("homework_page.go_on", state.language, title=plain(work.task.title, LETTERS))
        st.button(label, key=f"homework-open-{fingerprint[:12]}", on_click=_go_on, args=(fingerprint,))
    key = state.key("homework-task-file")
    st.file_uploader(
        say("homework_page.task_file", state.language), type=["json"], key=key, on_change=_open_file, args=(key,)
    )
    link = state.key("homework-task-link")
    st.text_input(say("homework_page.task_link", state.language), key=link, on_change=_open_link, args=(link,))
    forget_button(state)


def _go_on(fingerprint: str | None) -> None:
    app_state().desk.homework.current = fingerprint


def _open_file(key: str) -> None:
    """Callback: a task that was saved as a file. One that is none leaves everything as it was."""
    state = app_state()
    file = taken(key, state)
    if file is None:
        return
    try:
        take(state.desk.homework, [read(file.content)])
    except (LabError, NetcoreError) as refusal:
        tell_later(refusal)


def _open_link(key: str) -> None:
    """Callback: the same from a link that was pasted."""
    try:
        take(app_state().desk.homework, pasted(value_of(key)))
    except (LabError, NetcoreError) as refusal:
        tell_later(refusal)


def _head(state: AppState, work: Work) -> None:
    task = work.task
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            say("homework_page.all", state.language),
            key="homework-all",
            icon=":material/arrow_back:",
            on_click=_go_on,
            args=(None,),
        )
        st.markdown(f"**{safe(task.title)}**")
    with st.container(key="strange-task"):
        for line in task.words.splitlines():
            st.markdown(safe(line))
    st.info(safe(goal_told(task, state.language)), icon=":material/flag:")


# --- knobs


def _knobs(state: AppState, work: Work) -> None:
    task = work.task
    with st.container(key="homework-knobs"):
        for row in in_rows(task.knobs, KNOBS_A_ROW):
            for column, knob in zip(st.columns(KNOBS_A_ROW, gap="large"), row, strict=False):
                with column:
                    _knob(state, work, knob)
    fixed = locked(task)
    if fixed:
        with st.expander(say("homework_page.locked", state.language), icon=":material/lock:"):
            for name, value in fixed.items():
                st.markdown(f"{knob_name(name, state.language)}: **{safe(setting_told(value))}**")


def _knob(state: AppState, work: Work, knob: Knob) -> None:
    key = f"homework-knob-{work.task.fingerprint[:12]}-{knob.name}"
    label = knob_name(knob.name, state.language)
    now: Any = work.values[knob.name]
    told: dict[str, Any] = {"key": key, "on_change": _turn, "args": (key, work, knob.name)}
    if knob.name in NAMES:
        st.selectbox(label, knob.values, index=knob.values.index(now), **told)
    elif knob.values:
        st.select_slider(label, knob.values, value=now, format_func=setting_told, **told)
    else:
        low, high = ends_of(knob)
        form: dict[str, Any] = {"step": 1} if knob.name in WHOLE else {"step": 0.01, "format": "%.4g"}
        within = say("homework_page.within", state.language, low=setting_told(low), high=setting_told(high))
        st.number_input(label, low, high, value=now, help=within, **form, **told)


def _turn(key: str, work: Work, name: str) -> None:
    """Callback of a knob."""
    work.values[name] = widget_value(key)


# --- questions, and handing in


def _questions(state: AppState, work: Work) -> None:
    for place, question in enumerate(work.task.questions):
        with st.container(border=True, key=f"strange-question-{place}"):
            st.markdown(f"**{place + 1}.** {safe(question.text)}")
            _reply(state, work, place, question)


def _reply(state: AppState, work: Work, place: int, question: Question) -> None:
    key = f"homework-reply-{work.task.fingerprint[:12]}-{place}"
    label = say("lessons_page.answer", state.language)
    now: Any = work.replies[place]
    told: dict[str, Any] = {
        "key": key,
        "on_change": _answer,
        "args": (key, work, place),
        "label_visibility": "collapsed",
    }
    if question.kind == "choice":
        options = range(len(question.options))
        st.radio(label, options, index=now, format_func=lambda one: safe(question.options[one]), **told)
    elif question.kind == "number":
        st.number_input(label, value=now, format="%.6g", placeholder=label, **told)
    else:
        st.text_area(label, value=now or "", max_chars=2_000, placeholder=label, **told)


def _answer(key: str, work: Work, place: int) -> None:
    """Callback."""
    given = widget_value(key)
    work.replies[place] = None if given == "" else given


def _hand_in(state: AppState, work: Work) -> None:
    st.divider()
    key = f"homework-name-{work.task.fingerprint[:12]}"
    st.text_input(
        say("homework_page.name", state.language),
        value=work.name,
        max_chars=100,
        key=key,
        on_change=_named,
        args=(key, work),
    )
    st.button(
        say("homework_page.hand_in", state.language),
        key="homework-hand-in",
        icon=":material/outbox:",
        disabled=not work.finished or not work.name,
        on_click=_finish,
        args=(work,),
    )
    st.caption(say("homework_page.hand_in_about", state.language))


def _named(key: str, work: Work) -> None:
    """Callback."""
    work.name = value_of(key)


def _finish(work: Work) -> None:
    """Callback: from now on nothing changes."""
    try:
        work.hand_in()
    except (LabError, NetcoreError) as refusal:
        tell_later(refusal)


def _handed(state: AppState, work: Work) -> None:
    if work.handed is None:
        return
    st.success(say("homework_page.handed", state.language), icon=":material/task_alt:")
    label = say("homework_page.hand_in_file", state.language)
    hand_out(state, work.handed, f"{work.handed.name}-{work.task.title}", "hand-in", label, "homework-file")
    st.caption(say("homework_page.or_link", state.language))
    show_link(state, HAND_IN, work.handed)
    st.markdown(f"**{plain(work.handed.name, LETTERS)}**")
    for claim in work.handed.runs:
        st.caption(safe(values_told(claim.values, state.language)))
