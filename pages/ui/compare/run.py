"""One run of the shelf: its name, what can be done with it, and what it looks like from close by."""

from collections.abc import Callable

import streamlit as st

from lab.errors import LabError
from lab.insight.shelf import Entry
from lab.runs.kept.record import RunRecord
from lab.runs.serve.host import engine
from lab.starts import name_in
from lab.texts import say
from pages.ui.bench import Bench, lay_out
from pages.ui.compare.folds import folds_section
from pages.ui.compare.fork import fork_section
from pages.ui.compare.honest import honest_section
from pages.ui.compare.shelf import keep, mark, record_of
from pages.ui.compare.slider import slider_section
from pages.ui.compare.state import CompareView
from pages.ui.problems import show_problems
from pages.ui.run.nan_doctor import doctor_section
from pages.ui.run.training import open_run
from pages.ui.run.verdict import show_verdict
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import data_name, heading
from pages.ui.uploads import all_taken

LOOKS = ("verdict", "honest", "slider", "fork", "folds")


def closer(state: AppState, entries: list[Entry], entry: Entry) -> None:
    """The run that was chosen on the shelf."""
    heading(say("closer.title", state.language, number=entry.summary.number))
    if entry.experiment.data != state.experiment.data:
        st.info(say("closer.other_data", state.language, name=data_name(entry.experiment.data, state.language)))
    actions(state, entry)
    if not entry.ended:
        st.info(say("closer.going_on", state.language))
        return
    record = record_of(state, entry)
    bench = bench_of_record(state, record)
    if bench.dataset is None:
        st.warning(say("closer.data_missing", state.language))
        show_problems(bench.errors, state)
        honest_section(state, record)  # needs nothing but the curves
        return
    looks = (*LOOKS, "doctor") if record.verdict.kind == "diverged" else LOOKS
    if state.held(CompareView).look not in looks:
        state.held(CompareView).look = "verdict"
    st.segmented_control(
        say("closer.look", state.language),
        looks,
        default=state.held(CompareView).look,
        required=True,
        format_func=lambda name: say(f"closer.look.{name}", state.language),
        key=f"look-{entry.summary.number}",
        on_change=keep,
        args=("look", f"look-{entry.summary.number}"),
        label_visibility="collapsed",
    )
    dataset = bench.dataset
    draw: dict[str, Callable[[], None]] = {
        "verdict": lambda: show_verdict(state, record, dataset),
        "honest": lambda: honest_section(state, record),
        "slider": lambda: slider_section(state, record, dataset),
        "fork": lambda: fork_section(state, entries, entry, record, dataset),
        "folds": lambda: folds_section(state, record),
        "doctor": lambda: doctor_section(state, record, dataset, with_causes=True),
    }
    draw[state.held(CompareView).look]()


def bench_of_record(state: AppState, record: RunRecord) -> Bench:
    """The data of the run as it ran, whatever the knobs show now."""
    bench = state.once("closer_bench", record.id, lambda: lay_out(record.experiment, state.desk))
    return bench if bench.dataset is not None else lay_out(record.experiment, state.desk)  # the file may be here now


# --- what can be done with it


def actions(state: AppState, entry: Entry) -> None:
    number, run_id, owner = entry.summary.number, entry.id, state.owner
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="run-actions"):
        st.text_input(
            say("closer.name", state.language),
            value=entry.marks.name,
            key=f"name-{number}",
            placeholder=" ".join(name_in(entry.summary.name, state.language).split())
            or say("closer.no_name", state.language),
            on_change=rename,
            args=(run_id, f"name-{number}"),
            width=320,
        )
        if st.button(say("closer.open", state.language), key=f"open-{number}", icon=":material/play_circle:"):
            open_on_train_page(state, run_id)
        st.download_button(
            say("closer.export", state.language),
            data=lambda: engine().export(run_id, owner),  # worked out when it is asked for
            file_name=f"run-{number}.npz",
            mime="application/octet-stream",
            key=f"export-{number}",
            icon=":material/download:",
            on_click="ignore",
            disabled=not entry.ended
            or not entry.summary.epoch,  # of one that was stopped in the queue nothing is there
        )
        with st.popover(say("closer.delete", state.language), icon=":material/delete:", key=f"delete-{number}"):
            st.caption(say("closer.delete_about", state.language, number=number))
            st.button(
                say("closer.delete_yes", state.language),
                key=f"delete-yes-{number}",
                on_click=delete,
                args=(run_id,),
                type="primary",
            )


def rename(run_id: str, key: str) -> None:
    mark(run_id, name=" ".join(widget_value(key).split()))


def open_on_train_page(state: AppState, run_id: str) -> None:
    """Put it on the screen of the train page, its settings on the knobs, and go there."""
    try:
        open_run(state, run_id)
    except LabError as refusal:
        state.notice("error", refusal.code, **refusal.values)
        st.rerun()
    st.switch_page("train.py")


def delete(run_id: str) -> None:
    """Forget a run; what the session has of it goes too."""
    state = app_state()
    try:
        engine().delete(run_id, state.owner)
    except LabError as refusal:
        state.notice("error", refusal.code, **refusal.values)
    view = state.held(CompareView)
    view.chosen = None if view.chosen == run_id else view.chosen
    state.screen = state.screen.without(run_id)


def import_section(state: AppState) -> None:
    """Runs that were exported, here or on another machine."""
    with st.expander(say("shelf.import", state.language), icon=":material/upload:"):
        key = state.key("run-file")
        st.file_uploader(
            say("shelf.import_about", state.language),
            type="npz",
            accept_multiple_files=True,
            key=key,
            on_change=take_in,
            args=(key,),
        )


def take_in(key: str) -> None:
    """Callback: keep each run of the files; a file that is none leaves everything as it was."""
    state = app_state()
    for file in all_taken(key, state):
        try:
            run = engine().take_in(file.content, state.owner)
            state.held(CompareView).choose(run, state.experiment.data)
            state.notice("success", "shelf.imported", name=file.name)
        except LabError as refusal:
            state.notice("error", refusal.code, **refusal.values)
