"""Links and files of homework: taken from the address, from an uploader, from a field; and handed out."""

from collections.abc import Sequence

import streamlit as st

from lab.data.table import Table
from lab.errors import LabError
from lab.homework.files import Content, file_name, read_link, to_file, to_link
from lab.homework.judging import as_handed
from lab.homework.refusal import HomeworkError
from lab.homework.schema import HandIn, Task
from lab.homework.work import Homework
from lab.reading.file import Wish
from lab.spec.data import UploadSource
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.bench import table_of
from pages.ui.data.upload import read_upload
from pages.ui.state import AppState, Refusal, app_state, widget_value
from pages.ui.text import plain, tell_error
from pages.ui.uploads import taken

TASK = "task"  # query parameters
HAND_IN = "hand_in"
LETTERS = 60  # of a name


def take_links(state: AppState) -> None:
    """What the address carries; it is then cleaned: a reload must not open it anew."""
    for name in (TASK, HAND_IN):
        text = st.query_params.get(name)
        if text is None:
            continue
        del st.query_params[name]
        try:
            take(state.desk.homework, [read_link(text)])
        except (LabError, NetcoreError) as refusal:
            st.error(tell_error(refusal, state.language))


def take(homework: Homework, found: Sequence[Content], place: int = 0) -> None:
    """A task is opened; hand-ins go into the teacher's table. Raises HomeworkError "homework.too_many"."""
    for one in found:
        if isinstance(one, Task):
            homework.open(one)
        elif isinstance(one, HandIn):
            place += 1
            homework.side = "judge"
            homework.take([as_handed(f"{place} · {one.name}", one)])
        else:
            homework.side = "judge"
            homework.judge(one)


def tell_later(refusal: Refusal) -> None:
    """From a callback: the sentence stands on the next screen."""
    app_state().notice("error", refusal.code, **refusal.values)


def address(name: str, content: Task | HandIn) -> str:
    """The link that carries it. Raises HomeworkError "homework.link_too_long"."""
    return f"{(st.context.url or '').split('?')[0]}?{name}={to_link(content)}"


def hand_out(state: AppState, content: Content, words: str, ending: str, label: str, key: str) -> None:
    """A download."""
    st.download_button(
        label,
        to_file(content),
        file_name=file_name(words, ending),
        mime="application/json",
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )


def show_link(state: AppState, name: str, content: Task | HandIn) -> None:
    """The link, or that it is too long."""
    try:
        st.code(address(name, content), language=None, wrap_lines=True)
    except HomeworkError as refusal:
        st.caption(tell_error(refusal, state.language))


def pasted(text: str) -> list[Content]:
    """What the lines of a field carry. Raises LabError, NetcoreError: one carries none."""
    return [read_link(line) for line in text.split()]


# --- the task's own file


def table_for(state: AppState, task: Task, key: str) -> Table | None:
    """The table that the task is about; while it is an own file that is not here, the way to bring it."""
    try:
        return table_of(task.experiment, state.desk)
    except LabError as refusal:
        source = task.experiment.data.source
        if not isinstance(source, UploadSource) or source.sha256 in state.desk.files:
            st.error(tell_error(refusal, state.language))
            return None
    st.info(say("homework.table_needed", state.language, name=plain(source.name, LETTERS)))
    st.caption(say("homework_page.table_about", state.language))
    name = state.key(key, "table")
    st.file_uploader(say("homework_page.table", state.language), key=name, on_change=_take_table, args=(name, task))
    return None


def _take_table(key: str, task: Task) -> None:
    """Callback: the very file that the task was made with, or a sentence."""
    state, source = app_state(), task.experiment.data.source
    upload = taken(key, state)
    if upload is None or not isinstance(source, UploadSource):
        return
    try:
        wish = Wish(reading=task.experiment.data.reading)
        file, _read = read_upload(state, upload.name, upload.content, wish)
        if file.table.sha256 != source.sha256:
            raise HomeworkError("homework.other_table", name=upload.name, wanted=source.name)
    except LabError as refusal:
        tell_later(refusal)
        return
    state.desk.keep_file(file)


def value_of(key: str) -> str:
    """The words in a field."""
    return str(widget_value(key) or "")
