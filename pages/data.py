"""Data: pick a table, tick its input columns, pick the target, and decide split, scaling and missing values."""

import pandas as pd
import streamlit as st

from lab.data.prepare import Dataset
from lab.data.propose import task_choices
from lab.data.samples import card
from lab.data.table import Table
from lab.data_spec import DataSpec
from lab.errors import LabError
from lab.experiment import Experiment, GraphSpec
from lab.texts import say
from pages.ui.bench import Bench, bench_of
from pages.ui.forms import choice_field, number_field
from pages.ui.gallery import gallery, own_file
from pages.ui.groups import groups_section, targets_section
from pages.ui.problems import show_problems
from pages.ui.proposals import with_target, with_task
from pages.ui.sequences import alphabet_line, order_section
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import heading, plain, tell

TICKED_ONE_BY_ONE = 40  # more columns than this are chosen by leaving some out
PREVIEW_ROWS = 8
PREVIEW_COLUMNS = 40


def page(state: AppState, bench: Bench) -> None:
    st.markdown(say("data_page.rows_are_samples", state.language))
    st.caption(say("data_page.lecture_note", state.language))
    choose, use = st.columns([1, 1], gap="large")
    with choose:
        table_section(state, bench)
    if bench.table is None:
        with use:
            show_problems(bench.errors, state)
        return
    with use:
        if isinstance(state.experiment.model, GraphSpec):
            targets_section(state, bench.table)
            groups_section(state, bench.table)
        else:
            columns_section(state, bench.table)
        order_section(state, bench.table)
        split_section(state, bench)
    result_section(state, bench)


def table_section(state: AppState, bench: Bench) -> None:
    heading(say("data_page.table", state.language))
    names = [say("data_page.samples", state.language), say("data_page.own", state.language)]
    uploaded = state.experiment.data.source.kind == "upload"
    samples, own = st.tabs(names, default=names[uploaded])
    with samples:
        gallery(state)
    with own:
        own_file(state)
    if bench.table is not None:
        preview(state, bench.table)


def preview(state: AppState, table: Table) -> None:
    rows, columns = table.frame.shape
    st.markdown(tell("data_page.shape", state.language, name=table.name, rows=f"{rows:,}", columns=f"{columns:,}"))
    about_sample(state)
    for note in table.notes:
        st.caption(tell_note(note, state))
    first = table.frame.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS]
    st.dataframe(first.set_axis(range(1, len(first) + 1)), height=240)
    if columns > PREVIEW_COLUMNS:
        st.caption(say("data_page.preview_cut", state.language, columns=PREVIEW_COLUMNS))
    with st.expander(say("data_page.column_table", state.language)):
        st.dataframe(column_table(state, table), hide_index=True)


def about_sample(state: AppState) -> None:
    """What to know before trusting a sample, and whose it is."""
    source = state.experiment.data.source
    if source.kind == "sample":
        about = card(source.name)
        st.markdown(about.pitfalls[state.language])
        st.caption(
            say(
                "data_page.source",
                state.language,
                source=about.source,
                licence=about.licence,
                units=about.units[state.language],
            )
        )


def tell_note(note: object, state: AppState) -> str:
    return tell(
        f"note.{note.code}",
        state.language,
        count=note.count,
        line=note.first_line,
        column=note.column,
        detail=note.detail,
    )


def column_table(state: AppState, table: Table) -> pd.DataFrame:
    """What the reader found in each column; the headings are sentences, the cells are data."""
    titles = {name: say(f"data_page.column.{name}", state.language) for name in COLUMN_FACTS}
    return pd.DataFrame(
        [
            {
                titles["name"]: column.name,
                titles["kind"]: say(f"kind.{column.kind}", state.language),
                titles["missing"]: column.missing,
                titles["distinct"]: column.distinct,
                titles["minimum"]: column.minimum,
                titles["maximum"]: column.maximum,
                titles["mean"]: column.mean,
            }
            for column in table.columns
        ]
    )


COLUMN_FACTS = ("name", "kind", "missing", "distinct", "minimum", "maximum", "mean")


# --- inputs, target, task


def columns_section(state: AppState, table: Table) -> None:
    data = state.experiment.data
    heading(say("data_page.target", state.language))
    choice_field(
        say("data_page.target_label", state.language),
        table.column_names,
        data.target,
        state.key("data.target"),
        lambda experiment, column: with_target(experiment, table, column),
        state,
        help=say("data_page.target_help", state.language),
    )
    choices = task_choices(table.column(data.target)) if data.target in table.column_names else ()
    choice_field(
        say("data_page.task_label", state.language),
        choices,
        data.task,
        state.key("data.task", data.target),
        lambda experiment, task: with_task(experiment, table, task),
        state,
        show=lambda task: say(f"task.{task}", state.language),
    )
    st.caption(say(f"task.{data.task}.about", state.language))
    heading(say("data_page.inputs", state.language))
    # in windows the target's own past is an input like any other
    names = [name for name in table.column_names if name != data.target or data.windows is not None]
    if len(names) <= TICKED_ONE_BY_ONE:
        tick_inputs(state, names)
    else:
        leave_out_inputs(state, names)


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
    others = set(state.experiment.data.inputs) - {name}
    chosen = others | {name} if widget_value(key) else others
    state.change_experiment(state.experiment.with_data(inputs=tuple(n for n in names if n in chosen)))


def take_inputs(inputs: tuple[str, ...]) -> None:
    """Callback: the ticks are made anew to show it."""
    state = app_state()
    state.replace_experiment(state.experiment.with_data(inputs=inputs))


def leave_out_inputs(state: AppState, names: list[str]) -> None:
    """For hundreds of columns: all are inputs but those named here."""
    key = state.key("data.left_out", state.experiment.data.target)
    left_out = [name for name in names if name not in set(state.experiment.data.inputs)]
    st.markdown(say("data_page.many_columns", state.language, columns=f"{len(names) - len(left_out):,}"))
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
    left_out = set(widget_value(key))
    state.change_experiment(state.experiment.with_data(inputs=tuple(n for n in names if n not in left_out)))


# --- split, scaling, missing values


def split_section(state: AppState, bench: Bench) -> None:
    data = state.experiment.data
    heading(say("data_page.split", state.language))
    left, right = st.columns(2)
    with left:
        percent_field("validation", state)
    with right:
        percent_field("test", state)
    choice_field(
        say("data_page.order", state.language),
        ("shuffled", "time"),
        data.split.order,
        state.key("data.split.order"),
        lambda experiment, order: experiment.with_data(split=experiment.data.split.replace(order=order)),
        state,
        show=lambda order: say(f"order.{order}", state.language),
        help=say("data_page.order_help", state.language),
    )
    if data.split.order == "time" and bench.table is not None:
        dates = [column.name for column in bench.table.columns if column.kind == "datetime"]
        choice_field(
            say("data_page.time_column", state.language),
            [None, *dates],
            data.split.time_column,
            state.key("data.split.time_column"),
            lambda experiment, name: experiment.with_data(split=experiment.data.split.replace(time_column=name)),
            state,
            show=lambda name: say("data_page.row_order", state.language) if name is None else name,
        )
    scaling_fields(state, data, bench)


def percent_field(part: str, state: AppState) -> None:
    def change(experiment: Experiment, percent: float | None) -> Experiment:
        if percent is None or not 0 <= percent <= 90:  # the experiment would speak of shares from 0 to 0.9
            raise LabError("data_page.percent_range", value=percent)
        return experiment.with_data(split=experiment.data.split.replace(**{part: percent / 100}))

    share = getattr(state.experiment.data.split, part)
    number_field(
        say(f"data_page.{part}_percent", state.language),
        100 * share,
        state.key("data.split", part),
        change,
        state,
        step=5,
        help=say(f"data_page.{part}_help", state.language),
    )


def scaling_fields(state: AppState, data: DataSpec, bench: Bench) -> None:
    heading(say("data_page.preparation", state.language))
    left, right = st.columns(2)
    with left:
        choice_field(
            say("data_page.scaling", state.language),
            ("standard", "constant", "none"),
            data.scaling,
            state.key("data.scaling"),
            lambda experiment, scaling: experiment.with_data(scaling=scaling),
            state,
            show=lambda scaling: say(f"scaling.{scaling}", state.language),
            help=say("data_page.scaling_help", state.language),
        )
        if data.scaling == "constant":
            number_field(
                say("data_page.scale_constant", state.language),
                data.scale_constant,
                state.key("data.scale_constant"),
                lambda experiment, value: experiment.with_data(scale_constant=value),
                state,
            )
    with right:
        choice_field(
            say("data_page.missing", state.language),
            ("drop", "fill"),
            data.missing,
            state.key("data.missing"),
            lambda experiment, missing: experiment.with_data(missing=missing),
            state,
            show=lambda missing: say(f"missing.{missing}", state.language),
        )
    if isinstance(state.experiment.model, GraphSpec):
        return  # each of its targets has a scaling of its own, above
    if data.task == "regression" and bench.table is not None:
        regression_fields(state, data, bench.table)


def regression_fields(state: AppState, data: DataSpec, table: Table) -> None:
    left, right = st.columns(2)
    with left:
        choice_field(
            say("data_page.target_scaling", state.language),
            ("none", "standard"),
            data.target_scaling,
            state.key("data.target_scaling"),
            lambda experiment, scaling: experiment.with_data(target_scaling=scaling),
            state,
            show=lambda scaling: say(f"scaling.{scaling}", state.language),
            help=say("data_page.target_scaling_help", state.language),
        )
    with right:
        numbers = [c.name for c in table.columns if c.kind == "numeric" and c.name != data.target]
        choice_field(
            say("data_page.persistence", state.language),
            [None, *numbers],
            data.persistence_column,
            state.key("data.persistence_column", data.target),
            lambda experiment, name: experiment.with_data(persistence_column=name),
            state,
            show=lambda name: say("form.none", state.language) if name is None else name,
            help=say("data_page.persistence_help", state.language),
        )


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
    st.markdown(say("data_page.statistics", state.language))
    st.dataframe(statistics_table(state, dataset), hide_index=True, height=260)
    if len(dataset.test.rows):
        st.caption(say("data_page.sealed", state.language))


def statistics_table(state: AppState, dataset: Dataset) -> pd.DataFrame:
    """What was learned from the training part to prepare each column."""
    titles = {name: say(f"data_page.statistic.{name}", state.language) for name in STATISTICS}
    return pd.DataFrame(
        [
            {
                titles["name"]: column.name,
                titles["kind"]: say(f"prepared.{column.kind}", state.language),
                titles["mean"]: column.mean,
                titles["scale"]: column.scale,
                titles["fill"]: "" if column.fill is None else str(column.fill),
                titles["categories"]: ", ".join(column.categories or ()),
            }
            for column in dataset.columns
        ]
    )


STATISTICS = ("name", "kind", "mean", "scale", "fill", "categories")

page(app_state(), bench_of(app_state()))
