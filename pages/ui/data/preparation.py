"""Data page: how rows are divided and columns prepared, and what was measured on the training part for it."""

from typing import get_args

import streamlit as st

from lab.data.prepare import PART_NAMES, Dataset, PreparedColumn
from lab.data.table import Table
from lab.edits.plans import (
    dividing_columns,
    image_choices,
    order_columns,
    other_numbers,
    with_image_shape,
    with_order,
    with_part_share,
)
from lab.edits.typed import percent_of
from lab.spec.data import DataSpec, Gap, ImageShape, Order
from lab.spec.experiment import GraphSpec
from lab.texts import say
from pages.ui.bench import Bench, table_now
from pages.ui.data.plans import SCALINGS, plans_section
from pages.ui.forms import choice_field, number_field, switch_field
from pages.ui.grid import show_rows
from pages.ui.state import AppState, Change, edit_anew
from pages.ui.text import heading

ORDERS: tuple[str, ...] = get_args(Order)
GAPS: tuple[str, ...] = get_args(Gap)

# --- which rows train, which validate, which stay sealed


def split_section(state: AppState, data: DataSpec, bench: Bench) -> None:
    """The ways to divide the rows, what each needs, and how many rows come out of it."""
    heading(say("data_page.split", state.language))
    left, right = st.columns(2)
    with left:
        percent_field("validation", state)
    with right:
        percent_field("test", state)
    table = bench.table
    if table is None:
        return
    choice_field(
        say("data_page.order", state.language),
        ORDERS,
        data.split.order,
        state.key("data.split.order"),
        lambda experiment, order: with_order(experiment, table_now(), order),
        state,
        show=lambda order: say(f"order.{order}", state.language),
        help=say("data_page.order_help", state.language),
        take=edit_anew,
    )
    st.caption(say(f"preparation.order_about.{data.split.order}", state.language))
    order_fields(state, data, table)
    if bench.dataset is not None:
        st.markdown(counts_line(state, data, bench.dataset))


def order_fields(state: AppState, data: DataSpec, table: Table) -> None:
    """The columns that the way to divide goes by."""
    order, names = data.split.order, dividing_columns(table)
    if order == "time" or data.in_series:
        dates = order_columns(data, table)
        split_column(state, data, "time_column", dates, say("data_page.time_column", state.language), "row_order")
    if order == "group":
        split_column(state, data, "group_column", names, say("preparation.group_column", state.language))
    elif data.in_series:
        label = say("preparation.series_column", state.language)
        help = say("preparation.series_help", state.language)
        split_column(state, data, "group_column", names, label, "one_series", help=help)
    if order == "column":
        split_column(state, data, "part_column", names, say("preparation.part_column", state.language))


def split_column(
    state: AppState, data: DataSpec, field: str, names: list[str], label: str, none: str = "", help: str | None = None
) -> None:
    """One of the columns that a split goes by; `none` says what it means to choose none."""
    words = {"row_order": "data_page.row_order", "one_series": "preparation.one_series"}
    choice_field(
        label,
        [None, *names],
        getattr(data.split, field),
        state.key("data.split", field, data.split.order),
        lambda experiment, name: experiment.with_data(split=experiment.data.split.replace(**{field: name})),
        state,
        show=lambda name: say(words.get(none, "form.none"), state.language) if name is None else name,
        help=help,
    )


def percent_field(part: str, state: AppState) -> None:
    """In percent, since the experiment would speak of shares from 0 to 0.9."""
    number_field(
        say(f"data_page.{part}_percent", state.language),
        percent_of(getattr(state.experiment.data.split, part)),
        state.key("data.split", part),
        lambda experiment, percent: with_part_share(experiment, part, percent),
        state,
        step=5,
        help=say(f"data_page.{part}_help", state.language),
    )


def counts_line(state: AppState, data: DataSpec, dataset: Dataset) -> str:
    """How many samples each part has, and which share of all that is."""
    values = {name: f"{len(dataset.part(name).rows):,}" for name in PART_NAMES}
    shares = {f"{name}_percent": f"{percent:.0f}" for name, percent in dataset.percentages.items()}
    key = "preparation.counts" if data.windows is None else "preparation.counts_of_windows"
    return say(key, state.language, **values, **shares)


# --- what is done to the columns


def preparation_section(state: AppState, data: DataSpec, bench: Bench) -> None:
    """What is done to all columns before the network sees them, and to single ones."""
    heading(say("data_page.preparation", state.language))
    left, right = st.columns(2)
    with left:
        scaling_fields(state, data)
    with right:
        missing_fields(state, data)
    table = bench.table
    if table is None:
        return
    if not data.in_series:
        data_switch(state, "drop_duplicates", data.drop_duplicates)
    if isinstance(state.experiment.model, GraphSpec):
        plans_section(state, data, table)
        return  # each of its targets has a scaling of its own, above
    if data.task != "sequence_labels":
        image_field(state, data.image_shape, len(data.inputs), state.key("data.image_shape"), with_image_shape)
    if data.task == "regression":
        regression_fields(state, data, table)
    plans_section(state, data, table)


def scaling_fields(state: AppState, data: DataSpec) -> None:
    choice_field(
        say("data_page.scaling", state.language),
        SCALINGS,
        data.scaling,
        state.key("data.scaling"),
        lambda experiment, scaling: experiment.with_data(scaling=scaling),
        state,
        show=lambda scaling: say(f"scaling.{scaling}", state.language),
        help=say("data_page.scaling_help", state.language),
    )
    if data.scaling == "constant" or any(plan.scaling == "constant" for plan in data.plans):
        number_field(
            say("data_page.scale_constant", state.language),
            data.scale_constant,
            state.key("data.scale_constant"),
            lambda experiment, value: experiment.with_data(scale_constant=value),
            state,
        )


def missing_fields(state: AppState, data: DataSpec) -> None:
    choice_field(
        say("data_page.missing", state.language),
        GAPS,
        data.missing,
        state.key("data.missing"),
        lambda experiment, missing: experiment.with_data(missing=missing),
        state,
        show=lambda missing: say(f"missing.{missing}", state.language),
    )
    if data.missing != "drop" or data.missing_indicator:
        data_switch(state, "missing_indicator", data.missing_indicator)


def data_switch(state: AppState, field: str, value: bool) -> None:
    """A field of the data spec that is on or off."""
    switch_field(
        say(f"preparation.{field}", state.language),
        value,
        state.key("data", field),
        lambda experiment, on: experiment.with_data(**{field: on}),
        state,
        help=say(f"preparation.{field}_help", state.language),
    )


def image_field(state: AppState, shape: ImageShape | None, pixels: int, key: str, change: Change) -> None:
    """Inputs as an image, if there are enough for one."""
    shapes = image_choices(pixels, shape)
    if shapes:
        choice_field(
            say("preparation.image_shape", state.language),
            [None, *shapes],
            shape,
            key,
            change,
            state,
            show=lambda one: say("preparation.no_image", state.language) if one is None else f"{one[0]} × {one[1]}",
            help=say("preparation.image_help", state.language),
        )


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
        choice_field(
            say("data_page.persistence", state.language),
            [None, *other_numbers(data, table)],
            data.persistence_column,
            state.key("data.persistence_column", data.target),
            lambda experiment, name: experiment.with_data(persistence_column=name),
            state,
            show=lambda name: say("form.none", state.language) if name is None else name,
            help=say("data_page.persistence_help", state.language),
        )


# --- what was measured for it


def statistics_section(state: AppState, dataset: Dataset) -> None:
    """What was done to each column, with the numbers of the training part."""
    st.markdown(say("data_page.statistics", state.language))
    show_rows(statistics_rows(state, dataset), height=260)


def statistics_rows(state: AppState, dataset: Dataset) -> list[dict[str, object]]:
    titles = {name: say(f"data_page.statistic.{name}", state.language) for name in STATISTICS}
    titles |= {name: say(f"preparation.statistic.{name}", state.language) for name in ("done", "features")}
    return [
        {
            titles["name"]: column.source,
            titles["kind"]: kind_of(column, state),
            titles["done"]: what_was_done(column, state),
            titles["mean"]: column.mean if column.is_scaled else None,
            titles["scale"]: column.scale if column.is_scaled else None,
            titles["features"]: len(column.features),
            titles["categories"]: ", ".join(column.categories),
        }
        for column in dataset.columns
    ]


STATISTICS = ("name", "kind", "mean", "scale", "categories")


def kind_of(column: PreparedColumn, state: AppState) -> str:
    """What the column became; of a date, which part."""
    if column.part is not None:
        return say(f"date_part.{column.part}", state.language)
    return say(f"prepared.{column.kind}", state.language)


def what_was_done(column: PreparedColumn, state: AppState) -> str:
    """The steps in their order: fill, clip, scale."""
    steps = []
    if column.fill is not None and column.kind != "signal":
        steps.append(say("preparation.done.fill", state.language, value=column.fill))
    if column.low is not None and column.high is not None:
        steps.append(say("preparation.done.clip", state.language, low=column.low, high=column.high))
    if column.scale == 0.0:
        steps.append(say("preparation.done.constant", state.language))
    elif column.scaling != "none":
        steps.append(say(f"scaling.{column.scaling}", state.language))
    return " · ".join(steps)
