"""Cross-validation of a run: the same experiment on other pieces of the rows, all at once."""

from dataclasses import dataclass, field

import streamlit as st

from lab.charts.figure_cache import once_drawn
from lab.charts.folds import fold_points
from lab.errors import LabError
from lab.insight.folds import (
    FOLDS,
    FoldScores,
    as_many_rows,
    fold_cells,
    fold_scores,
    learns_from,
    validated,
)
from lab.model.measures import larger_is_better
from lab.model.quantities import quantity
from lab.runs.kept.record import RunRecord
from lab.runs.orders.study import RunOutcome, StudyView
from lab.runs.serve.host import engine
from lab.runs.wire.messages import ENDED
from lab.studies.words import number
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.bench import table_of
from pages.ui.chart import show_chart
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import tell_error
from pages.ui.waiting import ticking

LOOK_S = 0.5


@dataclass
class Folded:
    """A cross-validation that was asked for: of which run, and what has come out."""

    run_id: str
    study_id: str
    folds: int
    rows: int  # that a fold learns from
    outcomes: dict[str, tuple[RunOutcome, ...]] = field(default_factory=dict)
    ended: bool = False


@dataclass
class Asked:
    """The cross-validation that was asked for last."""

    folded: Folded | None = None


def folds_section(state: AppState, record: RunRecord) -> None:
    """The button, the progress, and how much of the run's value is the luck of its rows."""
    st.caption(say("folds.about", state.language))
    if record.experiment.data.split.order == "time":
        st.caption(say("folds.in_time", state.language))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.segmented_control(
            say("folds.count", state.language), FOLDS, default=FOLDS[1], required=True, key="fold-count"
        )
        st.button(
            say("folds.start", state.language),
            key="folds-start",
            type="primary",
            icon=":material/splitscreen:",
            on_click=start_folds,
            args=(record.id,),
        )
    asked: Folded | None = state.held(Asked).folded
    if asked is None or asked.run_id != record.id:
        return
    if not asked.ended:
        wait(state, asked)
    else:
        result(state, record, asked)


def start_folds(run_id: str) -> None:
    """Train every fold; the study before it is forgotten."""
    state = app_state()
    folds = int(widget_value("fold-count"))
    try:
        experiment = engine().record(run_id, state.owner).experiment_with_changes()
        cells = fold_cells(experiment, table_of(experiment, state.desk), folds)
        study_id = engine().start_study(cells, state.owner)
        state.held(Asked).folded = Folded(run_id, study_id, folds, learns_from(cells))
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)


def wait(state: AppState, asked: Folded) -> None:
    """Progress twice a second; the page is run anew when it has ended."""

    def tick() -> None:
        view = look(state, asked)
        if view is None or asked.ended:
            st.rerun()
        else:
            st.progress(view.share, text=say("folds.progress", state.language, folds=asked.folds))

    ticking(tick, LOOK_S)


def look(state: AppState, asked: Folded) -> StudyView | None:
    """Where it is; forgotten if the engine no longer knows it."""
    try:
        view = engine().study(asked.study_id, state.owner)
    except LabError as lost:
        state.held(Asked).folded = None
        st.warning(tell_error(lost, state.language))
        return None
    if view.state in ENDED:
        asked.outcomes, asked.ended = view.outcomes, True
    return view


def result(state: AppState, record: RunRecord, asked: Folded) -> None:
    names = validated(record)
    scores = {name: fold_scores(asked.outcomes, record.history.get(f"val_{name}", []), name) for name in names}
    alike = as_many_rows(asked.rows, record.context.train_rows)
    if not alike:
        rows = {"fold_rows": f"{asked.rows:,}", "rows": f"{record.context.train_rows:,}"}
        st.info(say("folds.other_rows", state.language, **rows))
    for name, found in scores.items():
        if found is not None:
            of_quantity(state, record, name, found, alike=alike)
    if not any(scores.values()):
        st.warning(say("folds.nothing", state.language))


def of_quantity(state: AppState, record: RunRecord, name: str, found: FoldScores, *, alike: bool) -> None:
    """One picture and one sentence for the loss and for each metric.

    Args:
        alike: whether nothing but luck sets the folds apart from the run.
    """
    title = quantity(name, state.language, record.experiment)
    values = {"mean": number(found.mean), "deviation": f"{found.deviation:.2g}", "own": number(found.own)}
    told = say("folds.result", state.language, quantity=title, folds=len(found.values), **values)
    place = say(f"folds.{found.place(lower_wins=not larger_is_better(name))}", state.language) if alike else ""
    st.markdown(f"**{told}** {place}")
    chart = once_drawn(fold_points, found, title, language=state.language, baseline=record.context.baselines.get(name))
    show_chart(chart, f"folds-{name}", alt=told)
