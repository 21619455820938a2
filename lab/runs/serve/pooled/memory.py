"""What runs that go on take of the web process's memory, all together.

So much is theirs. Whoever finds no room for a network as large as theirs waits. Where curves and checkpoints grow
beyond it they are thinned: no point of a curve is lost, and an epoch that is no longer kept is computed again when it
is asked for.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from lab.runs.serve.pooled.job import Job, LiveRun
from lab.runs.wire.checkpoints import thinned

PARAMETER_BYTES: Final = 12  # of a snapshot: a weight and two moments of an optimizer, four bytes each
FRAMES_LEFT: Final = 20  # of a curve that is thinned: for a page that was gone for a moment


def snapshot_bytes(parameters: int) -> int:
    """About how large the snapshot of a network with so many weights will be."""
    return PARAMETER_BYTES * parameters


class LiveMemory:
    """What is left of it while jobs are given their places.

    Args:
        jobs: all there are.
        most: bytes for all that are active.
    """

    def __init__(self, jobs: Iterable[Job], most: int) -> None:
        active = [job for job in jobs if job.active]
        self._most = most
        self._used = sum(_taken(job) for job in active)
        self._nobody = all(job.worker is None or job.status.state == "paused" for job in active)

    def has_room_for(self, job: Job) -> bool:
        """A job that waits may begin. Where none of the others goes on, any may."""
        return self._nobody or self._used + _growth(job) <= self._most

    def take(self, job: Job) -> None:
        """It has a place now."""
        self._used += _growth(job)
        self._nobody = False


def thin_live(jobs: Iterable[Job], most: int) -> None:
    """Let the largest of them give way until all together fit, or there is nothing more to be had for now."""
    held = [(job.held_bytes, job) for job in jobs if job.active]
    over = sum(size for size, _ in held) - most
    held.sort(key=itemgetter(0), reverse=True)
    for before, job in held:
        if over <= 0:
            return
        job.curve.thin(FRAMES_LEFT)
        if isinstance(job, LiveRun) and isinstance(job.states, dict):
            job.states = thinned(job.states, sum(map(len, job.states.values())) // 2)
        over -= before - job.held_bytes


def _taken(job: Job) -> int:
    """One that has a place but no snapshot yet takes what it will take soon."""
    return job.held_bytes if job.worker is None else max(job.held_bytes, job.needs_bytes)


def _growth(job: Job) -> int:
    """What a job that waits takes more as soon as it has a place."""
    return max(0, job.needs_bytes - job.held_bytes)
