"""Reading processes: started when the first file needs one, kept for the next, and ended when they take too long.

A few files are read at once and the others wait in the order in which they came. The thread that asked stays: it is
told every quarter of a second how far things are, and when that raises (the person left, or clicked something else), or
time is up, the process is ended with all that it holds.
"""

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

from lab.errors import TableError
from lab.reading.file import FileRead, Progress, Tell, Wish, read_file
from lab.reading.replies import answered, question, refusal_of
from lab.reading.room import give_back
from lab.reading.wire import Arrays, Values, receive, send
from lab.runs.serve.pooled.pool import child_process
from lab.spec.limits import Limits, current_limits

SMALL_BYTES = 256_000  # read where they are: others wait for less than a script run takes
LOOK_EVERY_S = 0.25
IDLE_S = 2.0
GROWN_BYTES = 300_000_000  # a process that once took more is not kept

Reply = tuple[Values, Arrays] | None  # None: the process has died


class ReadingPool:
    """A Reader with processes of its own, for files that are not small.

    Args:
        limits: those of the profile in force if None.
        small_bytes: a file of at most that size is read where it is.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        small_bytes: int = SMALL_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._small_bytes, self._clock = limits or current_limits(), small_bytes, clock
        self._changed = threading.Condition()
        self._line: list[object] = []  # a ticket for each file that waits
        self._reading: set[_Process] = set()
        self._idle: list[_Process] = []
        self._busy = 0
        self._closed = False

    def read(self, content: bytes, wish: Wish, tell: Tell) -> FileRead:
        """As `Reader` says.

        Raises:
            TableError: "table.too_slow", "table.too_much_memory", "table.not_read" besides those of the file.
        """
        if len(content) <= self._small_bytes:
            return read_file(content, wish, self._limits, tell)
        with self._place(tell) as process:
            values, arrays = self._reply(process, question(content, wish, self._limits), tell)
        if "refused" in values:
            raise refusal_of(values["refused"])
        return answered(values, arrays, content)

    @property
    def pids(self) -> list[int]:
        """Of the processes that are there, idle ones too."""
        with self._changed:
            return [process.pid for process in (*self._idle, *self._reading)]

    def close(self) -> None:
        """End all processes; what is being read is given up."""
        with self._changed:
            self._closed = True
            ended = [*self._idle, *self._reading]
            self._idle.clear()
        for process in ended:
            process.end()

    def _reply(self, process: "_Process", request: tuple[Values, Arrays], tell: Tell) -> tuple[Values, Arrays]:
        process.ask(request)
        began = self._clock()
        while True:
            with suppress(queue.Empty):
                reply = process.replies.get(timeout=LOOK_EVERY_S)
                if reply is None:
                    raise TableError("table.not_read")
                return reply
            most = self._limits.reading_s
            if self._clock() - began > most:
                raise TableError("table.too_slow", seconds=f"{most:g}")
            tell(process.progress)

    @contextmanager
    def _place(self, tell: Tell) -> Iterator["_Process"]:
        """A process for one file. It is ended if anything is raised meanwhile."""
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
            while (before := self._files_before(ticket)) > 0:
                tell(Progress("waiting", before=before))
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _files_before(self, ticket: object) -> int:
        """How many files are read first; 0 means that it has a place now. Waits a moment for one."""
        with self._changed:
            if not self._is_next(ticket):
                self._changed.wait(LOOK_EVERY_S)
            if self._is_next(ticket):
                self._busy += 1
                return 0
            return self._line.index(ticket) + self._busy

    def _is_next(self, ticket: object) -> bool:
        return self._line[0] is ticket and self._busy < self._limits.readings

    def _a_process(self) -> "_Process":
        with self._changed:
            if self._closed:
                raise TableError("table.not_read")
            while self._idle and not self._idle[-1].is_alive:
                self._idle.pop()
            process = self._idle.pop() if self._idle else _Process(self._limits.reading_memory_bytes)
            self._reading.add(process)
            return process

    def _leave(self, process: "_Process | None", *, keep: bool) -> None:
        if process is not None and not keep:
            process.end()
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()
            if process is not None:
                self._reading.discard(process)
                if not self._closed:  # the next file finds a process that is warm
                    self._idle.append(process if keep else _Process(self._limits.reading_memory_bytes))


class _Process:
    """One process, and the thread that talks with it."""

    def __init__(self, memory_bytes: int) -> None:
        self._popen = child_process("lab.reading.process")
        self.replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self.progress = Progress()
        self.peak_bytes = 0
        self._questions: queue.SimpleQueue[tuple[Values, Arrays] | None] = queue.SimpleQueue()
        settings = json.dumps({"memory_bytes": memory_bytes}).encode() + b"\n"
        threading.Thread(target=self._talk, args=(settings,), daemon=True, name="lab-reading").start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def ask(self, request: tuple[Values, Arrays]) -> None:
        self.progress = Progress()
        self._questions.put(request)

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
                while (request := self._next_question()) is not None:
                    send(given, *request)
                    request = reply = None  # neither is held here for longer than it takes
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
                self.peak_bytes = message[0]["peak_bytes"]
                return message
            self.progress = Progress(*message[0]["progress"])
        return None
