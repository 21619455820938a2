"""Curves of a run at rest: one quantity over the epochs, training solid, validation dashed."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lab.charts.style import BLUE, GREEN, GREY, ORANGE, PART_LOOKS, PURPLE, VERMILION, figure, plain, whole_epochs
from lab.texts import Language, say

# how a loss is measured -> colour, dash, symbol
HOW = {
    "running": (BLUE, "solid", "circle"),
    "evaluated": (BLUE, "dot", "circle-open"),
    "validation": (VERMILION, "dash", "diamond"),
    "data_evaluated": (BLUE, "dot", "circle-open"),
    "data_validation": (VERMILION, "dash", "diamond"),
    "total_validation": (GREEN, "dashdot", "square"),
    "penalty": (PURPLE, "solid", "x"),
}
MARKERS = 12  # symbols on a curve: enough to tell curves apart, few enough to see the line


def curves(
    history: Mapping[str, Sequence[float]],
    name: str = "loss",
    *,
    language: Language,
    title: str | None = None,
    baseline: float | None = None,
    best_epoch: int | None = None,
    ghost: Mapping[str, Sequence[float]] | None = None,
    at_epoch: int | None = None,
) -> go.Figure:
    """One quantity of one run.

    Args:
        history: Keras history: "loss", "val_loss", … -> value of each epoch.
        name: the quantity; its validation values stand under "val_" + name.
        title: axis title with unit; the name itself if None.
        baseline: level of a forecast without a network, drawn as a line.
        best_epoch: marked by an upright line; counts from 1.
        ghost: the history of an earlier run, drawn thin and grey behind.
        at_epoch: an upright line without words, for what is shown beside the chart.
    """
    chart = figure(say("charts.epoch", language), plain(title or name))
    if ghost is not None:
        for key, part in ((name, "train"), (f"val_{name}", "validation")):
            if key in ghost:
                chart.add_trace(_ghost(ghost[key], part, language))
    for key, part in ((name, "train"), (f"val_{name}", "validation")):
        if key in history:
            chart.add_trace(_curve(history[key], part, say(f"part.{part}", language)))
    if baseline is not None:
        chart.add_hline(
            y=baseline,
            line={"color": ORANGE, "width": 2, "dash": "longdashdot"},
            annotation={"text": say("charts.baseline", language)},
        )
    if best_epoch is not None:
        chart.add_vline(
            x=best_epoch,
            line={"color": PURPLE, "width": 2, "dash": "dot"},
            annotation={"text": say("charts.best_epoch", language, epoch=best_epoch)},
        )
    if at_epoch is not None:
        chart.add_vline(x=at_epoch, line={"color": GREY, "width": 3})
    chart.update_xaxes(rangemode="tozero")
    return whole_epochs(chart)


def _curve(values: Sequence[float], part: str, label: str) -> go.Scatter:
    look = PART_LOOKS[part]
    epochs = list(range(1, len(values) + 1))
    return go.Scatter(
        x=epochs,
        y=list(values),
        name=label,
        mode="lines+markers",
        line={"color": look["color"], "dash": look["dash"], "width": 3},
        marker={"symbol": look["symbol"], "size": 10, "color": look["color"], "maxdisplayed": MARKERS},
    )


def _ghost(values: Sequence[float], part: str, language: Language) -> go.Scatter:
    trace = _curve(values, part, f"{say('charts.last_run', language)} · {say(f'part.{part}', language)}")
    return trace.update(mode="lines", line={"color": GREY, "width": 1.5}, opacity=0.7)


def measured(
    curves: Mapping[str, Sequence[float]], *, language: Language, title: str, baseline: float | None = None
) -> go.Figure:
    """One loss measured in several ways.

    Args:
        curves: what was measured, a key of HOW -> value of each epoch.
        title: axis title with unit.
        baseline: level of a forecast without a network, drawn as a line.
    """
    chart = figure(say("charts.epoch", language), plain(title))
    for how, values in curves.items():
        colour, dash, symbol = HOW[how]
        trace = _curve(values, "train", say(f"charts.measured.{how}", language))
        trace.update(line={"color": colour, "dash": dash}, marker={"color": colour, "symbol": symbol})
        chart.add_trace(trace)
    if baseline is not None:
        chart.add_hline(
            y=baseline,
            line={"color": ORANGE, "width": 2, "dash": "longdashdot"},
            annotation={"text": say("charts.baseline", language)},
        )
    return whole_epochs(chart.update_xaxes(rangemode="tozero").update_layout(legend={"font": {"size": 15}}))
