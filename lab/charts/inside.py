"""The inside of a run: how numbers of a layer are spread over the epochs, and what each layer is told.

Kept states lie closer together the earlier they are, so epochs stand on an axis of powers of ten that has room for 0.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lab.charts.pictures import LOOKS
from lab.charts.style import BLUE, GREY, VERMILION, figure, plain
from lab.runs.work.spread import Spread, on_one_axis
from lab.texts import Language, say

HEIGHT = 320
HEAT_BINS = 40
HEAT = [[0, "rgba(0,114,178,0)"], [0.02, "rgba(0,114,178,0.25)"], [1, "rgba(0,114,178,1)"]]
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "cross")
STEPS = (1, 2, 5)  # of each power of ten that may stand at the axis
MOST_TICKS = 7
FEW_DECADES = 1.5  # within which powers of ten alone would leave an axis without a number


def spread_course(
    epochs: Sequence[int], spreads: Sequence[Spread], at_epoch: int, title: str, *, language: Language
) -> go.Figure:
    """A column for each epoch: the darker, the more of the numbers lie there; an upright line at `at_epoch`.

    Args:
        title: of the numbers.
    """
    chart = _over_epochs(epochs, at_epoch, title, language)
    edges, shares = on_one_axis(spreads, HEAT_BINS)
    middles = (edges[:-1] + edges[1:]) / 2
    told = [[f"{epoch:,}"] * len(middles) for epoch in epochs]
    hover = f"{say('charts.epoch', language)} %{{customdata}}<br>{plain(title)} %{{y:.3g}}<br>"
    chart.add_trace(
        go.Heatmap(
            x=_column_edges(epochs),
            y=edges,
            z=np.sqrt(shares.T),  # few numbers at the ends are what one looks for: the root lets them be seen
            customdata=np.transpose(told),
            text=shares.T,
            colorscale=HEAT,
            zmin=0,
            showscale=False,
            hovertemplate=f"{hover}%{{text:.1%}}<extra></extra>",
        )
    )
    return _marked(chart, at_epoch)


def spread_now(spread: Spread, title: str, *, language: Language) -> go.Figure:
    """The numbers of one epoch as a histogram."""
    chart = figure(plain(title), say("charts.inside.count", language))
    edges = spread.edges
    chart.add_trace(
        go.Bar(
            x=((edges[:-1] + edges[1:]) / 2).tolist(),
            y=list(spread.counts),
            width=float(edges[1] - edges[0]) or 1.0,
            marker={"color": BLUE},
            hovertemplate="%{x:.3g}: %{y:,}<extra></extra>",
        )
    )
    chart.add_vline(x=0, line={"color": GREY, "width": 1})
    return chart.update_layout(height=HEIGHT, bargap=0)


def layer_lines(
    lines: Mapping[str, tuple[Sequence[int], Sequence[float]]],
    at_epoch: int,
    title: str,
    *,
    language: Language,
    logarithmic: bool = True,
    usual: float | None = None,
) -> go.Figure:
    """One line for each layer over the epochs.

    Args:
        lines: name of the layer -> (epochs, values).
        usual: a level drawn across, of a rule of thumb.
    """
    epochs = sorted({epoch for known, _ in lines.values() for epoch in known} | {0, at_epoch})
    chart = _over_epochs(epochs, at_epoch, title, language)
    for place, (name, (known, values)) in enumerate(lines.items()):
        colour, dash = LOOKS[place % len(LOOKS)]
        chart.add_trace(
            go.Scatter(
                x=[_x(epoch) for epoch in known],
                y=[_drawable(value, logarithmic=logarithmic) for value in values],
                customdata=list(known),
                mode="lines+markers",
                name=plain(name),
                line={"color": colour, "dash": dash, "width": 2.5},
                marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 8, "maxdisplayed": 12},
                hovertemplate=f"{plain(name)}<br>{say('charts.epoch', language)} %{{customdata:,}}: "
                "%{y:.3g}<extra></extra>",
            )
        )
    if usual is not None:
        chart.add_hline(y=usual, line={"color": GREY, "width": 2, "dash": "dot"})
    if logarithmic:
        shown = [value for _, values in lines.values() for value in values] + ([] if usual is None else [usual])
        chart.update_yaxes(type="log", exponentformat="power", dtick=1 if _decades(shown) > FEW_DECADES else None)
    else:
        chart.update_yaxes(rangemode="tozero", tickformat=".0%")
    return _marked(chart, at_epoch).update_layout(showlegend=True, legend={"font": {"size": 15}})


def _decades(values: Sequence[float]) -> float:
    """How many powers of ten they reach over."""
    drawn = [value for value in values if math.isfinite(value) and value > 0]
    return math.log10(max(drawn) / min(drawn)) if drawn else 0.0


def _over_epochs(epochs: Sequence[int], at_epoch: int, title: str, language: Language) -> go.Figure:
    last = max(*epochs, at_epoch, 1)
    ticks = _ticks(last)
    chart = figure(say("charts.epoch", language), plain(title))
    chart.update_xaxes(
        tickvals=[_x(tick) for tick in ticks],
        ticktext=[f"{tick:,}" for tick in ticks],
        range=[_x(0) - 0.03, _x(last) + 0.03],
        showgrid=False,
        zeroline=False,
    )
    return chart.update_layout(height=HEIGHT)


def _x(epoch: int) -> float:
    return math.log10(1 + epoch)


def _ticks(last: int) -> list[int]:
    powers = range(int(math.log10(last)) + 1)
    known = [step * 10**power for power in powers for step in STEPS if step * 10**power <= last]
    while len(known) > MOST_TICKS:
        known = [tick for tick in known if str(tick)[0] == "1"] if known[1] == 2 else known[::2]
    return [0, *known]


def _column_edges(epochs: Sequence[int]) -> list[float]:
    """Half way between two epochs, and as far out at both ends."""
    places = [_x(epoch) for epoch in epochs]
    between = [(one + other) / 2 for one, other in pairwise(places)]
    first, last = (between[0], between[-1]) if between else (places[0] - 0.1, places[0] + 0.1)
    return [2 * places[0] - first, *between, 2 * places[-1] - last]


def _marked(chart: go.Figure, at_epoch: int) -> go.Figure:
    chart.add_vline(x=_x(at_epoch), line={"color": VERMILION, "width": 2})
    return chart


def _drawable(value: float, *, logarithmic: bool) -> Any:
    """Zero and what is no number have no place on an axis of powers of ten."""
    return value if math.isfinite(value) and (value > 0 or not logarithmic) else None
