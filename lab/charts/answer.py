"""The answer of a network to one sample: the probability of each class, or the number on the range of the targets."""

from itertools import pairwise

import plotly.graph_objects as go

from lab.charts.evaluation import shortened
from lab.charts.style import BLUE, FONT_SIZE, GREY, VERMILION, figure, plain, with_unit
from lab.insight.try_it import Answer
from lab.texts import Language, say

MOST_BARS = 12
BAR = 34  # pixels
HEIGHT = 230


def class_bars(answer: Answer, *, language: Language) -> go.Figure:
    """A lying bar for each class in their order, of many the likeliest ones; the likeliest is full in colour."""
    names = list(answer.shares)
    if len(names) > MOST_BARS:
        kept = sorted(names, key=lambda name: -answer.shares[name])[:MOST_BARS]
        names = [name for name in names if name in kept]
    values = [answer.shares[name] for name in names]
    title = say("charts.probability" if answer.are_probabilities else "charts.output", language)
    chart = figure(title, "")
    places = list(range(len(names)))
    chart.add_trace(
        go.Bar(
            x=values,
            y=places,
            orientation="h",
            marker={"color": [BLUE if name == answer.likeliest else GREY for name in names]},
            text=[f"{value:.1%}" if answer.are_probabilities else f"{value:.3g}" for value in values],
            textposition="outside",
            textfont={"size": FONT_SIZE},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    )
    labels = [plain(shortened(name)) for name in names]
    chart.update_yaxes(tickvals=places, ticktext=labels, autorange="reversed", showgrid=False, zeroline=False)
    chart.update_yaxes(ticklabelstandoff=6)
    if answer.are_probabilities:
        chart.update_xaxes(range=[0, 1.18], tickvals=[0, 0.5, 1], tickformat=".0%")
    return chart.update_layout(height=110 + BAR * len(names), bargap=0.25, margin={"t": 10})


def value_on_range(answer: Answer, *, language: Language) -> go.Figure:
    """The predicted number as an upright line over the training rows' targets."""
    chart = figure(with_unit(answer.target, answer.unit), say("look.rows_axis", language))
    edges = answer.edges
    chart.add_trace(
        go.Bar(
            x=[(low + high) / 2 for low, high in pairwise(edges)],
            y=list(answer.counts),
            width=[high - low for low, high in pairwise(edges)],
            marker={"color": GREY, "opacity": 0.6},
            name=say("charts.training_targets", language),
        )
    )
    top = max(answer.counts, default=1) or 1
    chart.add_trace(
        go.Scatter(
            x=[answer.value, answer.value],
            y=[0, top],
            mode="lines+markers",
            line={"color": VERMILION, "width": 4},
            marker={"size": 12, "symbol": "diamond"},
            name=say("charts.predicted", language),
        )
    )
    return chart.update_layout(height=HEIGHT + 60)
