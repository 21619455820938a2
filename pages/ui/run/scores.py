"""Evaluate page, from close by: each class by itself and its curves, or what a regression leaves over."""

import streamlit as st

from lab.charts.class_curves import precision_recall_chart, roc_chart
from lab.charts.figure_cache import once_drawn
from lab.charts.residuals import residual_histogram, residual_points
from lab.data.prepare import PartName
from lab.insight.class_scores import class_scores, macro
from lab.insight.evaluate import Evaluation
from lab.insight.residuals import residuals
from lab.insight.thresholds import class_curves
from lab.texts import Language, say
from pages.ui.chart import show_chart
from pages.ui.grid import show_rows
from pages.ui.state import AppState
from pages.ui.text import heading

SHARES = ("precision", "recall", "f1")


def closer_section(state: AppState, evaluation: Evaluation, part: PartName, output: str) -> None:
    """Pictures first, numbers behind them."""
    if part in evaluation.points:
        residual_section(state, evaluation, part, output)
    elif part in evaluation.confusion:
        curves_section(state, evaluation, part, output)
        class_section(state, evaluation, part)


def residual_section(state: AppState, evaluation: Evaluation, part: PartName, output: str) -> None:
    language, unit = state.language, evaluation.target_unit
    heading(say("scores.residuals", language, part=say(f"part.{part}", language)))
    st.caption(say("scores.residuals_about", language))
    found = residuals(*evaluation.points[part])
    points, histogram = st.columns(2, gap="large")
    with points:
        chart = once_drawn(residual_points, found, part, evaluation.target_name, unit, language=language)
        show_chart(chart, f"residuals{output}", alt=say("scores.alt.residuals", language))
    with histogram:
        chart = once_drawn(residual_histogram, found, part, unit, language=language)
        show_chart(chart, f"residual-histogram{output}", alt=say("scores.alt.histogram", language))
    numbers = {"mean": f"{found.mean:.3g}", "deviation": f"{found.deviation:.3g}"}
    st.caption(say("scores.residual_numbers", language, unit=f" {unit}" if unit else "", **numbers))


def curves_section(state: AppState, evaluation: Evaluation, part: PartName, output: str) -> None:
    language = state.language
    shares, actual = evaluation.shares[part]
    heading(say("scores.curves", language, part=say(f"part.{part}", language)))
    found = class_curves(actual, shares, evaluation.classes)
    if not found:
        st.info(say("scores.one_class", language))
        return
    st.caption(say("scores.curves_about" if len(evaluation.classes) == 2 else "scores.curves_about_each", language))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{say('scores.roc', language)}**", help=say("scores.roc_help", language))
        show_chart(once_drawn(roc_chart, found, language=language), f"roc{output}", alt=say("scores.alt.roc", language))
    with right:
        st.markdown(
            f"**{say('scores.precision_recall', language)}**", help=say("scores.precision_recall_help", language)
        )
        chart = once_drawn(precision_recall_chart, found, language=language)
        show_chart(chart, f"precision-recall{output}", alt=say("scores.alt.precision_recall", language))


def class_section(state: AppState, evaluation: Evaluation, part: PartName) -> None:
    """A row for each class, and the mean of all classes."""
    language = state.language
    heading(say("scores.classes", language, part=say(f"part.{part}", language)))
    st.caption(say("scores.classes_about", language))
    found = class_scores(evaluation.confusion[part], evaluation.classes)
    titles = {name: say(f"scores.{name}", language) for name in ("class", *SHARES, "rows", "predicted", "right")}
    rows = [
        {
            titles["class"]: one.name,
            **{titles[name]: percent(getattr(one, name), name, language) for name in SHARES},
            **{titles[name]: f"{getattr(one, name):,}" for name in ("rows", "predicted", "right")},
        }
        for one in found
    ]
    means = {titles[name]: percent(macro(found, name), name, language) for name in SHARES}
    counts = {titles[name]: "" for name in ("rows", "predicted", "right")}
    rows.append({titles["class"]: say("scores.macro", language), **means, **counts})
    show_rows(rows, height="content" if len(rows) <= 12 else 460)


def percent(share: float | None, name: str, language: Language) -> str:
    """Of a hundred; where there is nothing to divide by, a dash and why."""
    return say(f"scores.none.{name}", language) if share is None else f"{share:.1%}"
