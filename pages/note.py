"""The lecture note in its own order: text, its code run in place, and the lesson that belongs to each section."""

import streamlit as st

from lab.lessons.shelf import known_lessons
from lab.note.schema import Section
from lab.note.shelf import Place, lessons_of, neighbours, section_named, sections, words_of
from lab.texts import say
from pages import page_named
from pages.ui.lessons.words import safe
from pages.ui.note.snippet import show_results, show_snippet
from pages.ui.note.view import NoteView
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import heading

LINK = "section"  # the query parameter that names a section


def page(state: AppState) -> None:
    view = state.held(NoteView)
    take_link(view)
    here = section_named(view.step) or sections()[0]
    table_of_contents(state, view, here)
    words = words_of(here.step, state.language)
    heading(words.title)
    text, code = st.columns([2, 3], gap="large")
    with text:
        st.markdown(words.text)
        aside(state, "slip", words.slip, ":material/edit_note:")
        aside(state, "keras", words.keras, ":material/update:")
        lesson_buttons(state, here)
    with code:
        place = chosen_place(state, view, here)
        show_snippet(state, view, place)
        show_results(state, view, place)  # right below the button: a curve is seen without scrolling
    before_and_next(state, view, here)


def take_link(view: NoteView) -> None:
    """A section named by the address, which is then cleaned: a reload must not go back to it."""
    step = st.query_params.get(LINK)
    if step is not None:
        del st.query_params[LINK]
        view.step = step if section_named(step[:40]) else view.step


def table_of_contents(state: AppState, view: NoteView, here: Section) -> None:
    names = {one.step: say(f"note_page.section.{one.step}", state.language) for one in sections()}
    key = f"note-section-{here.step}"
    st.segmented_control(
        say("note_page.sections", state.language),
        list(names),
        default=here.step,
        required=True,
        format_func=names.__getitem__,
        key=key,
        on_change=_take_section,
        args=(view, key),
        label_visibility="collapsed",
        wrap=True,
    )


def _take_section(view: NoteView, key: str) -> None:
    view.step = widget_value(key)


def aside(state: AppState, name: str, text: str, icon: str) -> None:
    """What is to be known beside the note, gently."""
    if text:
        st.info(f"**{say(f'note_page.{name}', state.language)}** {text}", icon=icon)


def lesson_buttons(state: AppState, here: Section) -> None:
    """The lessons that name this section."""
    st.markdown(f"**{say('note_page.lessons', state.language)}**")
    known = known_lessons({})
    for name in lessons_of(here.step):
        if st.button(safe(known.title(name, state.language)), key=f"note-lesson-{name}", icon=":material/school:"):
            state.desk.lessons.current = name
            st.switch_page(page_named("lessons").file)


def chosen_place(state: AppState, view: NoteView, here: Section) -> Place:
    """The snippet that is open; of one there is nothing to choose."""
    places = {one.key: Place(here, one) for one in here.snippets}
    open_key = view.snippets.get(here.step, here.snippets[0].key)
    if len(places) > 1:
        words = words_of(here.step, state.language)
        key = f"note-snippet-{here.step}"
        st.segmented_control(
            say("note_page.snippets", state.language),
            list(places),
            default=open_key,
            required=True,
            format_func=lambda name: words.snippets[name].title,
            key=key,
            on_change=_take_snippet,
            args=(view, here.step, key),
            label_visibility="collapsed",
            wrap=True,
        )
    return places[open_key]


def _take_snippet(view: NoteView, step: str, key: str) -> None:
    view.snippets[step] = widget_value(key)


def before_and_next(state: AppState, view: NoteView, here: Section) -> None:
    """Neighbours in the order of the note."""
    with st.container(horizontal=True, gap="small"):
        for name, neighbour in zip(("before", "next"), neighbours(here.step), strict=True):
            label = say(f"note_page.{name}", state.language)
            st.button(
                label if neighbour is None else f"{label}: {say(f'note_page.section.{neighbour}', state.language)}",
                key=f"note-{name}",
                disabled=neighbour is None,
                on_click=_go,
                args=(view, neighbour),
            )


def _go(view: NoteView, step: str | None) -> None:
    view.step = step or view.step


page(app_state())
