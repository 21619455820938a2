"""Pictures of the loss bench: losses and slopes over a prediction, pushes on classes and outputs, CTC's time steps.

Each loss keeps its colour, line and symbol in every picture of a screen, by its place among the losses of the problem.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from lab.charts.style import (
    BLUE,
    FONT_SIZE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SHADES,
    TWO_WAYS,
    VERMILION,
    figure,
    figures_of_cells,
    plain,
)
from lab.insight.loss_bench import Scene
from lab.texts import Language, say

LOOKS = [
    {"color": colour, "dash": dash, "symbol": symbol, "pattern": pattern}
    for colour, dash, symbol, pattern in zip(
        (BLUE, VERMILION, GREEN, PURPLE, ORANGE, GREY, BLUE),
        ("solid", "dash", "dot", "dashdot", "longdash", "solid", "longdashdot"),
        ("circle", "diamond", "square", "triangle-up", "x", "star", "cross"),
        ("", "/", "x", "\\", "-", "|", "+"),
        strict=True,
    )
]
LEGEND = 15  # letters: up to seven names above a picture of half the screen
HEIGHT = 340  # two pictures and the sliders on one screen
Array = np.ndarray[Any, Any]


def curves(
    scene: Scene, drawn: Sequence[str], quantity: Literal["loss", "gradient"], names: Mapping[str, str], x_title: str
) -> go.Figure:
    """One curve for each of the losses drawn, and a symbol where the prediction stands.

    Args:
        names: loss -> what the legend calls it, in the order that gives each its look.
    """
    chart = bare(x_title)
    for name in drawn:
        look, one = LOOKS[list(names).index(name) % len(LOOKS)], scene.along[name]
        curve = one.values if quantity == "loss" else one.gradient[:, scene.moved]
        line = {"color": look["color"], "dash": look["dash"], "width": 3}
        chart.add_trace(go.Scatter(x=scene.grid, y=curve, name=names[name], mode="lines", line=line))
        here = {"size": 14, "color": look["color"], "symbol": look["symbol"], "line": {"width": 1, "color": GREY}}
        value = scene.numbers(name)[0 if quantity == "loss" else 1]
        chart.add_trace(
            go.Scatter(x=[scene.at], y=[value], name=names[name], mode="markers", marker=here, showlegend=False)
        )
    chart.add_vline(x=scene.at, line={"color": GREY, "width": 1, "dash": "dot"})
    if drawn:
        chart.update_yaxes(range=scene.span(drawn, quantity))
    return chart.update_layout(hovermode="x")


def pushes(places: Sequence[str], values: Mapping[str, Sequence[float]], names: Sequence[str]) -> go.Figure:
    """For each class or output (`places`) one bar a loss; `names` are those of all, each with its look."""
    chart = bare("", barmode="group")
    for name, bars in values.items():
        look = LOOKS[names.index(name) % len(LOOKS)]
        marker = {"color": look["color"], "pattern": {"shape": look["pattern"]}}
        chart.add_trace(go.Bar(x=list(map(plain, places)), y=bars, name=plain(name), marker=marker))
    return chart


def stacked(totals: Mapping[str, Mapping[str, float]]) -> go.Figure:
    """Bars made of what each output adds to the total: name of the bar -> output -> its part."""
    chart = bare("", barmode="stack")
    for place, output in enumerate(next(iter(totals.values()))):
        look = LOOKS[place]
        parts = [parts[output] for parts in totals.values()]
        chart.add_trace(
            go.Bar(
                x=list(map(plain, totals)),
                y=parts,
                name=plain(output),
                text=[f"{part:.3g}" for part in parts],
                textfont={"size": FONT_SIZE},
                marker={"color": look["color"], "pattern": {"shape": look["pattern"]}},
            )
        )
    return chart


def bare(x_title: str, **layout: Any) -> go.Figure:
    """A figure whose y axis needs no title: the heading above it says what is drawn."""
    chart = figure(plain(x_title), "", **layout)
    chart.add_hline(y=0, line={"color": GREY, "width": 1})
    return chart.update_layout(height=HEIGHT, legend={"font": {"size": LEGEND}})


def steps(values: Array, classes: Sequence[str], chosen: int, *, signed: bool, language: Language) -> go.Figure:
    """Time steps (across) and classes (down) as tiles with their numbers; the chosen step is framed.

    Args:
        values: (t, k); probabilities, or if `signed` slopes, whose colours are clear at 0.
    """
    reach = 1.0 if not signed else max(float(np.abs(values).max()), 1e-9)
    chart = figure(say("loss_bench.time_step", language), "")
    count = len(values)
    chart.add_trace(
        go.Heatmap(
            z=values.T,
            x=list(range(1, count + 1)),
            colorscale=TWO_WAYS if signed else SHADES,
            reversescale=signed,
            zmin=-reach if signed else 0.0,
            zmax=reach,
            showscale=False,
            xgap=3,
            ygap=3,
        )
    )
    texts = [[f"{value:+.2f}" if signed else f"{value:.2f}" for value in row] for row in values.T]
    chart.add_trace(figures_of_cells(texts, FONT_SIZE, first=1))
    chart.add_shape(
        type="rect",
        x0=chosen + 0.5,
        x1=chosen + 1.5,
        y0=-0.5,
        y1=len(classes) - 0.5,
        line={"color": VERMILION, "width": 3, "dash": "dot"},
    )
    chart.update_xaxes(tickmode="linear", dtick=1, showgrid=False, range=[0.4, count + 0.6])
    names = list(map(plain, classes))
    chart.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, autorange="reversed", showgrid=False, zeroline=False
    )
    return chart.update_layout(height=240)
