"""Data page: what the person decides about the file instead of the reader. Each choice reads the file again."""

from collections.abc import Callable
from typing import TypeVar, get_args

import streamlit as st

from lab.data.table import Table
from lab.edits.proposals import with_reading
from lab.edits.rereading import tables_to_choose, with_choice
from lab.errors import LabError
from lab.spec.data import Delimiter, Encoding, Kind, ReadingSpec
from lab.texts import say
from lab.texts.letters import isolated, listed, shortened, visible
from netcore.errors import NetcoreError
from pages.ui.bench import Bench, bench_of, table_of
from pages.ui.forms import show_refusal
from pages.ui.progress import size_of_file, while_reading
from pages.ui.state import AppState, app_state, widget_value

ENCODINGS: tuple[str, ...] = get_args(Encoding)
DELIMITERS: tuple[str, ...] = get_args(Delimiter)
T = TypeVar("T")
NAMED = 5  # columns in a sentence
HEADER_LINES = 20  # offered by number; a header further down is found by the reader
KINDS = tuple(kind for kind in get_args(Kind) if kind != "empty")  # that a column can be read as


def reading_section(state: AppState, bench: Bench) -> None:
    """All choices, folded away: mostly the reader is right."""
    reading = state.experiment.data.reading
    changed = reading != ReadingSpec()
    words = say("doctor.overrides_changed" if changed else "doctor.overrides", state.language)
    with st.expander(words, expanded=bench.table is None, key="overrides"):
        st.caption(say("doctor.overrides_about", state.language))
        left, right = st.columns(2)
        with left:
            encoding_field(state, reading, bench.table)
            header_field(state, reading, bench.table)
            words_field(state, reading)
        with right:
            delimiter_field(state, reading, bench.table)
            decimal_field(state, reading)
            table_field(state, reading, bench.table)
        transpose_field(state, reading)
        if bench.table is not None:
            kind_fields(state, reading, bench.table)


# --- one field each


def pick(state: AppState, name: str, options: tuple[T, ...], value: T, show: Callable[[T], str]) -> None:
    """A choice among a few, the first of which (None) leaves it to the reader."""
    key = state.key("reading", name)
    st.selectbox(
        say(f"doctor.reading.{name}", state.language),
        options,
        index=options.index(value) if value in options else None,
        format_func=show,
        key=key,
        on_change=read_again,
        args=(key, name),
    )
    show_refusal(key, state)


def found(state: AppState, what: str) -> str:
    """What the reader decides by itself."""
    return say("doctor.auto_found", state.language, found=what) if what else say("doctor.auto", state.language)


def encoding_field(state: AppState, reading: ReadingSpec, table: Table | None) -> None:
    by_itself = table.encoding.upper() if table is not None and reading.encoding is None else ""
    show = lambda name: found(state, by_itself) if name is None else name.upper()  # noqa: E731
    pick(state, "encoding", (None, *ENCODINGS), reading.encoding, show)


def delimiter_field(state: AppState, reading: ReadingSpec, table: Table | None) -> None:
    by_itself = delimiter_name(state, table.delimiter) if table is not None and reading.delimiter is None else ""
    show = lambda sign: found(state, by_itself) if sign is None else delimiter_name(state, sign)  # noqa: E731
    pick(state, "delimiter", (None, *DELIMITERS), reading.delimiter, show)


def delimiter_name(state: AppState, sign: str) -> str:
    names = dict(zip(DELIMITERS, ("comma", "semicolon", "tab", "bar", "blanks"), strict=True))
    return say(f"doctor.delimiter.{names[sign]}", state.language) if sign in names else sign


def header_name(state: AppState, row: int | str | None) -> str:
    if row == "none" or row is None:
        return say("doctor.no_header", state.language)
    return say("doctor.line", state.language, number=int(row) + 1)


def header_field(state: AppState, reading: ReadingSpec, table: Table | None) -> None:
    by_itself = header_name(state, table.header_row) if table is not None and reading.header_row is None else ""
    chosen = reading.header_row
    others = (chosen,) if isinstance(chosen, int) and chosen >= HEADER_LINES else ()
    show = lambda row: found(state, by_itself) if row is None else header_name(state, row)  # noqa: E731
    pick(state, "header_row", (None, "none", *range(HEADER_LINES), *others), chosen, show)


def decimal_field(state: AppState, reading: ReadingSpec) -> None:
    show = lambda sign: say("doctor.auto" if sign is None else f"doctor.decimal.{sign}", state.language)  # noqa: E731
    pick(state, "decimal", (None, ".", ","), reading.decimal, show)


def table_field(state: AppState, reading: ReadingSpec, table: Table | None) -> None:
    """Only where the file holds several tables."""
    options = tables_to_choose(table, reading)
    if len(options) > 1:
        show = lambda number: say("doctor.table", state.language, number=number + 1)  # noqa: E731
        pick(state, "table", options, reading.table, show)


def words_field(state: AppState, reading: ReadingSpec) -> None:
    key = state.key("reading", "missing_words")
    st.text_input(
        say("doctor.reading.missing_words", state.language),
        value=", ".join(reading.missing_words),
        key=key,
        on_change=read_again,
        args=(key, "missing_words"),
        help=say("doctor.missing_words_help", state.language),
    )
    show_refusal(key, state)


def transpose_field(state: AppState, reading: ReadingSpec) -> None:
    key = state.key("reading", "transpose")
    st.toggle(
        say("doctor.reading.transpose", state.language),
        value=reading.transpose,
        key=key,
        on_change=read_again,
        args=(key, "transpose"),
        help=say("doctor.transpose_help", state.language),
    )
    show_refusal(key, state)


def kind_fields(state: AppState, reading: ReadingSpec, table: Table) -> None:
    """One column at a time: it can be chosen among thousands."""
    left, right = st.columns(2)
    with left:
        column = st.selectbox(
            say("doctor.kind_of", state.language),
            table.column_names,
            key=state.key("reading", "column"),
            format_func=label,
        )
    chosen = next((choice.kind for choice in reading.kinds if choice.column == column), None)
    by_itself = say(f"kind.{table.column(column).kind}", state.language) if chosen is None else ""
    key = state.key("reading", "kind", column)
    options = (None, *KINDS)
    with right:
        st.selectbox(
            say("doctor.kind", state.language),
            options,
            index=options.index(chosen),
            format_func=lambda kind: found(state, by_itself) if kind is None else say(f"kind.{kind}", state.language),
            key=key,
            on_change=read_again,
            args=(key, "kinds", column),
        )
        show_refusal(key, state)


def label(name: str) -> str:
    """Options of a list are shown as they are, never as Markdown; only their length is bounded."""
    return isolated(shortened(visible(name), 60))


# --- reading again


def read_again(key: str, name: str, column: str = "") -> None:
    """Callback of a choice. A file that can't be read so stays as it was read, and the reason stands at the widget."""
    state = app_state()
    value = widget_value(key)
    reading = state.experiment.data.reading
    try:
        take_reading(state, with_choice(reading, name, value, column))
    except (LabError, NetcoreError) as refusal:
        state.refuse(key, refusal)


def take_reading(state: AppState, reading: ReadingSpec) -> None:
    """Read the file so and go on with what fits. Raises LabError; everything then stays as it was."""
    experiment = state.experiment
    wanted = experiment.with_data(reading=reading)
    with while_reading(state, size_of_file(state)) as tell:
        after = table_of(wanted, state.desk, tell)
    before = bench_of(state).table
    reread = with_reading(experiment, after if before is None else before, after, reading)
    state.replace_experiment(reread.experiment)
    state.notice("success", "doctor.read_again", rows=f"{after.rows:,}", columns=f"{len(after.columns):,}")
    if reread.fit.new_target:
        state.notice("warning", "doctor.new_target", target=reread.fit.data.target)
    if reread.fit.lost:
        state.notice("warning", "doctor.lost_columns", names=listed(reread.fit.lost, NAMED))
    if reread.fit.gained:
        state.notice("info", "doctor.gained_columns", names=listed(reread.fit.gained, NAMED))
