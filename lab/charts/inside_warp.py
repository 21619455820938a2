"""The plane as each layer bends it, as an animation from stage to stage; between them Plotly moves the points."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.charts.evaluation import shortened
from lab.charts.small import SMALL_FONT
from lab.charts.style import BLUE, GREY, figure, plain
from lab.charts.surface import CLASS_COLOURS, CLASS_SYMBOLS
from lab.insight.inside.warp import Stage, grid_lines, ranges_of
from lab.texts import Language, say

Array = np.ndarray[Any, Any]

MOVE_MS, REST_MS = 1200, 500
HEIGHT = 560


def warp(
    stages: Sequence[Stage],
    names: Sequence[str],
    labels: Sequence[str],
    target: Array,
    classes: Sequence[str],
    *,
    language: Language,
) -> go.Figure:
    """The inputs at first; play, or choose a layer, and grid and rows move there.

    Args:
        names: of the stages; labels: short ones.
        target: (n,) index of the class of each row, or a number where there are no classes.
    """
    first = stages[0]
    chart = figure("", "", height=HEIGHT)
    chart.add_traces(_traces(first, target, classes))
    chart.frames = [
        go.Frame(
            name=str(place),
            data=_traces(stage, target, classes),
            layout={"title": _title(stage, names[place], language)},
        )
        for place, stage in enumerate(stages)
    ]
    chart.update_xaxes(showgrid=False, zeroline=False, range=[-1.08, 1.08], visible=False, fixedrange=True)
    chart.update_yaxes(showgrid=False, zeroline=False, range=[-1.08, 1.08], visible=False, fixedrange=True)
    timing = {"frame": {"duration": MOVE_MS + REST_MS, "redraw": False}, "transition": {"duration": MOVE_MS}}
    play = {**timing, "fromcurrent": True, "mode": "immediate"}
    button = {"label": say("charts.inside.play", language), "method": "animate", "args": [None, play]}
    steps = [
        {
            "label": plain(label),
            "method": "animate",
            "args": [[str(place)], {**timing, "frame": {"duration": MOVE_MS, "redraw": False}, "mode": "immediate"}],
        }
        for place, label in enumerate(labels)
    ]
    return chart.update_layout(
        title=_title(first, names[0], language),
        margin={"t": 90, "b": 10},
        legend={
            "x": 1,
            "xanchor": "right",
            "yref": "paper",
            "yanchor": "bottom",
            "y": 1.02,
            "font": {"size": SMALL_FONT},
        },
        updatemenus=[
            {
                "type": "buttons",
                "bgcolor": "rgba(128,128,128,0.2)",
                "buttons": [button],
                "x": 0,
                "y": -0.02,
                "xanchor": "left",
                "yanchor": "top",
            }
        ],
        sliders=[{"steps": steps, "x": 0.14, "len": 0.84, "y": 0, "pad": {"t": 8}, "currentvalue": {"visible": False}}],
    )


def _title(stage: Stage, name: str, language: Language) -> dict[str, Any]:
    """What is seen of the stage, below its name."""
    told = say(f"charts.inside.view.{stage.view}", language, units=stage.units, share=f"{stage.share:.0%}")
    return {
        "text": plain(name),
        "subtitle": {"text": told, "font": {"size": SMALL_FONT}},
        "x": 0.01,
        "font": {"size": 18},
    }


def _traces(stage: Stage, target: Array, classes: Sequence[str]) -> list[go.Scatter]:
    """The grid, then the rows, a trace for each class; the same traces at each stage, which fills the picture."""
    grid, points = _fitted(stage)
    x, y = grid_lines(grid)
    lines = go.Scatter(
        x=x, y=y, mode="lines", line={"color": GREY, "width": 1}, hoverinfo="skip", showlegend=False, opacity=0.7
    )
    if not classes:
        marker = {"color": target, "colorscale": "Viridis", "size": 8}
        return [lines, _points(points, "", marker, legend=False)]
    found = [lines]
    for place, name in enumerate(classes):
        colour, symbol = CLASS_COLOURS[place % len(CLASS_COLOURS)], CLASS_SYMBOLS[place % len(CLASS_SYMBOLS)]
        marker = {"color": colour, "symbol": symbol, "size": 8, "line": {"width": 1, "color": GREY}}
        found.append(_points(points[target == place], plain(shortened(name)), marker, legend=True))
    return found


def _points(points: Array, name: str, marker: dict[str, Any], *, legend: bool) -> go.Scatter:
    return go.Scatter(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers",
        name=name,
        marker={"color": BLUE, **marker},
        showlegend=legend,
        hoverinfo="name",
    )


def _fitted(stage: Stage) -> tuple[Array, Array]:
    """Grid and rows between -1 and 1 in both directions: stages are of different units and all fill the picture."""
    ranges = np.array(ranges_of(stage))  # (2, low and high)
    middle, half = ranges.mean(axis=1), (ranges[:, 1] - ranges[:, 0]) / 2
    return (stage.grid - middle) / half, (stage.points - middle) / half
