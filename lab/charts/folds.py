"""The validation value of each fold, their mean and how far they scatter, with the run's own value beside them."""

import plotly.graph_objects as go

from lab.charts.style import BLUE, PURPLE, VERMILION, figure, plain
from lab.insight.folds import FoldScores
from lab.texts import Language, say


def fold_points(scores: FoldScores, title: str, *, language: Language, baseline: float | None = None) -> go.Figure:
    """A point for each fold; `title` is the axis title with unit."""
    chart = figure(say("charts.fold", language), plain(title))
    folds = list(range(1, len(scores.values) + 1))
    low, high = scores.mean - scores.deviation, scores.mean + scores.deviation
    chart.add_hrect(y0=low, y1=high, fillcolor=BLUE, opacity=0.15, line_width=0)
    chart.add_hline(y=scores.mean, line={"color": BLUE, "width": 2})
    chart.add_trace(_points(folds, scores.values, say("charts.folds", language), BLUE, "circle"))
    chart.add_trace(_points([0], [scores.own], say("charts.own_split", language), VERMILION, "diamond"))
    if baseline is not None:
        note = {"text": say("charts.baseline", language)}
        chart.add_hline(y=baseline, line={"color": PURPLE, "width": 2, "dash": "longdashdot"}, annotation=note)
    names = [say("charts.own_split_short", language), *map(str, folds)]
    return chart.update_xaxes(tickvals=[0, *folds], ticktext=names)


def _points(x: object, y: object, name: str, colour: str, symbol: str) -> go.Scatter:
    return go.Scatter(x=x, y=y, name=name, mode="markers", marker={"size": 13, "color": colour, "symbol": symbol})
