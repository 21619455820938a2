"""A slice of the loss along two directions, with the way of training: worked out when it is asked for."""

from typing import Any

import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.inside_landscape import landscape_map
from lab.errors import LabError
from lab.insight.inside.job import landscape_in, slice_of_loss
from lab.insight.inside.landscape import KINDS, Landscape
from lab.insight.inside.looker import looker
from lab.runs.kept.replay import past_of
from lab.spec.limits import current_limits
from lab.studies.words import number
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.compare.back import checkpoints_of
from pages.ui.inside.scene import Scene
from pages.ui.inside.state import InsideView
from pages.ui.progress import while_looking
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
    place = st.empty()
    if not place.button(asked, key="inside-landscape-go", icon=":material/landscape:", type="primary"):
        return None
    place.empty()
    try:
        known[key] = worked_out(state, scene)
    except LabError as refusal:
        st.warning(tell_error(refusal, state.language))
        return None
    keep_newest(known, KEPT)
    return known[key]


def worked_out(state: AppState, scene: Scene) -> Landscape:
    """Aside, with a bar that tells how far it is. Raises LabError "run.damaged", "inside.…"."""
    kind, limits = state.held(InsideView).directions, current_limits()
    past = past_of(scene.record, checkpoints_of(state, scene.record), scene.dataset)
    asked = slice_of_loss(
        past, scene.rows.places, kind, scene.epoch, seconds=limits.landscape_s, numbers=limits.inside_numbers
    )
    with while_looking(state, "stop-landscape", lambda: None) as tell:  # it begins again only when asked for
        return landscape_in(*looker().work_out(asked, tell))
