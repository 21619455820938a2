"""A heat map of two knobs: the number of each pair as shade and in figures, a star at the best."""

import math

import plotly.graph_objects as go

from lab.charts.style import FONT_SIZE, SHADES, figure, figures_of_cells, plain
from lab.studies.result import Result, SettingResult
from lab.studies.words import number, told
from lab.texts import Language, say

CELL = 62  # pixels


def heat_map(result: Result, language: Language) -> list[go.Figure]:
    """First knob upwards, second knob to the right; the darker the better."""
    rows = list(dict.fromkeys(one.setting.at[0].key for one in result.settings))
    columns = list(dict.fromkeys(one.setting.at[1].key for one in result.settings))
    found = {tuple(option.key for option in one.setting.at): one for one in result.settings}
    labels = {option.key: plain(told(option.label, language)) for one in result.settings for option in one.setting.at}
    best = result.ranked[0] if result.ranked else None
    first, second = (plain(told(axis.title, language)) for axis in result.study.axes)
    chart = figure(second, first)
    cells = [[found.get((row, column)) for column in columns] for row in rows]
    texts = [[_text(cell, result, language, best) for cell in line] for line in cells]
    chart.add_trace(
        go.Heatmap(
            z=[[_shade(cell, result) for cell in line] for line in cells],
            text=texts,
            colorscale=SHADES,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=f"{first}: %{{y}}<br>{second}: %{{x}}<br>%{{text}}<extra></extra>",
        )
    )
    chart.add_trace(figures_of_cells(texts, FONT_SIZE))
    chart.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=[labels[key] for key in columns], showgrid=False, zeroline=False
    )
    chart.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[labels[key] for key in rows], showgrid=False, zeroline=False
    )
    return [chart.update_layout(height=max(420, CELL * len(rows) + 160))]


def _shade(cell: SettingResult | None, result: Result) -> float | None:
    """Larger is better; losses by their logarithm, since they differ by factors."""
    value = math.nan if cell is None else cell.band(result.value).median
    if math.isnan(value):
        return None
    if result.up:
        return value
    return -math.log10(value) if value > 0 else -value


def _text(cell: SettingResult | None, result: Result, language: Language, best: SettingResult | None) -> str:
    if cell is None:
        return ""
    value = cell.band(result.value).median
    if math.isnan(value):
        return "✕ " + say("studies.lost_mark", language, lost=cell.lost, seeds=len(cell.runs))
    lost = f"<br>✕ {cell.lost}/{len(cell.runs)}" if cell.lost else ""
    return f"{'★ ' if cell is best else ''}{number(value)}{lost}"
