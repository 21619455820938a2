"""Words on a page: the catalogue's sentences, and a person's own words made safe for Streamlit's Markdown."""

import re
from typing import Any

import streamlit as st

from lab.data.samples import card
from lab.spec.data import DataSpec
from lab.texts import Language, Told, key_of, say, say_error
from lab.texts.letters import JOINER, isolated, shortened, unlinked, visible
from lab.texts.parts import about, argument_help, argument_name, name_of

__all__ = ["about", "argument_help", "argument_name", "data_name", "heading", "name_of", "plain", "tell", "tell_error"]

OURS = ("field", "range")  # values of a refusal that are never a person's text, and that the catalogue has words for
IN_A_SENTENCE = 250  # letters of a person's text that a sentence has room for
# an underscore inside a word, as in learning_rate, is no markup, and in a code span its backslash would show
MARKDOWN = re.compile(r"([\\`*{}\[\]()<>#+.!|~$&=\"'^-]|(?<![^\W_])_|_(?![^\W_]))")
REPLACED = re.compile(r"([:<>~=-])")  # ":name:" icons and "->" arrows, which Streamlit replaces even where escaped


def plain(text: object, longest: int = 60) -> str:
    """A person's own words (column, class, file name) for a label or sentence: no markup, no link, short, one line."""
    line = unlinked(shortened(visible(str(text)), longest))
    return isolated(MARKDOWN.sub(r"\\\1", REPLACED.sub(rf"\1{JOINER}", line)))


def data_name(data: DataSpec, language: Language) -> str:
    """Title of the sample, or name of the person's file."""
    source = data.source
    if source.kind == "playground":
        return say(f"generated.{source.dataset}", language)
    return card(source.name).titles[language] if source.kind == "sample" else plain(source.name, 18)


def heading(text: str) -> None:
    """Title of a section of a page; the step's own name stands in the head."""
    st.subheader(text, anchor=False)


def tell(key: str, language: Language, **values: Any) -> str:
    """A sentence whose texts come from a person: each is made plain before it is put in."""
    return say(key, language, **{name: _safe(value) for name, value in values.items()})


def tell_error(error: Told, language: Language) -> str:
    """The sentence of a refusal or a warning; what the person typed or uploaded is made plain inside it."""
    return say_error(_Safe(error), language)


class _Safe:
    """An error whose text values are plain."""

    def __init__(self, error: Told) -> None:
        self.code = key_of(error)
        self.values = {name: value if name in OURS else _safe(value) for name, value in error.values.items()}


def _safe(value: object) -> object:
    return plain(value, IN_A_SENTENCE) if isinstance(value, str) else value
