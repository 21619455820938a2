"""Pictures of one-click experiments: medians of several seeds with the luck band around them."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.charts.studies_bars import bars, costs, scores
from lab.charts.studies_map import heat_map
from lab.charts.style import (
    BLUE,
    GREEN,
    GREY,
    HEIGHT,
    ORANGE,
    PART_LOOKS,
    PURPLE,
    VERMILION,
    figure,
    plain,
    whole_epochs,
)
from lab.runs.kept.positions import Axis
from lab.studies.band import band_curves
from lab.studies.result import Result, SettingResult, measure_title
from lab.studies.words import number, told
from lab.texts import Language, say

COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, GREY)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "star", "cross", "pentagon")
MOST_BANDS = 6  # of more settings only the medians are drawn: bands on top of each other show nothing
MARKERS = 8
LEGEND_LINE = 26  # pixels
FEW_DECADES = 4
THIN = 0.6  # opacity of one seed's curve: on a dark page the darkest of the colours must still be seen
WIDE = 20  # largest over smallest from which an axis counts in powers of ten


def draw(result: Result, picture: str, language: Language, over: Axis = "epoch") -> list[go.Figure]:
    """The figures of one picture; several stand side by side.

    Args:
        over: what curves are drawn over; all others have an axis of their own.
    """
    return curves(result, language, over) if picture == "curves" else OTHERS[picture](result, language)


def curves(result: Result, language: Language, over: Axis = "epoch") -> list[go.Figure]:
    """The validation curve of each setting over epochs, updates or seconds."""
    chart = figure(say(f"studies.over.{over}", language), axis_title(result, language))
    banded = len(result.settings) <= MOST_BANDS
    for place, one in enumerate(result.settings):
        low, median, high = band_curves(one.curves(result.value))
        if not len(median):
            continue
        x = _places(one, len(median), over)
        colour, name = COLOURS[place % len(COLOURS)], plain(told(one.setting.label, language))
        if banded:
            chart.add_trace(_band(x, low, high, colour))
        chart.add_trace(
            go.Scatter(
                x=x,
                y=median.tolist(),
                name=name,
                mode="lines+markers",
                line={"color": colour, "dash": DASHES[place % len(DASHES)], "width": 3},
                marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 9, "maxdisplayed": MARKERS},
            )
        )
    _log_if_wide(chart)
    if not banded:  # their names take several lines above the picture, on a phone one each
        chart.update_layout(height=HEIGHT + LEGEND_LINE * len(result.settings))
    if over != "epoch":  # one update in all or a thousand: only steps of the same factor show both
        chart.update_xaxes(type="log")
        return [chart]
    return [whole_epochs(chart)]


def sweep(result: Result, language: Language) -> list[go.Figure]:
    """What stands at the end over the values of the knob: training solid, validation dashed, lost runs at the top."""
    axis = result.study.axes[0]
    chart = figure(plain(told(axis.title, language)), axis_title(result, language, both=True))
    x = [one.setting.at[0].x for one in result.settings]
    for part, figure_name in (("train", f"train_{result.measure}"), ("validation", result.value)):
        bands = [one.band(figure_name) for one in result.settings]
        look = PART_LOOKS[part]
        low, high = [band.low for band in bands], [band.high for band in bands]
        known = [place for place, band in enumerate(bands) if not math.isnan(band.median)]
        chart.add_trace(
            _band([x[place] for place in known], [low[p] for p in known], [high[p] for p in known], look["color"])
        )
        chart.add_trace(
            go.Scatter(
                x=x,
                y=[None if math.isnan(band.median) else band.median for band in bands],
                name=say(f"part.{part}", language),
                mode="lines+markers",
                line={"color": look["color"], "dash": look["dash"], "width": 3},
                marker={"symbol": look["symbol"], "size": 11},
            )
        )
    _log_if_wide(chart)
    labels = [plain(told(one.setting.label, language)) for one in result.settings]
    chart.update_xaxes(tickvals=x, ticktext=labels, type="log" if axis.log else "linear")
    for one, place in zip(result.settings, x, strict=True):
        if one.lost and place is not None:
            text = say("studies.lost_mark", language, lost=one.lost, seeds=len(one.runs))
            chart.add_annotation(
                x=math.log10(place) if axis.log else place,
                y=1,
                yref="paper",
                text=f"✕ {text}",
                showarrow=False,
                font={"color": VERMILION},
            )
    return [chart]


def band(result: Result, language: Language) -> list[go.Figure]:
    """One setting: each seed thin, their median thick, the band between; where validation turns."""
    one = result.settings[0]
    chart = figure(say("studies.over.epoch", language), axis_title(result, language, both=True))
    for part, name in (("train", f"train_{result.measure}"), ("validation", result.value)):
        look = PART_LOOKS[part]
        for curve in one.curves(name):
            chart.add_trace(thin(range(1, len(curve) + 1), curve, look["color"]))
        low, median, high = band_curves(one.curves(name))
        x = list(range(1, len(median) + 1))
        chart.add_trace(_band(x, low, high, look["color"]))
        chart.add_trace(
            go.Scatter(
                x=x,
                y=median.tolist(),
                name=say(f"part.{part}", language),
                mode="lines+markers",
                line={"color": look["color"], "dash": look["dash"], "width": 4},
                marker={"symbol": look["symbol"], "size": 10, "maxdisplayed": MARKERS},
            )
        )
    turn = one.band("best_epoch")
    if math.isfinite(turn.median) and result.measure == "loss":
        mark_epoch(chart, turn.median, say("charts.best_epoch", language, epoch=round(turn.median)))
    return [whole_epochs(chart)]


def thin(x: Sequence[float], curve: Sequence[float], colour: str) -> go.Scatter:
    """The curve of one seed of several: seen, but named and pointed at only in their median."""
    line = {"color": colour, "width": 1.5}
    return go.Scatter(
        x=list(x), y=list(curve), mode="lines", line=line, opacity=THIN, showlegend=False, hoverinfo="skip"
    )


def mark_epoch(chart: go.Figure, epoch: float, words: str) -> None:
    """An epoch to look at, and the words at it."""
    line = {"color": PURPLE, "width": 2, "dash": "dot"}
    chart.add_vline(x=epoch, line=line, annotation={"text": words, "font": {"color": GREY}})


def axis_title(result: Result, language: Language, *, both: bool = False) -> str:
    return plain(told(measure_title(result, both=both), language))


def _places(one: SettingResult, epochs: int, over: Axis) -> list[float]:
    """Where the epochs of a setting stand on the x axis."""
    per_epoch = {
        "epoch": 1.0,
        "update": one.band("updates").median / max(1.0, one.band("epochs").median),
        "second": one.band("seconds").median / max(1.0, one.band("epochs").median),
    }[over]
    return [epoch * per_epoch for epoch in range(1, epochs + 1)]


def _band(x: Sequence[Any], low: Sequence[float], high: Sequence[float], colour: str) -> go.Scatter:
    """The middle 80 % of the seeds as an area."""
    return go.Scatter(
        x=[*x, *reversed(list(x))],
        y=[*map(float, high), *map(float, reversed(list(low)))],
        fill="toself",
        fillcolor=colour,
        opacity=0.18,
        line={"width": 0},
        mode="lines",
        showlegend=False,
        hoverinfo="skip",
    )


def _log_if_wide(chart: go.Figure) -> None:
    """Losses that differ by factors are drawn in steps of the same factor."""
    values = np.array([y for trace in chart.data for y in trace.y if y is not None and math.isfinite(y)])
    if len(values) and values.min() > 0 and values.max() > WIDE * values.min():
        ticks = _ticks(float(values.min()), float(values.max()))
        chart.update_yaxes(type="log", tickvals=ticks, ticktext=[number(tick) for tick in ticks])


def _ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, … between two numbers; over many powers of ten these alone."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if len(decades) <= FEW_DECADES else (1,)
    return [step * 10.0**decade for decade in decades for step in steps]


OTHERS: dict[str, Callable[[Result, Language], list[go.Figure]]] = {
    "sweep": sweep,
    "band": band,
    "bars": bars,
    "costs": costs,
    "scores": scores,
    "map": heat_map,
}
