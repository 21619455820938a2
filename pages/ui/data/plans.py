"""Data page: the plan of one column, where it is prepared otherwise than all the others."""

from collections.abc import Sequence
from typing import Any, get_args

import streamlit as st

from lab.data.table import Column, Table
from lab.edits.plans import (
    categories_to_order,
    gaps_for,
    only_by_its_past,
    planned_columns,
    wishes_for,
    with_wish,
    without_plans,
)
from lab.edits.typed import read_lags
from lab.spec.data import ColumnPlan, DataSpec, DatePart, Scaling
from lab.spec.value import short
from lab.texts import say
from pages.ui.bench import table_now
from pages.ui.forms import choice_field, show_refusal, switch_field
from pages.ui.grid import show_rows
from pages.ui.state import AppState, Change, edit_anew, renew

SCALINGS: tuple[str, ...] = get_args(Scaling)
DATE_PARTS: tuple[str, ...] = get_args(DatePart)


def plans_section(state: AppState, data: DataSpec, table: Table) -> None:
    """A column to choose, its plan, and all that is planned."""
    columns = planned_columns(data, table)
    if not columns or data.task == "sequence_labels":
        return
    with st.expander(say("preparation.plans", state.language), expanded=bool(data.plans)):
        st.caption(say("preparation.plans_about", state.language))
        name = st.selectbox(
            say("preparation.plan_column", state.language),
            columns,
            format_func=short,
            key=f"plan-column-{table.sha256[:12]}",  # stays chosen when a plan brings an input
        )
        if name is not None:
            plan_form(state, data, table, table.column(name))
        all_plans(state, data)


def plan_form(state: AppState, data: DataSpec, table: Table, column: Column) -> None:
    """The fields that mean something for this kind of column."""
    wishes, plan = wishes_for(column, data), data.plan_of(column.name)

    def change(wish: str) -> Change:
        return lambda experiment, value: with_wish(experiment, column, wish, value, table_now())

    def key(wish: str) -> str:
        return state.key("plan", column.name, wish)

    left, right = st.columns(2)
    with left:
        if "missing" in wishes and column.missing:
            word_field(state, "missing", gaps_for(column), plan.missing, key("missing"), change("missing"))
        if "indicator" in wishes and column.missing:
            label = say("preparation.indicator", state.language)
            switch_field(label, plan.indicator, key("indicator"), change("indicator"), state)
        if "encoding" in wishes:
            kept = None if plan.encoding == "one_hot" else plan.encoding
            none = "encoding.one_hot"
            word_field(state, "encoding", ("ordinal",), kept, key("encoding"), change("encoding"), none)
    with right:
        if "scaling" in wishes:
            word_field(state, "scaling", SCALINGS, plan.scaling, key("scaling"), change("scaling"))
        if "clip" in wishes:
            label, help = say("preparation.clip", state.language), say("preparation.clip_help", state.language)
            switch_field(label, plan.clip, key("clip"), change("clip"), state, help=help)
        if "lags" in wishes:
            lags_field(state, plan, key("lags"), change("lags"), is_target=only_by_its_past(column, data))
    if "order" in wishes:
        several_field(state, "order", categories_to_order(column, plan), plan.order, key("order"), change("order"))
    if "date_parts" in wishes:
        several_field(state, "date_parts", DATE_PARTS, plan.date_parts, key("date_parts"), change("date_parts"))


def word_field(
    state: AppState,
    wish: str,
    words: tuple[str, ...],
    value: str | None,
    key: str,
    change: Change,
    none: str = "preparation.as_for_all",
) -> None:
    """One of a few words; `none` is the text for no wish."""
    choice_field(
        say(f"preparation.{wish}", state.language),
        [None, *words],
        value,
        key,
        change,
        state,
        show=lambda word: say(none if word is None else f"{wish}.{word}", state.language),
    )


def several_field(
    state: AppState,
    wish: str,
    options: Sequence[str],
    chosen: tuple[str, ...],
    key: str,
    change: Change,
) -> None:
    """Several of a few, in the order in which they are chosen."""
    is_part = wish == "date_parts"
    st.multiselect(
        say(f"preparation.{wish}", state.language),
        options,
        default=list(chosen),
        format_func=(lambda part: say(f"date_part.{part}", state.language)) if is_part else short,
        key=key,
        placeholder=say("form.choose", state.language),
        on_change=edit_anew,
        args=(key, change),
        help=say("preparation.date_parts_help", state.language) if is_part else None,
    )
    show_refusal(key, state)


def lags_field(
    state: AppState,
    plan: ColumnPlan,
    key: str,
    change: Change,
    *,
    is_target: bool,
) -> None:
    st.text_input(
        say("preparation.lags", state.language),
        value=", ".join(str(lag) for lag in plan.lags),
        key=key,
        on_change=edit_anew,
        args=(key, lambda experiment, text: change(experiment, read_lags(text))),
        help=say("preparation.target_lags_help" if is_target else "preparation.lags_help", state.language),
        placeholder="1, 2" if is_target else "0, 1, 2",
    )
    show_refusal(key, state)


def all_plans(state: AppState, data: DataSpec) -> None:
    """What is planned for which column, and a button that gives all of it up."""
    if not data.plans:
        return
    titles = [say("preparation.plan_column", state.language), say("preparation.planned", state.language)]
    rows = [dict(zip(titles, (plan.column, plan_text(state, plan)), strict=True)) for plan in data.plans]
    show_rows(rows)
    st.button(
        say("preparation.clear_plans", state.language),
        key="clear-plans",
        on_click=renew,
        args=(lambda experiment: without_plans(experiment, table_now()),),
    )


def plan_text(state: AppState, plan: ColumnPlan) -> str:
    """The wishes of a plan in words."""
    return " · ".join(
        f"{say(f'preparation.{wish}', state.language)}: {wish_text(state, wish, getattr(plan, wish))}"
        for wish in plan.wishes
    )


def wish_text(state: AppState, wish: str, value: Any) -> str:
    if wish == "date_parts":
        return ", ".join(say(f"date_part.{part}", state.language) for part in value)
    if wish in ("missing", "scaling", "encoding"):
        return say(f"{wish}.{value}", state.language)
    if value is True:
        return say("preparation.yes", state.language)
    return ", ".join(str(one) for one in value)
