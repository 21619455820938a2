"""Ended runs on their way to the disk."""

import queue
import sys
import threading
import traceback

from lab.runs.kept.store import RunStore
from lab.runs.serve.pooled.job import Job, LiveRun


class Saver:
    """Keeps ended runs, away from the threads that relay frames."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._waiting: queue.SimpleQueue[LiveRun | None] = queue.SimpleQueue()
        self._writing = threading.Lock()  # held while a run is written or deleted
        self._thread = threading.Thread(target=self._save_all, daemon=True, name="lab-save")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and end."""
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def keep(self, job: Job) -> None:
        """A run with numbers is written soon; a part of a study is not kept."""
        if isinstance(job, LiveRun) and job.snapshot:
            job.saving = True
            self._waiting.put(job)

    def delete(self, run_id: str, owner: str) -> None:
        """A run that is being written just now is deleted afterwards, not before."""
        with self._writing:
            self._store.delete(run_id, owner)

    def _save_all(self) -> None:
        while (run := self._waiting.get()) is not None:
            try:
                record = run.record()
                with self._writing:
                    if record.epochs_done and not run.deleted:
                        self._store.save(record, run.status, run.checkpoints)
            except OSError:  # a full disk must not end the live engine; the run stays readable in memory
                traceback.print_exc(file=sys.stderr)
            run.saving = False
