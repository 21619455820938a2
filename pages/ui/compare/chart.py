"""The chart of the compare page: curves of the runs that are shown, over epochs, updates or seconds."""

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from lab.charts.compare import DASHES, LONGEST, Frame, RunCurves, overlaid
from lab.errors import LabError
from lab.insight.differences import legends
from lab.insight.honest import is_penalised
from lab.model.quantities import quantity
from lab.runs.kept.positions import AXES, positions
from lab.runs.kept.record import RunView
from lab.texts import say
from pages.ui.compare.shelf import Entry, keep, side_by_side
from pages.ui.compare.state import CompareView
from pages.ui.run.training import look_at
from pages.ui.state import AppState

REDRAW_S = 1.0
DATA_LOSS = "data_loss"
ROOM = 48  # letters that a legend has room for
KERAS_NAME = re.compile(r" \([a-z_.]+\)")
PLOT = {"displaylogo": False, "displayModeBar": False}


def chart_controls(state: AppState, entries: Sequence[Entry]) -> None:
    """What is drawn, over what."""
    view, names = state.held(CompareView), quantities(entries)
    if view.quantity not in names:
        view.quantity = "loss"
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="chart-controls"):
        st.selectbox(
            say("compare.quantity", state.language),
            names,
            index=names.index(view.quantity),
            format_func=lambda name: said_quantity(state, name, entries),
            key=state.key("compare", "quantity"),
            on_change=keep,
            args=("quantity", state.key("compare", "quantity")),
            width=200,
        )
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


def keep_parts(key: str) -> None:
    keep("parts", key)


def quantities(entries: Sequence[Entry]) -> list[str]:
    """History keys that one of the runs has, the loss first; with a weight penalty the loss without it too."""
    found = dict.fromkeys(name.removeprefix("val_") for entry in entries for name in entry.summary.metrics)
    apart = [DATA_LOSS] if any(is_penalised(entry.experiment) for entry in entries) else []
    return ["loss", *apart, *(name for name in found if name != "loss")]


def said_quantity(state: AppState, name: str, entries: Sequence[Entry]) -> str:
    """A history key in words."""
    data_loss = say("compare.data_loss", state.language)
    return data_loss if name == DATA_LOSS else quantity(name, state.language, entries[0].experiment)


def draw_chart(state: AppState, drawn: Sequence[Entry], key: str, fork: int | None = None) -> None:
    """The curves; while one of the runs goes on they are drawn anew once a second.

    Args:
        key: of the chart.
        fork: epoch from which on to draw.
    """
    if all(entry.ended for entry in drawn):
        st.plotly_chart(figure_of(state, drawn, fork), key=key, theme=None, config=PLOT, alt=alt(state, drawn))
        return

    @st.fragment(run_every=REDRAW_S)
    def tick() -> None:
        views = [view_of(state, entry) for entry in drawn]
        if not any(view is not None and view.active for view in views):
            st.rerun()
        for view in views:
            if view is not None and view.active and view.epochs:
                about = say(
                    "compare.going_on",
                    state.language,
                    number=view.number,
                    epoch=f"{view.epoch:,}",
                    epochs=f"{view.epochs:,}",
                )
                st.progress(min(1.0, view.epoch / view.epochs), text=about)
        st.plotly_chart(figure_of(state, drawn, fork), key=key, theme=None, config=PLOT, alt=alt(state, drawn))

    tick()


def alt(state: AppState, drawn: Sequence[Entry]) -> str:
    """The chart in words, for those who cannot see it."""
    numbers = ", ".join(entry.label for entry in drawn)
    what = said_quantity(state, state.held(CompareView).quantity, drawn)
    return say("compare.alt", state.language, quantity=what, runs=numbers)


def figure_of(state: AppState, drawn: Sequence[Entry], fork: int | None = None) -> Any:
    view = state.held(CompareView)
    curves = [
        curves_of(state, entry, place, legend)
        for place, (entry, legend) in enumerate(zip(drawn, named(state, drawn), strict=True))
    ]
    found = [one for one in curves if one is not None]
    start = None
    if fork is not None:
        start = next((one.x[fork - 1] for one in found if len(one.x) >= fork), None)
    frame = Frame(
        x_title=say(f"compare.x.{view.axis}", state.language),
        y_title=said_quantity(state, view.quantity, drawn),
        baselines=baselines(state, drawn),
        fork=start,
        logarithmic=view.logarithmic,
    )
    return overlaid(found, frame, language=state.language)


def named(state: AppState, drawn: Sequence[Entry]) -> list[str]:
    """Each run's line in the legend: its number, a name that not all have, and what it alone is set to."""
    told = legends(side_by_side(drawn), state.language)
    if max(map(len, told)) > ROOM:  # the argument's Keras name can be read on the shelf
        told = tuple(KERAS_NAME.sub("", words) for words in told)
    if max(map(len, told)) > LONGEST:  # too much differs for one line: as on the shelf, from the run before
        told = tuple(KERAS_NAME.sub("", entry.differs) for entry in drawn)
    alike = len({entry.summary.title for entry in drawn}) == 1
    parts = [
        (entry.label, "" if alike else entry.summary.title, words) for entry, words in zip(drawn, told, strict=True)
    ]
    return [" · ".join(part for part in line if part) for line in parts]


def baselines(state: AppState, drawn: Sequence[Entry]) -> dict[float, str]:
    """Level of a forecast without a network -> the runs that it belongs to, "" if to all."""
    found: dict[float, list[str]] = {}
    for entry in drawn:
        level = entry.context.baselines.get(
            state.held(CompareView).quantity.replace(DATA_LOSS, "loss")
        )  # it has no weights
        if level is not None:
            found.setdefault(float(f"{level:.6g}"), []).append(entry.label)
    named = {level: runs[0] if len(runs) == 1 else f"{runs[0]} +{len(runs) - 1}" for level, runs in found.items()}
    return named if len(named) > 1 else dict.fromkeys(named, "")


def curves_of(state: AppState, entry: Entry, look: int, legend: str) -> RunCurves | None:
    """One run as it is drawn; None if it has gone meanwhile or has no such curve."""
    view = view_of(state, entry)
    if view is None:
        return None
    name, columns = state.held(CompareView).quantity, {**view.extras, **view.history}
    if name == DATA_LOSS and name not in columns:
        name = "loss"  # of a run without a penalty they are the same
    keys = {"train": name, "validation": f"val_{name}", "evaluated": f"evaluated_{name}"}
    found = {
        part: columns[key] for part, key in keys.items() if columns.get(key) and part in state.held(CompareView).parts
    }
    if not found:
        return None
    place = positions(
        entry.experiment, entry.context.train_rows, view.epoch, view.compute_s, state.held(CompareView).axis
    )
    return RunCurves(legend, look, place, found, diverged=view.state == "diverged")


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
        while len(known) > MOST_VIEWS:
            del known[next(iter(known))]
    return view


MOST_VIEWS = 16  # kept for a session: two screens of curves
