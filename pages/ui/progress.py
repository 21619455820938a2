"""What is said while a large file is worked on."""

from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from lab.texts import say
from lab.texts.letters import megabytes
from pages.ui.state import AppState

SLOW_BYTES = 5_000_000  # files from here on take so long that a person should know why


def slowly(state: AppState, key: str, size: int) -> AbstractContextManager[None]:
    """The sentence, for a file of so many bytes; nothing for a small one."""
    if size < SLOW_BYTES:
        return nullcontext()
    return st.spinner(say(key, state.language, megabytes=f"{megabytes(size):,.0f}"))


def size_of_file(state: AppState) -> int:
    """Bytes of the own file that the experiment is about; 0 for a sample."""
    file = state.desk.files.get(getattr(state.experiment.data.source, "sha256", ""))
    return 0 if file is None else len(file.content)
