"""Data page, functional models: which columns enter together under one name, and the columns to predict."""

import streamlit as st

from lab.data.propose import task_choices
from lab.data.table import Table
from lab.edits.graph import (
    columns_for_new_group,
    free_targets,
    with_added_group,
    with_added_target,
    with_group_columns,
    with_group_renamed,
    with_target_changed,
    with_target_scaling,
    without_group,
    without_target,
)
from lab.edits.plans import with_group_image
from lab.spec.data import InputGroup, TargetSpec
from lab.texts import say
from pages.ui.bench import table_now
from pages.ui.data.preparation import image_field
from pages.ui.forms import choice_field, show_refusal, text_field
from pages.ui.state import AppState, edit, renew
from pages.ui.text import heading


def targets_section(state: AppState, table: Table) -> None:
    heading(say("graph.targets", state.language))
    st.caption(say("graph.targets_about", state.language))
    targets = state.experiment.data.targets
    for target in targets:
        with st.container(border=True, gap="small", key=f"target-{targets.index(target)}"):
            target_card(state, table, target, alone=len(targets) == 1)
    free = free_targets(state.experiment, table)
    if free:
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            chosen = st.selectbox(
                say("graph.add_target_label", state.language),
                free,
                key=state.key("target-to-add", len(targets)),
            )
            st.button(
                say("graph.add_target", state.language),
                key="add-target",
                on_click=renew,
                args=(lambda experiment: with_added_target(experiment, table_now().column(chosen)),),
            )


def target_card(state: AppState, table: Table, target: TargetSpec, *, alone: bool) -> None:
    choice_field(
        say("data_page.target_label", state.language),
        [target.column, *free_targets(state.experiment, table)],
        target.column,
        state.key("target", *(one.column for one in state.experiment.data.targets), target.column),
        lambda experiment, name: with_target_changed(experiment, target.column, table_now().column(name)),
        state,
    )
    left, right = st.columns(2, gap="small")
    with left:
        tasks = task_choices(table.column(target.column)) if target.column in table.column_names else ()
        choice_field(
            say("data_page.task_label", state.language),
            tasks,
            target.task,
            state.key("target", target.column, "task"),
            lambda experiment, task: with_target_changed(
                experiment, target.column, table_now().column(target.column), task
            ),
            state,
            show=lambda task: say(f"task.{task}", state.language),
        )
    if target.task == "regression":
        with right:
            choice_field(
                say("data_page.target_scaling", state.language),
                ("none", "standard"),
                target.scaling,
                state.key("target", target.column, "scaling"),
                lambda experiment, scaling: with_target_scaling(experiment, target.column, scaling),
                state,
                show=lambda scaling: say(f"scaling.{scaling}", state.language),
                help=say("graph.target_scaling_help", state.language),
            )
    if not alone:
        st.button(
            say("graph.remove_target", state.language),
            key=f"remove-target-{target.column}",
            on_click=renew,
            args=(lambda experiment: without_target(experiment, target.column),),
        )


def groups_section(state: AppState, table: Table) -> None:
    heading(say("graph.groups", state.language))
    st.caption(say("graph.groups_about", state.language))
    groups = state.experiment.data.input_groups
    for group in groups:
        with st.container(border=True, gap="small", key=f"group-{group.name}"):
            group_card(state, table, group, alone=len(groups) == 1)
    free = columns_for_new_group(state.experiment.data, table)
    if free:
        st.button(
            say("graph.add_group", state.language),
            key="add-group",
            help=say("graph.add_group_help", state.language),
            on_click=renew,
            args=(lambda experiment: with_added_group(experiment, free),),
        )


def group_card(state: AppState, table: Table, group: InputGroup, *, alone: bool) -> None:
    name, tool = st.columns([3, 1], gap="small", vertical_alignment="bottom")
    with name:
        text_field(
            say("graph.group_name", state.language),
            group.name,
            state.key("group", group.name, "name"),
            lambda experiment, new: with_group_renamed(experiment, group.name, new),
            state,
        )
    if not alone:
        tool.button(
            say("layers_page.remove", state.language),
            key=f"remove-group-{group.name}",
            on_click=renew,
            args=(lambda experiment: without_group(experiment, group.name),),
        )
    targets = {target.column for target in state.experiment.data.targets}
    key = state.key("group", group.name, "columns", *sorted(targets))  # other choices: another widget
    st.multiselect(
        say("graph.group_columns", state.language),
        [column for column in table.column_names if column not in targets or column in group.columns],
        default=[column for column in group.columns if column in table.column_names],
        key=key,
        placeholder=say("form.choose", state.language),
        on_change=edit,
        args=(key, lambda experiment, columns: with_group_columns(experiment, group.name, columns)),
    )
    show_refusal(key, state)
    image_field(
        state,
        group.image_shape,
        len(group.columns),
        state.key("group", group.name, "image_shape"),
        lambda experiment, shape: with_group_image(experiment, group.name, shape),
    )
