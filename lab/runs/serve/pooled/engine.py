"""The engine of the server: runs live in worker processes, and a page only ever talks to this object."""

import asyncio
import hashlib
import queue
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import RunError
from lab.runs.kept.record import RunRecord, RunSummary, RunView, record_of, split_extras
from lab.runs.kept.run_file import exported, imported, marked
from lab.runs.kept.store import RunStore, default_directory
from lab.runs.orders.run import run_spec
from lab.runs.orders.study import Cell, StudyView, check_study, study_specs, study_view
from lab.runs.serve.asking import check_epochs, check_size, fork_start
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.keys import new_key
from lab.runs.serve.pooled.hub import Hub, LiveRun, Reader, Stopwatch, SweepAction, Wakeable, set_all
from lab.runs.serve.pooled.pool import WorkerPool, pool_size
from lab.runs.serve.views import kept_view, summary_of, view_of
from lab.runs.wire.arrays import Arrays, rows_in
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.wire.messages import (
    Checkpoint,
    Command,
    Extend,
    Frames,
    Message,
    Pause,
    Reason,
    Resume,
    Snapshot,
    Speed,
    Start,
    Status,
    Stop,
    order,
)
from lab.runs.work.study_job import StudyJob
from lab.runs.work.trainer import EXTENDABLE, start_status
from lab.spec.limits import Limits, current_limits
from lab.verdict.judging import context_of

CRASHES_IN_A_ROW = 2  # of a run while it was being computed: then it is the cause
CRASHES = 5  # of a run that gets on a little each time
SWEEP_S = 1.0


class PoolEngine:
    """Runs in worker processes, frames in a hub, finished runs in a store.

    Args:
        limits: of the profile in force.
        store: where finished runs are kept.
        workers: number of processes.
    """

    def __init__(self, limits: Limits | None = None, store: RunStore | None = None, workers: int | None = None) -> None:
        self.limits = limits or current_limits()
        self._store = store or RunStore(default_directory(), self.limits)
        self.hub = Hub(self.limits)
        self.pool = WorkerPool(
            workers or pool_size(),
            self.limits.worker_memory_bytes,
            on_message=self._on_message,
            on_crash=self._on_crash,
            on_hopeless=self._on_hopeless,
        )
        self._hopeless: set[int] = set()
        self._summaries: dict[str, tuple[tuple[int, int], RunSummary]] = {}  # of runs that have ended, by id
        self._files = tempfile.TemporaryDirectory(prefix="lab-arrays-", ignore_cleanup_errors=True)
        self._to_save: queue.SimpleQueue[LiveRun | None] = queue.SimpleQueue()
        self._saving = threading.Lock()  # held while a run is written or deleted
        self._saver = threading.Thread(target=self._save_all, daemon=True, name="lab-save")

    def begin(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Start the workers; readers sleep in `loop`."""
        if loop is not None:
            self.hub.wake = _waker(loop)
        self._saver.start()
        self.pool.start()

    def close(self) -> None:
        """End the workers and keep what was going on."""
        self.pool.close()
        for run in self.hub.runs():
            if run.active:
                self._end(run, "stopped")
        self._to_save.put(None)
        if self._saver.is_alive():
            self._saver.join(timeout=10)
        self._files.cleanup()

    # --- what pages call

    def start(self, request: RunRequest, owner: str) -> str:
        experiment, dataset = request.experiment, request.dataset
        check_size(experiment, dataset, self.limits)
        spec, arrays = run_spec(experiment, dataset)
        snapshot, checkpoints = fork_start(self, request, owner)
        context = context_of(experiment, dataset)
        run_id = new_key()
        paths = self._write_arrays(arrays)
        with self.hub.locked():
            mine = self.hub.runs_of(owner)
            kept = self._store.summaries(owner)
            for other in mine:
                if other.active:
                    self._send(other, Stop())
            run = LiveRun(
                id=run_id,
                owner=owner,
                number=1 + max([run.number for run in mine] + [summary.number for summary in kept], default=0),
                experiment=experiment,
                spec=spec,
                arrays=paths,
                epochs_per_s=request.epochs_per_s,
                created=time.time(),
                status=start_status(run_id, spec, rows_in(arrays), "queued"),
                context=context,
                stopwatch=Stopwatch(self.hub.clock),
                seen_at=self.hub.clock(),
                checkpoints=checkpoints,
            )
            if snapshot:
                self.hub.begin_at(run, snapshot)
            self.hub.add(run)
            if request.paused:
                self._send(run, Pause())
            self._fill_places()
        return run_id

    def start_study(self, cells: Sequence[Cell], owner: str, *, predict: bool = False) -> str:
        check_study(cells, self.limits)
        for experiment, dataset in (run for cell in cells for run in cell.runs):
            check_size(experiment, dataset, self.limits)
        made = [
            (pieces, spec, self._write_arrays(arrays))
            for pieces, spec, arrays in study_specs(cells, self.pool.size, predict=predict)
        ]
        study_id = new_key()
        with self.hub.locked():
            self._forget_studies(owner)
            for pieces, spec, paths in made:
                run_id = new_key()
                part = LiveRun(
                    id=run_id,
                    owner=owner,
                    number=0,
                    experiment=None,
                    spec=spec,
                    arrays=paths,
                    epochs_per_s=None,
                    created=time.time(),
                    status=replace(StudyJob(spec, {}).status(run_id), state="queued"),
                    context=None,
                    stopwatch=Stopwatch(self.hub.clock),
                    seen_at=self.hub.clock(),
                    study=study_id,
                    study_pieces=pieces,
                )
                self.hub.add(part)
            self._fill_places()
        return study_id

    def study(self, study_id: str, owner: str) -> StudyView:
        with self.hub.locked():
            parts = self._study_parts(study_id, owner)
            for part in parts:
                self._touch(part)
            seen = [(part.study_pieces, part.status, part.snapshot) for part in parts]
        return study_view(seen)

    def stop_study(self, study_id: str, owner: str) -> None:
        with self.hub.locked():
            for part in self._study_parts(study_id, owner):
                if part.active:
                    self._send(part, Stop())

    def _study_parts(self, study_id: str, owner: str) -> list[LiveRun]:
        parts = [part for part in self.hub.parts_of(study_id) if part.owner == owner]
        if not parts:
            raise RunError("run.unknown")
        return parts

    def _forget_studies(self, owner: str) -> None:
        """A person looks at one study at a time: the one before makes room."""
        for run in self.hub.runs():
            if run.study and run.owner == owner:
                if run.active:
                    self._send(run, Stop())
                self.hub.drop(run)

    def command(self, run_id: str, owner: str, command: Command) -> None:
        run = self._own(run_id, owner)
        if run is None:
            self._store.require(run_id, owner)
            raise RunError("run.not_live")
        if isinstance(command, Extend):
            check_epochs(command, self.limits)
        with self.hub.locked():
            self._touch(run)
            if isinstance(command, Speed):
                run.epochs_per_s = command.epochs_per_s
            if run.active:
                self._send(run, command)
            elif isinstance(command, Extend) and run.status.state in EXTENDABLE and command.epochs > run.last_epoch:
                self._revive(run, command)

    def view(self, run_id: str, owner: str) -> RunView:
        with self.hub.locked():
            run = self._own(run_id, owner)
            if run is None:
                return kept_view(*self._store.load(run_id, owner))
            self._touch(run)
            return self._view(run)

    def _view(self, run: LiveRun) -> RunView:
        with self.hub.locked():
            columns = self.hub.columns(run)
            columns.pop("e", None)
            history, extras = split_extras(columns)
            status = replace(run.status, epoch=max(run.status.epoch, run.last_epoch))
            view = view_of(
                status,
                history,
                run.number,
                run.about[0].name,
                run.created,
                run.stopwatch.seconds,
                run.epochs_per_s,
                run.queue_position,
            )
            return replace(view, extras=extras, stream=run.stream)

    def runs_of(self, owner: str) -> list[RunSummary]:
        live = {run.id: self._summary(run) for run in self.hub.runs_of(owner)}
        kept = [summary for summary in self._store.summaries(owner) if summary.id not in live]
        return sorted([*live.values(), *kept], key=lambda summary: summary.number, reverse=True)

    def _summary(self, run: LiveRun) -> RunSummary:
        """A run that has ended is read as a whole: its best epoch and its verdict are in its curve."""
        marks = self._store.marks(run.id, run.owner)
        if run.active:
            return replace(self.hub.summary(run), marks=marks)
        key = (run.last_epoch, run.version)
        known = self._summaries.get(run.id)
        if known is None or known[0] != key:
            known = self._summaries[run.id] = key, summary_of(self._view(run), run.about[1], marks)
        return replace(known[1], marks=marks)

    def record(self, run_id: str, owner: str) -> RunRecord:
        run = self._own(run_id, owner)
        return self._store.load(run_id, owner)[0] if run is None else _record(run)

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints:
        run = self._own(run_id, owner)
        if run is not None:
            return run.checkpoints
        self._store.require(run_id, owner)
        return self._store.checkpoints(run_id, owner)

    def mark(self, run_id: str, owner: str, **changes: Any) -> None:
        if self._own(run_id, owner) is None:
            self._store.require(run_id, owner)
        self._store.mark(run_id, owner, marked(self._store.marks(run_id, owner), **changes))

    def delete(self, run_id: str, owner: str) -> None:
        run = self._own(run_id, owner)
        if run is None:
            self._store.require(run_id, owner)
        else:
            with self.hub.locked():
                if run.active:
                    self._send(run, Stop())
                run.deleted = True
                self.hub.drop(run)
        with self._saving:  # a run that is being written just now is deleted afterwards, not before
            self._store.delete(run_id, owner)

    def export(self, run_id: str, owner: str) -> bytes:
        run = self._own(run_id, owner)
        record, status = self._store.load(run_id, owner) if run is None else (_record(run), run.status)
        return exported(record, status, self._store.marks(run_id, owner), self.checkpoints(run_id, owner))

    def take_in(self, data: bytes, owner: str) -> str:
        run_id = new_key()
        number = 1 + max((summary.number for summary in self.runs_of(owner)), default=0)
        record, status, marks, checkpoints = imported(data, owner, run_id, number, self.limits.checkpoint_bytes)
        self._store.save(record, status, checkpoints)
        self._store.mark(run_id, owner, marks)
        return run_id

    def _own(self, run_id: str, owner: str) -> LiveRun | None:
        """The owner's run; None if it is not live. Raises RunError "run.unknown" when it is someone else's."""
        run = self.hub.get(run_id)
        if run is not None and (run.owner != owner or run.study):
            raise RunError("run.unknown")
        return run

    # --- what the route calls

    def open_stream(self, key: str, last_epoch: int, sleeper: Wakeable) -> Reader | None:
        """A reader of a run's events after `last_epoch`; None for a key that no run has."""
        with self.hub.locked():
            run = self.hub.streamed(key)
            if run is None:
                return None
            self._touch(run)
            return self.hub.subscribe(run, last_epoch, sleeper)

    async def sweep_for_ever(self) -> None:
        """Look after runs that nobody reads, once a second."""
        while True:
            await asyncio.sleep(SWEEP_S)
            await asyncio.to_thread(self.sweep)

    def sweep(self) -> None:
        """Park, end or forget what the hub says."""
        for run, action in self.hub.sweep():
            with self.hub.locked():
                self._tend(run, action)

    def _tend(self, run: LiveRun, action: SweepAction) -> None:
        if action == "park":
            run.parked = True
            self._send(run, Pause())
        elif action == "forget":
            self._send(run, Stop())
        elif action == "time_over":
            run.time_over = True
            self._send(run, Stop())
        else:
            self.hub.drop(run)
            self._summaries.pop(run.id, None)

    def _touch(self, run: LiveRun) -> None:
        """Somebody looks at this run: a parked one goes on."""
        run.seen_at = self.hub.clock()
        if run.parked:
            run.parked = False
            self._send(run, Resume())

    # --- places

    def _fill_places(self) -> None:
        """Give waiting runs, in the order of their coming, the least loaded worker while there is room."""
        waiting = [run for run in self.hub.runs() if run.active and run.worker is None]
        for position, run in enumerate(waiting, start=1):
            load = {index: 0 for index in range(self.pool.size) if index not in self._hopeless}
            for other in self.hub.runs():
                if other.active and other.worker in load:
                    load[other.worker] += 1
            if not load:
                self._fail(run, Reason("run.no_worker", {}))
                continue
            index = min(load, key=load.__getitem__)
            if load[index] >= self.limits.active_runs_per_worker:
                self.hub.set_queue_position(run, position)
                continue
            run.worker, run.queue_position = index, 0
            self._send_start(run)

    def _send_start(self, run: LiveRun) -> None:
        if run.worker is not None:
            orders = [[unanswered.number, unanswered.command, unanswered.values] for unanswered in run.orders]
            self.pool.send(run.worker, Start(run.id, run.spec, run.arrays, run.snapshot, run.epochs_per_s, orders))

    def _send(self, run: LiveRun, command: Command) -> None:
        """Send a command and remember it until it is answered, so that a crash cannot swallow it."""
        if run.worker is None and isinstance(command, Stop):
            self._end(run, "stopped")
            return
        run.orders_sent += 1
        message = order(run.id, run.orders_sent, command)
        run.orders.append(message)
        if run.worker is not None:
            self.pool.send(run.worker, message)

    def _revive(self, run: LiveRun, command: Extend) -> None:
        """Let an ended run go on from its last snapshot."""
        run.status = replace(run.status, state="queued", reason=None)
        run.worker, run.time_over = None, False
        self._send(run, command)
        self._fill_places()

    # --- what workers say (called in the threads of the pool)

    def _on_message(self, index: int, message: Message) -> None:
        match message:
            case Frames():
                self.hub.publish(message)
            case Snapshot():
                self.hub.set_snapshot(message)
            case Checkpoint():
                self.hub.keep_checkpoint(message)
            case Status():
                run = self.hub.get(message.run)
                if run is not None and run.worker == index:
                    self._on_status(run, message)

    def _on_status(self, run: LiveRun, status: Status) -> None:
        if run.time_over and status.state == "stopped":
            status = replace(status, reason={"code": "run.time_over", "values": {"high": self.limits.running_s}})
        self._set_status(run, status)

    def _on_crash(self, index: int, suspect: str) -> None:
        """A new worker is there in place of one that died: its runs go on from their last snapshots."""
        with self.hub.locked():
            for run in self.hub.runs():
                if run.worker != index or not run.active:
                    continue
                if run.id == suspect:
                    run.crashes += 1
                    run.total_crashes += 1
                if run.crashes >= CRASHES_IN_A_ROW or run.total_crashes >= CRASHES:
                    self._fail(run, Reason("run.worker_crashed", {}))
                else:
                    self._send_start(run)

    def _on_hopeless(self, index: int) -> None:
        with self.hub.locked():
            self._hopeless.add(index)
            for run in self.hub.runs():
                if run.worker == index and run.active:
                    run.worker = None
            self._fill_places()

    def _fail(self, run: LiveRun, reason: Reason) -> None:
        self._end(run, "failed", {"code": reason.code, "values": reason.values})

    def _end(self, run: LiveRun, state: Any, reason: dict[str, Any] | None = None) -> None:
        """End a run from this side: no worker will say it."""
        self._set_status(run, replace(run.status, state=state, reason=reason, last_order=run.orders_sent))

    def _set_status(self, run: LiveRun, status: Status) -> None:
        """Take in where a run is. One that has ended is on its way to the disk before anybody can see that it has."""
        with self.hub.locked():
            if self.hub.set_status(status) is None:
                return
            if run.snapshot and not run.study:
                run.saving = True
                self._to_save.put(run)
            self._fill_places()

    # --- files

    def _write_arrays(self, arrays: Arrays) -> dict[str, str]:
        """One .npy file for each array, named by its content: forty students on one sample share one file."""
        return {name: str(self._write_array(array)) for name, array in arrays.items()}

    def _write_array(self, array: np.ndarray[Any, Any]) -> Path:
        digest = hashlib.sha256(repr((array.dtype.str, array.shape)).encode())
        digest.update(array.data if array.size else b"")
        path = Path(self._files.name) / f"{digest.hexdigest()}.npy"
        if not path.exists():
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                np.save(file, array, allow_pickle=False)
            Path(file.name).replace(path)
        return path

    def _save_all(self) -> None:
        """Keep ended runs on disk, away from the threads that relay frames."""
        while (run := self._to_save.get()) is not None:
            try:
                record = _record(run)
                with self._saving:
                    if record.epochs_done and not run.deleted:
                        self._store.save(record, run.status, run.checkpoints)
            except OSError:  # a full disk must not end the live engine; the run stays readable in memory
                traceback.print_exc(file=sys.stderr)
            run.saving = False


def _record(run: LiveRun) -> RunRecord:
    experiment, context = run.about
    return record_of(
        id=run.id,
        owner=run.owner,
        number=run.number,
        experiment=experiment,
        created=run.created,
        elapsed_s=run.stopwatch.seconds,
        status=run.status,
        context=context,
        snapshot=run.snapshot,
    )


def _waker(loop: asyncio.AbstractEventLoop) -> Callable[[list[Wakeable]], None]:
    """Sets the readers' events in their loop, once for all of them."""

    def wake(sleepers: list[Wakeable]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(set_all, sleepers)

    return wake
