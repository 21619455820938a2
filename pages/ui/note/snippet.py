"""A snippet on the page: its code to be edited, what it is run on, its buttons, and below them what came of it."""

import streamlit as st

from lab.errors import LabError
from lab.note.asked import NoteRun
from lab.note.code import cells_of
from lab.note.shelf import Place, words_of
from lab.runs.orders.study import StudyView
from lab.runs.serve.host import engine
from lab.texts import say
from netcore.errors import NetcoreError
from pages import page_named
from pages.ui.note.result import show_built, show_reading, show_run
from pages.ui.note.view import NoteView
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.waiting import goes_on, tell_epochs, wait_for

LOOK_S = 0.7  # between two looks at a run that goes on


def show_snippet(state: AppState, view: NoteView, place: Place) -> None:
    """What X and Y stand for, the code, and what can be done with it."""
    words = words_of(place.section.step, state.language).snippets[place.snippet.key]
    st.markdown(words.about)
    code_field(state, view, place)
    buttons(state, view, place)


def show_results(state: AppState, view: NoteView, place: Place) -> None:
    """What came of the code when it was run last; nothing before."""
    shown = view.shown.get(place.key)
    if shown is None:
        return
    if shown.text != view.text(place):
        st.caption(say("note_page.edited", state.language))
    show_reading(state, shown)
    run = view.runs.get(place.key)
    if run is not None:
        follow(state, run, place)
    show_built(state, shown, place.key)


def code_field(state: AppState, view: NoteView, place: Place) -> None:
    key = view.field_key(place)
    with st.container(key="note-code"):
        st.text_area(
            say("note_page.code", state.language),
            value=view.text(place),
            height="content",
            key=key,
            help=say("note_page.about_code", state.language),
            on_change=_take_text,
            args=(view, place, key),
        )


def _take_text(view: NoteView, place: Place, key: str) -> None:
    view.edit(place, widget_value(key))


def buttons(state: AppState, view: NoteView, place: Place) -> None:
    busy = goes_on(state, view.runs.get(place.key))
    with st.container(horizontal=True, gap="small"):
        st.button(
            say("note_page.run", state.language),
            key="note-run",
            type="primary",
            icon=":material/play_arrow:",
            disabled=busy,
            on_click=_run,
            args=(view, place, view.field_key(place)),
        )
        st.button(
            say("note_page.reset", state.language),
            key="note-reset",
            icon=":material/undo:",
            disabled=busy or view.text(place) == place.code,
            on_click=view.reset,
            args=(place,),
        )
        if st.button(say("note_page.studio", state.language), key="note-studio", icon=":material/tune:"):
            state.replace_experiment(view.read(place).experiment)
            state.notice("success", "note_page.in_studio")
            st.switch_page(page_named("train").file)


def _run(view: NoteView, place: Place, key: str) -> None:
    """Callback: read the code; where it asks for a training that nothing stands in the way of, begin it."""
    state = app_state()
    view.edit(place, widget_value(key))
    code = view.read(place)
    if not code.trains or code.in_the_way:
        return
    try:
        cells = cells_of(place, code)
        study = engine().start_study(cells, state.owner, predict=True)
        view.runs[place.key] = NoteRun.of(code, study, cells)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)


def follow(state: AppState, run: NoteRun, place: Place) -> None:
    """Curves as they come, and when all has ended what they say."""
    names = words_of(place.section.step, state.language).snippets[place.snippet.key].names
    if not run.going_on:
        show_run(state, run, names)
        return

    def show(view: StudyView) -> None:
        tell_epochs(state, view)
        show_run(state, run, names)

    wait_for(state, run, show, every_s=LOOK_S, stop_key="note-stop")
