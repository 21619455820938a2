"""What is said while a large file, or a look into a run, is worked on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lab.aside.progress import Progress, Tell
from lab.texts import say
from lab.texts.letters import megabytes
from pages.ui.state import AppState, app_state
from pages.ui.turns import step_aside

SLOW_BYTES = 5_000_000  # files from here on take so long that a person should know why


def slowly(state: AppState, key: str, size: int) -> AbstractContextManager[None]:
    """The sentence, for a file of so many bytes; nothing for a small one."""
    if size < SLOW_BYTES:
        return nullcontext()
    return st.spinner(say(key, state.language, megabytes=f"{megabytes(size):,.0f}"))


def size_of_file(state: AppState) -> int:
    """Bytes of the own file that the experiment is about; 0 for a sample."""
    file = state.desk.files.get(getattr(state.experiment.data.source, "sha256", ""))
    return 0 if file is None else file.stored.size


@contextmanager
def while_reading(state: AppState, size: int) -> Iterator[Tell]:
    """How far a file of so many bytes is, and a button that ends its reading; drawn when there is something to tell.

    Any click ends it, since Streamlit ends a running script at its next word to the browser. The button is there for a
    person to see one that does nothing else.
    """
    language, shown = state.language, f"{megabytes(size):,.1f}"

    def sentence(progress: Progress) -> str:
        if progress.before:
            return say("reading.waiting", language, count=progress.before)
        stage = say(f"reading.stage.{progress.stage}", language)
        return say("reading.reading", language, megabytes=shown, stage=stage)

    with _place(_Place(sentence, say("reading.stop", language), "stop_reading", reading_stopped)) as tell:
        yield tell


@contextmanager
def while_looking(state: AppState, key: str, stopped: Callable[[], None]) -> Iterator[Tell]:
    """The same for a look into a run.

    Args:
        key: of the button.
        stopped: called before the script run that the button brings about: it sees to it that the look does not begin
            again.
    """
    language = state.language

    def sentence(progress: Progress) -> str:
        if progress.before:
            return say("inside.waiting", language, count=progress.before)
        return say(f"inside.stage.{progress.stage}", language)

    with _place(_Place(sentence, say("inside.stop", language), key, stopped)) as tell:
        yield tell


@contextmanager
def _place(place: "_Place") -> Iterator[Tell]:
    try:
        yield place.tell
    finally:
        place.clear()


class _Place:
    """Of the screen."""

    def __init__(self, sentence: Callable[[Progress], str], stop: str, key: str, stopped: Callable[[], None]) -> None:
        self._sentence, self._stop, self._key, self._stopped = sentence, stop, key, stopped
        self._outer: DeltaGenerator | None = None
        self._bar: DeltaGenerator | None = None

    def tell(self, progress: Progress) -> None:
        if self._bar is None:
            step_aside()
            self._outer = st.empty()
            with self._outer.container(border=True):
                self._bar = st.progress(0.0)
                st.button(self._stop, key=self._key, on_click=self._stopped)
        self._bar.progress(progress.share, self._sentence(progress))

    def clear(self) -> None:
        if self._outer is not None:
            self._outer.empty()


def reading_stopped() -> None:
    """Callback: the reading is over by now."""
    app_state().notice("info", "reading.stopped")
