"""What came of a snippet's code: what was understood, the network, the table, the curves, and what they say."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lab.charts.curves import curves
from lab.charts.lessons import Line, lesson_curves
from lab.lessons.pictures import curve_name
from lab.model.drawn import drawn_network
from lab.model.layer_table import layer_rows, parameter_count, shape_text
from lab.note.asked import NoteRun
from lab.note.code import MINE, Understood
from lab.note.losses import judged
from lab.note.outcome import compared_by, comparison, figures, table, told
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.grid import show_rows
from pages.ui.model.code_box import listed, tell_slips
from pages.ui.network_drawing import network_drawing
from pages.ui.problems import show_problems
from pages.ui.state import AppState
from pages.ui.text import plain, tell

ROWS = 4  # of a table: enough to see what a row is
COLUMNS = 12


def show_reading(state: AppState, code: Understood) -> None:
    """What was understood, what is in the way, and the table that the code reads."""
    tell_findings(state, code)
    if code.trains and code.in_the_way:
        st.warning(say("note_page.cannot", state.language))
    show_problems(code.in_the_way, state)
    if code.lines is not None:
        show_table(state, code)


def show_built(state: AppState, code: Understood, key: str) -> None:
    """The network or the losses that the code speaks of."""
    if code.builds or code.trains:
        show_network(state, code, key)
    if not code.trains and "compile" in code.proposal.speaks_of:
        show_losses(state, code)


def tell_findings(state: AppState, code: Understood) -> None:
    """Line by line what was mended, left out or is good to know."""
    found = tell_slips(code.findings, state.language)
    if found["note"]:
        with st.expander(say("paste.notes", state.language, count=len(found["note"]))):
            st.markdown(listed("paste.notes", found["note"], state.language))
    if not code.proposal.understood and code.lines is None and not found["error"]:
        st.info(say("paste.nothing", state.language))


def show_network(state: AppState, code: Understood, key: str) -> None:
    """Drawn, and as the summary that Keras prints: layer, output shape, parameters."""
    if code.dataset is None:
        return
    rows = layer_rows(code.experiment, code.dataset)
    st.markdown(f"**{say('note_page.network', state.language)}**")
    network, built = drawn_network(code.experiment, rows, code.dataset), say("note_page.network_built", state.language)
    network_drawing(network, state.language, f"note-network-{key}", caption=built)
    titles = {name: say(f"layers_page.summary.{name}", state.language) for name in ("layer", "output", "parameters")}
    summary = (
        dict(zip(titles.values(), (row.type, shape_text(row.output_shape), row.parameters), strict=True))
        for row in rows
    )
    grouped = {titles["parameters"]: st.column_config.NumberColumn(format="localized")}
    show_rows(summary, titles.values(), height="content", column_config=grouped)
    st.markdown(say("layers_page.total", state.language, parameters=f"{parameter_count(rows) or 0:,}"))


def show_losses(state: AppState, code: Understood) -> None:
    """What the loss that the code compiles with makes of a few predictions."""
    found = judged(code.experiment)
    if found is None:
        return
    st.markdown(f"**{say('note_page.losses', state.language)}**")
    st.dataframe(pd.DataFrame(found.rows(state.language)), hide_index=True, height="content")
    st.caption(found.sentence(state.language))


def show_table(state: AppState, code: Understood) -> None:
    """The first rows of the table that the code reads, its rows named as samples."""
    st.markdown(f"**{say('note_page.table', state.language)}**")
    data = code.experiment.data
    values = {"file": code.lines.file if code.lines else "", "rows": f"{code.table.rows:,}"}
    counted = {"columns": f"{len(code.table.column_names):,}", "features": f"{len(data.inputs):,}"}
    st.caption(tell("note_page.table_about", state.language, **values, **counted))
    shown = code.table.frame[list(code.table.column_names[:COLUMNS])].head(ROWS)
    shown.index = pd.Index([say("note_page.sample_row", state.language, number=row) for row in range(len(shown))])
    st.dataframe(shown)
    columns = {"x": ", ".join(plain(name) for name in data.inputs[:COLUMNS]), "y": plain(data.target)}
    st.caption(say("note_page.table_columns", state.language, **columns))


# --- a run


def show_run(state: AppState, run: NoteRun, names: Mapping[str, str]) -> None:
    """The curves so far; when it has ended, what they say."""
    if run.state in ("failed", "lost"):
        st.warning(say(f"lessons_page.{run.state}", state.language))
    mine = run.mine
    if mine is None:
        return
    st.markdown(f"**{say('note_page.curves', state.language)}**")
    show_chart(curves(mine.history, language=state.language, title=say("live.loss", state.language)), "note-curves")
    _, dataset = run.cells[MINE].runs[0]
    rows = {"train": f"{len(dataset.train.rows):,}", "validation": f"{len(dataset.validation.rows):,}"}
    st.caption(say("note_page.rows_caption", state.language, **rows))
    for sentence in told(run, state.language):
        st.markdown(sentence)
    if len(run.cells) > 1:
        side_by_side(state, run, {MINE: say("note_page.mine", state.language), **names})
    if not run.going_on:
        st.caption(say("note_page.one_run", state.language))


def side_by_side(state: AppState, run: NoteRun, names: Mapping[str, str]) -> None:
    """The code's own setting and those beside it, in one chart and one table."""
    st.markdown(f"**{say('note_page.beside', state.language)}**")
    key = compared_by(run)
    lines = [Line(names.get(name, name), [one.curves.get(key, ())]) for name, one in figures(run).items()]
    show_chart(lesson_curves(lines, curve_name(key, state.language), state.language), "note-beside")
    if run.going_on:
        return
    st.dataframe(pd.DataFrame(table(run, names, state.language)), hide_index=True, height="content")
    sentence = comparison(run, names, state.language)
    if sentence:
        st.markdown(sentence)
