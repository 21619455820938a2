"""Units of a layer as pictures: what each sees, which rows it likes, how rows lie in the layer, how alike units are."""

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import plotly.graph_objects as go

from lab.charts.evaluation import shortened
from lab.charts.markup import element, fragment
from lab.charts.pixels import grey_image, signed_image
from lab.charts.small import SMALL_FONT
from lab.charts.style import BLUE, VERMILION, figure, plain
from lab.charts.surface import CLASS_COLOURS, CLASS_SYMBOLS
from lab.insight.inside.units import Embedding, Tiles, WeightTable
from lab.texts import Language, say

Array = np.ndarray[Any, Any]

SIGNED = [[0, VERMILION], [0.5, "rgba(128,128,128,0.12)"], [1, BLUE]]
SYMBOLS = 7  # has no divisor in common with the number of colours: together they tell many classes apart


def tiles(shown: Tiles, names: Sequence[str], *, signed: bool = True) -> str:
    """Pictures side by side as HTML, as many in a row as the screen has room for; all on one scale.

    Below each its name and, of signed ones, from where to where it goes.

    Args:
        signed: blue above zero and orange below, by the largest number of all; else as ink from low to high.
    """
    known = np.where(np.isfinite(shown.pictures), shown.pictures, 0.0).astype(np.float64)
    largest = float(np.abs(known).max(initial=0.0)) or 1.0
    low, high = float(known.min(initial=0.0)), float(known.max(initial=0.0))
    pictures = known / largest if signed else 1 - (known - low) / ((high - low) or 1.0)
    figures = [
        _tile(picture[::-1] if shown.low_first else picture, name, _reach(own) if signed else "", signed=signed)
        for picture, own, name in zip(pictures, shown.pictures, names, strict=True)
    ]
    return fragment(element("div", *figures, class_="inside-tiles"))


def _tile(picture: Array, name: str, reach: str, *, signed: bool) -> Element:
    address = signed_image(picture) if signed else grey_image(picture)
    told = f"{name}: {reach}" if reach else name
    words = (element("b", name), element("span", reach)) if reach else (element("b", name),)
    return element("figure", element("img", src=address, alt=told), element("figcaption", *words))


def _reach(own: Array) -> str:
    if not np.isfinite(own).all():
        return "NaN"
    return f"{own.min():.2g} … {own.max():.2g}".replace("-", "−")


def by_target(
    values: Array, target: Array, classes: Sequence[str], titles: tuple[str, str], *, language: Language
) -> go.Figure:
    """What one unit gives: a box for each class, or a point for each row over its target.

    Args:
        values, target: (n,); target is the index of the class, or a number.
        titles: of the target and of what the unit gives.
    """
    chart = figure(plain(titles[0]), plain(titles[1]))
    if not classes:
        chart.add_trace(
            go.Scatter(x=target, y=values, mode="markers", marker={"color": BLUE, "size": 7, "opacity": 0.6})
        )
        return chart.update_layout(height=320, showlegend=False)
    for place, name in enumerate(classes):
        chosen = values[target == place]
        if len(chosen):
            chart.add_trace(
                go.Box(
                    y=chosen,
                    name=plain(shortened(name)),
                    marker={"color": CLASS_COLOURS[place % len(CLASS_COLOURS)], "size": 5},
                    boxpoints="outliers",
                )
            )
    chart.update_xaxes(type="category")
    return chart.update_layout(height=320, showlegend=False)


def embedded(shown: Embedding, target: Array, classes: Sequence[str], unit: str, *, language: Language) -> go.Figure:
    """The rows as points in the plane in which the layer tells them apart most.

    Args:
        target: (n,) index of the class, or a number; unit: its title.
    """
    axes = [say("charts.inside.component", language, number=n + 1, share=f"{shown.shares[n]:.0%}") for n in (0, 1)]
    chart = figure(*axes)
    if not classes:
        marker = {"color": target, "colorscale": "Viridis", "size": 8, "colorbar": {"title": {"text": plain(unit)}}}
        chart.add_trace(go.Scatter(x=shown.points[:, 0], y=shown.points[:, 1], mode="markers", marker=marker))
        return chart.update_layout(showlegend=False)
    for place, name in enumerate(classes):
        chosen = target == place
        look = {
            "color": CLASS_COLOURS[place % len(CLASS_COLOURS)],
            "symbol": CLASS_SYMBOLS[place % SYMBOLS],
            "size": 8,
        }
        if chosen.any():
            points = shown.points[chosen]
            chart.add_trace(
                go.Scatter(x=points[:, 0], y=points[:, 1], mode="markers", marker=look, name=plain(shortened(name)))
            )
    return chart.update_layout(legend={"font": {"size": SMALL_FONT}})


def correlations(matrix: Array, units: Sequence[int]) -> go.Figure:
    """How alike units are: 1 always together, -1 always opposite; a unit that always gives the same is left empty."""
    names = [str(unit + 1) for unit in units]
    places = list(range(len(names)))
    chart = figure("", "")
    chart.add_trace(
        go.Heatmap(
            z=matrix,
            zmin=-1,
            zmax=1,
            colorscale=SIGNED,
            xgap=1,
            ygap=1,
            colorbar={"thickness": 14},
            customdata=np.array([[f"{one} – {other}" for other in names] for one in names]),
            hovertemplate="%{customdata}: %{z:.2f}<extra></extra>",
        )
    )
    chart.update_xaxes(tickvals=places, ticktext=names, tickfont={"size": SMALL_FONT}, showgrid=False, zeroline=False)
    chart.update_yaxes(tickvals=places, ticktext=names, tickfont={"size": SMALL_FONT}, autorange="reversed")
    return chart.update_yaxes(showgrid=False, zeroline=False)


def weights_of_inputs(shown: WeightTable, *, language: Language) -> go.Figure:
    """Inputs down, units to the right; blue above zero and orange below."""
    largest = float(np.abs(shown.weights).max(initial=0.0)) or 1.0
    chart = figure(say("charts.inside.unit", language), "")
    names = [plain(shortened(name)) for name in shown.inputs]
    chart.add_trace(
        go.Heatmap(
            z=shown.weights,
            zmin=-largest,
            zmax=largest,
            colorscale=SIGNED,
            xgap=1,
            ygap=1,
            colorbar={"thickness": 14},
            hovertemplate="%{z:.3g}<extra></extra>",
        )
    )
    units = [str(unit + 1) for unit in shown.units]
    chart.update_xaxes(tickvals=list(range(len(units))), ticktext=units, tickfont={"size": SMALL_FONT}, showgrid=False)
    chart.update_yaxes(tickvals=list(range(len(names))), ticktext=names, tickfont={"size": SMALL_FONT})
    chart.update_yaxes(autorange="reversed", showgrid=False)
    return chart.update_layout(height=max(260, 26 * len(names) + 110))
