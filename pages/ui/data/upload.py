"""A person's own CSV: what it may be, upload, and the answer to an experiment that asks for a file."""

from dataclasses import replace
from typing import Final, Literal

import streamlit as st

from lab.edits.proposals import lies_on_its_side, with_table
from lab.errors import LabError
from lab.reading.file import FileRead, Wish
from lab.reading.host import reader
from lab.spec.data import AS_FOUND, ReadingSpec, UploadSource
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits, current_limits
from lab.texts import say
from lab.texts.letters import megabytes
from pages.ui.desk import OwnFile
from pages.ui.progress import while_reading
from pages.ui.state import AppState, app_state
from pages.ui.text import tell, tell_error
from pages.ui.uploads import taken

TURNED: Final = ReadingSpec(transpose=True)


def own_file(state: AppState) -> None:
    """Upload; also the answer to a link that speaks of a file this server does not have."""
    missing = missing_file(state)
    if missing is not None and state.offered is None:
        st.warning(tell("data_page.own_file_missing", state.language, name=missing.name))
    st.caption(say("data_page.upload_about", state.language))
    st.caption(limits_sentence(current_limits(), state))
    key = state.key("upload")
    st.file_uploader(say("data_page.upload", state.language), key=key, on_change=take_file, args=(key,))
    if "upload" in state.refusals:
        st.error(tell_error(state.refusals["upload"], state.language), icon=":material/error:")
        st.caption(say("data_page.upload_kept", state.language))
    if state.lying is not None:
        label = say("remedy.transpose", state.language)
        st.button(label, key=state.key("use-turned"), on_click=use_file, args=("lying", TURNED))
    if missing is not None and state.offered is not None:
        offer(state, missing, state.offered)


def limits_sentence(limits: Limits, state: AppState) -> str:
    return say(
        "doctor.limits",
        state.language,
        megabytes=f"{megabytes(limits.upload_bytes):g}",
        most_rows=f"{limits.rows:,}",
        most_columns=f"{limits.columns:,}",
        characters=f"{limits.cell_characters:,}",
    )


def offer(state: AppState, wanted: UploadSource, file: OwnFile) -> None:
    """The settings came with another file: they are given up only if the person says so."""
    names = {"wanted": wanted.name, "name": file.name}
    columns = {"asked": ", ".join(wanted.columns), "found": ", ".join(file.table.column_names)}
    st.error(tell("data_page.other_columns", state.language, **names, **columns), icon=":material/error:")
    label = say("data_page.use_instead", state.language)
    st.button(label, key=state.key("use-instead"), on_click=use_file, args=("offered",))


def take_file(key: str) -> None:
    """Callback: read the file. The experiment goes on with it, or stays as it was if the file cannot be read.

    An experiment that asks for a file with other columns (from a link, an earlier session) stays as well.
    """
    state = app_state()
    state.refusals.pop("upload", None)
    upload = taken(key, state)
    if upload is None:
        return
    wanted, state.offered, state.lying = missing_file(state), None, None
    try:
        if wanted is None:
            use_content(upload.name, upload.content)
            return
        file, _read = read_upload(state, upload.name, upload.content, Wish(reading=state.experiment.data.reading))
    except LabError as refusal:
        state.refuse("upload", refusal)
        return
    if wanted.columns != file.table.column_names:
        state.offered = file
    else:
        keep(state, file, with_table(state.experiment, file.table), say_it="data_page.read_for_settings")
        if wanted.sha256 != file.table.sha256:
            state.notice("warning", "data_page.other_file", wanted=wanted.name)


def read_upload(state: AppState, name: str, content: bytes, wish: Wish) -> tuple[OwnFile, FileRead]:
    """The file as wished, and all that came of it. Raises TableError: it is no table."""
    with while_reading(state, len(content)) as tell:
        read = reader().read(content, replace(wish, name=name), tell)
    return OwnFile(name, content, read.table, read.reading), read


def use_content(name: str, content: bytes, reading: ReadingSpec = AS_FOUND) -> None:
    """What is proposed for the table takes the place of the experiment. Raises TableError: it is no table."""
    state = app_state()
    file, read = read_upload(state, name, content, Wish(reading=reading, proposal=True))
    try:
        experiment = read.experiment()
    except LabError as refusal:
        state.refuse("upload", refusal)
        state.lying = file if lies_on_its_side(file.table) else None
        return
    keep(state, file, experiment, say_it="data_page.read")
    if not experiment.data.inputs and lies_on_its_side(file.table):
        state.lying = file


def use_file(which: Literal["offered", "lying"], reading: ReadingSpec = AS_FOUND) -> None:
    """Callback: the file is used in spite of what the experiment asked for, or read otherwise."""
    state = app_state()
    file = state.offered if which == "offered" else state.lying
    if file is None:  # others needed the room meanwhile
        return
    try:
        use_content(file.name, file.content, reading)
    except LabError as refusal:
        state.refuse("upload", refusal)


def keep(state: AppState, file: OwnFile, experiment: Experiment, *, say_it: str) -> None:
    state.desk.keep_file(file)
    state.memo.clear()
    state.replace_experiment(experiment)
    state.notice(
        "success",
        say_it,
        name=file.name,
        rows=f"{file.table.rows:,}",
        columns=f"{len(file.table.columns):,}",
        encoding=file.table.encoding.upper(),
    )


def missing_file(state: AppState) -> UploadSource | None:
    """The own file that the experiment speaks of, if this server does not have it."""
    source = state.experiment.data.source
    return source if isinstance(source, UploadSource) and source.sha256 not in state.desk.files else None
