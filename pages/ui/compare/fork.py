"""Fork: on from any epoch of a finished run with one knob turned, both curves in one chart from there on."""

from typing import Any

import streamlit as st

from lab.data.prepare import Dataset
from lab.edits.forks import ForkKnob, end_of_fork, epoch_to_fork, forked, knobs_of, step_beside
from lab.errors import LabError
from lab.insight.shelf import Entry, newest_fork
from lab.model.problems import model_problems
from lab.runs.kept.record import RunRecord
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.host import engine
from lab.spec.experiment import Experiment
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.bench import dataset_of
from pages.ui.compare.chart import draw_chart
from pages.ui.compare.shelf import keep
from pages.ui.compare.state import CompareView
from pages.ui.problems import show_problems
from pages.ui.run.training import show_run
from pages.ui.state import AppState, app_state
from pages.ui.text import name_of, tell_error


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
        child = newest_fork(entries, entry, state.held(CompareView).forked)
        if child is None:
            st.caption(say("fork.none_yet", state.language))
        else:
            origin = child.experiment.origin
            draw_chart(state, [entry, child], "fork-chart", fork=origin.epoch if origin else None)


def fork_form(state: AppState, record: RunRecord, dataset: Dataset) -> None:
    """From which epoch, which knob, until when; and a button where nothing stands against it."""
    experiment, number = record.experiment_with_changes(), record.number
    epoch = epoch_field(state, record)
    knob = knob_choice(state, experiment, number)
    value = knob_field(state, knob, experiment, number)
    proposed, shared = end_of_fork(experiment, record.last_good_epoch, epoch)
    until = st.number_input(
        say("fork.until", state.language), value=proposed, step=10, key=f"fork-until-{number}-{not shared}"
    )
    wanted = refused_or(state, experiment, epoch, knob, value, int(until or 0))
    problems = [] if wanted is None else [one for one in model_problems(wanted, dataset) if one.blocks]
    show_problems(problems, state)
    st.button(
        say("fork.start", state.language, epoch=f"{epoch:,}"),
        key="fork-start",
        type="primary",
        icon=":material/call_split:",
        disabled=wanted is None or bool(problems),
        on_click=start_fork,
        args=(wanted, record.id),
    )


def refused_or(
    state: AppState, parent: Experiment, epoch: int, knob: ForkKnob, value: Any, until: int
) -> Experiment | None:
    """The fork; None, and the reason on the screen, for a setting that is out of range."""
    try:
        return forked(parent, epoch, knob, value, until)
    except (LabError, NetcoreError) as refusal:
        st.error(tell_error(refusal, state.language))
        return None


def epoch_field(state: AppState, record: RunRecord) -> int:
    """The epoch to go on from; the first one where there is no other."""
    last, key = record.last_good_epoch, f"fork-epoch-{record.number}"
    if last == 1:
        return 1
    proposed = epoch_to_fork(last, record.best_epoch, state.held(CompareView).fork_epoch)
    words = say("fork.epoch", state.language)
    return st.slider(words, 1, last, value=proposed, key=key, on_change=keep, args=("fork_epoch", key))


def knob_choice(state: AppState, experiment: Experiment, number: int) -> ForkKnob:
    view, knobs = state.held(CompareView), {knob.code: knob for knob in knobs_of(experiment)}
    if view.fork_knob not in knobs:
        view.fork_knob = next(iter(knobs))
    st.selectbox(
        say("fork.knob", state.language),
        list(knobs),
        index=list(knobs).index(view.fork_knob),
        format_func=lambda code: say(f"fork.knob.{code}", state.language),
        key=f"fork-knob-{number}",
        on_change=keep,
        args=("fork_knob", f"fork-knob-{number}"),
    )
    return knobs[view.fork_knob]


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
    return st.number_input(label, value=float(proposed), step=step_beside(proposed), format="%g", key=key)


def start_fork(wanted: Experiment, run_id: str) -> None:
    """Start it; the train page shows it too, with its settings on the knobs."""
    state = app_state()
    try:
        dataset = dataset_of(wanted, state.desk)
        fork_id = engine().start(RunRequest(wanted, dataset, fork_of=run_id), state.owner)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return
    show_run(state, fork_id)
    state.told[fork_id] = wanted
    state.replace_experiment(wanted)
    view = state.held(CompareView)
    view.forked = fork_id
    view.choose(run_id, wanted.data)
