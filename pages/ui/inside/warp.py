"""The plane of two inputs, bent by each layer, as an animation."""

import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.inside_warp import warp
from lab.insight.inside.views import targets_of
from lab.insight.inside.warp import warped
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.inside.scene import Scene
from pages.ui.state import AppState


def warp_look(state: AppState, scene: Scene) -> None:
    language = state.language
    stages = warped(scene.experiment, scene.model, scene.dataset, scene.rows)
    if not stages:
        st.info(say("inside.warp.not_here", language))
        return
    inputs = say("inside.warp.inputs", language)
    names = [scene.name(scene.look.layer(one.layer), language) if one.layer else inputs for one in stages]
    labels = [scene.look.layer(one.layer).label if one.layer else inputs for one in stages]
    target, classes = targets_of(scene.dataset, scene.rows)
    chart = once_drawn(warp, stages, names, labels, target, classes, language=language)
    show_chart(chart, "inside-warp", alt=say("inside.alt.warp", language, epoch=f"{scene.epoch:,}"))
    st.caption(say("inside.warp.about", language))
