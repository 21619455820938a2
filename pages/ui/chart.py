"""A chart on a page: it stands on the page itself, in the colours of the person's theme, without Plotly's buttons."""

from collections.abc import Sequence
from typing import Literal, TypeVar

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lab.texts import Language, say

Over = TypeVar("Over", bound=str)
CONFIG = {"displaylogo": False, "displayModeBar": False}


def show_chart(
    chart: go.Figure,
    key: str,
    *,
    alt: str | None = None,
    width: int | Literal["stretch"] = "stretch",
    place: DeltaGenerator | None = None,
) -> None:
    """
    Args:
        alt: what it shows, for those who do not see it.
        place: a column or another container; None is where the page stands.
    """
    draw = st.plotly_chart if place is None else place.plotly_chart
    draw(chart, key=key, theme="streamlit", config=CONFIG, alt=alt, width=width)


def over_choice(
    overs: Sequence[Over], key: str, language: Language, *, label: Literal["visible", "collapsed"] = "visible"
) -> Over:
    """What curves are drawn over, the first of these at first: the story of a batch size changes with it."""
    over: Over = st.segmented_control(
        say("experiments_page.over", language),
        overs,
        default=overs[0],
        required=True,
        format_func=lambda name: say(f"studies.over.{name}", language),
        key=key,
        label_visibility=label,
    )
    return over
