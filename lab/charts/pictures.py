"""One sample as what it is: an image of pixels, or columns over time steps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.charts.evaluation import shortened
from lab.charts.style import BLUE, BROWN, GREEN, ORANGE, PURPLE, VERMILION, figure, plain, with_unit
from lab.texts import Language, say

Array = np.ndarray[Any, Any]

SIDE = 260  # pixels on the screen
LOOKS = [(colour, dash) for dash in ("solid", "dash") for colour in (BLUE, VERMILION, GREEN, PURPLE, ORANGE, BROWN)]
PAPER = [[0, "#ffffff"], [1, "#000000"]]  # an image brings its own paper
HEIGHT = 300


def one_image(pixels: Array) -> go.Figure:
    """(height, width) from 0 to 1, the brightest in ink as on paper."""
    chart = figure("", "")
    chart.add_trace(go.Heatmap(z=pixels, colorscale=PAPER, zmin=0, zmax=1, showscale=False, hoverinfo="skip"))
    chart.update_xaxes(visible=False, fixedrange=True, constrain="domain")
    chart.update_yaxes(visible=False, autorange="reversed", fixedrange=True, scaleanchor="x", constrain="domain")
    return chart.update_layout(height=SIDE, margin={"t": 4, "b": 4})


def time_course(columns: Mapping[str, Array], units: Mapping[str, str], *, language: Language) -> go.Figure:
    """A line for each column over its time steps.

    Args:
        units: column -> its unit; one alone has it at the axis.
    """
    alone = next(iter(columns)) if len(columns) == 1 else None
    title = "" if alone is None else with_unit(shortened(alone), units.get(alone, ""))
    chart = figure(say("charts.time_step", language), title)
    for place, (name, values) in enumerate(columns.items()):
        colour, dash = LOOKS[place % len(LOOKS)]
        line = {"color": colour, "dash": dash, "width": 2.5}
        steps = list(range(1, len(values) + 1))
        chart.add_trace(go.Scatter(x=steps, y=values.tolist(), mode="lines", name=plain(shortened(name)), line=line))
    return chart.update_layout(height=HEIGHT, showlegend=alone is None)
