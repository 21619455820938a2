"""A slice of the loss as a map, with the way that training went."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.charts.style import GREEN, VERMILION, figure
from lab.insight.inside.landscape import Landscape
from lab.texts import Language, say

Array = np.ndarray[Any, Any]

HEIGHT = 560
WIDE = 20.0  # losses that differ by more than this factor are drawn by powers of ten
TICKS = 6


def landscape_map(shown: Landscape, epoch: int, *, language: Language) -> go.Figure:
    """Lines of equal loss, darker is lower; the way from the start to the end, and a star where it was at `epoch`."""
    titles = [_axis_title(shown, axis, language) for axis in (0, 1)]
    chart = figure(titles[0], titles[1], height=HEIGHT)
    finite = shown.z[np.isfinite(shown.z)]
    powers = bool(len(finite)) and float(finite.min()) > 0 and float(finite.max()) > WIDE * float(finite.min())
    drawn = np.log10(shown.z) if powers else shown.z
    chart.add_trace(
        go.Contour(
            x=shown.x,
            y=shown.y,
            z=np.where(np.isfinite(drawn), drawn, np.nan),
            customdata=shown.z,
            colorscale="Viridis",
            ncontours=24,
            contours={"coloring": "heatmap"},
            line={"width": 0.7, "color": "rgba(255,255,255,0.5)"},
            colorbar=_bar(drawn, powers=powers, title=say("charts.inside.loss", language)),
            hovertemplate=f"{say('charts.inside.loss', language)} %{{customdata:.4g}}<extra></extra>",
        )
    )
    if shown.kind == "path":
        chart.add_trace(
            go.Scatter(
                x=shown.way[:, 0],
                y=shown.way[:, 1],
                mode="lines+markers",
                line={"color": "#ffffff", "width": 3},
                marker={"size": 6, "color": "#ffffff", "line": {"width": 1, "color": "#000000"}},
                customdata=list(shown.epochs),
                hovertemplate=f"{say('charts.epoch', language)} %{{customdata:,}}<extra></extra>",
                name=say("charts.inside.way", language),
            )
        )
        chart.add_trace(_mark(shown.way[0], "circle", GREEN, say("charts.inside.start", language)))
    chart.add_trace(_mark(shown.place_of(epoch), "star", VERMILION, f"{say('charts.epoch', language)} {epoch:,}"))
    chart.update_xaxes(showgrid=False, range=[shown.x[0], shown.x[-1]])
    chart.update_yaxes(showgrid=False, range=[shown.y[0], shown.y[-1]])
    return chart.update_layout(showlegend=True, legend={"font": {"size": 15}})


def _axis_title(shown: Landscape, axis: int, language: Language) -> str:
    if shown.kind == "random":
        return say("charts.inside.random", language, number=axis + 1)
    return say("charts.inside.path", language, number=axis + 1, share=f"{shown.shares[axis]:.0%}")


def _mark(place: Any, symbol: str, colour: str, name: str) -> go.Scatter:
    look = {"symbol": symbol, "size": 16, "color": colour, "line": {"width": 1.5, "color": "#ffffff"}}
    return go.Scatter(x=[place[0]], y=[place[1]], mode="markers", marker=look, name=name, hoverinfo="name")


def _bar(drawn: Array, *, powers: bool, title: str) -> dict[str, Any]:
    """The scale in losses, also where their powers of ten are drawn."""
    bar: dict[str, Any] = {"title": {"text": title, "side": "right"}, "thickness": 14}
    if powers:
        finite = drawn[np.isfinite(drawn)]
        ticks = np.linspace(float(finite.min()), float(finite.max()), TICKS)
        bar |= {"tickvals": ticks.tolist(), "ticktext": [f"{10**tick:.2g}" for tick in ticks]}
    return bar
