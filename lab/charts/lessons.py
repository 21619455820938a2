"""Curves of a lesson: each seed thin, their median thick, what was predicted on top of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from lab.charts.studies import COLOURS, DASHES, LEGEND_LINE, WIDE, mark_epoch, thin
from lab.charts.style import BROWN, GREY, HEIGHT, SKY, figure, plain, whole_epochs
from lab.studies.band import median_curve
from lab.texts import Language, say

LINE_COLOURS = (*COLOURS, SKY, BROWN)
LINES_BESIDE = 3  # names for which there is room as it is
Over = Literal["epoch", "update"]
OVERS: tuple[Over, ...] = ("epoch", "update")


@dataclass(frozen=True)
class Line:
    """One setting: its curves, one a seed, and how many updates an epoch has."""

    name: str
    curves: Sequence[Sequence[float]]
    updates: float = 1.0


@dataclass(frozen=True)
class Mark:
    """What to look at: an epoch, and the words at it."""

    epoch: float
    words: str


@dataclass(frozen=True)
class Drawn:
    """A curve that a person drew: epochs and values."""

    epochs: Sequence[float]
    values: Sequence[float]


def lesson_curves(
    lines: Sequence[Line],
    title: str,
    language: Language,
    *,
    over: Over = "epoch",
    mark: Mark | None = None,
    drawn: Drawn | None = None,
) -> go.Figure:
    """The curves so far; also of runs that go on."""
    height = HEIGHT + LEGEND_LINE * max(0, len(lines) - LINES_BESIDE)  # on a phone each name has a line of its own
    chart = figure(say(f"studies.over.{over}", language), plain(title), height=height)
    seen: list[float] = []
    for place, line in enumerate(lines):
        colour, dash = LINE_COLOURS[place % len(LINE_COLOURS)], DASHES[place % len(DASHES)]
        for curve in line.curves if len(line.curves) > 1 else ():  # one is its own median
            chart.add_trace(thin(_places(len(curve), line, over), curve, colour))
        median = median_curve(line.curves)
        if len(median):
            seen += [float(value) for value in median if value == value]
            chart.add_trace(
                go.Scatter(
                    x=_places(len(median), line, over),
                    y=median.tolist(),
                    name=plain(line.name),
                    mode="lines",
                    line={"color": colour, "dash": dash, "width": 3},
                )
            )
    if drawn is not None:
        chart.add_trace(
            go.Scatter(
                x=list(drawn.epochs),
                y=list(drawn.values),
                name=say("lessons_page.your_curve", language),
                mode="lines",
                line={"color": GREY, "width": 5, "dash": "dot"},
            )
        )
    if mark is not None and over == "epoch":
        mark_epoch(chart, mark.epoch, plain(mark.words))
    if seen and min(seen) > 0 and max(seen) > WIDE * min(seen) and drawn is None:
        chart.update_yaxes(type="log", dtick=1)
    if over == "epoch":
        return whole_epochs(chart)
    return chart.update_xaxes(type="log")


def _places(epochs: int, line: Line, over: Over) -> list[float]:
    step = line.updates if over == "update" else 1.0
    return [step * epoch for epoch in range(1, epochs + 1)]
