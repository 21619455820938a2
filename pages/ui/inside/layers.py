"""Layers over the epochs: how their numbers are spread, what they are told, and how much each update changes them."""

import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.inside import layer_lines, spread_course, spread_now
from lab.insight.inside.course import LINES
from lab.insight.inside.look import LayerLook
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.inside.scene import Scene
from pages.ui.inside.state import InsideView
from pages.ui.state import AppState

QUANTITIES = ("weights", "activations", "gradients")


def layers_look(state: AppState, scene: Scene) -> None:
    with st.container(horizontal=True, gap="medium", key="inside-choices"):
        layer = layer_choice(state, scene)
        quantity_choice(state)
    distribution(state, scene, layer)
    columns = st.columns(len(LINES), gap="medium")
    for column, name in zip(columns, LINES, strict=True):
        with column:
            lines(state, scene, name)


def layer_choice(state: AppState, scene: Scene) -> LayerLook:
    """One layer, with its number and kind."""
    language, view = state.language, state.held(InsideView)
    layers = {layer.id: layer for layer in scene.look.layers}
    titles = {name: scene.title(layer, language) for name, layer in layers.items()}
    view.layer = st.segmented_control(
        say("inside.layer", language),
        tuple(layers),
        default=view.layer if view.layer in layers else next(iter(layers)),
        required=True,
        format_func=lambda name: titles[name],
        key=f"inside-layer-{scene.record.number}",
        wrap=True,
    )
    return layers[view.layer]


def quantity_choice(state: AppState) -> None:
    language, view = state.language, state.held(InsideView)
    view.quantity = st.segmented_control(
        say("inside.quantity", language),
        QUANTITIES,
        default=view.quantity,
        required=True,
        format_func=lambda name: say(f"inside.quantity.{name}", language),
        key="inside-quantity",
        wrap=True,
    )


def distribution(state: AppState, scene: Scene, layer: LayerLook) -> None:
    """The chosen numbers of the layer: over the epochs, and at the one shown."""
    language, view = state.language, state.held(InsideView)
    what, name = say(f"inside.quantity.{view.quantity}", language), scene.title(layer, language)
    epochs, spreads = scene.course.spreads(layer.id, view.quantity)
    now = dict(zip(epochs, spreads, strict=True)).get(scene.epoch)
    if now is None:
        st.info(say("inside.none", language))
        return
    over, here = st.columns([3, 2], gap="medium")
    with over:
        chart = once_drawn(spread_course, epochs, spreads, scene.epoch, what, language=language)
        show_chart(chart, "inside-course", alt=say("inside.alt.course", language, layer=name, what=what))
        st.caption(say("inside.course", language, what=what.lower()))
    with here:
        chart = once_drawn(spread_now, now, what, language=language)
        words = {"epoch": f"{scene.epoch:,}", "what": what}
        show_chart(chart, "inside-now", alt=say("inside.alt.now", language, layer=name, **words))
        st.caption(say("inside.now", language, mean=f"{now.mean:.3g}", deviation=f"{now.deviation:.3g}", **words))


def lines(state: AppState, scene: Scene, name: str) -> None:
    """One number for each layer, over the epochs."""
    language, kind = state.language, LINES[name]
    what = say(f"inside.{name}", language)
    drawn = {scene.name(scene.look.layer(id), language): values for id, values in scene.course.lines(name).items()}
    st.markdown(f"**{what}**")
    if not drawn:
        st.caption(say("inside.no_line", language))
        return
    chart = once_drawn(
        layer_lines, drawn, scene.epoch, what, language=language, logarithmic=kind.logarithmic, usual=kind.usual
    )
    show_chart(chart, f"inside-{name}", alt=say("inside.alt.lines", language, what=what))
    st.caption(say(f"inside.{name}.about", language))
