"""Large charts of a table before training: pairs of columns, the course of time, images."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.charts.evaluation import LONGEST_NAME, shortened
from lab.charts.small import COLOURS, SMALL_FONT, titled
from lab.charts.style import BLUE, GREY, TWO_WAYS, figure, figures_of_cells, plain
from lab.data.look import Correlations, Course, Images, Points
from lab.texts import Language, say

SYMBOLS = ("circle", "diamond", "square", "x", "triangle-up", "cross")
ABOVE = {"orientation": "h", "thickness": 12, "yanchor": "bottom", "y": 1.02}  # beside it a phone has no room
DAY_MS = 86_400_000
DATES = [
    {"dtickrange": [None, DAY_MS - 1], "value": "%m-%d %H:%M"},
    {"dtickrange": [DAY_MS, "M1"], "value": "%Y-%m-%d"},
    {"dtickrange": ["M1", "M12"], "value": "%Y-%m"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
FEW_CELLS, SHORT = 6, 11  # columns from which on names are cut, so that a phone has room for the cells
MANY_CELLS = 8  # columns of a heat map from which on the numbers find no room
IMAGES_IN_A_ROW = 8


# --- pairs


def correlation_chart(found: Correlations) -> go.Figure:
    """Pearson's r of each pair: blue together, red against each other, clear not at all, with the number in it."""
    short = SHORT if len(found.columns) > FEW_CELLS else LONGEST_NAME
    names = [plain(shortened(column.name, short)) for column in found.columns]
    count, places = len(names), list(range(len(names)))
    texts = [["" if np.isnan(r) else _short(r) for r in row] for row in found.matrix]
    chart = figure("", "")
    chart.add_trace(
        go.Heatmap(
            z=[[None if np.isnan(r) else float(r) for r in row] for row in found.matrix],
            text=texts,
            customdata=[[[a, b] for b in names] for a in names],
            colorscale=TWO_WAYS,
            zmin=-1,
            zmax=1,
            xgap=1,
            ygap=1,
            colorbar={"title": {"text": "r", "side": "top"}, "tickvals": [-1, -0.5, 0, 0.5, 1], **ABOVE},
            hovertemplate="%{customdata[0]} · %{customdata[1]}<br>r = %{z:.3f}<extra></extra>",
        )
    )
    if count <= MANY_CELLS:
        chart.add_trace(figures_of_cells(texts, 16))
    chart.update_xaxes(
        tickvals=places,
        ticktext=names,
        tickangle=-90 if count > MANY_CELLS else -45,
        showgrid=False,
        zeroline=False,
        tickfont={"size": SMALL_FONT},
    )
    chart.update_yaxes(
        tickvals=places,
        ticktext=names,
        autorange="reversed",
        showgrid=False,
        zeroline=False,
        tickfont={"size": SMALL_FONT},
    )
    return chart.update_layout(height=max(420, 26 * count + 160))


def _short(r: float) -> str:
    """Two digits without the leading zero; nearly none is 0."""
    return "0" if abs(r) < 0.005 else f"{r:.2f}".replace("0.", ".")


def scatter_chart(found: Points) -> go.Figure:
    """Rows as points: classes by colour and sign, a number to predict by shade."""
    chart = figure(titled(found.x_column), titled(found.y_column))
    if found.target is not None and found.colour is not None and not found.classes:
        shade = {
            "color": found.colour.tolist(),
            "colorscale": "Viridis",
            "colorbar": {"title": {"text": titled(found.target), "side": "right"}, "thickness": 14},
        }
        chart.add_trace(_cloud(found.x, found.y, "", shade))
        return chart
    if found.colour is None or found.target is None:
        chart.add_trace(_cloud(found.x, found.y, "", {"color": BLUE}))
        return chart
    for code, name in enumerate(found.classes):
        rows = found.colour == code
        mark = {"color": COLOURS[code % len(COLOURS)], "symbol": SYMBOLS[code % len(SYMBOLS)]}
        chart.add_trace(_cloud(found.x[rows], found.y[rows], plain(shortened(name)), mark))
    return chart.update_layout(showlegend=True)


def _cloud(x: Any, y: Any, name: str, marker: Mapping[str, Any]) -> go.Scatter:
    marker = {"size": 8, "opacity": 0.7, **marker}
    return go.Scatter(x=x.tolist(), y=y.tolist(), mode="markers", name=name, marker=marker)


# --- time


def course_chart(found: Course, starts: Mapping[str, Any], *, language: Language) -> go.Figure:
    """A column over time; of stretches of rows the mean as a line within lowest and highest as a band.

    Args:
        starts: part -> time at which it begins, marked by an upright line.
    """
    title = say("look.row_number", language) if found.time is None else plain(found.time.name)
    chart = figure(title, titled(found.column))
    times = _as_dates(found.times)
    if found.rows_each > 1:
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        chart.add_trace(go.Scatter(x=times, y=found.high.tolist(), **band))
        band |= {"fill": "tonexty", "fillcolor": "rgba(0,114,178,.22)", "showlegend": True}
        chart.add_trace(go.Scatter(x=times, y=found.low.tolist(), name=say("look.low_high", language), **band))
    name = say("look.mean" if found.rows_each > 1 else "look.value", language)
    chart.add_trace(go.Scatter(x=times, y=found.mean.tolist(), mode="lines", line={"color": BLUE}, name=name))
    for place, (part, start) in enumerate(starts.items()):
        x = _as_dates(np.array([start]))[0]
        chart.add_shape(type="line", x0=x, x1=x, yref="paper", y0=0, y1=1, line={"color": GREY, "dash": "dash"})
        words = say(f"look.begins.{part}", language)
        chart.add_annotation(x=x, y=0.98 - 0.1 * place, yref="paper", text=words, showarrow=False, xanchor="right")
    if found.times.dtype.kind == "M":
        chart.update_xaxes(tickformatstops=DATES)  # numbers alone: names of months would be English
    return chart.update_layout(hovermode="x unified")


def _as_dates(times: Any) -> list[Any]:
    return [str(t) for t in times] if times.dtype.kind == "M" else times.tolist()


# --- images


def images_chart(found: Images) -> go.Figure:
    """Images side by side, each over its label."""
    count, height, width = found.pixels.shape
    rows = -(-count // IMAGES_IN_A_ROW)
    down, across = height + max(3, height // 3), width + max(1, width // 8)  # room for the label, and a gap
    sheet = np.full((rows * down, IMAGES_IN_A_ROW * across), np.nan, np.float32)
    names = []
    for place, (image, label) in enumerate(zip(found.pixels, found.labels, strict=True)):
        top, left = place // IMAGES_IN_A_ROW * down, place % IMAGES_IN_A_ROW * across
        sheet[top : top + height, left : left + width] = image
        spot = {"x": left + width / 2, "y": top + height, "yanchor": "top", "showarrow": False}
        names.append({"text": plain(shortened(label)), **spot})
    chart = figure("", "", annotations=names)
    chart.add_trace(go.Heatmap(z=sheet, colorscale=[[0, "#ffffff"], [1, "#000000"]], showscale=False, hoverinfo="skip"))
    chart.update_xaxes(visible=False, fixedrange=True)
    chart.update_yaxes(visible=False, autorange="reversed", fixedrange=True, scaleanchor="x")
    return chart.update_layout(height=90 * rows + 60)
