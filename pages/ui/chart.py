"""A chart on a page: it stands on the page itself, in the colours of the person's theme, without Plotly's buttons."""

from typing import Literal

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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
