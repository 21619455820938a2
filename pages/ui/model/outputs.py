"""The outputs of a functional model: what each predicts, its loss and what that counts, and how losses are combined."""

import streamlit as st

from lab.edits.graph import graph_of, with_output, with_target_changed
from lab.edits.places import output_loss
from lab.edits.proposals import offered_metrics
from lab.model.outputs import total_formula
from lab.spec.data import Task
from lab.spec.experiment import OutputSpec
from lab.texts import say
from pages.ui.bench import Bench, table_now
from pages.ui.forms import choice_field, number_field, part_form, text_field, type_field
from pages.ui.problems import tell_at
from pages.ui.state import AppState, Edit, apply, renew, widget_value
from pages.ui.text import heading, name_of, plain, tell


def outputs_section(state: AppState, bench: Bench, *, links: bool) -> None:
    """One card an output; `links` adds its name and the node that gives it."""
    heading(say("graph.outputs", state.language))
    for output in graph_of(state.experiment).outputs:
        with st.container(border=True, gap="small", key=f"output-{output.name}"):
            output_card(state, bench, output, links=links)
    combine_section(state)


def output_card(state: AppState, bench: Bench, output: OutputSpec, *, links: bool) -> None:
    st.markdown(tell("graph.output_title", state.language, name=output.name, target=output.target))
    if links:
        link_fields(state, output)
    loss, weight = st.columns([3, 2], gap="small")
    with loss:
        type_field(output_loss(output.name), state, say("compile_page.loss_label", state.language))
    with weight:
        weight_field(state, output, named=False)
    part_form(output_loss(output.name), state)
    metrics_field(state, output)
    if bench.table is not None:
        mend_button(state, bench, output)


def weight_field(state: AppState, output: OutputSpec, *, named: bool = True) -> None:
    """What the output's loss counts in the total."""
    label = say("graph.weight", state.language)
    number_field(
        f"{plain(output.name)} · {label}" if named else label,
        output.weight,
        state.key("output", output.name, "weight"),
        lambda experiment, value: with_output(experiment, output.name, weight=value),
        state,
        help=say("graph.weight_help", state.language),
    )


def link_fields(state: AppState, output: OutputSpec) -> None:
    graph = graph_of(state.experiment)
    left, right = st.columns(2, gap="small")
    with left:
        text_field(
            say("graph.output_name", state.language),
            output.name,
            state.key("output", output.name, "name"),
            lambda experiment, name: with_output(experiment, output.name, name=name),
            state,
            help=say("graph.output_name_help", state.language),
        )
    with right:
        choice_field(
            say("graph.output_reads", state.language),
            [node.id for node in graph.order()],
            output.reads,
            state.key("output", output.name, "reads", *(node.id for node in graph.order())),
            lambda experiment, node: with_output(experiment, output.name, reads=node),
            state,
            show=lambda node: f"{node} · {graph.layer_of(graph.node(node)).type}",
        )


def metrics_field(state: AppState, output: OutputSpec) -> None:
    targets = {target.column: target.task for target in state.experiment.data.targets}
    key = state.key("output", output.name, "metrics")
    st.multiselect(
        say("compile_page.metrics_label", state.language),
        offered_metrics(targets.get(output.target), output.metrics),
        default=list(output.metrics),
        format_func=lambda name: name_of("metric", name, state.language),
        key=key,
        placeholder=say("form.choose", state.language),
        on_change=take_metrics,
        args=(key, output.name),
    )
    tell_at(f"output.{output.name}.metrics", state)


def take_metrics(key: str, name: str) -> None:
    metrics = tuple(widget_value(key))
    apply(lambda experiment: with_output(experiment, name, metrics=metrics))


def mend_button(state: AppState, bench: Bench, output: OutputSpec) -> None:
    """Layer, loss and metrics as the target asks for them, where the present ones do not fit."""
    if not any(problem.output == output.name and problem.severity != "note" for problem in bench.problems):
        return
    target = next((one for one in state.experiment.data.targets if one.column == output.target), None)
    if target is not None:
        st.button(
            say("graph.mend", state.language, task=say(f"task.{target.task}", state.language)),
            key=f"mend-{output.name}",
            on_click=renew,
            args=(mended(target.column, target.task),),
        )


def mended(column: str, task: Task) -> Edit:
    return lambda experiment: with_target_changed(experiment, column, table_now().column(column), task)


# --- several losses, one number


def combine_section(state: AppState) -> None:
    """Sum or mean, with the formula that holds now."""
    outputs = graph_of(state.experiment).outputs
    if len(outputs) < 2:
        return
    combine = state.experiment.compile.combine_losses
    choice_field(
        say("graph.combine", state.language),
        ("sum", "mean"),
        combine,
        state.key("compile.combine_losses"),
        lambda experiment, value: experiment.with_compile(combine_losses=value),
        state,
        show=lambda value: say(f"graph.combine.{value}", state.language),
    )
    st.markdown(f"**loss = {total_formula(outputs, combine, plain)}**")
    with st.expander(say("graph.combine_why", state.language)):
        st.markdown(say("graph.combine_about", state.language, count=len(outputs)))
