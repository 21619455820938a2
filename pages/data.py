"""Data: pick a table, tick its input columns, pick the target, and decide how rows are divided and prepared."""

import pandas as pd
import streamlit as st

from lab.data.doctor.preview import first_texts
from lab.data.propose import task_choices
from lab.data.samples import card
from lab.data.table import Note, Table
from lab.edits.inputs import possible_inputs, with_input, with_inputs
from lab.edits.proposals import with_target, with_task
from lab.spec.experiment import GraphSpec
from lab.texts import say
from lab.texts.letters import isolated, visible
from pages import page_named
from pages.ui.bench import Bench, bench_of, table_now
from pages.ui.data.doctor import doctor_section
from pages.ui.data.gallery import card_notes, gallery
from pages.ui.data.groups import groups_section, targets_section
from pages.ui.data.looking import looking_section
from pages.ui.data.preparation import preparation_section, split_section, statistics_section
from pages.ui.data.proposal import left_out_section, why_section
from pages.ui.data.reading import delimiter_name, header_name, reading_section
from pages.ui.data.sequences import alphabet_line, order_section
from pages.ui.data.upload import missing_file, own_file
from pages.ui.forms import choice_field
from pages.ui.problems import show_problems, tell_at
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import heading, plain, tell

TICKED_ONE_BY_ONE = 40  # more columns than this are chosen by leaving some out
PREVIEW_ROWS = 8
PREVIEW_COLUMNS = 40


def page(state: AppState, bench: Bench) -> None:
    lecture = say("data_page.lecture_note", state.language)
    st.markdown(say("data_page.rows_are_samples", state.language), help=lecture)
    choose, look = st.columns([1, 1], gap="large")
    with choose:
        table_section(state, bench)
    with look:
        if bench.table is None:
            show_problems(bench.errors, state)
        else:
            doctor_section(state, bench)
        if missing_file(state) is None:
            reading_section(state, bench)
    if bench.table is None:
        return
    looking_section(state, bench)
    inputs, rows = st.columns([1, 1], gap="large")
    with inputs:
        if isinstance(state.experiment.model, GraphSpec):
            targets_section(state, bench.table)
            groups_section(state, bench.table)
        else:
            columns_section(state, bench.table)
    with rows:
        order_section(state, bench.table)
        split_section(state, state.experiment.data, bench)
        preparation_section(state, state.experiment.data, bench)
    result_section(state, bench)


def table_section(state: AppState, bench: Bench) -> None:
    """Which table, what was read in one sentence, and how it begins."""
    heading(say("data_page.table", state.language))
    names = [say("data_page.samples", state.language), say("data_page.own", state.language)]
    uploaded = state.experiment.data.source.kind == "upload"
    samples, own = st.tabs(names, default=names[uploaded])
    with samples:
        tables = page_named("gallery")
        st.page_link(tables.file, label=say("gallery.open", state.language), icon=tables.icon)
        gallery(state)
    with own:
        own_file(state)
    if bench.table is not None:
        preview(state, bench.table)


def preview(state: AppState, table: Table) -> None:
    st.markdown(what_was_read(state, table))
    about_sample(state)
    st.dataframe(first_rows(state, table), height=320)
    if len(table.columns) > PREVIEW_COLUMNS:
        st.caption(say("data_page.preview_cut", state.language, columns=PREVIEW_COLUMNS))


def what_was_read(state: AppState, table: Table) -> str:
    """Rows, columns, encoding, delimiter and header line, in one sentence."""
    return tell(
        "doctor.read",
        state.language,
        name=table.name,
        rows=f"{table.rows:,}",
        columns=f"{len(table.columns):,}",
        encoding=table.encoding.upper(),
        delimiter=delimiter_name(state, table.delimiter),
        header=header_name(state, table.header_row),
    )


def first_rows(state: AppState, table: Table) -> pd.DataFrame:
    """The beginning of the table under the kind and the unit of each column."""
    texts = first_texts(table, PREVIEW_ROWS, PREVIEW_COLUMNS)
    shown = {
        column.name: [
            say(f"kind.{column.kind}", state.language),
            column.unit,
            *(isolated(visible(cell)) for cell in texts[column.name]),
        ]
        for column in table.columns[:PREVIEW_COLUMNS]
    }
    heads = [say(f"doctor.{name}", state.language) for name in ("kind", "unit")]
    numbers = [f"{row + 1}" for row in range(table.rows)[:PREVIEW_ROWS]]
    names = [isolated(visible(name)) for name in shown]
    if len(set(names)) < len(names):
        names = list(shown)
    return pd.DataFrame(dict(zip(names, shown.values(), strict=True)), index=[*heads, *numbers])


def about_sample(state: AppState) -> None:
    """What to know before trusting a sample, and whose it is."""
    source = state.experiment.data.source
    if source.kind == "sample":
        card_notes(card(source.name), state.language)


def tell_note(note: Note, state: AppState) -> str:
    return tell(
        f"note.{note.code}",
        state.language,
        count=note.count,
        line=note.first_line,
        column=note.column,
        detail=note.detail,
    )


# --- inputs, target, task


def columns_section(state: AppState, table: Table) -> None:
    data = state.experiment.data
    heading(say("data_page.target", state.language))
    choice_field(
        say("data_page.target_label", state.language),
        table.column_names,
        data.target,
        state.key("data.target"),
        lambda experiment, column: with_target(experiment, table_now(), column),
        state,
        help=say("data_page.target_help", state.language),
    )
    choices = task_choices(table.column(data.target)) if data.target in table.column_names else ()
    choice_field(
        say("data_page.task_label", state.language),
        choices,
        data.task,
        state.key("data.task", data.target),
        lambda experiment, task: with_task(experiment, table_now(), task),
        state,
        show=lambda task: say(f"task.{task}", state.language),
    )
    st.caption(say(f"task.{data.task}.about", state.language))
    why_section(state, table)
    heading(say("data_page.inputs", state.language))
    tell_at("data.inputs", state)
    names = possible_inputs(data, table)
    if len(names) <= TICKED_ONE_BY_ONE:
        tick_inputs(state, names)
    else:
        leave_out_inputs(state, names)
    left_out_section(state, table)


def tick_inputs(state: AppState, names: list[str]) -> None:
    chosen = set(state.experiment.data.inputs)
    with st.container(horizontal=True, gap="small", key="ticks"):
        for key, inputs in (("all_inputs", tuple(names)), ("no_inputs", ())):
            st.button(say(f"data_page.{key}", state.language), key=key, on_click=take_inputs, args=(inputs,))
    with st.container(horizontal=True, gap="small", key="inputs"):
        for name in names:
            key = state.key("data.input", state.experiment.data.target, name)
            st.checkbox(plain(name, 30), value=name in chosen, key=key, on_change=tick, args=(key, name, names))


def tick(key: str, name: str, names: list[str]) -> None:
    """Callback: the inputs keep the order of the table."""
    state = app_state()
    state.change_experiment(with_input(state.experiment, names, name, on=widget_value(key)))


def take_inputs(inputs: tuple[str, ...]) -> None:
    """Callback: the ticks are made anew to show it."""
    state = app_state()
    state.replace_experiment(state.experiment.with_data(inputs=inputs))


def leave_out_inputs(state: AppState, names: list[str]) -> None:
    """For hundreds of columns: all are inputs but those named here."""
    key = state.key("data.left_out", state.experiment.data.target)
    chosen = set(state.experiment.data.inputs)
    left_out = [name for name in names if name not in chosen]
    kept = [name for name in names if name in chosen]
    st.markdown(say("data_page.many_columns", state.language, columns=f"{len(kept):,}"))
    st.multiselect(
        say("data_page.left_out", state.language),
        names,
        default=left_out,
        key=key,
        placeholder=say("form.choose", state.language),
        on_change=leave_out,
        args=(key, names),
    )


def leave_out(key: str, names: list[str]) -> None:
    """Callback of the list of columns to leave out."""
    state = app_state()
    chosen = set(names).difference(widget_value(key))
    state.change_experiment(with_inputs(state.experiment, names, chosen))


# --- what came out of it


def result_section(state: AppState, bench: Bench) -> None:
    heading(say("data_page.result", state.language))
    if bench.dataset is None:
        show_problems(bench.errors, state)
        return
    dataset = bench.dataset
    parts = st.columns(3)
    for column, name in zip(parts, ("train", "validation", "test"), strict=True):
        rows = len(getattr(dataset, name).rows)
        column.metric(say(f"part.{name}", state.language), f"{rows:,}", help=say(f"part.{name}.about", state.language))
    st.caption(
        tell(
            "data_page.features",
            state.language,
            columns=len(state.experiment.data.inputs),
            features=len(dataset.feature_names),
            dropped=f"{dataset.dropped_rows:,}",
        )
    )
    alphabet_line(state, dataset)
    for note in dataset.notes:
        st.caption(tell_note(note, state))
    statistics_section(state, dataset)
    if len(dataset.test.rows):
        st.caption(say("data_page.sealed", state.language))


page(app_state(), bench_of(app_state()))
