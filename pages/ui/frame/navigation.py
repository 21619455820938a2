"""The pages as Streamlit knows them, made once for everybody: each looks for its file on the disk."""

from copy import copy
from functools import cache

import streamlit as st

from lab.texts import Language
from pages import FIRST, PAGES, Page


def navigable(language: Language) -> dict[Page, st.Page]:
    """A script run's own: Streamlit notes in each whether it is to run, and two runs of a session may overlap."""
    return {page: copy(made) for page, made in _made(language).items()}


@cache
def _made(language: Language) -> dict[Page, st.Page]:
    return {
        page: st.Page(
            page.file,
            title=page.title(language),
            url_path=page.name if page.name != FIRST else "",
            default=page.name == FIRST,
        )
        for page in PAGES
    }
