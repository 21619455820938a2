"""The jobs that the web process knows, and what each last said. Knows nothing of processes or of HTTP."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from lab.errors import RunError
from lab.runs.serve.pooled.job import Clock, Job, LiveRun, StudyPart, Wakeable
from lab.runs.wire.checkpoints import thinned
from lab.runs.wire.messages import ENDED, Frame, Frames, Snapshot, Status, Taken
from lab.spec.limits import Limits


def set_all(sleepers: list[Wakeable]) -> None:
    for sleeper in sleepers:
        sleeper.set()


class Hub:
    """Registry of live jobs. Every method may be called from any thread.

    Args:
        limits: bound on the checkpoints of a run.
        clock: seconds that only go forward.
        wake: told which readers have something new; the web process sets their events in its loop.
        dropped: told of a job that is no longer held.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Clock = time.monotonic,
        wake: Callable[[list[Wakeable]], None] | None = None,
        dropped: Callable[[Job], None] = lambda job: None,
    ) -> None:
        self.limits, self.clock, self.dropped = limits, clock, dropped
        self.wake = wake or set_all
        self.busy = False  # the class is: see `Pressure`
        self._jobs: dict[str, Job] = {}
        self._streams: dict[str, Job] = {}  # by the keys of their streams
        self.lock = threading.RLock()  # held to do several steps as one

    # --- registry

    def add(self, job: Job) -> None:
        with self.lock:
            self._jobs[job.id] = job
            self._streams[job.stream] = job

    def get(self, job_id: str) -> Job | None:
        """Whoever's it is: for what workers say."""
        return self._jobs.get(job_id)

    def own(self, run_id: str, owner: str) -> LiveRun | None:
        """The owner's run; None if no such run is live. Raises RunError "run.unknown" when it is someone else's."""
        job = self._jobs.get(run_id)
        if job is None:
            return None
        if job.owner != owner or not isinstance(job, LiveRun):
            raise RunError("run.unknown")
        return job

    def streamed(self, key: str) -> Job | None:
        """The job whose stream has this key."""
        return self._streams.get(key)

    def jobs(self) -> list[Job]:
        with self.lock:
            return list(self._jobs.values())

    def runs_of(self, owner: str) -> list[LiveRun]:
        return [job for job in self.jobs() if isinstance(job, LiveRun) and job.owner == owner]

    def parts_of(self, owner: str) -> list[StudyPart]:
        """Of all the owner's studies, one part for each worker that has some of a study."""
        return [job for job in self.jobs() if isinstance(job, StudyPart) and job.owner == owner]

    def drop(self, job: Job) -> None:
        with self.lock:
            self._jobs.pop(job.id, None)
            self._streams.pop(job.stream, None)
            sleepers = _told(job)
        self._wake(sleepers)
        self.dropped(job)

    # --- what is said of a job

    def publish(self, message: Frames) -> None:
        """Take in frames."""
        sleepers: set[Wakeable] = set()
        with self.lock:
            for frame in message.frames:
                job = self._jobs.get(frame.run)
                if job is not None and _take(job, frame):
                    for reader in job.readers.values():
                        reader.take(frame)
                        sleepers.add(reader.sleeper)
        self._wake(sleepers)

    def set_status(self, status: Status) -> Job | None:
        """Take in where a job is. Returns the job if this ended it."""
        with self.lock:
            job = self._jobs.get(status.run)
            if job is None or not job.active:
                return None
            job.orders.answered(status.last_order)
            job.heard_at = self.clock()
            is_new = job.status.told != status.told
            job.status = status
            job.version += is_new
            job.stopwatch.run(status.state == "running")
            sleepers = _told(job) if is_new else []
        self._wake(sleepers)
        return job if status.state in ENDED else None

    def set_snapshot(self, message: Snapshot) -> None:
        with self.lock:
            job = self._jobs.get(message.run)
            if job is not None:
                job.snapshot = message.data
                job.snapshots += 1
                if message.so_far is not None and job.active:
                    job.orders.answered(message.so_far.last_order)
                    job.heard_at = self.clock()
                    job.status = replace(job.status, epoch=message.epoch, **message.so_far._asdict())

    def keep_checkpoints(self, message: Taken) -> None:
        with self.lock:
            for one in message.checkpoints:
                run = self._jobs.get(one.run)
                if isinstance(run, LiveRun) and run.checkpoints is not None:
                    run.checkpoints = thinned(run.checkpoints | {one.epoch: one.data}, self.limits.checkpoint_bytes)

    def set_place(self, job: Job, position: int, wait_s: float | None) -> None:
        """Where a job stands in the queue, and how long that may take."""
        with self.lock:
            moved = job.queue_position != position
            job.queue_position, job.queue_wait_s = position, wait_s
            if moved:
                self._tell(job)

    def set_busy(self, busy: bool) -> None:
        """Whether runs are slower than was asked for because there are so many: all who watch one are told."""
        with self.lock:
            if self.busy != busy:
                self.busy = busy
                for job in self._jobs.values():
                    if job.active:
                        self._tell(job)

    def _tell(self, job: Job) -> None:
        job.version += 1
        self._wake(_told(job))

    def _wake(self, sleepers: Iterable[Wakeable]) -> None:
        if waiting := list(sleepers):
            self.wake(waiting)


def _told(job: Job) -> list[Wakeable]:
    """What the readers of a job sleep on, when there is something to be told beside frames."""
    for reader in job.readers.values():
        reader.behind = True
    return [reader.sleeper for reader in job.readers.values()]


def _take(job: Job, frame: Frame) -> bool:
    """Whether there is something new in a frame: points that did not come before, or weights between two epochs."""
    if frame.event:
        if not job.curve.take(frame):
            return False
        job.blame.in_a_row = 0  # it gets on
    if frame.weights or frame.parameters:
        job.weights, job.parameters = frame.weights or job.weights, frame.parameters or job.parameters
    return True
