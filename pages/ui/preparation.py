"""Data page: how rows are divided and columns prepared, and what was measured on the training part for it."""

import pandas as pd
import streamlit as st

from lab.data.prepare import Dataset
from lab.data.table import Table
from lab.data_spec import DataSpec
from lab.errors import LabError
from lab.experiment import Experiment, GraphSpec
from lab.texts import say
from pages.ui.bench import Bench
from pages.ui.forms import choice_field, number_field
from pages.ui.state import AppState
from pages.ui.text import heading


def split_section(state: AppState, data: DataSpec, bench: Bench) -> None:
    """Which rows train, which validate, which stay sealed."""
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


def preparation_section(state: AppState, data: DataSpec, bench: Bench) -> None:
    """What is done to the columns before the network sees them."""
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


def statistics_section(state: AppState, dataset: Dataset) -> None:
    """What was measured on the training part, column by column."""
    st.markdown(say("data_page.statistics", state.language))
    st.dataframe(statistics_table(state, dataset), hide_index=True, height=260)


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
