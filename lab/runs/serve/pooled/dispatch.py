"""Which job is computed where: places, commands on their way to them, and what becomes of a job whose worker died."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lab.errors import RunError
from lab.runs.serve.pooled.curve import Curve
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import Job
from lab.runs.serve.pooled.memory import LiveMemory
from lab.runs.serve.pooled.waiting import Waiting
from lab.runs.wire.messages import Command, Draw, Drop, Message, Reason, Resume, RunState, Start, Status, Stop


@dataclass
class _Load:
    """Jobs of a worker that do not rest, and how many of them go as fast as possible."""

    jobs: int = 0
    unpaced: int = 0

    def add(self, job: Job) -> None:
        self.jobs += 1
        self.unpaced += _is_unpaced(job)

    def before(self, job: Job) -> tuple[int, int]:
        """What a new job would find there, the worst first: who takes all that is left should not share it."""
        return (self.unpaced, self.jobs) if _is_unpaced(job) else (self.jobs, self.unpaced)


def _is_unpaced(job: Job) -> bool:
    return job.epochs_per_s is None and job.updates_per_s is None


class Dispatch:
    """Gives jobs to workers, and knows when one has ended.

    Args:
        workers: how many there are; the number behind the last is a cluster, which gets only what asks for it.
        each: jobs that one may have at a time; those that are paused do not count.
        send: puts a message on its way to a worker.
        ended: told of a job that has just ended, before anybody else can see it.
    """

    def __init__(
        self,
        hub: Hub,
        workers: int,
        each: int,
        send: Callable[[int, Message], None],
        ended: Callable[[Job], None],
    ) -> None:
        self.workers = self.cluster = workers
        self._hub, self._each, self._send_message, self._ended = hub, each, send, ended
        self.waiting = Waiting(hub.clock)
        self._away: set[int] = set()  # workers of which none says hello; they are started again and again

    # --- places

    def submit(self, *jobs: Job) -> None:
        """Take new jobs in; each begins when there is a place for it, or where it has one already."""
        with self._hub.lock:
            for job in jobs:
                self._hub.add(job)
                self._start(job)
            self._fill()

    def _fill(self) -> None:
        """Give waiting jobs, in the order of their coming, the least loaded worker while there is room.

        One that takes more memory than is left does not hold up a smaller one behind it.
        """
        jobs = self._hub.jobs()
        waiting = [job for job in jobs if job.active and job.worker is None and not job.resting]
        if not waiting:
            return
        position, loads, memory = 0, self._loads(), LiveMemory(jobs, self._hub.limits.live_runs_bytes)
        for job in waiting:
            room = [(load.before(job), index) for index, load in loads.items() if load.jobs < self._each]
            if not room or not memory.has_room_for(job):
                position += 1
                self._hub.set_place(job, position, self.waiting.seconds(position))
                continue
            _, index = min(room)
            loads[index].add(job)
            memory.take(job)
            job.worker, job.queue_position, job.queue_wait_s = index, 0, None
            self._start(job)

    def _loads(self) -> dict[int, "_Load"]:
        """Of each worker that can be had."""
        loads = {index: _Load() for index in range(self.workers) if index not in self._away}
        for job in self._hub.jobs():
            if job.worker in loads and job.active and job.status.state != "paused":
                loads[job.worker].add(job)
        return loads

    def _start(self, job: Job) -> None:
        """Begin, or go on from the last snapshot with all that has been asked for since."""
        if job.worker is not None:
            orders = tuple(job.orders.waiting)
            start = Start(
                job.id,
                job.spec,
                job.arrays,
                job.snapshot,
                job.epochs_per_s,
                orders,
                drawn=job.drawn,
                exact=job.exact,
                inside=job.inside,
                updates_per_s=job.updates_per_s,
            )
            self._send_message(job.worker, start)

    # --- commands

    def send(self, job: Job, command: Command, arrays: dict[str, str] | None = None) -> None:
        """Send a command and remember it until it is answered.

        Args:
            arrays: further ones that it needs, which the job holds from now on.
        """
        if job.worker is None and not job.resting and isinstance(command, Stop):
            self.end(job, "stopped")
            return
        message = job.orders.add(job.id, command)
        job.arrays |= arrays or {}
        if job.resting:
            self._wake(job)
        elif job.worker is not None:
            self._send_message(job.worker, replace(message, arrays=arrays or {}))

    def stop(self, job: Job) -> None:
        """Ask it to end, if it has not."""
        if job.active:
            self.send(job, Stop())

    def touch(self, job: Job) -> None:
        """Somebody looks at this job: a parked one goes on."""
        job.seen_at = self._hub.clock()
        if job.parked:
            job.parked = False
            self.send(job, Resume())

    def draw(self, job: Job, exact: bool) -> None:
        """Somebody draws the network of this job: its worker tells the weights, too, or all parameters exactly."""
        if not job.active or (job.exact if exact else job.drawn):
            return
        if exact:
            job.exact = True
        else:
            job.drawn = True
        self.send(job, Draw(exact))

    def look_inside(self, job: Job) -> None:
        """Somebody looks into the layers of this job: its worker tells a few numbers of each, too."""
        if job.active and not job.inside:
            job.inside = True
            self.send(job, Draw(inside=True))

    def rest(self, job: Job) -> None:
        """A paused job that has answered everything leaves its worker: what that has of it lies here, too."""
        if job.worker is not None:
            self._send_message(job.worker, Drop(job.id))
            job.worker, job.resting = None, True

    def _wake(self, job: Job) -> None:
        """It goes on where it was, with all that it is asked; as one that never left, it waits for no place."""
        job.resting = False
        try:
            job.fetch()
        except RunError as refusal:  # its file was taken away, and the curve with it
            job.snapshot, job.curve = b"", Curve()
            job.status = replace(job.status, epoch=0)
            self.end(job, "failed", Reason(refusal.code, refusal.values))
            return
        if loads := self._loads():
            _, job.worker = min((load.before(job), index) for index, load in loads.items())
            self._start(job)

    def revive(self, job: Job, command: Command) -> None:
        """Let an ended job go on from its last snapshot. Raises RunError "disk.…"."""
        job.fetch()
        job.status = replace(job.status, state="queued", reason=None)
        job.worker, job.time_over = None, False
        self.send(job, command)
        self._fill()

    # --- ends

    def set_status(self, status: Status) -> None:
        """Take in where a job is. The place of one that has ended, or is paused, goes to the next."""
        with self._hub.lock:
            job = self._hub.set_status(status)
            if job is not None:
                if job.worker is not None:
                    self.waiting.freed()
                self._ended(job)
            if job is not None or status.state == "paused":
                self._fill()

    def end(self, job: Job, state: RunState, reason: Reason | None = None) -> None:
        """End a job from this side: no worker will say it."""
        self.set_status(replace(job.status, state=state, reason=reason, last_order=job.orders.sent))

    # --- workers that die

    def crashed(self, index: int, suspect: str) -> None:
        """A new worker is there in place of one that died: its jobs go on.

        Args:
            suspect: id of the job that was being computed; "" for none.
        """
        with self._hub.lock:
            for job in self._of(index):
                if job.id == suspect:
                    job.blame.add()
                if job.blame.proven:
                    self.end(job, "failed", Reason("run.worker_crashed", {}))
                else:
                    self._start(job)

    def away(self, index: int) -> None:
        """No worker can be started in place of one that died: its jobs go elsewhere, or wait until one is back."""
        with self._hub.lock:
            self._away.add(index)
            self.give_back(index)

    def give_back(self, index: int) -> None:
        """Nothing more comes from there: its jobs go elsewhere."""
        with self._hub.lock:
            for job in self._of(index):
                job.worker = None
                if job.status.state == "running":
                    self._hub.set_status(replace(job.status, state="queued"))
            self._fill()

    def back(self, index: int) -> None:
        """There is a worker again where there was none."""
        with self._hub.lock:
            self._away.discard(index)
            self._fill()

    @property
    def nobody_computes(self) -> bool:
        """Every worker is away."""
        return len(self._away) == self.workers

    def _of(self, index: int) -> list[Job]:
        return [job for job in self._hub.jobs() if job.worker == index and job.active]
