"""Slow motion: one update of one batch taken apart, with every number inside the equation that it fills."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lab.charts.slow_motion import motion_data
from lab.data.prepare import Dataset
from lab.errors import LabError
from lab.model.problems import updates_arithmetic
from lab.runs.kept.record import RunRecord, RunView
from lab.runs.wire.messages import ENDED
from lab.slow_motion.choosing import Choice, choices, with_unit
from lab.slow_motion.steps import steps_of
from lab.slow_motion.update import (
    Update,
    batches_of,
    epoch_before,
    first_shown,
    first_update,
    last_epoch_shown,
    update_from,
)
from lab.slow_motion.view import View
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.bench import Bench, bench_of
from pages.ui.compare.back import checkpoints_of, epoch_in_reach, trainer_back_at
from pages.ui.compare.run import bench_of_record
from pages.ui.problems import show_problems
from pages.ui.run.training import current_run, look_at, record_of_run
from pages.ui.slow_motion import MotionView, Source, slow_motion
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import heading, plain, tell_error

KEY = "slow-motion"  # of the component, whose result has the unit that was clicked


@dataclass(frozen=True)
class Shown:
    """A run whose updates can be looked at.

    Args:
        last: epoch; at: the one that is shown first.
    """

    record: RunRecord
    dataset: Dataset
    last: int
    at: int


def page(state: AppState, bench: Bench) -> None:
    heading(say("page.slow_motion", state.language))
    st.caption(say("slow_page.intro", state.language))
    looking = state.held(MotionView)
    dataset = None if bench.errors else bench.dataset
    runs = runs_shown(state, looking, dataset)
    if dataset is None and not runs:
        show_problems(bench.errors, state)
        st.info(say("slow_page.no_update", state.language))
        return
    st.fragment(show)(state, looking, dataset, runs)


def runs_shown(state: AppState, looking: MotionView, dataset: Dataset | None) -> dict[Source, Shown]:
    """The run that was asked for on another page, and the one that the knobs describe."""
    asked, current = asked_run(state, looking), current_run(state)
    runs: dict[Source, Shown | None] = {"asked": asked}
    if dataset is not None and current is not None and (asked is None or asked.record.id != current.id):
        runs["run"] = shown_run(state, current, dataset, None)
    return {source: run for source, run in runs.items() if run is not None}


def asked_run(state: AppState, looking: MotionView) -> Shown | None:
    """None where there is none, or it has been deleted, or its data are not here any more."""
    if not looking.run:
        return None
    try:
        run = look_at(state, looking.run)
        dataset = bench_of_record(state, record_of_run(state, run)).dataset
    except LabError:
        looking.run = ""
        return None
    return None if dataset is None else shown_run(state, run, dataset, looking.epoch)


def shown_run(state: AppState, run: RunView, dataset: Dataset, at: int | None) -> Shown | None:
    """Args: at: the epoch that was asked for; None for none."""
    record, ended = record_of_run(state, run), run.state in ENDED
    last = last_epoch_shown(record, checkpoints_of(state, record), ended=ended)
    return Shown(record, dataset, last, first_shown(at, last, ended=ended)) if last else None


# --- which update


def chosen_update(
    state: AppState, looking: MotionView, dataset: Dataset | None, runs: dict[Source, Shown]
) -> Callable[[], Update]:
    """Widgets for epoch and batch, and what finds the update that they speak of."""
    language = state.language
    offered: list[Source] = [*runs, *(("start",) if dataset is not None else ())]
    looking.source = looking.source if looking.source in offered else offered[0]
    if len(offered) > 1:
        names = {source: say("slow_page.from.run", language, number=run.record.number) for source, run in runs.items()}
        names["start"] = say("slow_page.from.start", language)
        looking.source = st.segmented_control(
            say("slow_page.from", language),
            offered,
            default=looking.source,
            required=True,
            format_func=lambda name: names[name],
            key=f"slow-from-{'-'.join(run.record.id for run in runs.values())}-{looking.run}-{looking.epoch}",
        )
    shown = runs.get(looking.source)
    if shown is not None:
        batches, record = batches_of(shown.record, shown.dataset), shown.record
        key = f"slow-epoch-{record.id}-{shown.at}"
        epoch = number(say("slow_page.epoch", language), shown.last, key, shown.at)
        batch = number(say("slow_page.batch", language), batches, f"slow-batch-{looking.source}")
        return lambda: update_of(state, shown, epoch, batch)
    fit, rows = state.experiment.fit, len(dataset.train.rows) if dataset is not None else 0
    batches, _ = updates_arithmetic(rows, fit.batch_size, fit.epochs)
    batch = number(say("slow_page.batch", language), batches, f"slow-batch-{looking.source}")
    return lambda: update_of_start(state, dataset, batch)


def update_of(state: AppState, shown: Shown, epoch: int, batch: int) -> Update:
    """Of a run, brought back to before that epoch."""
    record, dataset = shown.record, shown.dataset

    def found() -> Update:
        after = epoch_in_reach(state, record, epoch_before(epoch))
        trainer = trainer_back_at(state, record, dataset, after)
        return update_from(record, dataset, trainer.snapshot(), after, batch)

    return remembered(state, (record.id, record.epochs_done, epoch, batch), found)


def update_of_start(state: AppState, dataset: Dataset | None, batch: int) -> Update:
    """Of the first epoch of the experiment."""
    if dataset is None:
        raise LabError("slow_page.no_update")
    return remembered(state, (state.experiment, batch), lambda: first_update(state.experiment, dataset, batch))


def remembered(state: AppState, mark: object, found: Callable[[], Update]) -> Update:
    """The update, remembered while it is looked at unless it is large."""
    with st.spinner(say("slow_page.recomputing", state.language)):
        update = state.once("slow_motion", mark, found)
    if not update.is_small:
        state.memo.pop("slow_motion")
    return update


def number(label: str, last: int, key: str, first_shown: int = 1) -> int:
    """A number from 1 to the last one; where there is one alone, nothing is asked."""
    if last == 1:
        return 1
    return int(st.number_input(label, 1, last, first_shown, key=f"{key}-{last}", width=130))


# --- which sample and which units


def show(state: AppState, looking: MotionView, dataset: Dataset | None, runs: dict[Source, Shown]) -> None:
    """Widgets and steps; choosing another update or unit draws nothing else of the page anew."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="slow-choices"):
        looking.find = chosen_update(state, looking, dataset, runs)
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
        label = say(f"slow_page.{axis_name(axis, len(choice.shape))}", state.language, axis=axis + 1)
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


def axis_name(axis: int, axes: int) -> str:
    """What an axis counts: rows and columns of an image, places of a series, and last of all units."""
    names = {1: ("unit",), 2: ("series_place", "unit"), 3: ("row", "column", "unit")}
    return names[axes][axis] if axes in names else "unit" if axis == axes - 1 else "place"


def unit_name(choice: Choice, place: int) -> str:
    return plain(choice.names[place], 24) if choice.names else str(place + 1)


def take_unit(choice: Choice, axis: int, key: str) -> None:
    at = tuple(int(widget_value(key)) if place == axis else here for place, here in enumerate(choice.at))
    app_state().held(MotionView).choose(choice.name, at)


def picked() -> None:
    """A unit of the drawing was clicked."""
    looking, pick = app_state().held(MotionView), widget_value(KEY).pick
    match pick:
        case {"node": str(node), "unit": int(unit)}:
            try:
                update = looking.find()
            except (LabError, NetcoreError):
                return  # its run has been deleted meanwhile: the screen that follows says so
            looking.chosen = dict(with_unit(View(update, looking.sample, looking.chosen), node, unit))


page(app_state(), bench_of(app_state()))
