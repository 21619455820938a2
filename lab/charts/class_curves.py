"""ROC and precision against recall: one class against the rest, each class with a look of its own."""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go

from lab.charts.evaluation import shortened
from lab.charts.style import BLUE, BROWN, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, figure, plain
from lab.insight.thresholds import ClassCurves, Curve
from lab.texts import Language, say

LOOKS = [
    (colour, dash)
    for dash in ("solid", "dash", "dot")
    for colour in (BLUE, VERMILION, GREEN, PURPLE, ORANGE, BROWN, SKY)
]
MOST_CURVES = 8  # of more classes those with the smallest areas, where there is something to see
LEGEND = 14


def roc_chart(found: Sequence[ClassCurves], *, language: Language) -> go.Figure:
    """The further up and to the left, the better; drawing lots lies on the diagonal."""
    chart = figure(say("charts.false_positive", language), say("charts.true_positive", language))
    _draw(chart, found, lambda one: one.roc, "linear")
    lots = {"color": GREY, "width": 2, "dash": "dot"}
    chart.add_trace(go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=lots, name=say("charts.lots", language)))
    return _framed(chart)


def precision_recall_chart(found: Sequence[ClassCurves], *, language: Language) -> go.Figure:
    """The further up and to the right, the better; of one class alone drawing lots is a level line."""
    chart = figure(say("charts.recall", language), say("charts.precision", language))
    _draw(chart, found, lambda one: one.precision_recall, "vh")
    if len(found) == 1:
        lots = {"color": GREY, "width": 2, "dash": "dot"}
        level = [found[0].share, found[0].share]
        chart.add_trace(go.Scatter(x=[0, 1], y=level, mode="lines", line=lots, name=say("charts.lots", language)))
    return _framed(chart)


def _draw(chart: go.Figure, found: Sequence[ClassCurves], curve: Callable[[ClassCurves], Curve], shape: str) -> None:
    worst = sorted(range(len(found)), key=lambda place: curve(found[place]).area)[:MOST_CURVES]
    for place in sorted(worst):
        one, (colour, dash) = found[place], LOOKS[place % len(LOOKS)]
        drawn = curve(one)
        chart.add_trace(
            go.Scatter(
                x=drawn.x.tolist(),
                y=drawn.y.tolist(),
                mode="lines",
                line={"color": colour, "dash": dash, "width": 3, "shape": shape},
                name=f"{plain(shortened(one.name))} · {drawn.area:.3f}",
            )
        )


def _framed(chart: go.Figure) -> go.Figure:
    chart.update_xaxes(range=[-0.01, 1.01])
    chart.update_yaxes(range=[-0.01, 1.03])
    return chart.update_layout(legend={"font": {"size": LEGEND}})
