"""Runs that nobody reads, or that have had their time."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Literal

from lab.errors import RunError
from lab.memory import give_back, tidy
from lab.runs.serve.pooled.curve import RING, SPARE
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import Job, LiveRun
from lab.runs.serve.pooled.laid_away import Drawer
from lab.runs.serve.pooled.memory import thin_live
from lab.runs.serve.pooled.pauses import Pauses
from lab.runs.wire.messages import Pause, Stop
from lab.spec.limits import Limits

SWEEP_S = 1.0
LAY_AWAY_S = 10.0  # after the last look at a run that rests or has ended
THIN_S = 5.0  # to add up what two hundred runs take costs as much as all the rest of a sweep
TIDY_S = 3600.0
GIVE_BACK_S = 2.0  # in a class a millisecond, in which only who asks for memory waits: bursts leave a megabyte a second
COLLECT_S = 20.0  # in a class some 60 ms each time, in which nothing else is done; alone a tenth of it

log = logging.getLogger(__name__)

Due = Literal["park", "rest", "forget", "time_over", "drop"]


def due(job: Job, now: float, limits: Limits) -> Due | None:
    """What has to be done with a job at the time `now`; None if it may go on as it does."""
    alone_s = 0.0 if job.readers else now - job.seen_at
    forgotten = alone_s > limits.reader_grace_s + limits.paused_without_reader_s
    if not job.active:
        return "drop" if forgotten and not (isinstance(job, LiveRun) and job.saving) else None
    if limits.running_s is not None and job.stopwatch.seconds > limits.running_s and not job.time_over:
        return "time_over"
    if forgotten:
        return "forget"
    if _can_rest(job) and (job.parked or now - job.heard_at > limits.paused_with_worker_s):
        return "rest"
    return "park" if alone_s > limits.reader_grace_s and job.status.state == "running" and not job.parked else None


def _can_rest(job: Job) -> bool:
    """Its worker has nothing of it that is not here."""
    paused = job.status.state == "paused" and not job.orders.waiting
    return paused and isinstance(job, LiveRun) and job.worker is not None and bool(job.saved)


def _is_left_alone(run: LiveRun, now: float) -> bool:
    """It neither goes on nor is on its way to the store, and nobody has looked at it for a moment."""
    still = run.resting or not (run.active or run.saving)
    return still and not run.readers and now - run.seen_at > LAY_AWAY_S


def out_of_reach(jobs: Iterable[Job], limits: Limits) -> list[LiveRun]:
    """Ended runs that are on the disk and give way to newer ones: they can be looked at, and not go on.

    Each owner keeps so many in reach, and all together so many bytes: those nobody has looked at for longest go.
    """
    ended: dict[str, list[LiveRun]] = defaultdict(list)
    for job in jobs:
        if isinstance(job, LiveRun) and not job.active and not job.saving:
            ended[job.owner].append(job)
    oldest_last = [sorted(runs, key=lambda run: run.number, reverse=True) for runs in ended.values()]
    found = [run for runs in oldest_last for run in runs[limits.ended_runs_in_reach :]]
    within = [run for runs in oldest_last for run in runs[: limits.ended_runs_in_reach]]
    newest_first = sorted(within, key=lambda run: run.seen_at, reverse=True)
    used = accumulate(run.held_bytes for run in newest_first)
    too_many = [run for run, sum_ in zip(newest_first, used, strict=True) if sum_ > limits.ended_runs_bytes]
    return found + [run for run in too_many if not run.readers]


class Caretaker:
    """Parks, ends and forgets what is due, and gives back the memory that is free then.

    Args:
        drawer: where that lies of a run which nobody needs to have at hand.
        tidy: deletes of the kept runs what is too old.
    """

    def __init__(self, hub: Hub, dispatch: Dispatch, drawer: Drawer, tidy: Callable[[], None] = lambda: None) -> None:
        self._hub, self._dispatch, self._drawer, self._tidy = hub, dispatch, drawer, tidy
        self._pauses, self._lay_away_at = Pauses(), hub.clock()
        self._tidy_at = self._thin_at = hub.clock()
        self._give_back_at, self._collect_at = hub.clock() + GIVE_BACK_S, hub.clock() + COLLECT_S

    async def sweep_for_ever(self) -> None:
        """Once a second."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await asyncio.to_thread(self.sweep)
            except Exception:
                log.exception("not all of a second's care was taken")

    def sweep(self) -> None:
        """The kept runs at first and then each hour."""
        if self._hub.clock() >= self._tidy_at:
            self._tidy_at = self._hub.clock() + TIDY_S
            self._tidy()
        for job in self._hub.jobs():
            try:
                self._look_after(job)
            except Exception:  # a mistake of ours about one run must not cost others theirs
                log.exception("a run cannot be cared for")
        if self._hub.clock() >= self._thin_at:
            self._thin_at = self._hub.clock() + THIN_S
            with self._hub.lock:
                thin_live(self._hub.jobs(), self._hub.limits.live_runs_bytes)
        for run in out_of_reach(self._hub.jobs(), self._hub.limits):
            self._hub.drop(run)
        self._lay_away()
        self._give_memory_back(self._hub.clock())

    def _look_after(self, job: Job) -> None:
        with self._hub.lock:
            self._tend(job, due(job, self._hub.clock(), self._hub.limits))
            if not job.readers and (job.parked or not job.active):
                job.curve.thin(1)  # only a page would ask for more, and none is there
            elif job.saved and job.curve.frames > RING + SPARE // 2:
                job.keep_points_once()
                job.curve.thin(RING)

    def _lay_away(self) -> None:
        """What the disk does not take stays in memory, and is tried again after growing pauses."""
        now = self._hub.clock()
        if now < self._lay_away_at:
            return
        try:
            for job in self._hub.jobs():
                if isinstance(job, LiveRun) and _is_left_alone(job, now):
                    job.lay_away(self._drawer, self._hub.lock)
                    if self._hub.get(job.id) is None:  # it was dropped meanwhile
                        self._drawer.empty(job.id)
            self._pauses.over()
        except RunError as refusal:
            self._lay_away_at = now + self._pauses.next_s()
            log.warning("runs that nobody looks at stay in memory: %s", refusal)

    def _give_memory_back(self, now: float) -> None:
        if now >= self._collect_at:
            self._collect_at, self._give_back_at = now + COLLECT_S, now + GIVE_BACK_S
            tidy()
        elif now >= self._give_back_at:
            self._give_back_at = now + GIVE_BACK_S
            give_back()

    def _tend(self, job: Job, action: Due | None) -> None:
        if action == "park":
            job.parked = True
            self._dispatch.send(job, Pause())
        elif action == "rest":
            self._dispatch.rest(job)
            job.keep_points_once()
        elif action == "forget":
            self._dispatch.send(job, Stop())
        elif action == "time_over":
            job.time_over = True
            self._dispatch.send(job, Stop())
        elif action == "drop":
            self._hub.drop(job)
