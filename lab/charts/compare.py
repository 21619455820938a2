"""Several runs in one chart: a run has its colour and symbol, a part of the data its dash; the legend stands below."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import plotly.graph_objects as go

from lab.charts.curves import MARKERS
from lab.charts.style import BLUE, BROWN, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, figure, plain
from lab.texts import Language, say

LOOKS = (
    (BLUE, "circle"),
    (VERMILION, "diamond"),
    (GREEN, "square"),
    (ORANGE, "triangle-up"),
    (PURPLE, "x"),
    (SKY, "star"),
    (BROWN, "cross"),
    (GREY, "triangle-down"),
)
MOST_RUNS = len(LOOKS)  # more can be told apart neither by colour nor by symbol
DASHES = {"train": "solid", "validation": "dash", "evaluated": "dot"}
POINTS = 1000  # of a curve; more make a slow page and no other picture
LETTERS = 42  # in a line of the legend: what a phone has room for
LONGEST = 84  # letters of what sets a run apart
TOP_PX, PLOT_PX, AXIS_PX = 30, 330, 64  # above the plot, the plot, and what its axis needs below
LINE_PX, GAP_PX = 21, 13  # of the legend: a line, and what lies between two entries
DIVERGED_ROOM = 1.5  # how far above the curves that did not diverge the chart goes


@dataclass(frozen=True)
class RunCurves:
    """One run of a comparison.

    Args:
        legend: what sets it apart; a person's own words may be in it.
        look: place among LOOKS, the same as long as the run is shown.
        x: where its epochs stand.
        curves: "train", "validation", "evaluated" -> value of each epoch.
        diverged: its curve must not set the scale.
    """

    legend: str
    look: int
    x: Sequence[float]
    curves: Mapping[str, Sequence[float]]
    diverged: bool = False


@dataclass(frozen=True)
class Frame:
    """What stands around the curves.

    Args:
        baselines: level of a forecast without a network -> what it belongs to, "" if to all.
        fork: an upright line where a fork begins, and the chart begins there.
        logarithmic: the y axis.
    """

    x_title: str
    y_title: str
    baselines: Mapping[float, str] = field(default_factory=dict)
    fork: float | None = None
    logarithmic: bool = False


def overlaid(runs: Sequence[RunCurves], frame: Frame, *, language: Language) -> go.Figure:
    """All runs, each with the parts that it has."""
    chart = figure(frame.x_title, plain(frame.y_title))
    for run in runs:
        _add_run(chart, run, frame.fork)
    for part in [part for part in DASHES if any(part in run.curves for run in runs)]:
        _explain_dash(chart, part, language)
    for place, (level, name) in enumerate(frame.baselines.items()):
        label = say("charts.baseline", language) + (f" · {plain(name)}" if name else "")
        line = {"color": ORANGE, "width": 2, "dash": "longdashdot"}
        side = ("top right", "bottom left", "top left", "bottom right")[place % 4]  # near ones must not overlap
        note = {"text": label}
        chart.add_hline(y=level, line=line, annotation=note, annotation_position=side)
    if frame.fork is not None:
        mark = {"text": say("charts.fork", language), "yanchor": "top"}
        chart.add_vline(x=frame.fork, line={"color": PURPLE, "width": 2, "dash": "dot"}, annotation=mark)
    _scale(chart, runs, frame)
    lines = [_wrapped(run.legend).count("<br>") + 1 for run in runs] + [1] * len(DASHES)
    below = AXIS_PX + LINE_PX * sum(lines) + GAP_PX * (len(lines) + 1)
    legend = {"orientation": "v", "yref": "paper", "y": -AXIS_PX / PLOT_PX, "yanchor": "top"}
    margin = {"l": 10, "r": 10, "t": TOP_PX, "b": below}
    return chart.update_layout(legend={**legend, "font": {"size": 15}}, margin=margin, height=TOP_PX + PLOT_PX + below)


def _add_run(chart: go.Figure, run: RunCurves, fork: float | None) -> None:
    colour, symbol = LOOKS[run.look % MOST_RUNS]
    for place, (part, values) in enumerate(run.curves.items()):
        rows = [(x, y) for x, y in zip(run.x, values, strict=False) if fork is None or x >= fork]
        rows = rows[::-1][:: -(-len(rows) // POINTS) or 1][::-1]  # counted from the end: the last value stays
        chart.add_trace(
            go.Scatter(
                x=[x for x, _ in rows],
                y=[y if math.isfinite(y) else None for _, y in rows],
                name=_wrapped(run.legend),
                legendgroup=str(run.look),
                showlegend=place == 0,
                mode="lines+markers",
                line={"color": colour, "dash": DASHES[part], "width": 2.5},
                marker={"symbol": symbol, "size": 10, "color": colour, "maxdisplayed": MARKERS},
                hovertemplate=f"%{{x:.4g}}: %{{y:.4g}}<extra>{plain(run.legend)}</extra>",
            )
        )


def _explain_dash(chart: go.Figure, part: str, language: Language) -> None:
    line = {"color": GREY, "dash": DASHES[part], "width": 2.5}
    name = say(f"charts.curve.{part}", language)
    chart.add_trace(go.Scatter(x=[None], y=[None], name=name, mode="lines", line=line))


def _scale(chart: go.Figure, runs: Sequence[RunCurves], frame: Frame) -> None:
    """Curves that ran away would press all others flat."""
    if frame.fork is not None:
        last = max((run.x[-1] for run in runs if len(run.x)), default=frame.fork)
        chart.update_xaxes(range=[frame.fork - 0.02 * (last - frame.fork), last + 0.02 * (last - frame.fork)])
    else:
        chart.update_xaxes(rangemode="tozero")
    tame = list(_values(run for run in runs if not run.diverged)) + list(frame.baselines)
    if frame.logarithmic:
        chart.update_yaxes(type="log")
    elif any(run.diverged for run in runs) and tame:
        low = min(0.0, *tame)
        chart.update_yaxes(range=[low, low + DIVERGED_ROOM * (max(tame) - low)])


def _values(runs: Iterable[RunCurves]) -> Iterable[float]:
    return (value for run in runs for values in run.curves.values() for value in values if math.isfinite(value))


def _wrapped(legend: str) -> str:
    """In lines that a phone has room for; a person's own text stays letters."""
    short = legend if len(legend) <= LONGEST else f"{legend[: LONGEST - 1]}…"
    return "<br>".join(plain(line) for line in textwrap.wrap(short, LETTERS)) or "–"
