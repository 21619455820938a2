"""Ended runs on their way to the disk."""

import logging
import queue
import threading
import time
from contextlib import AbstractContextManager
from typing import Any

from lab.errors import RunError
from lab.runs.kept.store import RunStore
from lab.runs.serve.pooled.job import Job, LiveRun
from lab.runs.serve.pooled.pauses import Pauses
from lab.runs.wire.messages import Reason

log = logging.getLogger(__name__)


class Saver:
    """Keeps ended runs, away from the threads that relay frames.

    One that the disk does not take stays in memory, says so, and is tried again after growing pauses.

    Args:
        lock: of the hub, without which no run goes on again.
    """

    def __init__(self, store: RunStore, lock: AbstractContextManager[Any]) -> None:
        self._store, self._lock = store, lock
        self._waiting: queue.SimpleQueue[LiveRun | None] = queue.SimpleQueue()
        self._unsaved: list[LiveRun] = []
        self._again_at = 0.0
        self._pauses = Pauses()
        self._writing = threading.Lock()  # held while a run is written or deleted
        self._thread = threading.Thread(target=self._save_all, daemon=True, name="lab-save")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and end."""
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        if self._unsaved:
            log.error("%d runs could not be saved: the disk takes nothing", len(self._unsaved))

    def keep(self, job: Job) -> None:
        """A run with numbers is written soon; a part of a study is not kept."""
        if isinstance(job, LiveRun) and job.saved:
            job.saving = True
            self._waiting.put(job)

    def delete(self, run_id: str, owner: str) -> None:
        """A run that is being written just now is deleted afterwards, not before. Raises RunError "disk.…"."""
        with self._writing:
            self._store.delete(run_id, owner)

    def _save_all(self) -> None:
        going_on = True
        while going_on:
            try:
                run = self._waiting.get(timeout=self._patience_s())
                going_on = run is not None
            except queue.Empty:
                run = None
            if run is not None and run not in self._unsaved:
                run.unsaved = self._unsaved[0].unsaved if self._unsaved else None
                self._unsaved.append(run)
            if run is None or len(self._unsaved) == 1:
                self._save_unsaved()

    def _patience_s(self) -> float | None:
        return max(0.0, self._again_at - time.monotonic()) if self._unsaved else None

    def _save_unsaved(self) -> None:
        """In the order of their ends, up to the first that the disk does not take."""
        while self._unsaved:
            run = self._unsaved[0]
            try:
                written = self._save(run)
            except RunError as refusal:
                pause_s = self._pauses.next_s()
                self._again_at = time.monotonic() + pause_s
                log.warning("a run cannot be saved (%s). Next try in %g s", refusal, pause_s)
                return
            except Exception as fault:  # a mistake of ours about one run must not cost others theirs
                log.exception("a run cannot be saved, and stays in memory")
                run.unsaved, run.saving = Reason("run.unsaved", {"name": type(fault).__name__}), False
                del self._unsaved[0]
                continue
            with self._lock:
                if written and not run.active:
                    run.checkpoints = None
                    run.keep_points_once()
                run.unsaved, run.saving = None, False
            del self._unsaved[0]
        self._pauses.over()

    def _save(self, run: LiveRun) -> bool:
        """Whether it is on the disk now."""
        record = run.record()
        with self._writing:
            if not record.epochs_done or run.deleted or run.active:  # one that goes on again ends again
                return False
            try:
                self._store.save(record, run.status, run.checkpoints or {})
            except RunError as refusal:
                run.unsaved = Reason("run.unsaved", refusal.values)
                raise
        return True
