"""Curves of a lesson: each seed thin, their median thick, what was predicted on top, and what sentences point at."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Literal

import plotly.graph_objects as go

from lab.charts.studies import COLOURS, DASHES, LEGEND_LINE, WIDE, thin
from lab.charts.style import BROWN, FONT_SIZE, GREY, HEIGHT, PURPLE, SKY, figure, plain, whole_epochs
from lab.studies.band import median_curve
from lab.texts import Language, say

LINE_COLOURS = (*COLOURS, SKY, BROWN)
LINE_DASHES = (*DASHES, "2px,3px,2px,9px", "16px,3px,2px,3px,2px,3px")  # one for each colour: it alone tells no line
LINES_BESIDE = 3  # names for which there is room as it is
LETTERS, WIDE_LETTERS = 30, 20  # of a name in one line, on a phone; Korean ones are as wide as they are high
BADGE = {"bgcolor": "#3d3d3d", "bordercolor": "#ffffff", "borderwidth": 1, "borderpad": 3}  # seen on any page
BADGE_SIZE = 36  # pixels, with what it keeps free
BADGE_AWAY, BADGE_ANGLES = (44, 66, 92, 124), (135, 45, 225, 315, 90, 270, 180, 0)  # pixels and degrees from its place
Place = tuple[float, float]  # in pixels from the lower left
ABOUT: Place = (300.0, 260.0)  # size of the curves on a phone; anywhere else badges lie farther apart
BAR_STEP = 0.025  # of the axis, from one distance to the next
MOST_TICKS = 7
NEAR = 0.12  # of the axis: two places as near would have their badges on each other
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
    """What to look at.

    Args:
        label: the number that stands before the sentence, too.
        values: of one curve there; of two whose distance is meant.
        upright: whether the epoch itself is meant.
    """

    label: str
    epoch: int
    values: tuple[float, ...]
    upright: bool = False


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
    marks: Sequence[Mark] = (),
    drawn: Drawn | None = None,
) -> go.Figure:
    """The curves so far; also of runs that go on."""
    names = [_wrapped(line.name) for line in lines]
    rows = sum(1 + name.count("<br>") for name in names)  # on a phone each name has a line of its own
    height = max(HEIGHT + LEGEND_LINE * max(0, rows - LINES_BESIDE), 2 * LEGEND_LINE * (rows + 1))  # half is the most
    chart = figure(say(f"studies.over.{over}", language), plain(title), height=height)
    for place, (line, name) in enumerate(zip(lines, names, strict=True)):
        chart.add_traces(list(_traces(line, name, look_of(place), over)))
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
    powers = drawn is None and counts_in_powers(lines)
    if powers:
        step = decades_a_tick(lines)
        chart.update_yaxes(type="log", dtick=step, exponentformat="B" if step == 1 else "power")
    if over == "update":
        return chart.update_xaxes(type="log")
    _point(chart, marks, lines, powers=powers)
    return whole_epochs(chart)


def look_of(place: int) -> dict[str, str]:
    """Of a line, by its place among all: no two of twelve are alike, and of eight none has the dash of another."""
    turn, colour = divmod(place, len(LINE_COLOURS))
    return {"color": LINE_COLOURS[colour], "dash": LINE_DASHES[(colour + turn) % len(LINE_DASHES)]}


def counts_in_powers(lines: Sequence[Line]) -> bool:
    """Whether the axis counts in powers of ten: its highest value would press the lowest median to the ground."""
    medians = _finite(value for line in lines for value in median_curve(line.curves))
    values = _all_values(lines)
    return bool(medians) and min(values) > 0 and max(values) > WIDE * min(medians)


def decades_a_tick(lines: Sequence[Line]) -> int:
    """Of an axis that counts in powers of ten: twenty numbers would stand on each other."""
    values = _all_values(lines)
    return max(1, math.ceil(math.log10(max(values) / min(values)) / MOST_TICKS))


def _all_values(lines: Sequence[Line]) -> list[float]:
    return _finite(value for line in lines for curve in line.curves for value in curve)


def _finite(values: Iterable[float]) -> list[float]:
    return [float(value) for value in values if math.isfinite(value)]


def _wrapped(name: str) -> str:
    """In lines that the legend has room for on a phone."""
    wide = any("가" <= letter <= "힣" for letter in name)
    return "<br>".join(plain(piece) for piece in wrap(name, WIDE_LETTERS if wide else LETTERS))


def _traces(line: Line, name: str, look: dict[str, str], over: Over) -> Iterator[go.Scatter]:
    for curve in line.curves if len(line.curves) > 1 else ():  # one is its own median
        yield thin(_places(len(curve), line, over), curve, look["color"])
    if line.curves:
        median = median_curve(line.curves)
        values = median.tolist() or [None]  # a line that broke off at once has its name all the same
        yield go.Scatter(
            x=_places(len(values), line, over), y=values, name=name, mode="lines", line={**look, "width": 3}
        )


# --- what to look at


def _point(chart: go.Figure, marks: Sequence[Mark], lines: Sequence[Line], *, powers: bool) -> None:
    """A badge with an arrow to each place; where a distance is meant, a bar from curve to curve."""
    scale = math.log10 if powers else float
    values = list(map(scale, _all_values(lines)))
    epochs = max((len(curve) for line in lines for curve in line.curves), default=1)
    badges: list[Place] = []
    for place, mark in enumerate(marks):
        x, y = float(mark.epoch), sum(map(scale, mark.values)) / len(mark.values)
        if mark.upright:
            chart.add_vline(x=x, line={"color": PURPLE, "width": 2, "dash": "dot"})
        if len(set(mark.values)) > 1:
            near = sum(abs(other.epoch - mark.epoch) < NEAR * epochs for other in marks[:place])
            x += (1 if mark.epoch < epochs / 2 else -1) * BAR_STEP * near * epochs
            chart.add_trace(_bar(x, mark.values))
        across, up = (x - 1) / max(1, epochs - 1), (y - min(values)) / ((max(values) - min(values)) or 1)
        at = across * ABOUT[0], up * ABOUT[1]
        badges.append(_free_place(at, badges))
        chart.add_annotation(
            x=x,
            y=y,
            ax=badges[-1][0] - at[0],
            ay=at[1] - badges[-1][1],
            text=f"<span style='color:#ffffff'>{mark.label}</span>",  # a page gives other letters its own colour
            font={"size": FONT_SIZE - 2},
            arrowcolor=PURPLE,
            arrowhead=2,
            arrowwidth=2,
            **BADGE,
        )


def _free_place(at: Place, taken: Sequence[Place]) -> Place:
    """Near the place that is meant, on the chart, and off all other badges, as far as there is such a place."""
    around = [
        (at[0] + away * math.cos(math.radians(angle)), at[1] + away * math.sin(math.radians(angle)))
        for away in BADGE_AWAY
        for angle in BADGE_ANGLES
    ]
    inside = [place for place in around if all(0 < one < most for one, most in zip(place, ABOUT, strict=True))]
    free = (place for place in inside if all(math.dist(place, other) >= BADGE_SIZE for other in taken))
    return next(free, (inside or around)[-1])


def _bar(x: float, values: Sequence[float]) -> go.Scatter:
    line = {"color": PURPLE, "width": 3}
    return go.Scatter(
        x=[x] * 2,
        y=list(values),
        mode="lines+markers",
        line=line,
        marker={"symbol": "line-ew", "size": 14, "line": line},
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
    )


def _places(epochs: int, line: Line, over: Over) -> list[float]:
    step = line.updates if over == "update" else 1.0
    return [step * epoch for epoch in range(1, epochs + 1)]
