"""Open streams: what each reader has not had yet. Readers PULL, so a slow one costs one wait and no queue.

For one that keeps up the next event is laid ready as it comes in: whoever sends it touches nothing else of its job,
which has grown cold by then in the processor's memory.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import Job, Wakeable
from lab.runs.wire.frame import event
from lab.runs.wire.messages import Frame

# weights: "first" of each Dense layer; "all": exactly, where there are few; "inside": numbers of each layer instead
Draws = Literal["nothing", "first", "all", "inside"]

_numbers = itertools.count()


@dataclass
class Reader:
    """One open stream: how far it has come.

    Args:
        last_epoch: of the last point it has had; 0 for none.
        version: of the status that it has had; -1 for none.
        done: nothing will follow.
        draws: which weights it has a use for; weights: those that it has had last.
        ready: its next events, if it has had all before; behind: there is more than these.
    """

    job: Job
    last_epoch: int
    sleeper: Wakeable
    version: int = -1
    done: bool = False
    draws: Draws = "nothing"
    weights: bytes = b""
    ready: bytes = b""
    behind: bool = True
    number: int = field(default_factory=lambda: next(_numbers))

    def take(self, frame: Frame) -> None:
        """A frame that its job has taken in."""
        if self.behind or self.ready or (frame.event and frame.first != self.last_epoch + 1):
            self.behind = True
            return
        self.ready = frame.event + self.new_weights()
        if frame.event:
            self.last_epoch = frame.last

    def new_weights(self) -> bytes:
        """The newest event with weights as this reader wants them; b"" if it has had it."""
        if self.draws == "nothing":
            return b""
        weights = (self.draws == "all" and self.job.parameters) or self.job.weights
        if weights is self.weights:
            return b""
        self.weights = weights
        return weights


class Streams:
    """Streams of the hub's jobs, each opened with the key that its owner was told.

    Args:
        touch: told of a job that somebody looks at; draw: of one whose network somebody draws, and whether exactly;
            look: of one that somebody looks into.
    """

    def __init__(
        self,
        hub: Hub,
        touch: Callable[[Job], None],
        draw: Callable[[Job, bool], None],
        look: Callable[[Job], None] = lambda _: None,
    ) -> None:
        self._hub, self._touch, self._draw, self._look = hub, touch, draw, look

    def known(self, key: str) -> bool:
        return self._hub.streamed(key) is not None

    def open(self, key: str, last_epoch: int, sleeper: Wakeable, *, draws: Draws = "nothing") -> Reader | None:
        """A reader of the events after `last_epoch`; None for a key that no job has.

        Args:
            sleeper: is set when there is something new.
            draws: which weights it has a use for.
        """
        with self._hub.lock:
            job = self._hub.streamed(key)
            if job is None:
                return None
            self._touch(job)
            if draws == "inside":
                self._look(job)
            elif draws != "nothing":
                self._draw(job, draws == "all")
            reader = Reader(job, last_epoch, sleeper, draws=draws)
            job.readers[reader.number] = reader
            return reader

    def close(self, reader: Reader) -> None:
        with self._hub.lock:
            reader.job.readers.pop(reader.number, None)
            reader.job.seen_at = self._hub.clock()

    def read(self, reader: Reader) -> list[bytes]:
        """The events that a reader has not had yet: first of all where the job is, and the end as the last word."""
        with self._hub.lock:
            ready, reader.ready = reader.ready, b""
            if not reader.behind:
                return [ready] if ready else []
            reader.behind = False
            job, events = reader.job, [ready]
            if reader.version < 0:
                events.append(self._state_event(job))
                reader.version = job.version
            if job.curve.last_epoch > reader.last_epoch:
                events += job.curve.after(reader.last_epoch)
                reader.last_epoch = job.curve.last_epoch
            events.append(reader.new_weights())
            if reader.version != job.version:
                reader.version = job.version
                events.append(self._state_event(job))
            if not job.active or self._hub.get(job.id) is None:
                events.append(event("end", {"state": job.status.state}))
                reader.done = reader.behind = True
            return [one for one in events if one]

    def _state_event(self, job: Job) -> bytes:
        status = job.status
        return event(
            "state",
            {
                "state": status.state,
                "epoch": status.epoch,
                "epochs": status.epochs,
                "updates": status.updates,
                "updates_per_epoch": status.updates_per_epoch,
                "compute_s": status.compute_s,
                "learning_rate": status.learning_rate,
                "batch_size": status.batch_size,
                "elapsed_s": job.stopwatch.seconds,
                "queue_position": job.queue_position,
                "queue_wait_s": job.queue_wait_s,
                "busy": self._hub.busy,
            },
        )
