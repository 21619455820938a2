"""Small charts of one size, so that eyes can go from one to the next: a column, a relation, a signal."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from lab.charts.evaluation import shortened
from lab.charts.style import BLUE, BROWN, CLEAR, GREEN, GREY, ORANGE, PURPLE, THEMED, VERMILION, plain, with_unit
from lab.data.look import Boxes, ColumnLook, Means, Relation, Shares, Signal
from lab.data.table import Column
from lab.texts import Language, say

Axis = dict[str, Any]

SMALL_FONT = 14
SMALL_HEIGHT = 210  # pixels
FEW_BARS = 10
LONGEST_TITLE = 30  # letters
# numbers of colours and of signs have no common divisor: together they tell many classes apart
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, GREY, BROWN)
AT_THE_TOP = {"x": 0.01, "y": 1, "yanchor": "top", "pad": {"t": 4}}
AXIS = {"automargin": True, "fixedrange": True, "zeroline": False, "tickfont": {"size": SMALL_FONT}}
PATTERNS = ("", "/", "x", ".", "-", "+")


def small(title: str, below: str, *, x: Axis | None = None, y: Axis | None = None) -> go.Figure:
    """An empty small chart under its title and a line in smaller letters; both are plain already.

    It has no template of Plotly's: a whole one takes 30 ms a chart, and here are a dozen on a screen.
    """
    line = {"text": below, "font": {"size": 12}}
    return go.Figure(
        layout={
            "template": THEMED,
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "font": {"size": SMALL_FONT},
            "height": SMALL_HEIGHT,
            "margin": {"l": 6, "r": 6, "t": 54, "b": 6, "pad": 0},
            "title": {"text": title, "font": {"size": 16}, "subtitle": line, **AT_THE_TOP},
            "showlegend": False,
            "hoverlabel": {"font": {"size": SMALL_FONT}},
            "xaxis": {**AXIS, "nticks": 5, "showgrid": False, **(x or {})},
            "yaxis": {**AXIS, "nticks": 4, **(y or {})},
        }
    )


def names_axis(names: Sequence[str]) -> Axis:
    """Names below their places 0, 1, 2 …; many stand aslant."""
    return {"tickvals": list(range(len(names))), "ticktext": list(names), "tickangle": -30 if len(names) > 4 else 0}


def titled(column: Column) -> str:
    """A column's name, shortened, with its unit."""
    name = column.name if len(column.name) <= LONGEST_TITLE else column.name[: LONGEST_TITLE - 1] + "…"
    return with_unit(" ".join(name.split()), column.unit)


# --- one column


def column_chart(look: ColumnLook, *, language: Language) -> go.Figure:
    """How the values are spread: a histogram, or a bar for each value. A strip on top shows the share of gaps."""
    if look.names:
        chart = _bars_of_names(look, language)
    else:
        chart = small(titled(look.column), _column_line(look, language))
        if len(look.edges):
            _histogram(chart, look, language)
        else:
            _say_instead(chart, say("look.all_different" if look.many else "look.no_value", language))
    _strip_of_gaps(chart, look.missing_share)
    return chart


def _bars_of_names(look: ColumnLook, language: Language) -> go.Figure:
    names, counts = _plain(look.names), list(look.counts)
    if look.others:
        names, counts = [*names, say("look.others", language)], [*counts, look.others]
    chart = small(titled(look.column), _column_line(look, language), x=names_axis(names))
    hover = "%{hovertext}: %{y:,}<extra></extra>"
    places = list(range(len(names)))
    chart.add_trace(go.Bar(x=places, y=counts, marker={"color": BLUE}, hovertext=names, hovertemplate=hover))
    return chart


def _histogram(chart: go.Figure, look: ColumnLook, language: Language) -> None:
    middles, width = (look.edges[:-1] + look.edges[1:]) / 2, float(look.edges[1] - look.edges[0])
    places = middles.tolist()
    if look.column.kind == "datetime":
        places = [str(time) for time in middles.astype("datetime64[s]")]
        width *= 1000  # Plotly counts times in milliseconds
    elif look.column.whole and len(places) <= FEW_BARS:
        chart.update_xaxes(tickvals=places)  # no whole number has halves
    hover = f"%{{x}}: %{{y:,}} {say('look.rows_axis', language)}<extra></extra>"
    chart.add_trace(go.Bar(x=places, y=list(look.counts), width=width, marker={"color": BLUE}, hovertemplate=hover))


def _column_line(look: ColumnLook, language: Language) -> str:
    kind = say(f"kind.{look.column.kind}", language)
    gaps = say("look.gaps", language, percent=percent(look.missing_share)) if look.missing else ""
    return " · ".join(word for word in (kind, gaps) if word)


def percent(share: float) -> str:
    """Of a hundred; a share that is not quite none, or not quite all, never reads as such."""
    number = 100 * share
    if 0 < number < 0.1:
        return "<0.1"
    if 99.9 < number < 100:
        return ">99.9"
    return f"{number:.1f}".removesuffix(".0")


def _strip_of_gaps(chart: go.Figure, share: float) -> None:
    if share <= 0:
        return
    place: dict[str, Any] = {"type": "rect", "xref": "paper", "yref": "paper", "y0": 1.01, "y1": 1.06}
    chart.add_shape(**place, x0=0, x1=1, line={"width": 1, "color": GREY}, fillcolor=CLEAR)
    chart.add_shape(**place, x0=0, x1=max(share, 0.01), line={"width": 0}, fillcolor=VERMILION)


def _say_instead(chart: go.Figure, words: str) -> None:
    chart.add_annotation(text=words, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    chart.update_xaxes(visible=False)
    chart.update_yaxes(visible=False)


# --- a column and the target


def relation_chart(found: Relation, *, language: Language) -> go.Figure:
    """What the target is where the column is low, high, or of one kind."""
    title, below = titled(found.column), say("look.told", language, percent=percent(found.told))
    if isinstance(found, Boxes):
        chart = small(title, below, x=names_axis(_plain(found.names)), y=_of_target(found) if found.of_target else None)
        _boxes(chart, found)
    elif isinstance(found, Shares):
        chart = small(title, below, x=names_axis(_plain(found.names)), y={"tickformat": ".0%", "range": [0, 1]})
        _shares(chart, found)
    else:
        chart = small(title, below, y=_of_target(found))
        if isinstance(found, Means):
            _means(chart, found, language)
    return chart


def _plain(names: Sequence[str]) -> list[str]:
    return [plain(shortened(name)) for name in names]


def _of_target(found: Relation) -> Axis:
    return {"title": {"text": titled(found.target), "font": {"size": SMALL_FONT}, "standoff": 4}}


def _boxes(chart: go.Figure, found: Boxes) -> None:
    for place, (name, five) in enumerate(zip(_plain(found.names), found.five.tolist(), strict=True)):
        ends = dict(zip(("lowerfence", "q1", "median", "q3", "upperfence"), ([end] for end in five), strict=True))
        colour = BLUE if found.of_target else COLOURS[place % len(COLOURS)]
        chart.add_trace(go.Box(x=[place], name=name, line={"color": colour}, **ends))


def _means(chart: go.Figure, found: Means, language: Language) -> None:
    x = found.centres.tolist()
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    chart.add_trace(go.Scatter(x=x, y=found.upper.tolist(), **band))
    chart.add_trace(go.Scatter(x=x, y=found.lower.tolist(), fill="tonexty", fillcolor="rgba(0,114,178,.2)", **band))
    chart.add_trace(
        go.Scatter(
            x=x,
            y=found.means.tolist(),
            mode="lines+markers",
            line={"color": BLUE, "width": 3},
            marker={"size": 8},
            hovertemplate=f"%{{x:.4g}} → {say('look.mean', language)} %{{y:.4g}}<extra></extra>",
        )
    )


def _shares(chart: go.Figure, found: Shares) -> None:
    places = list(range(len(found.names)))
    for number, name in enumerate(found.classes):
        look = {"color": COLOURS[number % len(COLOURS)], "pattern": {"shape": PATTERNS[number % len(PATTERNS)]}}
        hover = f"{plain(name)}: %{{y:.0%}}<extra></extra>"
        shares = found.shares[:, number].tolist()
        chart.add_trace(go.Bar(x=places, y=shares, name=plain(name), marker=look, hovertemplate=hover))
    legend = {"orientation": "h", "y": -0.25, "yanchor": "top", "font": {"size": 12}}
    chart.update_layout(barmode="stack", bargap=0.15, showlegend=True, legend=legend, height=SMALL_HEIGHT + 40)


# --- a row


def signal_chart(found: Signal, *, language: Language) -> go.Figure:
    """One row over its time steps; what lies behind its end is grey and dotted."""
    chart = small(plain(shortened(found.label)), say("look.signal_line", language, number=f"{found.row + 1:,}"))
    steps = list(range(len(found.values)))
    end = found.length
    chart.add_trace(go.Scatter(x=steps[:end], y=found.values[:end].tolist(), mode="lines", line={"color": BLUE}))
    rest = {"color": GREY, "dash": "dot"}
    chart.add_trace(go.Scatter(x=steps[end:], y=found.values[end:].tolist(), mode="lines", line=rest))
    return chart
