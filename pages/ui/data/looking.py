"""Data page: look at the table. One view at a time, of rows outside the sealed test part."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lab.charts.figure_cache import once_drawn
from lab.charts.small import column_chart, percent, relation_chart, signal_chart
from lab.charts.table import correlation_chart, course_chart, images_chart, scatter_chart
from lab.data.look import (
    ColumnLook,
    Look,
    by_weight,
    column_look,
    correlated_columns,
    correlations,
    course,
    image_shape_of,
    images,
    look_at,
    part_starts,
    points,
    related_columns,
    relation,
    signals,
    tell_most,
    telling_pair,
    time_columns,
    views_of,
)
from lab.data.table import Table
from lab.spec.data import DataSpec
from lab.texts import say
from pages.ui.bench import Bench, bench_of
from pages.ui.chart import show_chart
from pages.ui.data.look_words import column_words, relation_words
from pages.ui.data.reading import label
from pages.ui.grid import in_rows
from pages.ui.progress import size_of_file, slowly
from pages.ui.state import AppState, app_state
from pages.ui.text import heading, tell

ON_A_PAGE = 12
SMALL_WIDTH = 310  # pixels: four beside each other on a projector, one on a phone
CORRELATED, MOST_CORRELATED = 15, 30  # columns at first, and at most
FACTS = ("name", "kind", "missing", "distinct", "minimum", "maximum", "mean")


def looking_section(state: AppState, bench: Bench) -> None:
    heading(say("look.title", state.language))
    looking()


@st.fragment
def looking() -> None:
    """Another view is drawn without the rest of the page."""
    state = app_state()
    bench = bench_of(state)
    if bench.table is None:
        return
    with slowly(state, "doctor.examining", size_of_file(state)):
        look = look_of(state, bench, bench.table)
        data = bench.experiment.data
        views = views_of(look, data)
        view = st.segmented_control(
            say("look.view", state.language),
            views,
            default=views[0],
            required=True,
            format_func=lambda name: say(f"look.view.{name}", state.language),
            key=f"look-{state.language}-{'-'.join(views)}",
            label_visibility="collapsed",
        )
        VIEWS[view or views[0]](state, bench, look)


def look_of(state: AppState, bench: Bench, table: Table) -> Look:
    """Kept as long as the same rows of the same table are to be seen."""
    _bench, before = state.memo.get("look", (None, None))
    return state.once("look", bench, lambda: look_at(table, bench.experiment.data, bench.experiment.seed, before))


def rows_sentence(state: AppState, look: Look) -> str:
    """How many rows are drawn, of how many, and how many are kept from sight."""
    drawn = "look.rows.drawn" if look.drawn < look.visible else "look.rows.all"
    told = say(drawn, state.language, drawn=f"{look.drawn:,}", visible=f"{look.visible:,}")
    sealed = look.sealed
    return f"{told} {say('look.rows.sealed', state.language, sealed=f'{sealed:,}')}" if sealed else told


def about(state: AppState, look: Look, *views: str, **values: Any) -> None:
    """What to look for, and which rows it is drawn from."""
    told = [tell(f"look.about.{view}", state.language, **values) for view in views]
    st.caption("  \n".join((" ".join(told), rows_sentence(state, look))))


def draw(chart: go.Figure, key: str, alt: str, *, width: int | None = None) -> None:
    show_chart(chart, f"look-{key}", alt=alt, width="stretch" if width is None else width)


# --- many small charts


def columns_view(state: AppState, bench: Bench, look: Look) -> None:
    about(state, look, "columns")
    names = by_weight(look.table, bench.experiment.data)
    with many():
        for number, name in enumerate(shown_names(state, look, names, "columns")):
            one = column_look(look, name)
            alt = column_words(one, state.language)
            draw(once_drawn(column_chart, one, language=state.language), f"column-{number}", alt, width=SMALL_WIDTH)


def target_view(state: AppState, bench: Bench, look: Look) -> None:
    data = target_of(state, bench.experiment.data)
    if not related_columns(look, data):
        st.info(say("look.no_relation", state.language))
        return
    of = "target_number" if data.task == "regression" else "target_classes"
    about(state, look, "target", of, target=data.target)
    names = shown_names(state, look, tell_most(look, data), "target")
    relations = [found for name in names if (found := relation(look, data, name)) is not None]
    if not relations:
        st.info(say("look.no_relation", state.language))
    with many():
        for number, found in enumerate(relations):
            chart = once_drawn(relation_chart, found, language=state.language)
            draw(chart, f"relation-{number}", relation_words(found, state.language), width=SMALL_WIDTH)


def many() -> DeltaGenerator:
    """Small charts beside each other, as many as there is room for."""
    return st.container(horizontal=True, gap="small", key="small-charts")


def shown_names(state: AppState, look: Look, names: tuple[str, ...], view: str) -> tuple[str, ...]:
    """Those of one page, or those that were picked by name."""
    if len(names) <= ON_A_PAGE:
        return names
    key = f"look-{view}-{look.table.sha256[:8]}-{state.language}"
    chosen = st.multiselect(
        say("look.choose_columns", state.language),
        names,
        format_func=label,
        placeholder=say("look.all_columns", state.language),
        key=f"{key}-names",
    )
    if chosen:
        return tuple(chosen[:ON_A_PAGE])
    pages = list(in_rows(list(enumerate(names, start=1)), ON_A_PAGE))
    page = pages[st.pagination(len(pages), key=f"{key}-page") - 1]
    numbers = {"first": f"{page[0][0]:,}", "last": f"{page[-1][0]:,}", "columns": f"{len(names):,}"}
    st.caption(say("look.page_of", state.language, **numbers))
    return tuple(name for _number, name in page)


def target_of(state: AppState, data: DataSpec) -> DataSpec:
    """The spec for one target; of several the person chooses."""
    if len(data.targets) == 1:
        return data
    targets = {target.column: target for target in data.targets}
    name = pick(state, "of_target", tuple(targets), 0)
    return data.for_target(targets[name])


def pick(state: AppState, what: str, names: tuple[str, ...], first: int) -> str:
    """One of some columns."""
    key = f"look-{what}-{hash(names)}-{first}-{state.language}"
    return st.selectbox(say(f"look.{what}", state.language), names, index=first, format_func=label, key=key)


# --- one large chart


def correlation_view(state: AppState, bench: Bench, look: Look) -> None:
    about(state, look, "correlation")
    names = correlated_columns(look, bench.experiment.data)
    chosen = names
    if len(names) > CORRELATED:
        key = f"look-correlated-{hash(names)}-{state.language}"
        words = say("look.choose_columns", state.language)
        picked = st.multiselect(words, names, default=names[:CORRELATED], format_func=label, key=key)
        chosen = tuple(picked[:MOST_CORRELATED])
    if len(chosen) < 2:
        st.info(say("look.few_numbers", state.language))
        return
    found = correlations(look, chosen)
    words = say("look.view.correlation", state.language)
    if found.strongest is not None:
        one, other, r = found.strongest
        st.markdown(tell("look.most_correlated", state.language, one=one, other=other, r=f"{r:.3g}"))
        words = say("look.most_correlated", state.language, one=label(one), other=label(other), r=f"{r:.3g}")
    draw(once_drawn(correlation_chart, found), "correlation", words)


def scatter_view(state: AppState, bench: Bench, look: Look) -> None:
    about(state, look, "scatter")
    data = target_of(state, bench.experiment.data)
    names = correlated_columns(look, data)
    x_first, y_first = (names.index(name) for name in telling_pair(look, data))
    left, right = st.columns(2)
    with left:
        x = pick(state, "x", names, x_first)
    with right:
        y = pick(state, "y", names, y_first)
    found = points(look, data, x, y)
    count = f"{len(found.x):,}"
    st.caption(say("look.points", state.language, points=count))
    words = say("look.alt.scatter", state.language, x=label(x), y=label(y), points=count)
    draw(once_drawn(scatter_chart, found), "scatter", words)


def time_view(state: AppState, bench: Bench, look: Look) -> None:
    about(state, look, "time")
    data = bench.experiment.data
    times = time_columns(look, data)
    values = correlated_columns(look, data)
    if not values:
        st.info(say("look.few_numbers", state.language))
        return
    left, right = st.columns(2)
    with left:
        value = pick(state, "value_column", values, 0)
    time = None
    if times:
        with right:
            time = pick(state, "time_column", times, 0)
    found = course(look, time, value)
    each = found.rows_each
    st.caption(say("look.each_stretch" if each > 1 else "look.each_row", state.language, rows=f"{each:,}"))
    starts = {} if bench.dataset is None else part_starts(look, bench.dataset, time)
    if not len(found.mean):
        return
    facts = {name: f"{number:.4g}" for name, number in found.ends.items()}
    words = say("look.alt.time", state.language, name=label(value), **facts)
    draw(once_drawn(course_chart, found, starts, language=state.language), "time", words)


def images_view(state: AppState, bench: Bench, look: Look) -> None:
    about(state, look, "images")
    data = bench.experiment.data
    shape = image_shape_of(look, data)
    if shape is None:
        return
    found = images(look, data, shape)
    labels = ", ".join(label(name) for name in found.labels)
    words = say("look.alt.images", state.language, count=len(found.labels), labels=labels)
    draw(once_drawn(images_chart, found), "images", words)


def signals_view(state: AppState, bench: Bench, look: Look) -> None:
    about(state, look, "signals")
    with many():
        for number, one in enumerate(signals(look, bench.experiment.data)):
            words = say("look.alt.signal", state.language, label=label(one.label), steps=one.length)
            draw(once_drawn(signal_chart, one, language=state.language), f"signal-{number}", words, width=SMALL_WIDTH)


# --- in numbers


def table_view(state: AppState, bench: Bench, look: Look) -> None:
    about(state, look, "table")
    titles = {name: say(f"data_page.column.{name}", state.language) for name in FACTS}
    titles["unit"] = say("doctor.unit", state.language)
    looks = [column_look(look, name) for name in look.table.column_names]
    st.dataframe(pd.DataFrame([facts_of(one, titles, state) for one in looks]), hide_index=True)


def facts_of(one: ColumnLook, titles: dict[str, str], state: AppState) -> dict[str, object]:
    return {
        titles["name"]: one.column.name,
        titles["kind"]: say(f"kind.{one.column.kind}", state.language),
        titles["unit"]: one.column.unit,
        titles["missing"]: f"{one.missing:,} ({percent(one.missing_share)} %)",
        titles["distinct"]: one.column.distinct,
        titles["minimum"]: one.minimum,
        titles["mean"]: one.mean,
        titles["maximum"]: one.maximum,
    }


VIEWS: dict[str, Callable[[AppState, Bench, Look], None]] = {
    "columns": columns_view,
    "target": target_view,
    "correlation": correlation_view,
    "scatter": scatter_view,
    "time": time_view,
    "images": images_view,
    "signals": signals_view,
    "table": table_view,
}
