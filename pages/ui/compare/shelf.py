"""The shelf: every run that the owner has, what sets each apart, and what can be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.charts.compare import MOST_RUNS
from lab.errors import LabError
from lab.insight.differences import legends
from lab.runs.kept.record import Marks, RunRecord, RunSummary
from lab.runs.serve.host import engine
from lab.runs.wire.messages import ENDED
from lab.spec.experiment import Experiment
from lab.texts import say
from lab.verdict.context import RunContext
from lab.verdict.words import say_word
from pages.ui.compare.state import CompareView
from pages.ui.run.training import look_at, past_runs, record_of_run
from pages.ui.state import AppState, app_state, widget_value

MORE_ROWS = 8


@dataclass(frozen=True)
class Entry:
    """A run on the shelf.

    Args:
        experiment: as it ran, changes made on the way included.
        differs: what sets it apart from the run before it, or from the run that it forks from.
    """

    summary: RunSummary
    experiment: Experiment
    context: RunContext
    differs: str = ""

    @property
    def id(self) -> str:
        return self.summary.id

    @property
    def marks(self) -> Marks:
        return self.summary.marks

    @property
    def label(self) -> str:
        return f"#{self.summary.number}"

    @property
    def name(self) -> str:
        """What sentences call it: its number, and the name that the person gave it."""
        return f"{self.label} {self.marks.name}".strip()

    @property
    def ended(self) -> bool:
        return self.summary.state in ENDED

    def watched(self, values: dict[str, float], name: str = "loss") -> float | None:
        """Of the validation part if there is one."""
        return values.get(f"val_{name}", values.get(name))


# --- what is on it


def shelf_of(state: AppState) -> list[Entry]:
    """All runs, newest first."""
    found = []
    for summary in past_runs(state):
        known = _what_ran(state, summary)
        if known is not None:
            found.append(Entry(summary, *known))
    return [
        Entry(entry.summary, entry.experiment, entry.context, _differs(state, entry, found[place + 1 :]))
        for place, entry in enumerate(found)
    ]


def _what_ran(state: AppState, summary: RunSummary) -> tuple[Experiment, RunContext] | None:
    """Read once for a run at rest; None for one that has just been deleted to make room."""
    known: dict[str, Any] = state.memo.setdefault("shelf", {})
    mark = (summary.state, summary.epoch)
    if summary.id not in known or known[summary.id][0] != mark:
        try:
            record = engine().record(summary.id, state.owner)
        except LabError:
            return None
        known[summary.id] = mark, (record.experiment_with_changes(), record.context)
    ran: tuple[Experiment, RunContext] = known[summary.id][1]
    return ran


def _differs(state: AppState, entry: Entry, before: Sequence[Entry]) -> str:
    known: dict[tuple[str, ...], str] = state.memo.setdefault("differs", {})
    key = (state.language, entry.id, str(entry.summary.epoch), *(before[0].id for _ in before[:1]))
    if key not in known:
        known[key] = _in_words(state, entry, before)
    return known[key]


def _in_words(state: AppState, entry: Entry, before: Sequence[Entry]) -> str:
    origin, parent = entry.experiment.origin, parent_of(entry, before)
    if origin is not None and parent is not None:
        told = legends(side_by_side([parent, entry]), state.language)[1]
        words = {"number": parent.summary.number, "epoch": f"{origin.epoch:,}", "what": told or "–"}
        return say("shelf.forked", state.language, **words)
    if not before:
        return say("shelf.first", state.language)
    return legends([before[0].experiment, entry.experiment], state.language)[1] or say("shelf.alike", state.language)


def parent_of(entry: Entry, others: Sequence[Entry]) -> Entry | None:
    """The run that this one forks from, if it is on the shelf."""
    parent = entry.experiment.parent()
    if parent is None:
        return None
    return next((one for one in others if one.experiment.replace(name="") == parent), None)


def side_by_side(entries: Sequence[Entry]) -> list[Experiment]:
    """The experiments as a comparison reads them: a fork is held against its parent as that went on from the fork."""
    experiments = [entry.experiment for entry in entries]
    if len(entries) == 2:
        for parent, fork in ((0, 1), (1, 0)):
            origin = experiments[fork].origin
            if origin is not None and parent_of(entries[fork], [entries[parent]]) is not None:
                experiments[parent] = experiments[parent].forked(origin.epoch)
    return experiments


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


def arranged(entries: Sequence[Entry], state: AppState) -> list[Entry]:
    """Filtered by the words that were typed, in the order that was chosen, pinned ones first."""
    view = state.held(CompareView)
    words = view.words.casefold().split()
    chosen = [entry for entry in entries if all(word in searched(entry, state) for word in words)]
    return sorted(chosen, key=lambda entry: (not entry.marks.pinned, _place(entry, view.sort)))


def searched(entry: Entry, state: AppState) -> str:
    """What the filter looks through: number, name, what differs, and the verdict."""
    kind = entry.summary.verdict
    verdict = "" if kind is None else say_word(kind, state.language)
    return f"{entry.label} {entry.summary.title} {entry.differs} {verdict}".casefold()


def _place(entry: Entry, sort: str) -> float:
    summary = entry.summary
    if sort == "best":
        value = entry.watched(summary.best)
    elif sort == "final":
        value = entry.watched(summary.metrics)
    elif sort == "gap":
        gap = summary.metrics.get("val_loss", float("nan")) - summary.metrics.get("loss", float("nan"))
        value = -gap
    else:
        value = -summary.number
    return float("inf") if value is None or value != value else value  # NaN goes last


def chosen_entry(entries: Sequence[Entry], state: AppState) -> Entry:
    """The run that is looked at closely."""
    return next((entry for entry in entries if entry.id == state.held(CompareView).chosen), entries[0])


def drawn(entries: Sequence[Entry], chosen: Entry, state: AppState) -> tuple[list[Entry], int, int]:
    """The runs in the chart, how many are left out for not being comparable, and how many for want of room."""
    shown = [entry for entry in entries if entry.marks.shown]
    fair = [entry for entry in shown if is_fair(entry, chosen)] if state.held(CompareView).fair else shown
    return fair[:MOST_RUNS], len(shown) - len(fair), max(0, len(fair) - MOST_RUNS)


def is_fair(entry: Entry, other: Entry) -> bool:
    """The same data, split and seed."""
    return on_same_rows(entry.experiment, other.experiment)


def on_same_rows(one: Experiment, two: Experiment) -> bool:
    """Whether both learn from and are judged by the same rows."""
    return (one.data, one.seed) == (two.data, two.seed)


def record_of(state: AppState, entry: Entry) -> RunRecord:
    """The whole run, remembered while it is the one looked at."""
    return record_of_run(state, look_at(state, entry.id))


# --- what the buttons do


def keep(name: str, key: str) -> None:
    """Callback: what a widget shows belongs to the page's view."""
    setattr(app_state().held(CompareView), name, widget_value(key))


def more_rows() -> None:
    app_state().held(CompareView).rows += MORE_ROWS


def choose(run_id: str) -> None:
    view = app_state().held(CompareView)
    view.chosen, view.fork_epoch = run_id, None


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
