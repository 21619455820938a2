"""A teacher's table of hand-ins: files and links are opened, runs made again, figures and answers compared."""

import re

import pandas as pd
import streamlit as st

from lab.errors import LabError
from lab.homework.judging import Judging, handed_by_link
from lab.homework.table import as_csv, details, goal_told, line_of
from lab.runs.serve.host import engine
from lab.runs.wire.messages import ENDED
from lab.studies.words import number
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.data.reading import label
from pages.ui.homework.links import table_for, tell_later, value_of
from pages.ui.lessons.running import wait
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.uploads import all_taken
from pages.ui.waiting import look, stop

OPEN = "hand_ins"  # query parameter


def judge(state: AppState) -> None:
    homework = state.desk.homework
    st.markdown(say("homework_page.judge_about", state.language))
    _remember(state)
    _bring(state)
    judging = homework.judging
    if judging is None:
        if homework.loose:
            st.info(say("homework_page.task_missing", state.language, count=len(homework.loose)))
        return
    st.markdown(f"**{safe(judging.copy.task.title)}** · {safe(goal_told(judging.copy.task, state.language))}")
    if not judging.handed:
        st.info(say("homework_page.nothing_yet", state.language))
        return
    judging.table = judging.table or table_for(state, judging.copy.task, "homework-judge")
    if judging.table is not None:
        _make_again(state, judging)
    _table(state, judging)


def were_open() -> int:
    """How many hand-ins the address says were open here. The server that knew them may be gone."""
    text = st.query_params.get(OPEN, "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,3}", text) else 0


def _remember(state: AppState) -> None:
    """Hand-ins are a class's work: the server keeps none of them, and the address says that there were some."""
    count = state.desk.homework.count
    if count:
        st.query_params[OPEN] = str(count)
    elif were_open():
        st.warning(say("homework_page.gone", state.language, count=were_open()))


# --- opening


def _bring(state: AppState) -> None:
    files, links = st.columns(2, gap="large")
    with files:
        key = state.key("homework-files")
        st.file_uploader(
            say("homework_page.files", state.language),
            type=["json"],
            accept_multiple_files=True,
            key=key,
            on_change=_open_files,
            args=(key,),
        )
    with links:
        key = state.key("homework-links")
        st.text_area(say("homework_page.links", state.language), key=key, on_change=_open_links, args=(key,))
        st.caption(say("homework_page.links_about", state.language))


def _open_files(key: str) -> None:
    """Callback: the task and hand-ins, in any order; one that is damaged is a line of the table."""
    state = app_state()
    try:
        state.desk.homework.bring([(file.name, file.content) for file in all_taken(key, state)])
    except LabError as refusal:
        tell_later(refusal)


def _open_links(key: str) -> None:
    """Callback: the same from links that were pasted, one a line; one that is broken is a line of the table."""
    state = app_state()
    homework = state.desk.homework
    links = enumerate(value_of(key).split(), homework.count + 1)
    try:
        homework.put([handed_by_link(place, text) for place, text in links])
    except LabError as refusal:
        tell_later(refusal)
        return
    state.revision += 1


def forget_open() -> None:
    """The address no longer says that hand-ins were open."""
    if OPEN in st.query_params:
        del st.query_params[OPEN]


# --- making again


def _make_again(state: AppState, judging: Judging) -> None:
    if judging.going_on:
        view = look(state, judging)
        if judging.out_of_time and view is not None and view.state not in ENDED:
            stop(judging.study_id)
    if judging.state == "finished" and not judging.out_of_time and judging.left:
        _begin(judging)  # after those that ended by themselves the next are begun
    if judging.going_on:
        wait(state, judging, lambda: _tell_left(state, judging))
        return
    if judging.out_of_time:
        most = number(judging.limits.judging_s)
        st.warning(say("homework_page.out_of_time", state.language, seconds=most), icon=":material/timer_off:")
    elif judging.left:
        st.button(
            say("homework_page.make_again", state.language),
            key="homework-make-again",
            type="primary",
            icon=":material/replay:",
            on_click=_begin,
            args=(judging,),
        )
        _tell_left(state, judging)


def _tell_left(state: AppState, judging: Judging) -> None:
    seeds = len(judging.copy.task.seeds)
    words = {"left": judging.left, "seeds": seeds, "seconds": number(judging.seconds_left)}
    st.caption(say("homework_page.left", state.language, **words))


def _begin(judging: Judging) -> None:
    try:
        judging.begin(engine(), app_state().owner)
    except (LabError, NetcoreError) as refusal:
        judging.state = ""
        tell_later(refusal)


# --- the table


def _table(state: AppState, judging: Judging) -> None:
    rows, task = judging.rows(), judging.copy.task
    st.dataframe(
        pd.DataFrame([line_of(row, task, state.language) for row in rows]), hide_index=True, key="homework-table"
    )
    st.caption(
        f"{say('homework_page.count', state.language, count=len(rows))} {say('homework_page.table_of', state.language)}"
    )
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            say("homework_page.csv", state.language),
            as_csv(rows, task, state.language),
            file_name="homework.csv",
            mime="text/csv",
            key="homework-csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button(
            say("homework_page.empty", state.language), key="homework-empty", icon=":material/delete:", on_click=_empty
        )
    readable = [place for place, row in enumerate(rows) if row.handed.content is not None and not row.other_task]
    if not task.questions or not readable:
        return
    key = "homework-read"
    st.selectbox(
        say("homework_page.read", state.language),
        readable,
        index=None,
        format_func=lambda place: label(rows[place].name),
        key=key,
        placeholder=say("form.choose", state.language),
    )
    chosen = widget_value(key)
    if chosen in readable:
        told = details(rows[chosen], task, state.language)
        for place, (question, reply, worth) in enumerate(told):
            with st.container(border=True, key=f"strange-reply-{place}"):
                st.markdown(f"**{safe(question)}**")
                st.markdown(f"{safe(reply)} · {worth}")


def _empty() -> None:
    """Callback: no hand-ins and no task."""
    forget_open()
    homework = app_state().desk.homework
    homework.judging, homework.loose = None, []
