"""Fork: on from any epoch of a finished run with one knob turned, both curves in one chart from there on."""

from typing import Any

import streamlit as st

from lab.data.prepare import Dataset
from lab.edits.forks import ForkKnob, forked, knobs_of
from lab.errors import LabError
from lab.model.problems import model_problems
from lab.runs.kept.record import RunRecord
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.host import engine
from lab.spec.experiment import Experiment
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.compare.chart import draw_chart
from pages.ui.compare.shelf import Entry, keep, parent_of
from pages.ui.compare.state import CompareView
from pages.ui.problems import show_problems
from pages.ui.run.training import show_run
from pages.ui.state import AppState, app_state
from pages.ui.text import name_of, tell_error

MORE_EPOCHS = 20  # a fork from the last epoch needs some of its own


def fork_section(state: AppState, entries: list[Entry], entry: Entry, record: RunRecord, dataset: Dataset) -> None:
    """The form, and below it the run with what came of its last fork."""
    if not record.last_good_epoch:
        st.info(say("evaluate_page.nothing_learned", state.language))
        return
    st.caption(say("fork.about", state.language))
    form, picture = st.columns([1, 2], gap="medium")
    with form:
        fork_form(state, record, dataset)
    with picture:
        child = newest_fork(entries, entry, state)
        if child is None:
            st.caption(say("fork.none_yet", state.language))
        else:
            origin = child.experiment.origin
            draw_chart(state, [entry, child], "fork-chart", fork=origin.epoch if origin else None)


def newest_fork(entries: list[Entry], entry: Entry, state: AppState) -> Entry | None:
    """The last run that forks from this one."""
    forks = [one for one in entries if one.experiment.origin is not None and parent_of(one, [entry]) is not None]
    started = [one for one in forks if one.id == state.held(CompareView).forked]
    return next(iter([*started, *forks]), None)


def fork_form(state: AppState, record: RunRecord, dataset: Dataset) -> None:
    experiment, view = record.experiment_with_changes(), state.held(CompareView)
    last, number = record.last_good_epoch, record.number
    knobs = {knob.code: knob for knob in knobs_of(experiment)}
    if view.fork_knob not in knobs:
        view.fork_knob = next(iter(knobs))
    epoch = 1
    if last > 1:
        proposed = min(last, view.fork_epoch or record.best_epoch or last)
        epoch = st.slider(
            say("fork.epoch", state.language),
            1,
            last,
            value=proposed,
            key=f"fork-epoch-{number}",
            on_change=keep,
            args=("fork_epoch", f"fork-epoch-{number}"),
        )
    st.selectbox(
        say("fork.knob", state.language),
        list(knobs),
        index=list(knobs).index(view.fork_knob),
        format_func=lambda code: say(f"fork.knob.{code}", state.language),
        key=f"fork-knob-{number}",
        on_change=keep,
        args=("fork_knob", f"fork-knob-{number}"),
    )
    knob = knobs[view.fork_knob]
    value = knob_field(state, knob, experiment, number)
    until = st.number_input(
        say("fork.until", state.language),
        value=max(experiment.fit.epochs, last, epoch + MORE_EPOCHS),
        step=10,
        key=f"fork-until-{number}-{epoch + MORE_EPOCHS > max(experiment.fit.epochs, last)}",
    )
    wanted, refusal = None, None
    try:
        wanted = forked(experiment, epoch, knob, value, int(until or 0))
    except (LabError, NetcoreError) as error:
        refusal = error
    if refusal is not None:
        st.error(tell_error(refusal, state.language))
    problems = [] if wanted is None else [one for one in model_problems(wanted, dataset) if one.severity == "error"]
    show_problems(problems, state)
    st.button(
        say("fork.start", state.language, epoch=f"{epoch:,}"),
        key="fork-start",
        type="primary",
        icon=":material/call_split:",
        disabled=wanted is None or bool(problems),
        on_click=start_fork,
        args=(wanted, record.id, dataset),
    )


def knob_field(state: AppState, knob: ForkKnob, experiment: Experiment, number: int) -> Any:
    """What the knob is to be set to; the setting in force stands in the label."""
    now = knob.read(experiment)
    if knob.code == "epochs":
        return None
    key, proposed = f"fork-value-{number}-{knob.code}", knob.propose(experiment)
    shown = name_of(knob.code, now, state.language) if knob.choices else f"{now:g}"
    label = say("fork.value", state.language, now=shown)
    if knob.choices is not None:
        names = [name for name in knob.choices() if name != now]
        return st.selectbox(
            label,
            names,
            index=names.index(proposed),
            format_func=lambda name: name_of(knob.code, name, state.language),
            key=key,
        )
    if isinstance(now, int):
        return st.number_input(label, value=int(proposed), step=1, key=key)
    return st.number_input(label, value=float(proposed), step=float(proposed) / 2, format="%g", key=key)


def start_fork(wanted: Experiment, run_id: str, dataset: Dataset) -> None:
    """Start it; the train page shows it too, with its settings on the knobs."""
    state = app_state()
    try:
        fork_id = engine().start(RunRequest(wanted, dataset, fork_of=run_id), state.owner)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return
    show_run(state, fork_id)
    state.told[fork_id] = wanted
    state.replace_experiment(wanted)
    state.held(CompareView).forked, state.held(CompareView).chosen = fork_id, run_id
