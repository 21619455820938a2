"""Runs that go on, kept on the disk as they go, so that one outlives its server."""

import logging
import threading
import time
from pathlib import Path
from typing import NamedTuple

from lab.errors import RunError
from lab.runs.kept.rewritten import Rewritten
from lab.runs.kept.store import hashed
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import LiveRun
from lab.runs.serve.pooled.left_run import fixed_part, moving_part, packed
from lab.runs.serve.pooled.pauses import Pauses

ROUND_S = 2.0  # a run is kept so often, or more rarely where there are many
BYTES_PER_S = 4_000_000  # of all runs together
SHARE = 0.0015  # of one processor: at most this part of the time is spent on it
FIRST_SHARE = 0.05  # likewise on the first file of a run, without which nothing of it would come back
MOST_S = 2.0  # of rest for one writing: what takes longer is a garbage collection that fell into this thread
REST_S = 1.0  # at least, between several in a row: the first takes four times as long as those behind it

log = logging.getLogger(__name__)


class _Kept(NamedTuple):
    """What lies on the disk of a run: where it was then, and what of it never changes; "" of one that rests."""

    version: int
    snapshots: int
    orders: int
    arrays: int
    fixed: str
    file: Rewritten


class Keeper:
    """Writes the runs that go on, one after another, in a thread of its own; the file of one that has ended goes.

    Args:
        folder: where they lie, one file for each.
    """

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._hub, self._folder = hub, folder
        self._kept: dict[str, _Kept] = {}
        self._closing = threading.Event()
        self._pauses = Pauses()
        self._thread = threading.Thread(target=self._keep_on, daemon=True, name="lab-keep")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Keep all of them as they are now, and no more."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        try:
            self.keep_all()
        except RunError as refusal:
            log.warning("what goes on comes back as it was kept last: %s", refusal)

    def keep_all(self, rest: bool = False) -> None:
        """One round over all runs; `rest` lets the time pass that keeps it modest."""
        self._forget_what_has_ended()
        rest_s = 0.0
        for job in self._hub.jobs():
            if isinstance(job, LiveRun) and job.active and self._changed(job):
                rest_s += self._kept_for_s(job)
                if rest and rest_s > REST_S:
                    if self._closing.wait(rest_s):
                        return
                    rest_s = self._new_ones_kept_for_s()
            elif job.resting and (kept := self._kept.get(job.id)) is not None and kept.fixed:
                self._kept[job.id] = kept._replace(fixed="")

    def _kept_for_s(self, run: LiveRun) -> float:
        """Keep it, and say how long that should do."""
        share = SHARE if run.id in self._kept else FIRST_SHARE
        began = time.thread_time()
        try:
            size = self._keep(run)
        except RunError:
            raise
        except Exception:  # a mistake of ours about one run must not cost others theirs
            log.exception("a run cannot be kept as it goes on")
            self._kept[run.id], size = _Kept(*_mark(run), "", self._file(run)), 0
        for_it_s = (time.thread_time() - began) / share
        return max(size / BYTES_PER_S, min(for_it_s, MOST_S))

    def _new_ones_kept_for_s(self) -> float:
        """Those that have begun during a round, which do not wait for its end."""
        new = [job for job in self._hub.jobs() if job.id not in self._kept and isinstance(job, LiveRun) and job.active]
        return sum(map(self._kept_for_s, new))

    def _keep_on(self) -> None:
        while not self._closing.wait(ROUND_S):
            try:
                self.keep_all(rest=True)
                self._pauses.over()
            except RunError as refusal:  # the runs go on all the same; each start and each end says it to its owner
                pause_s = self._pauses.next_s()
                log.warning("runs that go on cannot be kept (%s). Next try in %g s", refusal, pause_s)
                self._closing.wait(pause_s)

    def _changed(self, run: LiveRun) -> bool:
        kept = self._kept.get(run.id)
        return kept is None or (kept.version, kept.snapshots, kept.orders, kept.arrays) != _mark(run)

    def _keep(self, run: LiveRun) -> int:
        """Returns the bytes written. Raises RunError "disk.…"."""
        kept = self._kept.get(run.id)
        fixed = kept.fixed if kept is not None and kept.arrays == len(run.arrays) else ""
        fixed = fixed or fixed_part(run)
        with self._hub.lock:
            mark = _mark(run)
            moving, snapshot = moving_part(run)
        data = packed(fixed, moving, snapshot)
        file = self._file(run) if kept is None else kept.file
        file.write(data)
        self._kept[run.id] = _Kept(*mark, "" if run.resting else fixed, file)
        return len(data)

    def known(self, run: LiveRun) -> None:
        """A run that came back lies here already."""
        self._kept[run.id] = _Kept(-1, -1, -1, len(run.arrays), fixed_part(run), self._file(run))

    def _forget_what_has_ended(self) -> None:
        """Once it is in the store, or nobody wants it any more."""
        for run_id, kept in list(self._kept.items()):
            job = self._hub.get(run_id)
            if not isinstance(job, LiveRun) or not (job.active or job.saving):
                kept.file.path.unlink(missing_ok=True)
                del self._kept[run_id]

    def _file(self, run: LiveRun) -> Rewritten:
        return Rewritten(self._folder / f"{hashed(run.owner)}.{hashed(run.id)}.run")


def _mark(run: LiveRun) -> tuple[int, int, int, int]:
    """Another one where something of the run has to be written again."""
    return run.version, run.snapshots, run.orders.sent, len(run.arrays)
