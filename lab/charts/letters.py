"""The letter error of sequence labels over the epochs."""

from collections.abc import Mapping

import plotly.graph_objects as go

from lab.charts.style import ORANGE, PART_LOOKS, figure, whole_epochs
from lab.texts import Language, say


def letter_curve(
    errors: Mapping[int, float], part: str, *, baseline: float | None = None, language: Language
) -> go.Figure:
    """A point for each epoch that was kept.

    Args:
        errors: epoch -> share of letters that are wrong.
        part: "train", "validation" or "test".
        baseline: what a forecast without a look at the signal gets.
    """
    look = PART_LOOKS[part]
    chart = figure(say("charts.epoch", language), say("metric.letter_error", language))
    chart.add_trace(
        go.Scatter(
            x=list(errors),
            y=list(errors.values()),
            name=say(f"part.{part}", language),
            mode="lines+markers",
            line={"color": look["color"], "dash": look["dash"], "width": 3},
            marker={"symbol": look["symbol"], "size": 10, "color": look["color"]},
        )
    )
    if baseline is not None:
        words = {"text": say("charts.baseline", language)}
        chart.add_hline(y=baseline, line={"color": ORANGE, "width": 2, "dash": "longdashdot"}, annotation=words)
    return whole_epochs(chart.update_yaxes(rangemode="tozero"))
