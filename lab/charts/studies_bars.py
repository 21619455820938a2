"""Bars of one-click experiments: one bar a setting, with whiskers for the luck band and a star at the best."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from lab.charts.style import BLUE, FONT_SIZE, GREY, PART_LOOKS, VERMILION, figure, plain
from lab.studies.band import Band
from lab.studies.conclude import BATCH_COSTS
from lab.studies.result import Result, SettingResult, measure_title
from lab.studies.scores import distance
from lab.studies.words import Words, number, told
from lab.texts import Language, say

ROW = 58  # pixels of a bar with its name above it
SMALL = 300  # height of one of several small charts
ONE_LINE = 10  # letters below a bar
STAR = "★"


def bars(result: Result, language: Language) -> list[go.Figure]:
    """One lying bar a setting, its name above it: names may be long and screens narrow. Training is a dot."""
    chart = figure(plain(told(measure_title(result, both=True), language)), "")
    bands = [one.band(result.value) for one in result.settings]
    best = result.ranked[0] if result.ranked else None
    places = list(range(len(result.settings)))
    look = PART_LOOKS["validation"]
    chart.add_trace(
        go.Bar(
            x=[0 if math.isnan(band.median) else band.median for band in bands],
            y=places,
            orientation="h",
            width=0.45,
            name=say("part.validation", language),
            marker={"color": look["color"], "opacity": 0.75, "pattern": {"shape": "/", "fgopacity": 0.4}},
            error_x=_whiskers(bands),
        )
    )
    train = [one.band(f"train_{result.measure}").median for one in result.settings]
    chart.add_trace(
        go.Scatter(
            x=[None if math.isnan(value) else value for value in train],
            y=places,
            mode="markers",
            name=say("part.train", language),
            marker={"color": BLUE, "symbol": "circle", "size": 13, "line": {"color": GREY, "width": 2}},
        )
    )
    for place, (one, band) in enumerate(zip(result.settings, bands, strict=True)):
        value = _lost_text(one, language) if math.isnan(band.median) else number(band.median)
        star = f"{STAR} " if one is best else ""
        chart.add_annotation(
            x=0,
            y=place,
            xref="paper",
            yshift=ROW * 0.41,
            xanchor="left",
            showarrow=False,
            text=f"{star}{plain(told(one.setting.label, language))} · {value}",
            font={"size": FONT_SIZE - 3},
        )
    chart.update_yaxes(showticklabels=False, range=[len(places) - 0.5, -0.75], showgrid=False, zeroline=False)
    chart.update_xaxes(rangemode="tozero")
    return [chart.update_layout(height=130 + ROW * len(places))]


def costs(result: Result, language: Language) -> list[go.Figure]:
    """What each setting costs: updates, seconds, jitter of the curve, memory."""
    known = [name for name in BATCH_COSTS if any(not math.isnan(one.band(name).median) for one in result.settings)]
    return [_small(result, name, Words(f"studies.figure.{name}"), language, best=None, log=True) for name in known]


def scores(result: Result, language: Language) -> list[go.Figure]:
    """One small chart a score, one bar a setting: what was trained for is rarely best by all of them."""
    found = []
    for name in result.scores:
        score = name.removeprefix("score_")
        known = [one for one in result.settings if not math.isnan(one.band(name).median)]
        best = min(known, key=lambda one, name=name, score=score: distance(score, one.band(name).median), default=None)  # type: ignore[misc]
        found.append(_small(result, name, Words(f"studies.score.{score}"), language, best=best))
    return found


def _small(
    result: Result,
    name: str,
    title: Words,
    language: Language,
    *,
    best: SettingResult | None,
    log: bool = False,
) -> go.Figure:
    """Standing bars of one figure; its name is the chart's title."""
    chart = figure("", "")
    bands = [one.band(name) for one in result.settings]
    labels = [plain(told(one.setting.label, language)) for one in result.settings]
    chart.add_trace(
        go.Bar(
            x=list(range(len(bands))),
            y=[None if math.isnan(band.median) else band.median for band in bands],
            marker={"color": [VERMILION if one is best else BLUE for one in result.settings], "opacity": 0.8},
            error_y=None if log else _whiskers(bands),
            showlegend=False,
        )
    )
    texts = [
        f"{_two_lines(label)}<br><b>{f'{STAR} ' if one is best else ''}{number(band.median)}</b>"
        for label, one, band in zip(labels, result.settings, bands, strict=True)
    ]
    values = [band.median for band in bands if not math.isnan(band.median)]
    wide = log and values and min(values) > 0
    chart.update_xaxes(tickvals=list(range(len(bands))), ticktext=texts, tickangle=0, tickfont={"size": FONT_SIZE - 4})
    chart.update_yaxes(type="log" if wide else "linear", showticklabels=False, showgrid=False, zeroline=not wide)
    if wide:
        low, high = math.log10(min(values)), math.log10(max(values))
        room = max(high - low, 1) * 0.35
        chart.update_yaxes(range=[low - room, high + room])
    name_of_chart = plain(told(Words("studies.log_scale", {"name": title}) if wide else title, language))
    chart.update_layout(title={"text": name_of_chart, "font": {"size": FONT_SIZE - 2}}, height=SMALL, margin={"t": 60})
    return chart


def _whiskers(bands: Sequence[Band]) -> dict[str, object]:
    """From the low to the high end of each band."""

    def length(value: float) -> float:
        return 0.0 if math.isnan(value) else value

    return {
        "type": "data",
        "symmetric": False,
        "array": [length(band.high - band.median) for band in bands],
        "arrayminus": [length(band.median - band.low) for band in bands],
        "thickness": 2,
        "width": 6,
    }


def _lost_text(one: SettingResult, language: Language) -> str:
    return say("studies.lost_mark", language, lost=one.lost, seeds=len(one.runs))


def _two_lines(label: str) -> str:
    """A long name in two lines, cut between words."""
    words = label.split(" ")
    if len(label) <= ONE_LINE or len(words) < 2:
        return label
    cut = min(range(1, len(words)), key=lambda place: abs(len(" ".join(words[:place])) - len(label) / 2))
    return f"{' '.join(words[:cut])}<br>{' '.join(words[cut:])}"
