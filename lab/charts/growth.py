"""How the largest weight grew, update by update, until it was no number any more."""

import math
from collections.abc import Mapping

import plotly.graph_objects as go

from lab.charts.style import VERMILION, figure
from lab.texts import Language, say

WIDE = 1e3  # a growth by more than this is drawn by powers of ten


def growth(largest: Mapping[int, float], *, language: Language) -> go.Figure:
    """`largest`: update of the epoch -> largest absolute weight after it."""
    chart = figure(say("charts.update_of_epoch", language), say("charts.largest_weight", language))
    values = list(largest.values())
    chart.add_trace(
        go.Scatter(
            x=list(largest),
            y=values,
            mode="lines+markers",
            line={"color": VERMILION, "width": 3},
            marker={"size": 8, "symbol": "diamond", "maxdisplayed": 40},
            showlegend=False,
        )
    )
    finite = [value for value in values if math.isfinite(value) and value > 0]
    if finite and max(finite) > WIDE * min(finite):
        chart.update_yaxes(type="log", exponentformat="power")
    if len(values) <= 10:
        chart.update_xaxes(dtick=1)
    return chart.update_layout(height=300)
