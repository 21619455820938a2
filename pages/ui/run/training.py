"""Starting, steering and finding runs: the few things the train page asks of the engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.data.prepare import Dataset
from lab.edits.follow import answer_to_a_turn, as_it_runs, can_go_on, commands_to_follow, one_epoch_more
from lab.edits.screen import Scene, scene_of
from lab.errors import LabError
from lab.insight.evaluate import trained_model
from lab.runs.kept.record import RunRecord, RunSummary, RunView
from lab.runs.serve.answer import wait_for_answer
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.host import engine
from lab.runs.wire.messages import ENDED, Command, Extend, Resume, Speed, Step, Stop
from lab.spec.experiment import Experiment
from netcore.errors import NetcoreError
from pages.ui.bench import Bench, bench_of
from pages.ui.state import AppState, app_state, keep_newest

KEPT_IN_SESSION = 2  # records at hand: the run on the screen and the one behind it
SEEN = "seen_runs"  # what is remembered of them while a screen is drawn

# --- finding runs


def current_run(state: AppState) -> RunView | None:
    """The run that the knobs describe; None where there is none, whatever else was trained."""
    scene, run = scene_and_run(state)
    return run if scene.has_run else None


def scene_and_run(state: AppState) -> tuple[Scene, RunView | None]:
    """What may be shown, and the run looked at last. One that the engine lost leaves the screen with a sentence."""
    run = _last_run(state)
    if run is None:
        return Scene.EMPTY, None
    return scene_of(told_experiment(state, run), state.experiment, active=run.active), run


def _last_run(state: AppState) -> RunView | None:
    if state.screen.run is None:
        return None
    try:
        return look_at(state, state.screen.run)
    except LabError as lost:
        state.notice("warning", lost.code, **lost.values)
        state.screen = state.screen.without(state.screen.run)
        return None


def run_elsewhere(state: AppState) -> RunSummary | None:
    """A run that goes on and is not the one that the knobs describe: of other data or settings, or of another tab."""
    shown = current_run(state)
    running = (run for run in past_runs(state) if run.state not in ENDED)
    return next((run for run in running if shown is None or run.id != shown.id), None)


@contextmanager
def each_run_seen_once(state: AppState) -> Iterator[None]:
    """While a screen is drawn: head, curves and knobs speak of one moment, and a curve is read once for all of them.
    What looks again by itself does so between two screens.
    """
    state.memo[SEEN] = {}
    try:
        yield
    finally:
        state.memo.pop(SEEN, None)


def look_at(state: AppState, run_id: str) -> RunView:
    """A live run, or one that is only kept. Raises LabError "run.unknown"."""
    seen: dict[str, RunView] | None = state.memo.get(SEEN)
    if seen is None:
        return _look_at(state, run_id)
    if run_id not in seen:
        seen[run_id] = _look_at(state, run_id)
    return seen[run_id]


def _look_at(state: AppState, run_id: str) -> RunView:
    try:
        return engine().view(run_id, state.owner)
    except LabError:
        return kept_record(state, run_id).view


def kept_record(state: AppState, run_id: str) -> RunRecord:
    """A record that cannot change any more, read once a session."""
    kept: dict[str, RunRecord] = state.memo.setdefault("kept", {})
    if run_id not in kept:
        kept[run_id] = engine().record(run_id, state.owner)
        keep_newest(kept, KEPT_IN_SESSION)
    return kept[run_id]


def past_runs(state: AppState) -> list[RunSummary]:
    """The owner's runs, newest first, as they were when this screen began: head and page both ask for them."""
    known: list[RunSummary] | None = state.memo.get("runs")
    if known is None:
        known = state.memo["runs"] = engine().runs_of(state.owner)
    return known


def record_of_run(state: AppState, run: RunView) -> RunRecord:
    """The run as it is kept, remembered until something about it changes."""
    mark = (run.id, run.state, run.epoch, len(run.changes))
    return state.once("record", mark, lambda: engine().record(run.id, state.owner))


def told_experiment(state: AppState, run: RunView) -> Experiment:
    """What the run was started with, and the commands sent since."""
    if run.id not in state.told:
        state.tell(run.id, as_it_runs(engine().record(run.id, state.owner).experiment, run))
    return state.told[run.id]


def learned_model(state: AppState, dataset: Dataset, run: RunView) -> Any | None:
    """The network with the run's last weights; None where it has none, or (a damaged file) those of another."""
    record, experiment = record_of_run(state, run), told_experiment(state, run)
    if not record.last_good_epoch:
        return None
    try:
        return trained_model(experiment, record.weights, dataset)
    except (LabError, NetcoreError):  # the evaluate page says what is wrong with it
        return None


def open_run(state: AppState, run_id: str) -> None:
    """Put a kept run on the screen, and the experiment as it ran on the knobs."""
    view = look_at(state, run_id)
    show_run(state, run_id)
    state.replace_experiment(told_experiment(state, view))


def show_run(state: AppState, run_id: str) -> None:
    """Put a run on the screen; the one that was there becomes the grey curve behind it."""
    state.screen = state.screen.with_run(run_id)
    state.stream_blocked = False


# --- what the buttons do


def start_run(*, paused: bool = False, then: Command | None = None) -> None:
    """A new run of the experiment on the screen. The engine stops and keeps the one before."""
    state = app_state()
    bench = bench_of(state)
    state.wants_run = False
    if bench.dataset is None or bench.errors:
        return  # the page shows the reasons beside the button
    running = current_run(state) or run_elsewhere(state)
    try:
        asked = RunRequest(state.experiment, bench.dataset, epochs_per_s=state.speed, paused=paused)
        run_id = engine().start(asked, state.owner)
        if then is not None:
            engine().command(run_id, state.owner, then)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return
    if running is not None and running.state not in ENDED:
        state.notice("info", "train_page.first_kept", number=running.number, epoch=running.epoch)
    show_run(state, run_id)
    state.tell(run_id, state.experiment)


def send(command: Command) -> None:
    """Pass a command to the run on the screen."""
    run = current_run(app_state())
    if run is not None:
        send_to(run.id, command)


def send_to(run_id: str, command: Command) -> None:
    """Pass a command to a run; a refusal is said at the top of the page."""
    state = app_state()
    try:
        engine().command(run_id, state.owner, command)
        wait_for_answer(engine(), run_id, state.owner, command)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)


def one_epoch() -> None:
    """One more epoch of the run on the screen, or the first of a new one that then waits."""
    state = app_state()
    run = current_run(state)
    if run is not None and run.active:
        send(Step(1))
    elif run is None or not can_go_on(run) or knobs_differ(state, run) != []:
        start_run(paused=True, then=Step(1))
    else:
        state.replace_experiment(state.experiment.with_fit(epochs=one_epoch_more(run)))
        continue_training()
        send(Step(1))


def start_over() -> None:
    """Back to the untrained network: the run stops and is kept, its curve goes to the background."""
    state = app_state()
    run = current_run(state)
    if run is not None and run.active:
        send(Stop())
    state.screen = state.screen.cleared()


def continue_training() -> None:
    """On from the trained weights, to the number of epochs on the knob."""
    state = app_state()
    run = current_run(state)
    if run is not None:
        follow(state, run)
        send(Extend(state.experiment.fit.epochs))  # a run that was stopped half way was told this number before
        send(Resume())


def set_speed(epochs_per_s: float | None) -> None:
    state = app_state()
    state.speed = epochs_per_s
    send(Speed(epochs_per_s))


# --- knobs beside the curves


def knobs_differ(state: AppState, run: RunView) -> list[Command] | None:
    """Commands that bring the run to what the knobs show; empty if it is there, None if only a new run can."""
    return commands_to_follow(told_experiment(state, run), state.experiment)


def follow(state: AppState, run: RunView) -> None:
    for command in knobs_differ(state, run) or ():
        send(command)
    state.tell(run.id, state.experiment)


def answer_knobs(state: AppState, bench: Bench) -> None:
    """A knob was turned: a run that goes on takes it over; otherwise a new run begins, if the person wants that."""
    wanted, state.wants_run = state.wants_run, False
    if not wanted or state.refusals or bench.errors:
        return
    scene, run = scene_and_run(state)
    if run is None or scene is Scene.EMPTY:  # on these data nothing was trained: the person begins
        return
    answer = answer_to_a_turn(run, knobs_differ(state, run), state.experiment, anew=state.train_on_change)
    if answer == "follow":
        follow(state, run)
    elif answer == "continue":
        continue_training()
    elif answer == "start":
        start_run()
