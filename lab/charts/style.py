"""What all charts share: letters that can be read from the last row, colours that colour-blind eyes tell apart.

Colour never carries meaning alone: training is solid with circles, validation dashed with diamonds.
"""

import re
from typing import Any

import plotly.graph_objects as go

from lab.texts.letters import isolated, visible

FONT_SIZE = 18
HEIGHT = 420  # pixels

# Okabe & Ito (2008), "Color universal design"
BLUE, ORANGE, GREEN, VERMILION, PURPLE, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#6B6B6B"

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
    """An empty figure with axis titles; `layout` adds to its layout."""
    chart = go.Figure()
    chart.update_layout(
        template="plotly_white",
        font={"size": FONT_SIZE},
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0},
        hoverlabel={"font": {"size": FONT_SIZE}},
        **layout,
    )
    chart.update_xaxes(title=x_title, automargin=True, title_standoff=8)
    chart.update_yaxes(title=y_title, automargin=True, title_standoff=8)
    return chart


def with_unit(name: str, unit: str) -> str:
    """Axis title with its unit of measure, where it has one that the name does not already show."""
    shown = plain(name)
    return shown if not unit or unit in name else f"{shown} ({plain(unit)})"
