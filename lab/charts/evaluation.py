"""Pictures of an evaluation: confusion matrix, predicted against actual."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lab.charts.style import GREY, PART_LOOKS, SHADES, figure, figures_of_cells, plain, with_unit
from lab.texts import Language, say

LONGEST_NAME = 18  # letters of a class at an axis; a longer one would leave no room for the matrix
POINTS = 2000  # of a scatter plot; more only make one dark patch and a slow page


def confusion(matrix: Sequence[Sequence[int]], classes: Sequence[str], *, language: Language) -> go.Figure:
    """How often each actual class (row) was predicted as each class (column): counts in the cells, shares as shade.

    Args:
        matrix: counts (K, K), row = actual, column = predicted.
        classes: K names, never markup; long ones are shortened.
    """
    names = [plain(shortened(name)) for name in classes]
    shares = [[count / max(sum(row), 1) for count in row] for row in matrix]
    counts = [[str(count) for count in row] for row in matrix]
    chart = figure(say("charts.predicted", language), say("charts.actual", language))
    chart.add_trace(
        go.Heatmap(
            z=shares,
            text=counts,
            colorscale=SHADES,
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
            hovertemplate=f"{say('charts.actual', language)}: %{{y}}<br>{say('charts.predicted', language)}: %{{x}}"
            "<br>%{text} (%{z:.0%})<extra></extra>",
        )
    )
    chart.add_trace(figures_of_cells(counts, 20 if len(classes) <= 12 else 16))
    # places, not names, are the coordinates: two classes may read alike, and "3" is a name, not a number
    places = list(range(len(names)))
    chart.update_xaxes(tickvals=places, ticktext=names, side="bottom", showgrid=False, zeroline=False)
    chart.update_yaxes(tickvals=places, ticktext=names, autorange="reversed", showgrid=False, zeroline=False)
    return chart.update_layout(height=max(420, 46 * len(names) + 120))


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    """At most so many letters."""
    return name if len(name) <= longest else name[: longest - 1] + "…"


def predicted_actual(
    parts: Mapping[str, tuple[Sequence[float], Sequence[float]]], name: str, unit: str, *, language: Language
) -> go.Figure:
    """Each row a point: actual value to the right, predicted value up; a perfect forecast lies on the line.

    Args:
        parts: "train", "validation", "test" -> (actual, predicted), in the target's own unit.
        name, unit: of the target.
    """
    title = with_unit(name, unit)
    chart = figure(say("charts.actual_of", language, target=title), say("charts.predicted_of", language, target=title))
    for part, (actual, predicted) in parts.items():
        step = max(1, -(-len(actual) // POINTS))
        look = PART_LOOKS[part]
        chart.add_trace(
            go.Scatter(
                x=list(actual[::step]),
                y=list(predicted[::step]),
                mode="markers",
                name=say(f"part.{part}", language),
                marker={"color": look["color"], "symbol": look["symbol"], "size": 9, "opacity": 0.65},
            )
        )
    ends = [value for actual, predicted in parts.values() for value in (*actual, *predicted)]
    if ends:
        low, high = min(ends), max(ends)
        chart.add_trace(
            go.Scatter(
                x=[low, high],
                y=[low, high],
                mode="lines",
                line={"color": GREY, "width": 2, "dash": "dot"},
                name=say("charts.perfect", language),
            )
        )
    return chart
