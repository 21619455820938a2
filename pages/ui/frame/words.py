"""The words of the glossary wherever the app says them, and the "?" in the head that lists those of a page."""

import json
from functools import cache
from typing import Any

import streamlit as st

from lab.lessons.shelf import lesson_title
from lab.texts import Language, say
from lab.texts.glossary import glossary
from pages import FIRST, page_named
from pages.ui.bench import Bench
from pages.ui.component import component
from pages.ui.lessons.shelf import LINK
from pages.ui.state import AppState

WORDS = ("open", "here", "none_here", "all", "lesson")
ELSEWHERE = {"glossary": "glossary", "tour": FIRST}  # what may be asked for, and its page
MOST_NAMES = 300  # columns of a person's table that are kept apart from words of the same name

_component = component(__file__, shared=("elements", "mount", "storage", "word_marks"))


def words(state: AppState, bench: Bench) -> None:
    """Mount it; the browser does the rest, and says where the person wants to go."""
    data = {**_for_browser(state.language), "apart": names_of_a_person(state, bench)}
    place = _component(data=data, key="words", width="content", on_place_change=_heard).place
    if not isinstance(place, dict):
        return
    lesson = place.get("lesson")
    if isinstance(lesson, str) and lesson in lessons_of_terms():
        st.switch_page(page_named("lessons").file, query_params={LINK: lesson})
    for name, page in ELSEWHERE.items():
        if place.get(name):
            st.switch_page(page_named(page).file)


def _heard() -> None:
    """Streamlit wants a callback of every result; the script run that follows looks at it."""


def names_of_a_person(state: AppState, bench: Bench) -> list[str]:
    """Columns whose names have a word of the glossary in them: in a sentence they are no such word."""
    if state.experiment.data.source.kind != "upload" or bench.table is None:
        return []
    columns = [str(name) for name in bench.table.frame.columns[:MOST_NAMES]]
    spellings = [text.casefold() for term in glossary() for text in term.words[state.language].looked_for]
    return [name for name in columns if any(text in name.casefold() for text in spellings)]


@cache
def lessons_of_terms() -> frozenset[str]:
    return frozenset(term.lesson for term in glossary())


@cache
def _for_browser(language: Language) -> dict[str, str]:
    """All of it as one text: Streamlit writes what a drawing is given as JSON twice at every script run."""
    return {"language": language, "glossary": json.dumps(_glossary(language), ensure_ascii=False)}


def _glossary(language: Language) -> dict[str, Any]:
    terms = [
        {"key": term.key, "name": word.name, "says": word.says, "keras": term.keras, "lesson": term.lesson}
        | {"find": word.looked_for, "apart": word.apart}
        for term in glossary()
        for word in (term.words[language],)
    ]
    return {
        "terms": terms,
        "lessons": {name: lesson_title(name, language) for name in sorted(lessons_of_terms())},
        "texts": {name: say(f"words.{name}", language) for name in WORDS} | {"tour": say("tour.start", language)},
    }
