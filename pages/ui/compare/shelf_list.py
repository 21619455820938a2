"""The shelf as it stands on the page: one row for each run."""

import math
from collections.abc import Sequence
from itertools import chain
from typing import Literal, get_args

import streamlit as st

from lab.insight.shelf import Entry, Sort
from lab.studies.words import number
from lab.texts import say
from lab.verdict.words import say_word
from pages.ui.compare.shelf import choose, keep, mark, more_runs, show_only
from pages.ui.compare.state import CompareView
from pages.ui.grid import in_rows
from pages.ui.run.kinds import LOOKS
from pages.ui.state import AppState
from pages.ui.text import plain, tell_error

SYMBOLS = "●◆■▲✕★✚▼"  # as lab.charts.compare.LOOKS draws them
SORTS = get_args(Sort)
SCREEN = 8  # runs at first, and as many more at each click
LEGEND = 110  # letters of what sets a run apart


def shelf_list(
    state: AppState, found: Sequence[Entry], count: int, chosen: Entry | None, looks: dict[str, int]
) -> None:
    """The runs one below the other.

    Args:
        found: by the filter, of `count` on the shelf.
        looks: place of each drawn run among symbols and colours.
    """
    view = state.held(CompareView)
    st.markdown(f"**{say('shelf.title', state.language, count=count)}**")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.text_input(
            say("shelf.filter", state.language),
            value=view.words,
            key="shelf-words",
            on_change=keep,
            args=("words", "shelf-words"),
        )
        st.selectbox(
            say("shelf.sort", state.language),
            SORTS,
            index=SORTS.index(view.sort),
            format_func=lambda name: say(f"shelf.sort.{name}", state.language),
            key="shelf-sort",
            on_change=keep,
            args=("sort", "shelf-sort"),
        )
    screens = list(in_rows(found, SCREEN))
    for entry in chain(*screens[: view.screens]):
        shelf_row(state, entry, chosen, looks)
    if not found:
        st.caption(say("shelf.none_found", state.language))
    rest = list(chain(*screens[view.screens :]))
    with st.container(horizontal=True, gap="small"):
        if rest:
            st.button(say("shelf.more", state.language, count=len(rest)), key="shelf-more", on_click=more_runs)
        if chosen is not None:
            st.button(say("shelf.only", state.language), key="shelf-only", on_click=show_only, args=(chosen.id,))


def shelf_row(state: AppState, entry: Entry, chosen: Entry | None, looks: dict[str, int]) -> None:
    number = entry.summary.number
    with st.container(key=f"run-{number}", gap=None):
        with st.container(horizontal=True, gap="small", vertical_alignment="center", wrap=False):
            toggle(state, entry, "shown", "eye", on=("visibility", "shelf.hide"), off=("visibility_off", "shelf.show"))
            toggle(state, entry, "pinned", "pin", on=("keep", "shelf.unpin"), off=("keep_off", "shelf.pin"))
            symbol = f"{SYMBOLS[looks[entry.id]]} " if entry.id in looks else ""
            st.button(
                f"{symbol}**{entry.label}** {plain(entry.title(state.language), 40)}",
                key=f"choose-{number}",
                type="primary" if chosen is not None and entry.id == chosen.id else "secondary",
                on_click=choose,
                args=(entry.id,),
                width="stretch",
            )
            badge(state, entry)
        st.caption(f"{plain(entry.differs, LEGEND)} · {said_loss(state, entry)}")
        for note in entry.summary.notes:
            st.caption(f":material/info: {tell_error(note, state.language)}")


def toggle(
    state: AppState, entry: Entry, name: Literal["shown", "pinned"], key: str, on: tuple[str, str], off: tuple[str, str]
) -> None:
    """A button that turns a mark of the run over; `on` and `off` are its icon and its help while the mark is so."""
    marked: bool = getattr(entry.marks, name)
    icon, help = on if marked else off
    st.button(
        "",
        key=f"{key}-{entry.summary.number}",
        icon=f":material/{icon}:",
        type="tertiary",
        help=say(help, state.language),
        on_click=mark,
        args=(entry.id,),
        kwargs={name: not marked},
    )


def badge(state: AppState, entry: Entry) -> None:
    """The verdict in a word, with a picture of its own."""
    kind = entry.summary.verdict
    if kind is None:
        st.badge(say(f"run_state.{entry.summary.state}", state.language), color="blue")
        return
    st.badge(say_word(kind, state.language), icon=LOOKS[kind].icon, color=LOOKS[kind].color)


def said_loss(state: AppState, entry: Entry) -> str:
    """Final and best loss in a few words."""
    values = [entry.summary.watched(entry.summary.metrics), entry.summary.watched(entry.summary.best)]
    if values[0] is None or not math.isfinite(values[0]):
        ended = say(f"run_state.{entry.summary.state}", state.language)
        return say("shelf.ended", state.language, state=ended, epoch=f"{entry.summary.epoch:,}")
    final, best = ("–" if value is None else number(value) for value in values)
    return say("shelf.losses", state.language, final=final, best=best, epoch=f"{entry.summary.best_epoch:,}")
