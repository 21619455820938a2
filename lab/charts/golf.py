"""All tries at a hole: parameters against what the validation part says."""

import math

import plotly.graph_objects as go

from lab.charts.style import FONT_SIZE, GREEN, ORANGE, PURPLE, VERMILION, figure
from lab.insight.golf import Score
from lab.texts import Language, say

HEIGHT = 360
TICKS = [first * 10**zeros for zeros in range(7) for first in (1, 2, 5)]  # the axis itself would say "2" for 20


def tries(score: Score, language: Language) -> go.Figure:
    """Smaller networks stand to the left; whoever reached the target is a filled circle, the best one a star."""
    hole = score.hole
    chart = figure(say("golf.parameters", language), say(f"golf.metric.{hole.metric}", language))
    looks = {
        "reached": (GREEN, "circle", [one for one in score.tries if one.reached and one != score.best]),
        "missed": (VERMILION, "x", [one for one in score.tries if not one.reached]),
        "best": (PURPLE, "star", [one for one in (score.best,) if one is not None]),
    }
    for name, (colour, symbol, shown) in looks.items():
        if shown:
            chart.add_trace(
                go.Scatter(
                    x=[one.parameters for one in shown],
                    y=[one.value for one in shown],
                    text=[f"#{one.number}" for one in shown],
                    name=say(f"golf.{name}", language),
                    mode="markers+text",
                    textposition="top center",
                    marker={"color": colour, "symbol": symbol, "size": 18 if name == "best" else 12},
                )
            )
    line = {"color": ORANGE, "width": 2, "dash": "longdashdot"}
    font = {"size": FONT_SIZE}
    chart.add_hline(y=hole.target, line=line, annotation={"text": say("golf.target", language), "font": font})
    chart.add_vline(x=hole.par, line={**line, "dash": "dot"})
    # on a logarithmic axis a note, unlike a line, stands where the logarithm says
    par = {"text": say("golf.par", language), "font": font, "showarrow": False, "xanchor": "left"}
    chart.add_annotation(x=math.log10(hole.par), y=0.02, yref="paper", yanchor="bottom", **par)
    sizes, values = ([getattr(one, name) for one in score.tries] for name in ("parameters", "value"))
    reach = [min([hole.par, *sizes]) / 2, max([8 * hole.par, *sizes]) * 2]
    chart.update_xaxes(type="log", tickvals=TICKS, range=[math.log10(end) for end in reach])
    top = 1.08 if hole.more_is_better else 1.15 * max([2 * hole.target, *values])
    bottom = min([0.5, *values]) - 0.05 if hole.more_is_better else 0.0
    chart.update_yaxes(range=[bottom, top])
    return chart.update_layout(height=HEIGHT)
