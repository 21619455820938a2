"""Layers: add, remove, reorder and duplicate layers, and see shapes and parameters change."""

from collections.abc import Sequence

import streamlit as st

from lab.edits.layers import with_new_layer
from lab.edits.places import layer_place
from lab.model.knobs import LAYERS_LIST
from lab.model.layer_table import LayerRow, parameter_count, shape_text
from lab.spec.experiment import GraphSpec, LayerSpec
from lab.texts import say
from netcore.layers import LAYERS
from pages.ui.bench import Bench, bench_of
from pages.ui.forms import part_form
from pages.ui.grid import show_rows
from pages.ui.model.code_box import code_box
from pages.ui.model.drawn_editor import drawn_editor
from pages.ui.model.graph_editor import graph_page, model_kind
from pages.ui.model.shapes import shape_line
from pages.ui.problems import show_problems, tell_at, tell_the_rest
from pages.ui.run.network import network_at_rest
from pages.ui.state import AppState, Edit, app_state, apply
from pages.ui.text import about, heading, name_of


def page(state: AppState, bench: Bench) -> None:
    model_kind(state)
    if bench.rows and bench.dataset is not None:
        drawn_editor(state, bench.dataset, network_at_rest(state, bench))
    if isinstance(state.experiment.model, GraphSpec):
        graph_page(state, bench)
    else:
        sequential_page(state, bench)


def sequential_page(state: AppState, bench: Bench) -> None:
    st.markdown(say("layers_page.about", state.language))
    build, look = st.columns([3, 2], gap="large")
    with build:
        input_card(state, bench)
        rows = {row.id: row for row in bench.rows}
        for layer in state.experiment.model.layers:
            layer_card(state, layer, rows.get(layer.id))
        add_layer(state)
    with look:
        heading(say("layers_page.summary", state.language))
        summary(state, bench)
        show_problems([bench.refusal] if bench.refusal else [], state)
        tell_the_rest(state)
        code_box(state, bench)


def input_card(state: AppState, bench: Bench) -> None:
    if bench.dataset is not None:
        shape = (None, *bench.dataset.input_shape)
        with st.container(border=True):
            words = {"shape": shape_text(shape), "width": f"{shape[-1]:,}"}
            if len(shape) > 2:
                st.markdown(say("sequences.input", state.language, steps=f"{shape[1]:,}", **words))
            else:
                st.markdown(say("layers_page.input", state.language, **words))


def layer_card(state: AppState, layer: LayerSpec, row: LayerRow | None) -> None:
    layers = state.experiment.model.layers
    number, is_first, is_last = layers.index(layer) + 1, layer is layers[0], layer is layers[-1]
    with st.container(border=True, gap="small", key=f"layer-{layer.id}"):
        head, tools = st.columns([3, 2], vertical_alignment="center")
        title = f"**{number}. {name_of('layer', layer.type, state.language)}**"
        if is_last:
            title = f"{title} · {say('layers_page.output', state.language)}"
        head.markdown(f"{title}  \n{shape_line(state, row)}")  # two blanks: a new line in Markdown
        with tools, st.container(horizontal=True, gap="small", horizontal_alignment="right"):
            tool(state, layer, "up", lambda e: e.with_moved_layer(layer.id, -1), disabled=is_first)
            tool(state, layer, "down", lambda e: e.with_moved_layer(layer.id, 1), disabled=is_last)
            tool(state, layer, "duplicate", lambda e: e.with_duplicated_layer(layer.id))
            tool(state, layer, "remove", lambda e: e.without_layer(layer.id))
        part_form(layer_place(layer), state)
        tell_at(layer_place(layer).name, state)


def tool(state: AppState, layer: LayerSpec, name: str, change: Edit, *, disabled: bool = False) -> None:
    st.button(
        say(f"layers_page.{name}", state.language),
        key=f"{name}-{layer.id}",
        disabled=disabled,
        on_click=apply,
        args=(change,),
    )


def add_layer(state: AppState) -> None:
    """One button for each layer while they are few; a list of them when they are many."""
    names = LAYERS.names()
    with st.container(border=True, gap="small", key="add-layer"):
        st.markdown(f"**{say('layers_page.add', state.language)}**")
        if len(names) > SHOWN_AS_BUTTONS:
            names = (choose_layer(state, names),)
        with st.container(horizontal=True, gap="small"):
            for name in names:
                st.button(
                    f"+ {name_of('layer', name, state.language)}",
                    key=f"add-{name}",
                    help=about("layer", name, state.language) or None,
                    on_click=apply,
                    args=(lambda experiment, name=name: with_new_layer(experiment, name),),
                )
        st.caption(say("layers_page.add_where", state.language))
        tell_at(LAYERS_LIST, state)


SHOWN_AS_BUTTONS = 6


def choose_layer(state: AppState, names: Sequence[str]) -> str:
    used = [layer.type for layer in state.experiment.model.layers]
    chosen: str = st.selectbox(
        say("layers_page.add", state.language),
        names,
        index=list(names).index(used[-1]) if used else 0,
        format_func=lambda name: name_of("layer", name, state.language),
        key="layer-to-add",
        label_visibility="collapsed",
    )
    st.caption(about("layer", chosen, state.language))
    return chosen


def summary(state: AppState, bench: Bench) -> None:
    titles = {name: say(f"layers_page.summary.{name}", state.language) for name in ("layer", "output", "parameters")}
    rows = (
        {
            titles["layer"]: row.type,
            titles["output"]: shape_text(row.output_shape),
            titles["parameters"]: row.parameters,
        }
        for row in bench.rows
    )
    show_rows(rows, titles.values())
    total = parameter_count(bench.rows)
    st.markdown(say("layers_page.total", state.language, parameters=f"{total:,}"))
    with st.expander(say("compile_page.code", state.language)):
        st.code(bench.keras_code(state.language), language="python")


page(app_state(), bench_of(app_state()))
