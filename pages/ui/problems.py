"""Problems of an experiment as plain sentences: what is wrong, where, and what to do."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.ui.state import AppState
from pages.ui.text import tell_error


def show_problems(errors: Sequence[Any], warnings: Sequence[Any], state: AppState) -> None:
    """Errors keep the experiment from being trained; warnings only tell what to expect."""
    for error in errors:
        st.error(tell_error(error, state.language), icon=":material/error:")
    for warning in warnings:
        st.warning(tell_error(warning, state.language), icon=":material/warning:")
