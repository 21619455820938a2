"""A slice of the loss along two directions, with the way of training: worked out when it is asked for."""

from typing import Any

import streamlit as st

from lab.charts.drawn import once_drawn
from lab.charts.inside_landscape import landscape_map
from lab.errors import LabError
from lab.insight.inside.landscape import KINDS, Landscape, landscape_of
from lab.spec.limits import current_limits
from lab.studies.words import number
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.compare.back import checkpoints_of
from pages.ui.inside.scene import Scene
from pages.ui.inside.state import InsideView
from pages.ui.state import AppState, keep_newest
from pages.ui.text import tell_error

KEPT = 8  # of some ten kilobytes each


def landscape_look(state: AppState, scene: Scene) -> None:
    language, view = state.language, state.held(InsideView)
    if not scene.record.last_good_epoch:  # while it goes on nobody knows where its way ends
        st.info(say("closer.going_on", language))
        return
    view.directions = st.segmented_control(
        say("inside.directions", language),
        KINDS,
        default=view.directions,
        required=True,
        format_func=lambda kind: say(f"inside.directions.{kind}", language),
        key="inside-directions",
        wrap=True,
    )
    st.caption(say(f"inside.directions.{view.directions}.about", language))
    shown = found(state, scene)
    if shown is None:
        return
    chart = once_drawn(landscape_map, shown, scene.epoch, language=language)
    show_chart(chart, "inside-landscape", alt=say("inside.alt.landscape", language))
    words = {"loss": number(shown.middle_loss), "rows": f"{shown.rows:,}", "all": f"{shown.all_rows:,}"}
    st.caption(say(f"inside.landscape.{shown.kind}", language, **words))


def found(state: AppState, scene: Scene) -> Landscape | None:
    """The one at hand; else a button that works it out, and says what it may take."""
    view = state.held(InsideView)
    record = scene.record
    key = (record.id, record.epochs_done, view.directions, scene.epoch if view.directions == "random" else None)
    known: dict[Any, Landscape] = state.memo.setdefault("landscapes", {})
    if key in known:
        return known[key]
    seconds = current_limits().landscape_s
    asked = say("inside.landscape.go", state.language, seconds=f"{seconds:g}")
    if not st.button(asked, key="inside-landscape-go", icon=":material/landscape:", type="primary"):
        return None
    try:
        shown = worked_out(state, scene)
    except LabError as refusal:
        st.warning(tell_error(refusal, state.language))
        return None
    if shown is not None:
        known[key] = shown
        keep_newest(known, KEPT)
    return shown


def worked_out(state: AppState, scene: Scene) -> Landscape | None:
    """With a bar that tells how far it is. Raises LabError "run.damaged"."""
    kind, limits = state.held(InsideView).directions, current_limits()
    bar = st.progress(0.0, text=say("inside.landscape.working", state.language))
    steps = landscape_of(
        kind, scene.record, checkpoints_of(state, scene.record), scene.dataset, scene.model, scene.epoch, limits
    )
    shown = None
    for step in steps:
        if isinstance(step, Landscape):
            shown = step
        else:
            bar.progress(step, text=say("inside.landscape.working", state.language))
    bar.empty()
    return shown
