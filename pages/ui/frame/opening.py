"""What a session opens with: a link, the draft of the last session, the owner's newest run, or the first start."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice

import streamlit as st

from lab.edits.screen import found_again
from lab.errors import LabError
from lab.export.link import from_link
from lab.runs.serve.front import NOWHERE
from lab.runs.serve.host import engine
from lab.spec.experiment import Experiment
from lab.starts import STARTS, start
from lab.texts import LANGUAGES, Language
from pages.ui.desk import Desk, desk_of
from pages.ui.run.training import look_at, told_experiment
from pages.ui.state import AppState, Notice, app_state, has_state, keep_state, noted_session, owner_of_session

LINK = "e"  # the query parameter that carries an experiment
LANGUAGE = "lang"
RUNS_LOOKED_AT = 12  # for one that the knobs describe


def opened_state() -> AppState:
    """The session's state, made at its first script run."""
    if not has_state():
        keep_state(_open())
    return app_state()


def _open() -> AppState:
    owner = owner_of_session()
    desk = desk_of(owner)
    first = start(next(iter(STARTS)))
    state = AppState(owner=owner, language=_language(desk), experiment=first, desk=desk, session=noted_session())
    if NOWHERE in st.query_params:
        del st.query_params[NOWHERE]  # a reload asks for the page that is open now
        state.notice("warning", "server.nowhere")
    state.came_by_link = any(name != LANGUAGE for name in st.query_params)
    told = _told_runs(state)
    wanted = _from_link(state) or desk.draft
    if wanted is None:
        newest = next(told, None)
        wanted = newest[1] if newest else None
        told = chain([newest] if newest else [], told)
    state.experiment = wanted or state.experiment
    state.screen = found_again(islice(told, RUNS_LOOKED_AT), state.experiment)
    return state


def _told_runs(state: AppState) -> Iterator[tuple[str, Experiment]]:
    """The owner's runs, newest first, and what each was; one whose file turns out damaged is told on its shelf."""
    for run in engine().runs_of(state.owner):
        with suppress(LabError):
            yield run.id, told_experiment(state, look_at(state, run.id))


def _language(desk: Desk) -> Language:
    """Asked for by the address, chosen before, or the browser's; Korean where nothing says otherwise."""
    asked = st.query_params.get(LANGUAGE)
    if asked in LANGUAGES:
        return asked
    if desk.language is not None:
        return desk.language
    locale = st.context.locale
    return "ko" if locale is None or locale.lower().startswith("ko") else "en"


def _from_link(state: AppState) -> Experiment | None:
    """The experiment in the address. The address is then cleaned: a reload must bring the person's own changes back."""
    text = st.query_params.get(LINK)
    if text is None:
        return None
    del st.query_params[LINK]
    try:
        experiment = from_link(text)
    except (LabError, ValueError) as refusal:
        code, values = getattr(refusal, "code", "link.broken"), getattr(refusal, "values", {})
        state.notices.append(Notice("error", code, values))
        return None
    state.notices.append(Notice("success", "share.opened"))
    source = experiment.data.source
    if source.kind == "upload" and source.sha256 not in state.desk.files:
        state.notices.append(Notice("warning", "data_page.own_file_missing", {"name": source.name}))
    return experiment
