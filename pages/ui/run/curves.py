"""The curves of a run on the train page: the live component, or the page itself where the stream is blocked."""

from typing import Any

import streamlit as st

from lab.errors import LabError
from lab.insight.knowledge import layers_for_browser
from lab.model.outputs import history_keys
from lab.model.quantities import History, comparable, in_own_units, quantity
from lab.runs.kept.record import RunView
from lab.runs.wire.frame import EXTRA
from lab.spec.experiment import Experiment
from lab.texts import say
from lab.verdict.context import RunContext
from lab.verdict.judging import context_of
from lab.verdict.live import live_rules
from pages.ui.bench import Bench, bench_of
from pages.ui.run.live_curve import Drawing, live_curve
from pages.ui.run.training import current_run, look_at, scene_and_run, told_experiment
from pages.ui.state import AppState, app_state
from pages.ui.waiting import ticking

REDRAW_S = 1.0
AFTERWARDS = (f"{EXTRA}evaluated_loss",)  # curves beside those of Keras's history

Series = tuple[str, ...]


def draw_run(state: AppState, bench: Bench, run: RunView | None) -> None:
    """Curves of the run on the screen, the run before it grey behind them."""
    if run is None:
        st.caption(say("train_page.invitation", state.language))
        drawing(state, bench, None, series_of(state.experiment, bench), {})
    elif state.stream_blocked and run.active and run.live:
        redrawn(state)
    elif state.stream_blocked or not run.live:
        at_rest(state, bench, run)
    else:
        result = drawing(state, bench, run, series_of(told_experiment(state, run), bench), None)
        if result.blocked or result.lost:
            state.stream_blocked = True
            st.rerun()


def at_rest(state: AppState, bench: Bench, run: RunView) -> None:
    """The run as it is known here, without a stream."""
    columns = {**run.history, **{f"{EXTRA}{name}": values for name, values in run.extras.items()}}
    drawing(state, bench, run, (*run.history, *(name for name in AFTERWARDS if name in columns)), columns)


def drawing(state: AppState, bench: Bench, run: RunView | None, series: Series, history: History | None) -> Any:
    """The component. With a history it draws that and asks for no stream."""
    shown = state.experiment if run is None else told_experiment(state, run)
    context = judged_by(state, bench, shown)
    drawn = Drawing(
        run_id=run.id if run is not None else f"none {state.screen.behind}",
        stream="" if run is None else run.stream,
        series=series,
        epochs=run.epochs if run is not None else state.experiment.fit.epochs,
        titles={name: quantity(name, state.language, shown) for name in series if not name.startswith(("val_", EXTRA))},
        baselines={} if context is None else context.baselines,
        rules=None if context is None else live_rules(context),
        ghost=ghost_history(state, shown),
        history=history,
        progress={"state": "untrained"} if run is None else progress_of(run),
        units=units_of(state, bench, shown),
        running=history is None and run is not None and run.active,
    )
    result = live_curve(drawn, state.language, key="curves", on_news=curves_ask)
    if not in_own_units(shown):
        st.caption(say("train_page.scaled_target", state.language))
    return result


def units_of(state: AppState, bench: Bench, shown: Experiment) -> dict[str, int] | None:
    """Layer -> units of a network that is computed in the browser; None of any other."""
    dataset = bench.dataset
    if dataset is None or bench.errors:
        return None
    layers = state.once("in_browser", (dataset.content_hash, shown.model), lambda: layers_for_browser(shown, dataset))
    return None if layers is None else {layer["name"]: layer["units"] for layer in layers if layer["type"] == "Dense"}


def curves_ask() -> None:
    """Callback of the component, before the screen is drawn anew for it."""
    app_state().curves_asked = True


def progress_of(run: RunView) -> dict[str, object]:
    """The figures below the curves, for a run without a stream."""
    names = ("state", "updates", "elapsed_s", "compute_s", "queue_position", "queue_wait_s", "busy")
    return {name: getattr(run, name) for name in names}


def redrawn(state: AppState) -> None:
    """The stream is blocked: ask the engine once a second, and run the page anew when the training has ended."""

    def tick() -> None:
        run = current_run(app_state())
        if run is None or not run.active:
            st.rerun()
        at_rest(app_state(), bench_of(app_state()), run)

    st.caption(say("train_page.blocked", state.language))
    ticking(tick, REDRAW_S)


def series_of(experiment: Experiment, bench: Bench) -> tuple[str, ...]:
    """The curves that a run of the experiment will have, the total loss first."""
    validated = bench.dataset is not None and len(bench.dataset.validation.rows) > 0
    return (*history_keys(experiment, validated=validated), *AFTERWARDS)


def judged_by(state: AppState, bench: Bench, shown: Experiment) -> RunContext | None:
    """What the curves are held against: a forecast without a network, and what a verdict rests on."""
    dataset = bench.dataset
    if dataset is None or bench.errors:
        return None
    key = (dataset.content_hash, shown.compile, shown.model)
    return state.once(
        "judged_by", key, lambda: bench.context if shown == bench.experiment else context_of(shown, dataset)
    )


def ghost_history(state: AppState, shown: Experiment) -> History | None:
    """The curves in the background: those of the last run that can be compared with the experiment shown."""
    scene, _run = scene_and_run(state)
    behind = state.screen.grey(scene)
    if behind is None:
        return None
    try:
        ghost = look_at(state, behind)
        return comparable(ghost.history, told_experiment(state, ghost), shown)
    except LabError:  # it is no longer kept
        state.screen = state.screen.without(behind)
        return None
