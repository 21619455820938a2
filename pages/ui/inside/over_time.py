"""One run from the inside: the slider that all pictures follow, and what is read off the run at its epochs."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from lab.data.prepare import Dataset
from lab.errors import LabError, LookError
from lab.insight.inside.course import Course, epochs_looked_into
from lab.insight.inside.look import EpochLook, look_inside, told_layers
from lab.insight.inside.looker import looked_into
from lab.insight.inside.rows import Rows, rows_looked_at
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import past_of
from lab.runs.wire.checkpoints import nearest
from lab.spec.limits import current_limits
from lab.texts import say
from lab.texts.parts import name_of
from pages.ui.compare.back import checkpoints_of, epoch_in_reach, trainer_back_at
from pages.ui.compare.slider import epoch_slider
from pages.ui.inside.faults import faults_section
from pages.ui.inside.landscape import landscape_look
from pages.ui.inside.layers import layers_look
from pages.ui.inside.live_layers import live_layers
from pages.ui.inside.scene import Scene
from pages.ui.inside.state import InsideView
from pages.ui.inside.units import together_look, units_look
from pages.ui.inside.warp import warp_look
from pages.ui.progress import while_looking
from pages.ui.run.training import look_at, record_of_run
from pages.ui.state import AppState, app_state
from pages.ui.text import tell_error
from pages.ui.waiting import ticking

COURSE = "inside_course"
LOOK_S = 0.5  # between two looks at whether a run that has just begun can be looked into

LOOKS: dict[str, Callable[[AppState, Scene], None]] = {
    "layers": layers_look,
    "units": units_look,
    "together": together_look,
    "warp": warp_look,
    "landscape": landscape_look,
}


def inside_run(state: AppState, record: RunRecord, dataset: Dataset, *, ended: bool) -> None:
    """Everything about one run. Moving the slider draws nothing else of the page anew.

    Raises:
        LabError "run.…": the run cannot be brought back.
    """
    last = last_epoch(state, record, ended=ended)
    if not ended:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(say("inside.going_on", state.language, epoch=f"{last:,}"))
            st.button(say("inside.refresh", state.language), icon=":material/refresh:", key="inside-refresh")
        layers_now(state, record)
    if not last:
        st.info(say("inside.too_early" if not ended else "evaluate_page.nothing_learned", state.language))
        if not ended:
            await_first_state(state, record.id)
        return
    rows = rows_of(state, record, dataset)
    st.caption(say("inside.about", state.language, rows=f"{len(rows):,}"))
    course = course_so_far(state, record, dataset, rows, last)
    st.fragment(at_an_epoch)(state, record, dataset, rows, course)


def layers_now(state: AppState, record: RunRecord) -> None:
    """The layers while they learn, told by the worker; the pictures below stand still."""
    view = look_at(state, record.id)
    if not view.active or not view.stream:
        return
    named = [
        (name, f"{label} {name_of('layer', kind, state.language)}")
        for name, label, kind in told_layers(record.experiment)
    ]
    live_layers(record.id, view.stream, named, state.language, on_end=lambda: None)
    st.caption(say("inside.live", state.language))


def last_epoch(state: AppState, record: RunRecord, *, ended: bool) -> int:
    """Of one that goes on the last kept state: only from there it can be brought back without waiting for it."""
    if ended:
        return record.last_good_epoch
    return nearest(checkpoints_of(state, record), record.epochs_done)


def await_first_state(state: AppState, run_id: str) -> None:
    """Draw the page anew as soon as there is an epoch to look into, or there will be none."""

    def tick() -> None:
        run = look_at(state, run_id)
        if not run.active or last_epoch(state, record_of_run(state, run), ended=False):
            st.rerun()

    ticking(tick, LOOK_S)


def at_an_epoch(state: AppState, record: RunRecord, dataset: Dataset, rows: Rows, course: Course) -> None:
    """The slider, what stands out, and the pictures that were chosen."""
    language, view = state.language, state.held(InsideView)
    epoch = epoch_slider(state, f"inside-{record.number}-{course.last}", course.last, "inside")
    try:
        epoch = epoch_in_reach(state, record, epoch)
        look, weights = look_at_epoch(state, record, dataset, rows, course, epoch)
    except LabError as refusal:
        st.warning(tell_error(refusal, language))
        return
    scene = Scene(record, dataset, rows, course.with_look(look), look, weights)
    faults_section(state, scene)
    view.look = st.segmented_control(
        say("inside.look", language),
        tuple(LOOKS),
        default=view.look,
        required=True,
        format_func=lambda name: say(f"inside.look.{name}", language),
        key="inside-look",
        label_visibility="collapsed",
        wrap=True,
    )
    LOOKS[view.look](state, scene)


# --- what is worked out once


def rows_of(state: AppState, record: RunRecord, dataset: Dataset) -> Rows:
    return state.once("inside_rows", record.id, lambda: rows_looked_at(record.experiment, dataset, current_limits()))


def course_so_far(state: AppState, record: RunRecord, dataset: Dataset, rows: Rows, last: int) -> Course:
    """Once for a run and how far it is: some thirty looks. Who does not wait for them gets only the epochs chosen.

    So does whose network is too large for so many.
    """
    mark = (record.id, record.epochs_done, last)

    def stopped() -> None:
        app_state().memo[COURSE] = mark, Course((), last)

    def looked_for() -> Course:
        checkpoints = checkpoints_of(state, record)
        past, epochs = past_of(record, checkpoints, dataset), epochs_looked_into(checkpoints, last)
        try:
            with while_looking(state, "stop-course", stopped) as tell:
                return Course(looked_into(past, rows.places, epochs, tell), last)
        except LookError as refusal:
            st.warning(tell_error(refusal, state.language))
            return Course((), last)

    return state.once(COURSE, mark, looked_for)


def look_at_epoch(
    state: AppState, record: RunRecord, dataset: Dataset, rows: Rows, course: Course, epoch: int
) -> tuple[EpochLook, list[Any]]:
    """A look into the run, which is brought back there, and its weights of then. Raises LabError "run.damaged"."""

    def looked_for() -> tuple[EpochLook, list[Any]]:
        trainer = trainer_back_at(state, record, dataset, epoch)
        weights = trainer.model.get_weights()
        return course.at(epoch) or look_inside(record.experiment, trainer, rows), weights

    return state.once("inside_epoch", (record.id, record.epochs_done, epoch), looked_for)
