"""Slow motion: one update of one batch taken apart, with every number inside the equation that it fills."""

from collections.abc import Callable

import streamlit as st

from lab.charts.slow_motion import motion_data
from lab.data.prepare import Dataset
from lab.errors import LabError
from lab.model.problems import updates_arithmetic
from lab.runs.kept.record import RunRecord
from lab.runs.serve.host import engine
from lab.runs.wire.messages import ENDED
from lab.slow_motion.choosing import Choice, choices, with_unit
from lab.slow_motion.steps import steps_of
from lab.slow_motion.update import Update, batches_of, first_update, update_of_run
from lab.slow_motion.view import View
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.bench import Bench, bench_of
from pages.ui.problems import show_problems
from pages.ui.run.training import current_run, record_of_run
from pages.ui.slow_motion import MotionView, Source, slow_motion
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import heading, plain, tell_error

SOURCES: tuple[Source, ...] = ("run", "start")
KEY = "slow-motion"  # of the component, whose result has the unit that was clicked


def page(state: AppState, bench: Bench) -> None:
    heading(say("page.slow_motion", state.language))
    st.caption(say("slow_page.intro", state.language))
    if bench.dataset is None or bench.errors:
        show_problems(bench.errors, state)
        st.info(say("slow_page.no_update", state.language))
        return
    record = run_on_screen(state)
    looking = state.held(MotionView)
    st.fragment(show)(state, looking, bench.dataset, record)


def run_on_screen(state: AppState) -> RunRecord | None:
    """The run that the knobs describe, once it has ended and learned something."""
    run = current_run(state)
    if run is None or run.state not in ENDED:
        return None
    record = record_of_run(state, run)
    return record if record.last_good_epoch else None


# --- which update


def chosen_update(
    state: AppState, looking: MotionView, dataset: Dataset, record: RunRecord | None
) -> Callable[[], Update]:
    """Widgets for epoch and batch, and what finds the update that they speak of."""
    language = state.language
    if record is not None:
        names = {
            "run": say("slow_page.from.run", language, number=record.number),
            "start": say("slow_page.from.start", language),
        }
        looking.source = st.segmented_control(
            say("slow_page.from", language),
            SOURCES,
            default=looking.source,
            required=True,
            format_func=lambda name: names[name],
            key=f"slow-from-{record.id}",
        )
        record = record if looking.source == "run" else None
    if record is None:
        fit = state.experiment.fit
        batches, _ = updates_arithmetic(len(dataset.train.rows), fit.batch_size, fit.epochs)
        epoch = 1
    else:
        batches = batches_of(record, dataset)
        epoch = number(say("slow_page.epoch", language), record.last_good_epoch, f"slow-epoch-{record.id}")
    batch = number(say("slow_page.batch", language), batches, f"slow-batch-{looking.source}")
    return lambda: update_at(state, dataset, record, epoch, batch)


def update_at(state: AppState, dataset: Dataset, record: RunRecord | None, epoch: int, batch: int) -> Update:
    """The update, remembered while it is looked at unless it is large."""
    mark = state.experiment if record is None else (record.id, record.epochs_done)
    update = state.once("slow_motion", (mark, epoch, batch), lambda: computed(state, dataset, record, epoch, batch))
    if not update.is_small:
        state.memo.pop("slow_motion")
    return update


def number(label: str, last: int, key: str) -> int:
    """A number from 1 to the last one; where there is one alone, nothing is asked."""
    if last == 1:
        return 1
    return int(st.number_input(label, 1, last, 1, key=f"{key}-{last}", width=130))


def computed(state: AppState, dataset: Dataset, record: RunRecord | None, epoch: int, batch: int) -> Update:
    with st.spinner(say("slow_page.recomputing", state.language)):
        if record is None:
            return first_update(state.experiment, dataset, batch)
        checkpoints = engine().checkpoints(record.id, state.owner)
        return update_of_run(record, checkpoints, dataset, epoch, batch)


# --- which sample and which units


def show(state: AppState, looking: MotionView, dataset: Dataset, record: RunRecord | None) -> None:
    """Widgets and steps; choosing another update or unit draws nothing else of the page anew."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="slow-choices"):
        looking.find = chosen_update(state, looking, dataset, record)
        try:
            update = looking.find()
        except (LabError, NetcoreError) as refusal:
            st.warning(tell_error(refusal, state.language))
            return
        view = chosen_view(state, looking, update)
    data = motion_data(steps_of(view), update.network, state.language)
    slow_motion(data, state.language, KEY, on_pick=picked)


def chosen_view(state: AppState, looking: MotionView, update: Update) -> View:
    """Widgets for the sample, and for the unit of one layer at a time; the update as they show it."""
    language = state.language
    looking.sample = number(say("slow_page.sample", language), update.size, "slow-sample") - 1
    view = View(update, looking.sample, looking.chosen)
    offered = {one.name: one for one in choices(view)}
    name = st.selectbox(
        say("slow_page.layer", language),
        list(offered),
        format_func=lambda name: plain(offered[name].title.say(language)),
        key="slow-layer",
        width=220,
    )
    if name in offered:
        unit_boxes(state, looking, offered[name])
    return view


def unit_boxes(state: AppState, looking: MotionView, choice: Choice) -> None:
    """One box for each axis; what they show is what is followed now."""
    for axis, size in enumerate(choice.shape):
        last = axis == len(choice.shape) - 1
        label = say("slow_page.unit", state.language) if last else say("slow_page.place", state.language, axis=axis + 1)
        key = f"slow-unit-{choice.name}-{axis}-{looking.sample}-{choice.at}"
        st.selectbox(
            label,
            range(size),
            index=choice.at[axis],
            format_func=lambda place: unit_name(choice, place) if last else str(place + 1),  # noqa: B023
            key=key,
            on_change=take_unit,
            args=(choice, axis, key),
            help=say("slow_page.unit_help", state.language) if last else None,
            width=170,
        )


def unit_name(choice: Choice, place: int) -> str:
    return plain(choice.names[place], 24) if choice.names else str(place + 1)


def take_unit(choice: Choice, axis: int, key: str) -> None:
    at = tuple(int(widget_value(key)) if place == axis else here for place, here in enumerate(choice.at))
    app_state().held(MotionView).choose(choice.name, at)


def picked() -> None:
    """A unit of the drawing was clicked."""
    looking, pick = app_state().held(MotionView), widget_value(KEY)["pick"]
    if pick:
        view = View(looking.find(), looking.sample, looking.chosen)
        looking.chosen = dict(with_unit(view, str(pick["node"]), int(pick["unit"])))


page(app_state(), bench_of(app_state()))
