"""The picture of a verdict: both curves, the best epoch marked, the rise hatched, the gap at the end dotted."""

import math

import plotly.graph_objects as go

from lab.charts.curves import curves
from lab.charts.style import BLUE, PURPLE, VERMILION, plain
from lab.texts import Language, say
from lab.verdict.picture import Area, VerdictPicture

HEIGHT = 440  # the legend above takes a line for each name
RUN_AWAY = 20  # largest loss over the first, from which steps of the same factor show more


def verdict_chart(picture: VerdictPicture, title: str, *, language: Language) -> go.Figure:
    """Training solid, validation dashed; what is shaded has a pattern and a name in the legend.

    Args:
        title: of the loss axis, with unit.
    """
    history = {"loss": _drawn(picture.training)}
    if picture.validation:
        history["val_loss"] = _drawn(picture.validation)
    chart = curves(history, language=language, title=title, baseline=picture.baseline)
    known = [value for values in (picture.training, picture.validation) for value in values if math.isfinite(value)]
    if picture.best_epoch is not None:
        chart.add_trace(_best_epoch(picture.best_epoch, known, language))
    for name, area, colour, pattern in (
        ("gap", picture.gap, BLUE, "."),
        ("rise", picture.rise, VERMILION, "/"),
    ):
        if area is not None:
            chart.add_traces(_shaded(area, plain(say(f"verdict.picture.{name}", language)), colour, pattern))
    if known and min(known) > 0 and max(known) > RUN_AWAY * max(known[0], picture.baseline or 0.0):
        chart.update_yaxes(type="log")
    return chart.update_layout(height=HEIGHT, legend={"font": {"size": 15}})


def _best_epoch(epoch: int, losses: list[float], language: Language) -> go.Scatter:
    """An upright line, named in the legend: words beside it would lie on those of the baseline."""
    return go.Scatter(
        x=[epoch, epoch],
        y=[min(losses), max(losses)],
        name=say("charts.best_epoch", language, epoch=epoch),
        mode="lines",
        line={"color": PURPLE, "width": 2, "dash": "dot"},
    )


def _drawn(values: tuple[float, ...]) -> list[float]:
    """A loss that is no number is no point of the curve."""
    return [value if math.isfinite(value) else math.nan for value in values]


def _shaded(area: Area, name: str, colour: str, pattern: str) -> list[go.Scatter]:
    bare = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    low = go.Scatter(x=list(area.epochs), y=list(area.low), showlegend=False, **bare)
    high = go.Scatter(
        x=list(area.epochs),
        y=list(area.high),
        name=name,
        fill="tonexty",
        fillcolor="rgba(0, 0, 0, 0.06)",
        fillpattern={"shape": pattern, "fgcolor": colour, "fgopacity": 0.8, "size": 8, "solidity": 0.3},
        **bare,
    )
    return [low, high]
