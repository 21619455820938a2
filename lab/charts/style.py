"""What all charts share: letters that can be read from the last row, colours that colour-blind eyes tell apart.

Colour never carries meaning alone: training is solid with circles, validation dashed with diamonds. A page may be light
or dark: what a chart stands on is the page itself, and letters, axes and grid take the colours of its theme.
"""

import re
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from lab.texts.letters import isolated, visible

FONT_SIZE = 18
HEIGHT = 420  # pixels

# Okabe & Ito (2008), "Color universal design"
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
# not of theirs: their black cannot be seen on a dark page
BROWN, GREY = "#92643A", "#7A7A7A"
FEW_EPOCHS = 20  # each second of them has room for its number
CLEAR = "rgba(0,0,0,0)"  # lets the page through
# shades of a heat map, so pale that figures in the page's own colour can be read on them
SHADES = [[0, "rgba(0,114,178,0)"], [1, "rgba(0,114,178,0.6)"]]
TWO_WAYS = [[0, "rgba(213,94,0,0.6)"], [0.5, "rgba(128,128,128,0)"], [1, "rgba(0,114,178,0.6)"]]
# Streamlit fills in its theme's colours in the browser; an empty template would be filled by Plotly, on the server
ABOVE = {"orientation": "h", "yref": "container", "yanchor": "top", "y": 1.0, "xanchor": "left", "x": 0}
THEMED = {"layout": {"hovermode": "closest"}}

# one look for each part of the data, the same in every chart
PART_LOOKS: dict[str, dict[str, Any]] = {
    "train": {"color": BLUE, "dash": "solid", "symbol": "circle"},
    "validation": {"color": VERMILION, "dash": "dash", "symbol": "diamond"},
    "test": {"color": GREEN, "dash": "dot", "symbol": "square"},
}


def plain(text: Any) -> str:
    """A person's own text (column, class, run) as Plotly shows it letter by letter.

    Plotly reads <b>, <a href=…>, &amp; and $…$ in any text and %{…} in hover texts; as entities they are only letters.
    """
    return isolated(re.sub(r"[&<>$%]", lambda match: f"&#{ord(match[0])};", visible(str(text))))


def figure(x_title: str, y_title: str, **layout: Any) -> go.Figure:
    """An empty figure with axis titles; `layout` adds to its layout.

    All of it goes into the constructor: each `update_…` afterwards costs more than the whole figure.
    """
    letters = {"size": FONT_SIZE}  # each by name: a theme has sizes of its own
    return go.Figure(
        layout={
            "template": THEMED,
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "font": letters,
            "height": HEIGHT,
            "margin": {"l": 10, "r": 10, "t": 30, "b": 10, "pad": 0},
            "legend": {**ABOVE, "font": letters, "traceorder": "normal"},
            "hoverlabel": {"font": letters},
            "xaxis": {**_axis(x_title), "showgrid": True},
            "yaxis": _axis(y_title),
            **layout,
        }
    )


def _axis(title: str) -> dict[str, Any]:
    letters = {"size": FONT_SIZE}
    return {"title": {"text": title, "font": letters, "standoff": 8}, "tickfont": letters, "automargin": True}


def whole_epochs(chart: go.Figure) -> go.Figure:
    """Over few epochs Plotly would name halves between them."""
    last = max((max(trace.x) for trace in chart.data if len(trace.x)), default=0)
    if 0 < last <= FEW_EPOCHS:
        chart.layout.xaxis.dtick = 1 if last <= FEW_EPOCHS / 2 else 2
    return chart


def figures_of_cells(texts: Sequence[Sequence[str]], size: int, first: int = 0) -> go.Scatter:
    """What stands in the cells of a heat map, row after row, in the colour of the page's letters.

    Args:
        first: place of the first column.
    """
    cells = [(column, row, text) for row, line in enumerate(texts) for column, text in enumerate(line, first)]
    columns, rows, words = zip(*cells, strict=True)
    look = {"mode": "text", "textfont": {"size": size}, "hoverinfo": "skip", "showlegend": False}
    return go.Scatter(x=columns, y=rows, text=words, **look)


def with_unit(name: str, unit: str) -> str:
    """Axis title with its unit of measure, where it has one that the name does not already show."""
    shown = plain(name)
    return shown if not unit or unit in name else f"{shown} ({plain(unit)})"
