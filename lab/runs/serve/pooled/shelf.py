"""An owner's runs, live and kept alike: how they are, what they have left, and what their owner does with them."""

from dataclasses import replace
from typing import Any

from lab.runs.kept.disk import Lost
from lab.runs.kept.record import RunRecord, RunSummary, RunView
from lab.runs.kept.run_file import exported, imported
from lab.runs.kept.store import RunStore
from lab.runs.serve.keys import new_key
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import Job, LiveRun
from lab.runs.serve.pooled.saving import Saver
from lab.runs.serve.views import kept_view, summary_of, view_of
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.wire.messages import Reason


class Shelf:
    """What the Engine protocol says of runs that are there. Each method raises RunError "run.unknown", "disk.…"."""

    def __init__(self, hub: Hub, dispatch: Dispatch, store: RunStore, saver: Saver) -> None:
        self._hub, self._dispatch, self._store, self._saver = hub, dispatch, store, saver
        self._summaries: dict[str, tuple[tuple[int, int], RunSummary]] = {}  # of runs that have ended, by id

    # --- looking

    def view(self, run_id: str, owner: str) -> RunView:
        with self._hub.lock:
            run = self._hub.own(run_id, owner)
            if run is not None:
                try:
                    self._dispatch.touch(run)
                    run.fetch()
                    return self._view(run)
                except Lost:
                    self._lose(run)
        return kept_view(*self._store.load(run_id, owner))

    def runs_of(self, owner: str) -> list[RunSummary]:
        live = {}
        for run in self._hub.runs_of(owner):
            try:
                live[run.id] = self._summary(run)
            except Lost:
                self._lose(run)
        kept = [summary for summary in self._store.summaries(owner) if summary.id not in live]
        return sorted([*live.values(), *kept], key=lambda summary: summary.number, reverse=True)

    def set_aside(self, owner: str) -> list[str]:
        return self._store.set_aside(owner)

    def left(self, owner: str) -> None:
        """As `Engine.left`."""
        self._store.let_go(owner)
        for run in self._hub.runs_of(owner):
            self.forget(run)

    def next_number(self, owner: str) -> int:
        """Of the owner's next run."""
        return self._store.next_number(owner, max((run.number for run in self._hub.runs_of(owner)), default=0))

    def record(self, run_id: str, owner: str) -> RunRecord:
        run = self._hub.own(run_id, owner)
        return self._store.load(run_id, owner)[0] if run is None else run.record()

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints:
        run = self._hub.own(run_id, owner)
        found = None if run is None else run.checkpoints
        if found is not None:
            return found
        if run is None:
            self._store.require(run_id, owner)
        return self._store.checkpoints(run_id, owner)

    # --- doing

    def mark(self, run_id: str, owner: str, **changes: Any) -> None:
        if self._hub.own(run_id, owner) is None:
            self._store.require(run_id, owner)
        self._store.mark(run_id, owner, **changes)

    def delete(self, run_id: str, owner: str) -> None:
        run = self._hub.own(run_id, owner)
        if run is None:
            self._store.require(run_id, owner)
        else:
            with self._hub.lock:
                self._dispatch.stop(run)
                run.deleted = True
                self._hub.drop(run)
        self._saver.delete(run_id, owner)

    def export(self, run_id: str, owner: str) -> bytes:
        run = self._hub.own(run_id, owner)
        record, status = self._store.load(run_id, owner) if run is None else (run.record(), run.status)
        return exported(record, status, self._store.marks(run_id, owner), self.checkpoints(run_id, owner))

    def take_in(self, data: bytes, owner: str) -> str:
        run_id, number = new_key(), self.next_number(owner)
        record, status, marks, kept = imported(data, owner, run_id, number, self._hub.limits.checkpoint_bytes)
        self._store.save(record, status, kept)
        if marks.name:
            self._store.mark(run_id, owner, name=marks.name)
        return run_id

    def _lose(self, run: LiveRun) -> None:
        """An ended run whose curve is lost is seen as it is kept."""
        self._hub.drop(run)

    def forget(self, job: Job) -> None:
        """It is no longer live, or nobody looks at it."""
        self._summaries.pop(job.id, None)

    # --- live runs as pages see them

    def _view(self, run: LiveRun) -> RunView:
        with self._hub.lock:
            return view_of(
                replace(run.status, epoch=max(run.status.epoch, run.curve.last_epoch)),
                run.curve.points(),
                number=run.number,
                name=run.experiment.name,
                created=run.created,
                elapsed_s=run.stopwatch.seconds,
                epochs_per_s=run.epochs_per_s,
                queue_position=run.queue_position,
                queue_wait_s=run.queue_wait_s,
                busy=self._hub.busy,
                stream=run.stream,
                notes=self._notes(run),
            )

    def _summary(self, run: LiveRun) -> RunSummary:
        """A run that has ended is read as a whole: its best epoch and its verdict are in its curve."""
        marks = self._store.marks(run.id, run.owner)
        if run.active:
            return replace(self._line(run), marks=marks)
        key = (run.curve.last_epoch, run.version)
        known = self._summaries.get(run.id)
        if known is None or known[0] != key:
            known = self._summaries[run.id] = key, summary_of(self._view(run), run.context, marks)
        return replace(known[1], marks=marks, notes=self._notes(run))

    def _line(self, run: LiveRun) -> RunSummary:
        """One line about a run that goes on, without reading its whole curve."""
        with self._hub.lock:
            return RunSummary(
                id=run.id,
                number=run.number,
                name=run.experiment.name,
                state=run.status.state,
                epoch=max(run.status.epoch, run.curve.last_epoch),
                epochs=run.status.epochs,
                created=run.created,
                metrics={name: values[-1] for name, values in run.curve.newest().history.items()},
                compute_s=run.status.compute_s,
                updates=run.status.updates,
                notes=self._notes(run),
            )

    def _notes(self, run: LiveRun) -> tuple[Reason, ...]:
        """What its owner should know about it beside how it does."""
        notes = []
        if run.came_back and run.status.state == "paused":
            notes.append(Reason("run.came_back", {"epoch": run.status.epoch}))
        if run.active and run.worker is None and self._dispatch.nobody_computes:
            notes.append(Reason("run.workers_start_again", {}))
        if run.unsaved is not None:
            notes.append(run.unsaved)
        return tuple(notes)
