"""Processes for what keeps others waiting: started when needed, kept for the next, ended when they take too long.

A few questions are worked on at once and the others wait in the order in which they came. The thread that asked stays:
it is told at once, and then every quarter of a second, how far things are, and when that raises (the person left, or
clicked something else), or time is up, the process is ended with all that it holds.
"""

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, Literal, cast

from lab.aside.progress import Progress, Tell
from lab.aside.refusals import refusal_of
from lab.aside.wire import Arrays, Values, receive, send
from lab.errors import LabError
from lab.memory import give_back
from lab.runs.serve.pooled.pool import child_process

LOOK_EVERY_S = 0.25
IDLE_S = 2.0
GROWN_BYTES = 300_000_000  # a process that once took more is not kept

Reply = tuple[Values, Arrays] | None  # None: the process has died


@dataclass(frozen=True)
class Bounds:
    """Args:
    places: questions worked on at once. seconds: that one may take. memory_bytes: of one process.
    """

    places: int
    seconds: float
    memory_bytes: int


class AsidePool:
    """Asks `python -m module`, whose main is `lab.aside.process.serve`.

    Args:
        refusal: says why there is no answer.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        module: str,
        bounds: Bounds,
        refusal: Callable[[Literal["too_slow", "ended"]], LabError],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._module, self._bounds, self._refusal, self._clock = module, bounds, refusal, clock
        self._changed = threading.Condition()
        self._line: list[object] = []  # a ticket for each question that waits
        self._working: set[_Process] = set()
        self._idle: list[_Process] = []
        self._busy = 0
        self._closed = False

    def ask(self, values: Values, arrays: Arrays, tell: Tell) -> tuple[Values, Arrays]:
        """The answer to one question.

        Raises:
            LabError: what the process refuses with, or `refusal`; and whatever `tell` raises.
        """
        with self._place(tell) as process:
            reply = self._reply(process, (values, arrays), tell)
        if "refused" in reply[0]:
            raise refusal_of(reply[0]["refused"])
        return reply

    @property
    def pids(self) -> list[int]:
        """Of the processes that are there, idle ones too."""
        with self._changed:
            return [process.pid for process in (*self._idle, *self._working)]

    def close(self) -> None:
        """End all processes; what is being worked on is given up."""
        with self._changed:
            self._closed = True
            ended = [*self._idle, *self._working]
            self._idle.clear()
        for process in ended:
            process.end()

    def _reply(self, process: "_Process", question: tuple[Values, Arrays], tell: Tell) -> tuple[Values, Arrays]:
        process.ask(question)
        began = self._clock()
        while True:
            tell(process.progress)
            with suppress(queue.Empty):
                reply = process.replies.get(timeout=LOOK_EVERY_S)
                if reply is None:
                    raise self._refusal("ended")
                return reply
            if self._clock() - began > self._bounds.seconds:
                raise self._refusal("too_slow")

    @contextmanager
    def _place(self, tell: Tell) -> Iterator["_Process"]:
        """A process for one question. It is ended if anything is raised meanwhile."""
        self._wait_in_line(tell)
        process = None
        try:
            process = self._a_process()
            yield process
        except BaseException:
            self._leave(process, keep=False)
            raise
        self._leave(process, keep=process.peak_bytes < GROWN_BYTES)

    def _wait_in_line(self, tell: Tell) -> None:
        ticket = object()
        with self._changed:
            self._line.append(ticket)
        try:
            while (before := self._before(ticket)) > 0:
                tell(Progress("waiting", before=before))
                self._wait_for_change(ticket)
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _before(self, ticket: object) -> int:
        """How many come first; 0 means that it has a place now."""
        with self._changed:
            if self._is_next(ticket):
                self._busy += 1
                return 0
            return self._line.index(ticket) + self._busy

    def _wait_for_change(self, ticket: object) -> None:
        """A moment, or until one has gone."""
        with self._changed:
            if not self._is_next(ticket):
                self._changed.wait(LOOK_EVERY_S)

    def _is_next(self, ticket: object) -> bool:
        return self._line[0] is ticket and self._busy < self._bounds.places

    def _a_process(self) -> "_Process":
        with self._changed:
            if self._closed:
                raise self._refusal("ended")
            while self._idle and not self._idle[-1].is_alive:
                self._idle.pop()
            process = self._idle.pop() if self._idle else self._started()
            self._working.add(process)
            return process

    def _leave(self, process: "_Process | None", *, keep: bool) -> None:
        if process is not None and not keep:
            process.end()
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()
            if process is not None:
                self._working.discard(process)
                if not self._closed:  # the next question finds a process that is warm
                    self._idle.append(process if keep else self._started())

    def _started(self) -> "_Process":
        return _Process(self._module, self._bounds.memory_bytes)


class _Process:
    """One process, and the thread that talks with it."""

    def __init__(self, module: str, memory_bytes: int) -> None:
        self._popen = child_process(module)
        self.replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self.progress = Progress()
        self.peak_bytes = 0
        self._questions: queue.SimpleQueue[tuple[Values, Arrays] | None] = queue.SimpleQueue()
        settings = json.dumps({"memory_bytes": memory_bytes}).encode() + b"\n"
        threading.Thread(target=self._talk, args=(settings,), daemon=True, name="lab-aside").start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def ask(self, question: tuple[Values, Arrays]) -> None:
        self.progress = Progress()
        self._questions.put(question)

    def end(self) -> None:
        self._popen.kill()
        self._questions.put(None)
        self._popen.wait()

    def _talk(self, settings: bytes) -> None:
        given, taken = cast("BinaryIO", self._popen.stdin), cast("BinaryIO", self._popen.stdout)
        try:
            with suppress(OSError), taken, given:  # it was ended, or died
                given.write(settings)
                given.flush()
                while (question := self._next_question()) is not None:
                    send(given, *question)
                    question = reply = None  # neither is held here for longer than it takes
                    reply = self._listen(taken)
                    if reply is None:
                        break
                    self.replies.put(reply)
        finally:
            self.replies.put(None)

    def _next_question(self) -> tuple[Values, Arrays] | None:
        """Where none comes for a while, what the last one took is given back."""
        try:
            return self._questions.get(timeout=IDLE_S)
        except queue.Empty:
            give_back()
            return self._questions.get()

    def _listen(self, stream: BinaryIO) -> Reply:
        """The answer to a question, after news of how far it is."""
        while (message := receive(stream)) is not None:
            if "progress" not in message[0]:
                self.peak_bytes = message[0].pop("peak_bytes")
                return message
            self.progress = Progress(*message[0]["progress"])
        return None
