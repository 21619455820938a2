"""Honest curves: the training loss while the weights still change and after the epoch, data loss and penalty apart."""

import streamlit as st

from lab.charts.curves import measured
from lab.charts.figure_cache import once_drawn
from lab.insight.honest import Honesty, honesty, penalty_apart, ways_of_measuring
from lab.model.quantities import quantity
from lab.runs.kept.record import RunRecord
from lab.texts import say
from pages.ui.chart import show_chart
from pages.ui.run.verdict import bullets
from pages.ui.state import AppState
from pages.ui.text import name_of


def honest_section(state: AppState, record: RunRecord) -> None:
    """Every way in which the run measured its loss, and why they differ."""
    found = honesty(record.experiment, record.history, record.extras)
    if found is None:
        st.info(say("honest.nothing", state.language))
        return
    title, line = quantity("loss", state.language, record.experiment), record.context.baseline_loss
    chart = once_drawn(
        measured, ways_of_measuring(record.history, record.extras), language=state.language, title=title, baseline=line
    )
    show_chart(chart, "honest", alt=say("honest.alt", state.language))
    reasons(state, found)
    if found.penalty_share is not None:
        penalty_section(state, record, found)


def reasons(state: AppState, found: Honesty) -> None:
    """Why validation may lie below training, with the numbers of this run."""
    counts = {"below": found.below_running, "after": found.below_evaluated, "epochs": found.epochs}
    st.markdown(say("honest.counts", state.language, **{name: f"{count:,}" for name, count in counts.items()}))
    told = [say("honest.why_running", state.language, lag=f"{found.lag:.3g}")]
    if found.random_layers:
        names = ", ".join(name_of("layer", name, state.language) for name in found.random_layers)
        told.append(say("honest.why_random", state.language, layers=names))
    if found.below_evaluated:
        told.append(say("honest.why_rows", state.language))
    bullets(say("honest.why", state.language), told)


def penalty_section(state: AppState, record: RunRecord, found: Honesty) -> None:
    """What the weights cost, apart from what the errors cost."""
    st.markdown(f"**{say('honest.penalty', state.language)}**")
    title, line = quantity("loss", state.language, record.experiment), record.context.baseline_loss
    apart = penalty_apart(record.history, record.extras)
    chart = once_drawn(measured, apart, language=state.language, title=title, baseline=line)
    show_chart(chart, "penalty", alt=say("honest.penalty_alt", state.language))
    values = {"share": f"{found.penalty_share:.0%}", "total": found.best_total, "data": found.best_data}
    st.markdown(say("honest.penalty_about", state.language, **values))
    if found.best_total != found.best_data:
        st.info(say("honest.penalty_stops", state.language, total=found.best_total, data=found.best_data))
