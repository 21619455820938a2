"""Glossary: every word of the field in a sentence or two, in the order of the lessons that explain them."""

from itertools import groupby

import streamlit as st

from lab.lessons.shelf import lesson_title
from lab.texts import say
from lab.texts.glossary import Term, glossary
from pages import page_named
from pages.ui.lessons.shelf import LINK
from pages.ui.state import AppState, app_state
from pages.ui.text import heading

TERM = "term"  # the query parameter that names a term
LONGEST = 60  # letters of what is looked for


def page(state: AppState) -> None:
    heading(say("page.glossary", state.language))
    wanted = st.text_input(
        say("words.search", state.language),
        help=say("words.search_about", state.language),
        max_chars=LONGEST,
        key=f"glossary-search-{state.language}",
    )
    named = st.query_params.get(TERM)
    with st.container(key="glossary"):
        for term in glossary():
            if term.key == named:
                with st.container(border=True):
                    st.markdown(entry(term, state))
                    lesson_link(term.lesson, state)
        found = [term for term in glossary() if term.answers_to(wanted)]
        if not found:
            st.info(say("words.none", state.language))
        by_lesson = groupby(sorted(found, key=lambda term: term.lesson), key=lambda term: term.lesson)
        for name, terms in by_lesson:
            lesson_link(name, state)
            st.markdown("\n".join(f"- {entry(term, state)}" for term in terms))


def entry(term: Term, state: AppState) -> str:
    """A term with its names in both languages and in programs, for Markdown."""
    word = term.words[state.language]
    other = term.words["en" if state.language == "ko" else "ko"]
    names = " · ".join(dict.fromkeys((*word.also, *other.names)))
    keras = f" · `{term.keras}`" if term.keras else ""
    return f"**{word.name}** ({names}{keras}): {word.says}"


def lesson_link(name: str, state: AppState) -> None:
    st.page_link(
        page_named("lessons").file,
        label=lesson_title(name, state.language),
        icon=page_named("lessons").icon,
        query_params={LINK: name},
    )


page(app_state())
