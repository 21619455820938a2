"""Worker processes: started, fed, listened to, and started again when they die."""

import json
import logging
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO, cast

from lab.runs.serve.pooled.pauses import Pauses
from lab.runs.wire.messages import PIPE_BYTES, PROTOCOL, Hello, Message, Ping, Quit, read_messages, write_messages
from lab.runs.wire.tempo import Tempo
from lab.runs.work.suspect import Suspect

ROOT = Path(__file__).resolve().parents[4]
MOST_WORKERS = 256  # more is a slip: each takes 50 MB
PING_S = 1.0
SILENCE_S = 10.0  # a worker that answers no ping for so long hangs; one heavy batch may take seconds
STARTING_S = 120.0  # that it may take to say hello: on a crowded machine all it imports may have to be compiled first
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"),
    "1",
)


log = logging.getLogger(__name__)


def child_process(module: str) -> "subprocess.Popen[bytes]":
    """`python -m module` with both ends of its pipe, one thread for linear algebra, a low priority. Raises OSError."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=PIPE_BYTES,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # Windows has no nice
    )


def pool_size() -> int:
    """LAB_WORKERS, or one less than there are processors, but at least two. Raises SystemExit where it is no number."""
    given = os.environ.get("LAB_WORKERS", "")
    if not given:
        return max(2, (os.cpu_count() or 1) - 1)
    if not re.fullmatch("[0-9]{1,3}", given) or not 1 <= int(given) <= MOST_WORKERS:
        raise SystemExit(f"LAB_WORKERS must be a whole number from 1 to {MOST_WORKERS}, but is {given!r}.")
    return int(given)


@dataclass
class _Worker:
    """A place in the pool; its process changes when it crashes."""

    index: int
    suspect: Path
    process: subprocess.Popen[bytes] | None = None
    outbox: "queue.SimpleQueue[Message | None]" = field(default_factory=queue.SimpleQueue)
    heard_at: float = 0.0
    greeted: bool = False  # its process has said hello
    away: bool = False  # none that says hello could be started
    pauses: Pauses = field(default_factory=Pauses)


class WorkerPool:
    """`size` worker processes.

    Args:
        folder: where each notes the run that it computes.
        on_message: called with (index, message) in the thread of that worker.
        on_crash: called with (index, id of the run being computed or "") when a worker has died and a new one
            is there to take messages.
        on_away: called with the index when a worker died before it said hello. It is started again after a pause,
            which grows as long as that does not help.
        on_back: called with the index when one that was away is there to take messages.
        clock: seconds that only go forward.
        wait: lets so many seconds pass; True if the pool is closed meanwhile. None: real ones.
    """

    def __init__(
        self,
        size: int,
        memory_bytes: int,
        folder: Path,
        on_message: Callable[[int, Message], None],
        on_crash: Callable[[int, str], None],
        on_away: Callable[[int], None],
        on_back: Callable[[int], None],
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._memory_bytes, self._clock = memory_bytes, clock
        self._on_message, self._on_crash, self._on_away, self._on_back = on_message, on_crash, on_away, on_back
        self._workers = [_Worker(index, folder / f"suspect-{index}") for index in range(size)]
        self.tempo = Tempo()  # told with each ping
        self._closing = threading.Event()
        self._wait = wait or self._closing.wait
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for worker in self._workers:
            self._spawn(worker)
            self._begin(self._supervise, worker)
        self._begin(self._ping_all)

    @property
    def size(self) -> int:
        return len(self._workers)

    @property
    def pids(self) -> list[int]:
        return [process.pid for worker in self._workers if (process := worker.process) is not None]

    def send(self, index: int, message: Message) -> None:
        """Put a message on the way; never blocks. What a dying worker gets is lost: `on_crash` tells."""
        self._workers[index].outbox.put(message)

    def close(self) -> None:
        """End all workers and wait for them."""
        self._closing.set()
        for worker in self._workers:
            worker.outbox.put(Quit())
            worker.outbox.put(None)
        for worker in self._workers:
            process = worker.process
            if process is not None:
                try:
                    process.wait(timeout=2)
                except subprocess.TimeoutExpired:
                    process.kill()
        for thread in self._threads:
            thread.join(timeout=2)
        for worker in self._workers:
            if worker.process is not None and worker.process.poll() is None:
                worker.process.kill()  # it was started while the others ended

    # --- one worker

    def _spawn(self, worker: _Worker) -> None:
        """Put a new process in its place; none where the system has no room for one."""
        worker.greeted, worker.outbox, worker.heard_at = False, queue.SimpleQueue(), self._clock()
        try:
            worker.process = child_process("lab.runs.work.process")
        except OSError:
            log.warning("worker %d: no process can be started", worker.index, exc_info=True)
            return
        suspect = str(worker.suspect) if Suspect.blank(worker.suspect) else ""
        settings = {"index": worker.index, "memory_bytes": self._memory_bytes, "suspect": suspect}
        self._begin(_write_all, worker.process, worker.outbox, json.dumps(settings).encode() + b"\n")

    def _supervise(self, worker: _Worker) -> None:
        """Listen until the worker is gone, put another in its place, and so on until the pool closes."""
        while not self._closing.is_set():
            status = self._listen(worker)
            if self._closing.is_set():
                return
            if worker.greeted:
                self._replace(worker)
            elif self._wait(self._pause_s(worker, status)):
                return
            else:
                self._spawn(worker)

    def _listen(self, worker: _Worker) -> int | None:
        """Until its process is gone, whose exit status this returns."""
        process = worker.process
        if process is None:
            return None
        with cast("BufferedIOBase", process.stdout) as stream:
            for message in read_messages(stream):
                self._hear(worker, message)
        process.kill()  # in case it closed its output and lives on
        status = process.wait()
        worker.process = None
        worker.outbox.put(None)
        return status

    def _hear(self, worker: _Worker, message: Message) -> None:
        worker.heard_at = self._clock()
        if isinstance(message, Hello):
            self._greet(worker, message)
            return
        try:
            self._on_message(worker.index, message)
        except Exception:  # a mistake of ours about one message must not leave all others of this worker unheard
            log.exception("a message of worker %d is lost", worker.index)

    def _greet(self, worker: _Worker, hello: Hello) -> None:
        """A worker that speaks another language (the code was replaced under a running server) is no use."""
        if hello.protocol != PROTOCOL:
            if worker.process is not None:
                worker.process.kill()
            return
        worker.greeted = True
        worker.pauses.over()
        if worker.away:
            worker.away = False
            self._on_back(worker.index)

    def _replace(self, worker: _Worker) -> None:
        suspect = Suspect.read(worker.suspect)
        self._spawn(worker)
        self._on_crash(worker.index, suspect)

    def _pause_s(self, worker: _Worker, status: int | None) -> float:
        """Before the next try: what is wrong (memory, a new installation) may pass, so it is never the last.

        Args:
            status: with which the process ended before it said hello; None where none could be started.
        """
        if not worker.away:
            worker.away = True
            self._on_away(worker.index)
        pause_s = worker.pauses.next_s()
        told = "worker %d ended with status %s before it said hello; what it printed stands above. Next try in %g s"
        log.warning(told, worker.index, status, pause_s)
        return pause_s

    def _ping_all(self) -> None:
        number = 0
        while not self._closing.wait(PING_S):
            number += 1
            for worker in self._workers:
                process = worker.process
                if process is None:
                    continue
                self.send(worker.index, Ping(number, self.tempo.room, self.tempo.late))
                if self._clock() - worker.heard_at > (SILENCE_S if worker.greeted else STARTING_S):
                    process.kill()  # its supervisor sees the end of the pipe

    def _begin(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True, name=f"lab-{target.__name__.strip('_')}")
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()


def _write_all(process: subprocess.Popen[bytes], outbox: "queue.SimpleQueue[Message | None]", settings: bytes) -> None:
    """Feed one process until the None that ends its outbox."""
    stream = cast("BinaryIO", process.stdin)
    with suppress(OSError):  # it died; the supervisor knows
        stream.write(settings)
        stream.flush()
        while (message := outbox.get()) is not None:
            write_messages(stream, [message])
    with suppress(OSError):
        stream.close()
