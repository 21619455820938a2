"""The tables to choose from: cards of the samples, and a person's own CSV."""

import streamlit as st

from lab.data.read import read_table
from lab.data.samples import Card, card, load_sample, sample_names
from lab.data.table import Table
from lab.data_spec import UploadSource
from lab.errors import LabError
from lab.experiment import Experiment
from lab.limits import current_limits
from lab.texts import say
from pages.ui.proposals import for_own_table, for_sample, with_table
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import plain, tell, tell_error


def gallery(state: AppState) -> None:
    """One card a sample; the one in use says so."""
    source = state.experiment.data.source
    in_use = source.name if source.kind == "sample" else None
    with st.container(height=420, key="gallery"):
        for name in sample_names():
            sample_card(state, card(name), name == in_use)


def sample_card(state: AppState, sample: Card, in_use: bool) -> None:
    with st.container(border=True, gap="small"):
        title, button = st.columns([3, 1], vertical_alignment="center")
        title.markdown(f"**{sample.titles[state.language]}**")
        button.button(
            say("data_page.in_use" if in_use else "data_page.use", state.language),
            key=state.key("sample", sample.name),
            disabled=in_use,
            on_click=use_sample,
            args=(sample.name,),
            width="stretch",
        )
        st.caption(
            say(
                "data_page.card",
                state.language,
                rows=f"{sample.rows:,}",
                columns=f"{sample.columns:,}",
                task=say(f"task.{sample.task}", state.language),
                target=plain(sample.target),
            )
        )
        st.caption(sample.about[state.language])


def use_sample(name: str) -> None:
    state = app_state()
    state.replace_experiment(for_sample(name, load_sample(name)))
    state.notice("info", "data_page.proposed", name=card(name).titles[state.language])


def own_file(state: AppState) -> None:
    """Upload; also the answer to a link that speaks of a file this server does not have."""
    missing = missing_file(state)
    if missing is not None and state.offered is None:
        st.warning(tell("data_page.own_file_missing", state.language, name=missing.name))
    key = state.key("upload")
    st.file_uploader(say("data_page.upload", state.language), key=key, on_change=take_file, args=(key,))
    st.caption(say("data_page.upload_about", state.language))
    if "upload" in state.refusals:
        st.error(tell_error(state.refusals["upload"], state.language), icon=":material/error:")
        st.caption(say("data_page.upload_kept", state.language))
    if missing is not None and state.offered is not None:
        offer(state, missing, state.offered)


def offer(state: AppState, wanted: UploadSource, table: Table) -> None:
    """The settings came with another file: they are given up only if the person says so."""
    names = {"wanted": wanted.name, "name": table.name}
    columns = {"asked": ", ".join(wanted.columns), "found": ", ".join(table.column_names)}
    st.error(tell("data_page.other_columns", state.language, **names, **columns), icon=":material/error:")
    label = say("data_page.use_instead", state.language)
    st.button(label, key=state.key("use-instead"), on_click=use_table, args=(table,))


def take_file(key: str) -> None:
    """Callback: read the file. The experiment goes on with it, or stays as it was if the file cannot be read.

    An experiment that asks for a file with other columns (from a link, an earlier session) stays as well.
    """
    state = app_state()
    file = widget_value(key)
    state.refusals.pop("upload", None)
    if file is None:
        return
    wanted, state.offered = missing_file(state), None
    try:
        table = read_table(file.getvalue(), file.name, current_limits())
    except LabError as refusal:
        state.refusals["upload"] = refusal
        return
    if wanted is None:
        use_table(table)
    elif wanted.columns != table.column_names:
        state.offered = table
    else:
        keep(state, table, with_table(state.experiment, table), say_it="data_page.read_for_settings")
        if wanted.sha256 != table.sha256:
            state.notice("warning", "data_page.other_file", wanted=wanted.name)


def use_table(table: Table) -> None:
    """Callback: what is proposed for the table takes the place of the experiment."""
    state = app_state()
    try:
        experiment = for_own_table(table)
    except LabError as refusal:
        state.refusals["upload"] = refusal
        return
    keep(state, table, experiment, say_it="data_page.read")


def keep(state: AppState, table: Table, experiment: Experiment, *, say_it: str) -> None:
    state.desk.keep_table(table)
    state.memo.clear()
    state.replace_experiment(experiment)
    state.notice(
        "success",
        say_it,
        name=table.name,
        rows=f"{len(table.frame):,}",
        columns=f"{len(table.columns):,}",
        encoding=table.encoding.upper(),
    )


def missing_file(state: AppState) -> UploadSource | None:
    """The own file that the experiment speaks of, if this server does not have it."""
    source = state.experiment.data.source
    return source if isinstance(source, UploadSource) and source.sha256 not in state.desk.tables else None
