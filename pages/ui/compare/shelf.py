"""The owner's runs as the compare page knows them, and what its buttons do with them."""

from typing import Any

from lab.errors import LabError
from lab.insight.shelf import Entry, differs_in_words, on_same_rows
from lab.runs.kept.record import Marks, RunRecord, RunSummary
from lab.runs.serve.host import engine
from lab.spec.experiment import Experiment
from lab.spec.shared import shared
from lab.verdict.context import RunContext
from pages.ui.compare.state import CompareView
from pages.ui.run.training import current_run, look_at, past_runs, record_of_run
from pages.ui.state import AppState, app_state, keep_newest, widget_value


def shelf_of(state: AppState) -> list[Entry]:
    """All runs, newest first."""
    found: list[Entry] = []
    runs = past_runs(state)
    for name in ("shelf", "differs"):
        keep_newest(state.memo.get(name, {}), len(runs))  # so that those that are gone go in time
    for summary in reversed(runs):
        known = _what_ran(state, summary)
        if known is not None:
            entry = Entry(summary, *known)
            found.insert(0, entry.with_difference(_differs(state, entry, found)))
    return found


def _what_ran(state: AppState, summary: RunSummary) -> tuple[Experiment, RunContext] | None:
    """Read once for a run at rest; None for one that has just been deleted to make room."""
    known: dict[str, Any] = state.memo.setdefault("shelf", {})
    mark = (summary.state, summary.epoch)
    if summary.id not in known or known[summary.id][0] != mark:
        try:
            record = engine().record(summary.id, state.owner)
        except LabError:
            return None
        known[summary.id] = mark, (shared(record.experiment_with_changes()), record.context)
    ran: tuple[Experiment, RunContext] = known[summary.id][1]
    return ran


def damaged_files(state: AppState) -> int:
    """How many kept files are no runs any more."""
    return len(engine().set_aside(state.owner))


def _differs(state: AppState, entry: Entry, before: list[Entry]) -> str:
    """Worked out once for a run and the one before it."""
    known: dict[tuple[str, ...], str] = state.memo.setdefault("differs", {})
    key = (state.language, entry.id, str(entry.summary.epoch), *(one.id for one in before[:1]))
    if key not in known:
        known[key] = differs_in_words(entry, before, state.language)
    return known[key]


def marks_of(state: AppState, run_id: str) -> Marks:
    """What the person did with the run."""
    return next((run.marks for run in past_runs(state) if run.id == run_id), Marks())


def opened_runs(state: AppState, experiment: Experiment) -> list[RunSummary]:
    """The runs on the same data and split whose test part was opened, oldest first."""
    found = []
    for summary in reversed(past_runs(state)):
        ran = _what_ran(state, summary) if summary.marks.opened else None
        if ran is not None and on_same_rows(ran[0], experiment):
            found.append(summary)
    return found


def record_of(state: AppState, entry: Entry) -> RunRecord:
    """The whole run, remembered while it is the one looked at."""
    return record_of_run(state, look_at(state, entry.id))


def chosen_run(state: AppState, entries: list[Entry]) -> Entry | None:
    """The run to look at closely: the one asked for, else the one on the screen, else the newest on the data above."""
    asked, shown = state.held(CompareView).chosen_under(state.experiment.data), current_run(state)
    by_id = {entry.id: entry for entry in entries}
    on_data = next((entry for entry in entries if entry.experiment.data == state.experiment.data), None)
    return by_id.get(asked or "") or by_id.get("" if shown is None else shown.id) or on_data


# --- what the buttons do


def keep(name: str, key: str) -> None:
    """Callback: what a widget shows belongs to the page's view."""
    setattr(app_state().held(CompareView), name, widget_value(key))


def more_runs() -> None:
    app_state().held(CompareView).screens += 1


def delete_damaged() -> None:
    """Files that are no runs any more are good for nothing else."""
    state = app_state()
    try:
        for run_id in engine().set_aside(state.owner):
            engine().delete(run_id, state.owner)
    except LabError as refusal:
        state.notice("error", refusal.code, **refusal.values)


def choose(run_id: str) -> None:
    state = app_state()
    view = state.held(CompareView)
    view.choose(run_id, state.experiment.data)
    view.fork_epoch = None


def mark(run_id: str, **changes: Any) -> None:
    """Change what the person did with a run; a refusal is said at the top."""
    state = app_state()
    try:
        engine().mark(run_id, state.owner, **changes)
    except LabError as refusal:
        state.notice("error", refusal.code, **refusal.values)


def show_only(run_id: str) -> None:
    """Hide all others."""
    for run in past_runs(app_state()):
        if run.marks.shown != (run.id == run_id):
            mark(run.id, shown=run.id == run_id)
