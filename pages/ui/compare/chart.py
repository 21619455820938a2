"""The chart of the compare page: curves of the runs that are shown, over epochs, updates or seconds."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from plotly.graph_objects import Figure

from lab.charts.compare import DASHES, LONGEST, Frame, RunCurves, overlaid
from lab.charts.figure_cache import once_drawn
from lab.errors import LabError
from lab.insight.overlay import baselines, curves_of, fork_place, legend_lines, quantities, said_quantity
from lab.insight.shelf import Entry
from lab.runs.kept.positions import AXES, positions
from lab.runs.kept.record import RunView
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.compare.shelf import keep
from pages.ui.compare.state import CompareView
from pages.ui.run.training import look_at
from pages.ui.state import AppState, keep_newest
from pages.ui.waiting import ticking

REDRAW_S = 1.0


def chart_controls(state: AppState, entries: Sequence[Entry]) -> None:
    """What is drawn, over what."""
    view = state.held(CompareView)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="chart-controls"):
        quantity_choice(state, entries)
        st.segmented_control(
            say("compare.axis", state.language),
            AXES,
            default=view.axis,
            required=True,
            format_func=lambda name: say(f"compare.axis.{name}", state.language),
            key="compare-axis",
            on_change=keep,
            args=("axis", "compare-axis"),
        )
        st.segmented_control(
            say("compare.parts", state.language),
            list(DASHES),
            default=list(view.parts),
            selection_mode="multi",
            format_func=lambda part: say(f"charts.curve.{part}", state.language),
            key="compare-parts",
            on_change=keep_parts,
            args=("compare-parts",),
        )
        st.toggle(
            say("compare.logarithmic", state.language),
            value=view.logarithmic,
            key="compare-log",
            on_change=keep,
            args=("logarithmic", "compare-log"),
        )


def quantity_choice(state: AppState, entries: Sequence[Entry]) -> None:
    view, names, key = state.held(CompareView), quantities(entries), state.key("compare", "quantity")
    if view.quantity not in names:
        view.quantity = "loss"
    st.selectbox(
        say("compare.quantity", state.language),
        names,
        index=names.index(view.quantity),
        format_func=lambda name: said_quantity(name, entries, state.language),
        key=key,
        on_change=keep,
        args=("quantity", key),
        width=200,
    )


def keep_parts(key: str) -> None:
    keep("parts", key)


def draw_chart(state: AppState, drawn: Sequence[Entry], key: str, fork: int | None = None) -> None:
    """The curves; while one of the runs goes on they are drawn anew once a second.

    Args:
        key: of the chart.
        fork: epoch from which on to draw.
    """
    if all(entry.ended for entry in drawn):
        show_chart(figure_of(state, drawn, fork), key, alt=alt(state, drawn))
        return

    def tick() -> None:
        views = [view_of(state, entry) for entry in drawn]
        if not any(view is not None and view.active for view in views):
            st.rerun()
        for view in views:
            if view is not None and view.active:
                numbers = {"number": view.number, "epoch": f"{view.epoch:,}", "epochs": f"{view.epochs:,}"}
                st.progress(view.share, text=say("compare.going_on", state.language, **numbers))
        show_chart(figure_of(state, drawn, fork), key, alt=alt(state, drawn))

    ticking(tick, REDRAW_S)


def alt(state: AppState, drawn: Sequence[Entry]) -> str:
    """The chart in words, for those who cannot see it."""
    numbers = ", ".join(entry.label for entry in drawn)
    what = said_quantity(state.held(CompareView).quantity, drawn, state.language)
    return say("compare.alt", state.language, quantity=what, runs=numbers)


def figure_of(state: AppState, drawn: Sequence[Entry], fork: int | None = None) -> Figure:
    view = state.held(CompareView)
    lines = legend_lines(drawn, state.language, LONGEST)
    curves = [run_curves(state, entry, look, line) for look, (entry, line) in enumerate(zip(drawn, lines, strict=True))]
    found = [one for one in curves if one is not None]
    frame = Frame(
        x_title=say(f"compare.x.{view.axis}", state.language),
        y_title=said_quantity(view.quantity, drawn, state.language),
        baselines=baselines(drawn, view.quantity),
        fork=None if fork is None else fork_place([one.x for one in found], fork),
        logarithmic=view.logarithmic,
    )
    return once_drawn(overlaid, found, frame, language=state.language)


def run_curves(state: AppState, entry: Entry, look: int, legend: str) -> RunCurves | None:
    """One run as it is drawn; None if it has gone meanwhile or has no such curve."""
    run, chosen = view_of(state, entry), state.held(CompareView)
    found = {} if run is None else curves_of(run, chosen.quantity, chosen.parts)
    if run is None or not found:
        return None
    place = positions(entry.experiment, entry.context.train_rows, run.epoch, run.compute_s, chosen.axis)
    return RunCurves(legend, look, place, found, diverged=run.state == "diverged")


def view_of(state: AppState, entry: Entry) -> RunView | None:
    """A run with its curves; one that is at rest is read once while it is drawn."""
    known: dict[str, Any] = state.memo.setdefault("views", {})
    mark = (entry.summary.state, entry.summary.epoch)
    if entry.ended and entry.id in known and known[entry.id][0] == mark:
        view: RunView = known[entry.id][1]
        return view
    try:
        view = look_at(state, entry.id)
    except LabError:
        return None
    if entry.ended:
        known[entry.id] = mark, view
        keep_newest(known, MOST_VIEWS)
    return view


MOST_VIEWS = 16  # kept for a session: two screens of curves
