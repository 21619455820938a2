"""Layers page, functional models: inputs, nodes that read one another, outputs, and the graph drawn with shapes."""

from collections.abc import Callable

import streamlit as st

from lab.edits.graph import as_graph, as_sequential, gives_up_something, graph_of, with_new_node, with_reads
from lab.edits.places import layer_place
from lab.model.knobs import LAYERS_LIST
from lab.model.layer_table import LayerRow, merges, parameter_count, shape_text
from lab.spec.experiment import GraphNode, GraphSpec
from lab.texts import say
from netcore.layers import LAYERS
from pages.ui.bench import Bench
from pages.ui.forms import choice_field, part_form
from pages.ui.model.code_box import code_box
from pages.ui.model.outputs import outputs_section
from pages.ui.model.shapes import shape_line
from pages.ui.problems import show_problems, tell_at, tell_the_rest
from pages.ui.state import AppState, app_state, edit, renew
from pages.ui.text import about, heading, name_of, plain


def model_kind(state: AppState) -> None:
    """Which kind of model this is, and the way to the other kind."""
    functional = isinstance(state.experiment.model, GraphSpec)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="model-kind"):
        kind = "functional" if functional else "sequential"
        st.markdown(say(f"graph.kind.{kind}", state.language), width="content")
        if not functional:
            label, help = say("graph.to_functional", state.language), say("graph.to_functional_help", state.language)
            st.button(label, key="to-functional", help=help, on_click=switch, args=(True,))
        elif gives_up_something(state.experiment):
            with st.popover(say("graph.to_sequential", state.language)):
                st.markdown(say("graph.to_sequential_loses", state.language))
                st.button(
                    say("graph.switch_anyway", state.language), key="switch-anyway", on_click=switch, args=(False,)
                )
        else:
            label = say("graph.to_sequential", state.language)
            st.button(label, key="to-sequential", on_click=switch, args=(False,))


def switch(functional: bool) -> None:
    state = app_state()
    state.replace_experiment((as_graph if functional else as_sequential)(state.experiment))


def graph_page(state: AppState, bench: Bench) -> None:
    st.markdown(say("graph.about", state.language))
    build, look = st.columns([3, 2], gap="large")
    rows = {row.id: row for row in bench.rows}
    graph = graph_of(state.experiment)
    with build:
        inputs_card(state, bench, graph)
        for node in graph.order():
            node_card(state, graph, node, rows.get(node.id))
        add_node(state, graph)
        tell_at(LAYERS_LIST, state)
        outputs_section(state, bench, links=True)
    with look, st.container(key="graph-look"):
        heading(say("layers_page.summary", state.language))
        st.markdown(say("layers_page.total", state.language, parameters=f"{parameter_count(bench.rows):,}"))
        show_problems([bench.refusal] if bench.refusal else [], state)
        tell_the_rest(state)
        with st.expander(say("compile_page.code", state.language)):
            st.code(bench.keras_code(state.language), language="python", wrap_lines=True)
        code_box(state, bench)


# --- inputs and nodes


def inputs_card(state: AppState, bench: Bench, graph: GraphSpec) -> None:
    shapes = {} if bench.dataset is None else bench.dataset.input_shapes
    with st.container(border=True, gap="small", key="graph-inputs"):
        st.markdown(f"**{say('graph.inputs', state.language)}**")
        named = ((name, (None, *shapes[name]) if name in shapes else None) for name in graph.inputs)
        st.markdown(" · ".join(f"**{plain(name)}** `{shape_text(shape)}`" for name, shape in named))
        st.caption(say("graph.inputs_where", state.language))


def node_card(state: AppState, graph: GraphSpec, node: GraphNode, row: LayerRow | None) -> None:
    layer = graph.layer_of(node)
    with st.container(border=True, gap="small", key=f"node-{node.id}"):
        head, tools = st.columns([3, 2], vertical_alignment="center")
        title = f"**{node.id} · {name_of('layer', layer.type, state.language)}**"
        if node.shares is not None:
            title = f"{title} · {say('graph.shares', state.language, node=node.shares)}"
        head.markdown(f"{title}  \n{shape_line(state, row)}")  # two blanks: a new line in Markdown
        with tools, st.container(horizontal=True, gap="small", horizontal_alignment="right"):
            share_button(state, node)
            st.button(
                say("layers_page.remove", state.language),
                key=f"remove-{node.id}",
                on_click=renew,
                args=(lambda experiment: experiment.with_model(graph_of(experiment).without_node(node.id)),),
            )
        reads_field(state, graph, node)
        if node.shares is None:
            part_form(layer_place(node), state)
        tell_at(layer_place(node).name, state)


def share_button(state: AppState, node: GraphNode) -> None:
    st.button(
        say("graph.share", state.language),
        key=f"duplicate-{node.id}",
        help=say("graph.share_help", state.language),
        on_click=renew,
        args=(lambda experiment: experiment.with_model(graph_of(experiment).with_shared_node(node.id, node.reads)),),
    )


def reads_field(state: AppState, graph: GraphSpec, node: GraphNode) -> None:
    """What a node reads: several for a merging layer, else one."""
    options = graph.may_read(node.id)
    key = state.key("node", node.id, "reads", *options)  # other choices: another widget
    label = say("graph.reads", state.language)
    if merges(graph.layer_of(node).type) or len(node.reads) > 1:
        st.multiselect(
            label,
            options,
            default=list(node.reads),
            format_func=source_name(state, graph),
            key=key,
            placeholder=say("form.choose", state.language),
            on_change=edit,
            args=(key, lambda experiment, reads: with_reads(experiment, node.id, reads)),
        )
    else:
        choice_field(
            label,
            options,
            node.reads[0] if node.reads else None,
            key,
            lambda experiment, name: with_reads(experiment, node.id, [name]),
            state,
            show=source_name(state, graph),
        )


def source_name(state: AppState, graph: GraphSpec) -> Callable[[str], str]:
    """Name of an input, or id and type of a node."""

    def show(name: str) -> str:
        if name in graph.inputs:
            return f"{name} · {say('graph.input', state.language)}"
        return f"{name} · {graph.layer_of(graph.node(name)).type}"

    return show


def add_node(state: AppState, graph: GraphSpec) -> None:
    with st.container(border=True, gap="small", key="add-layer"):
        st.markdown(f"**{say('graph.add', state.language)}**")
        kind, reads = st.columns(2, gap="small")
        names = LAYERS.names()
        chosen: str = kind.selectbox(
            say("layers_page.add", state.language),
            names,
            index=names.index("Dense"),
            format_func=lambda name: name_of("layer", name, state.language),
            key="node-to-add",
        )
        sources = [*graph.inputs, *(node.id for node in graph.order())]
        read = reads.multiselect(
            say("graph.reads", state.language),
            sources,
            default=sources[-1:],
            format_func=source_name(state, graph),
            key=state.key("node-to-add.reads", len(sources)),
            placeholder=say("form.choose", state.language),
        )
        st.caption(about("layer", chosen, state.language))
        st.button(
            f"+ {name_of('layer', chosen, state.language)}",
            key="add-node",
            on_click=renew,
            args=(lambda experiment: with_new_node(experiment, chosen, read),),
        )
        st.caption(say("graph.add_about", state.language))
