"""What a regression leaves over: against what was predicted, and how often which."""

import plotly.graph_objects as go

from lab.charts.evaluation import POINTS
from lab.charts.style import GREY, PART_LOOKS, figure, with_unit
from lab.insight.residuals import Residuals
from lab.texts import Language, say

HEIGHT = 360


def residual_points(found: Residuals, part: str, name: str, unit: str, *, language: Language) -> go.Figure:
    """Each row a point: predicted to the right, actual minus predicted up; a good forecast scatters around the line.

    Args:
        name, unit: of the target.
    """
    title = say("charts.predicted_of", language, target=with_unit(name, unit))
    chart = figure(title, with_unit(say("charts.residual", language), unit))
    look, step = PART_LOOKS[part], max(1, -(-len(found.values) // POINTS))
    chart.add_trace(
        go.Scatter(
            x=found.predicted[::step].tolist(),
            y=found.values[::step].tolist(),
            mode="markers",
            name=say(f"part.{part}", language),
            marker={"color": look["color"], "symbol": look["symbol"], "size": 9, "opacity": 0.65},
        )
    )
    chart.add_hline(y=0, line={"color": GREY, "width": 2, "dash": "dot"})
    return chart.update_layout(height=HEIGHT)


def residual_histogram(found: Residuals, part: str, unit: str, *, language: Language) -> go.Figure:
    """How often which residual; the upright line is 0."""
    chart = figure(with_unit(say("charts.residual", language), unit), say("look.rows_axis", language))
    edges = found.edges
    chart.add_trace(
        go.Bar(
            x=((edges[:-1] + edges[1:]) / 2).tolist(),
            y=found.counts.tolist(),
            width=(edges[1:] - edges[:-1]).tolist(),
            marker={"color": PART_LOOKS[part]["color"], "opacity": 0.8},
            name=say(f"part.{part}", language),
        )
    )
    chart.add_vline(x=0, line={"color": GREY, "width": 2, "dash": "dot"})
    return chart.update_layout(height=HEIGHT)
