"""What a network says over its two inputs, or along its one, with the rows that it learned from and is judged by."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from plotly import colors

from lab.charts.style import (
    BLUE,
    BROWN,
    GREEN,
    GREY,
    ORANGE,
    PART_LOOKS,
    PURPLE,
    SKY,
    VERMILION,
    figure,
    plain,
    with_unit,
)
from lab.insight.moment import Line, Plane
from lab.texts import Language, say

CLASS_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, BROWN, GREY)
CLASS_SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "x", "star", "pentagon")
NUMBER_COLOURS: tuple[str, ...] = tuple(colors.sequential.Viridis)  # of a predicted number, from low to high
TWO_CLASSES = [[0.0, BLUE], [0.5, "rgba(128,128,128,0)"], [1.0, ORANGE]]


def surface(plane: Plane, classes: Sequence[str], target: str, unit: str, *, language: Language) -> go.Figure:
    """The plane: shades of the answer, and each row as a point whose shape tells its class; validation rows hollow.

    Args:
        classes: names of the classes; none for a regression.
        target, unit: of the number that a regression predicts.
    """
    chart = figure(plain(plane.names[0]), plain(plane.names[1]))
    if len(classes) > 2:
        _regions(chart, plane, classes)
    else:
        _shades(chart, plane, classes, target, unit, language)
    for part, points in plane.points.items():
        hollow = "-open" if part == "validation" else ""
        if not classes:
            shown = {"color": points.target, "coloraxis": "coloraxis"}
            _add_points(chart, points.x, points.y, say(f"part.{part}", language), f"circle{hollow}", shown, part)
            continue
        for place, name in enumerate(classes):
            chosen = points.target == place
            label = f"{plain(name)} · {say(f'part.{part}', language)}"
            shown = {"color": CLASS_COLOURS[place % len(CLASS_COLOURS)]}
            symbol = CLASS_SYMBOLS[place % len(CLASS_SYMBOLS)] + hollow
            _add_points(chart, points.x[chosen], points.y[chosen], label, symbol, shown, part)
    chart.update_xaxes(range=[plane.x[0], plane.x[-1]], showgrid=False)
    chart.update_yaxes(range=[plane.y[0], plane.y[-1]], showgrid=False)
    return chart.update_layout(height=480, legend={"font": {"size": 14}})


def fit_line(line: Line, target: str, unit: str, *, language: Language) -> go.Figure:
    """The curve that the network draws through the rows."""
    chart = figure(plain(line.name), with_unit(target, unit))
    for part, points in line.points.items():
        look = PART_LOOKS[part]
        chart.add_trace(
            go.Scatter(
                x=points.x,
                y=points.target,
                mode="markers",
                name=say(f"part.{part}", language),
                marker={"color": look["color"], "symbol": look["symbol"], "size": 8, "opacity": 0.6},
            )
        )
    chart.add_trace(
        go.Scatter(
            x=line.x, y=line.y, mode="lines", line={"color": PURPLE, "width": 4}, name=say("charts.network", language)
        )
    )
    # the rows set the scale: a network that has learned nothing yet may be far away
    values = [value for points in line.points.values() for value in points.target]
    room = 0.15 * ((max(values) - min(values)) or 1.0)
    return chart.update_yaxes(range=[min(values) - room, max(values) + room])


def _add_points(
    chart: go.Figure,
    x: Any,
    y: Any,
    name: str,
    symbol: str,
    marker: dict[str, object],
    part: str,
) -> None:
    # a hollow symbol is drawn in its own colour, a filled one gets a grey edge to stand out from the shades
    edge = {"line": {"width": 2}} if symbol.endswith("-open") else {"line": {"width": 1, "color": GREY}}
    chart.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            name=name,
            marker={"size": 9, "symbol": symbol, **marker, **edge},
            legendgroup=part,
        )
    )


def _shades(chart: go.Figure, plane: Plane, classes: Sequence[str], target: str, unit: str, language: Language) -> None:
    """Two classes: the probability of the second, with the border at one half; a regression: the predicted number."""
    share = bool(classes)
    title = say("charts.probability_of", language, name=plain(classes[1])) if share else with_unit(target, unit)
    chart.add_trace(
        go.Heatmap(
            x=plane.x, y=plane.y, z=plane.z, coloraxis="coloraxis", opacity=0.7, hoverinfo="z", name="", zsmooth="best"
        )
    )
    if share:
        border = {"start": 0.5, "end": 0.5, "size": 1, "coloring": "none"}
        chart.add_trace(
            go.Contour(
                x=plane.x,
                y=plane.y,
                z=plane.z,
                contours=border,
                line={"color": GREY, "width": 3},
                showscale=False,
                hoverinfo="skip",
                name=say("charts.border", language),
                showlegend=False,
            )
        )
    scale = {"colorscale": TWO_CLASSES, "cmin": 0, "cmax": 1} if share else {"colorscale": list(NUMBER_COLOURS)}
    bar = {"title": {"text": title, "side": "right"}, "thickness": 14}
    chart.update_layout(coloraxis={**scale, "colorbar": bar})


def _regions(chart: go.Figure, plane: Plane, classes: Sequence[str]) -> None:
    """Several classes: the likeliest one, paler where the network is less sure."""
    colours = [CLASS_COLOURS[place % len(CLASS_COLOURS)] for place in range(len(classes))]
    steps = len(classes)
    scale = [[edge, colour] for place, colour in enumerate(colours) for edge in (place / steps, (place + 1) / steps)]
    chart.add_trace(
        go.Heatmap(
            x=plane.x,
            y=plane.y,
            z=plane.z,
            colorscale=scale,
            zmin=-0.5,
            zmax=steps - 0.5,
            opacity=0.35,
            showscale=False,
            text=[
                [f"{plain(classes[int(z)])} {sure:.0%}" for z, sure in zip(*row, strict=True)]
                for row in zip(plane.z, plane.sure, strict=True)
            ],
            hoverinfo="text",
            name="",
        )
    )
