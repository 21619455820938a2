"""Golf: the smallest network that reaches the target. Scores are read from the runs on the shelf."""

import pandas as pd
import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.golf import tries
from lab.insight.golf import HOLES, Hole, Score, played, score
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.compare.shelf import shelf_of
from pages.ui.state import AppState, app_state
from pages.ui.text import heading


def page(state: AppState) -> None:
    heading(say("page.golf", state.language))
    st.caption(say("golf.rules", state.language))
    runs = played(shelf_of(state))
    scores = {hole.sample: score(hole, runs) for hole in HOLES}
    name: str = st.segmented_control(
        say("golf.hole", state.language),
        tuple(scores),
        default=HOLES[0].sample,
        required=True,
        format_func=lambda sample: title(scores[sample], state),
        key="golf-hole",
        persist_state="session",
        wrap=True,
    )
    facts, picture = st.columns([1, 2], gap="medium")
    with facts:
        about(scores[name], state)
    with picture:
        chart = once_drawn(tries, scores[name], state.language)
        show_chart(chart, "golf-tries")
    card(scores, state)


def title(one: Score, state: AppState) -> str:
    """Name of a hole, with a mark once its target is reached."""
    mark = ":material/flag: " if one.best is not None else ""
    return f"{mark}{say(f'golf.{one.hole.sample}', state.language)}"


def about(one: Score, state: AppState) -> None:
    """What is to be reached, how it stands, and the way to play it."""
    hole = one.hole
    st.markdown(say(f"golf.{hole.sample}.about", state.language))
    st.markdown(say(f"golf.target.{hole.metric}", state.language, target=hole.target, par=hole.par))
    if one.best is not None:
        best = {"parameters": one.best.parameters, "value": one.best.value, "number": one.best.number}
        st.success(say("golf.your_best", state.language, **best, against=against_par(one, state)))
    elif one.tries:
        st.info(say("golf.not_yet", state.language, count=len(one.tries)))
    else:
        st.info(say("golf.no_try", state.language))
    if st.button(say("golf.play", state.language), key="golf-play", icon=":material/golf_course:", type="primary"):
        play(hole, state)


def play(hole: Hole, state: AppState) -> None:
    """The hole's data with a network that is larger than it need be, on the train page."""
    state.replace_experiment(hole.experiment())
    state.notice("info", "golf.loaded", hole=say(f"golf.{hole.sample}", state.language))
    st.switch_page("train.py")


def against_par(one: Score, state: AppState) -> str:
    if one.against_par is None:
        return ""
    side, count = one.against_par
    return say(f"golf.{side}_par", state.language, count=count)


def card(scores: dict[str, Score], state: AppState) -> None:
    """All holes in one table."""
    heading(say("golf.card", state.language))
    columns = ("hole", "target", "par", "best", "result", "tries")
    titles = [say(f"golf.card.{name}", state.language) for name in columns]
    rows = []
    for one in scores.values():
        hole = one.hole
        bound = say(f"golf.bound.{hole.metric}", state.language, target=hole.target)
        best = "–" if one.best is None else f"{one.best.parameters} (#{one.best.number})"
        row = (
            say(f"golf.{hole.sample}", state.language),
            bound,
            hole.par,
            best,
            against_par(one, state),
            len(one.tries),
        )
        rows.append(dict(zip(titles, row, strict=True)))
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")


page(app_state())
