"""Small corrections of Streamlit's looks and of the language it gives to the document and its file uploader."""

from functools import cache
from pathlib import Path

import streamlit as st

from lab.runs.serve.front import words
from lab.texts import Language, say

CSS, ICON = (Path(__file__).with_name(name) for name in ("style.css", "icon.png"))


def styles() -> str:
    """What holds in each language: it comes with the page that Streamlit draws into, once."""
    return CSS.read_text(encoding="utf-8")


def style(language: Language) -> None:
    """What this language needs besides."""
    st.html(f"<style>{words(language)}{_uploader_words(language)}</style>")
    st.html(f"<script>{language_script(language)}</script>", unsafe_allow_javascript=True)


def language_script(language: Language) -> str:
    """The one script that stands in our pages; the server lets no other run."""
    return f"document.documentElement.lang = '{language}';"


@cache
def _uploader_words(language: Language) -> str:
    """The file uploader has no argument for its two texts, and none for what is said while a file is on its way.

    The last one needs no script run: files that wait for their turn wait because the server has much to do.
    """
    browse, drop, turn = (say(f"upload.{name}", language) for name in ("browse", "drop", "turn"))
    return f"""
    [data-testid="stFileUploaderDropzone"] button p {{ font-size: 0; }}
    [data-testid="stFileUploaderDropzone"] button p::after {{ content: "{browse}"; font-size: 1rem; }}
    [data-testid="stFileUploaderDropzoneInstructions"] span {{ display: none; }}
    [data-testid="stFileUploaderDropzoneInstructions"]::after {{ content: "{drop}"; font-size: .875rem; }}
    [data-testid="stFileUploader"]:has([data-testid="stFileChipIconSpinner"])::after {{ content: "{turn}"; }}
    """
