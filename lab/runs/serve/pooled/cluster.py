"""A Dask cluster in the place of one more worker: it takes the same messages and gives the same answers.

Scheduling, moving data and beginning again what a lost machine had are Dask's; here is only the way there and back.
`distributed` is imported when a cluster is named, and never otherwise.
"""

import logging
import queue
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lab.runs.wire.messages import (
    PROTOCOL,
    Message,
    Order,
    Pause,
    Reason,
    Resume,
    RunState,
    Snapshot,
    Start,
    Status,
    Stop,
    command_of,
    pack,
    unpack,
)
from lab.runs.work.job import first_status
from lab.runs.work.piece import TOPIC, same, train

ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")
CONNECT_S = 5.0
RETRY_S = 30.0  # before one that could not be reached is tried again
NO_WORKER_S = 30.0  # so long a cluster may be without workers: they may just be starting again
LOOK_S = 1.0
LARGE = "1 GB"  # Dask warns of 10 MB already; see MOST_BYTES in `studies`

log = logging.getLogger(__name__)


@dataclass
class _Task:
    """A piece on the cluster.

    Args:
        key: of the Dask task; another one each time it is begun.
        status, snapshot: the newest that came in.
    """

    start: Start
    status: Status
    snapshot: bytes
    key: str = ""
    future: Any = None


def dask_at(address: str) -> Any:
    """Dask's own module. Raises SystemExit: it cannot be had here, or that is no address of a scheduler."""
    if not ADDRESS.fullmatch(address):
        raise SystemExit(f"LAB_DASK must be an address such as tcp://10.0.0.5:8786, but is {address!r}.")
    try:
        import distributed
    except ModuleNotFoundError:
        raise SystemExit("LAB_DASK is set, but Dask is not there: pip install -r requirements-dask.txt") from None
    except OSError as error:  # it asks the system for its memory: deploy/lab@.service hides that
        raise SystemExit(f"LAB_DASK is set, but Dask cannot be used: {error}. docs/sweeps-on-a-cluster.md") from None
    return distributed


class Cluster:
    """Whoever calls never waits, except in `places`.

    Args:
        address: of the scheduler, "tcp://…" or "tls://…".
        on_message: told what a worker of the pool would say.
        on_lost: told that nothing more comes of what was sent; it has to be computed elsewhere.

    Raises:
        SystemExit: as `dask_at`.
    """

    def __init__(self, address: str, on_message: Callable[[Message], None], on_lost: Callable[[], None]) -> None:
        self._distributed = dask_at(address)
        self._address, self._on_message, self._on_lost = address, on_message, on_lost
        self._client: Any = None
        self._tried_at = -RETRY_S
        self._seen_workers_at = 0.0
        self._tasks: dict[str, _Task] = {}
        self._begun = 0
        self._lock = threading.Lock()  # of the fields above; never held while anybody else is called
        self._outbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._sender = threading.Thread(target=self._send_all, daemon=True, name="lab-cluster")
        self._sender.start()

    def places(self) -> int:
        """How many pieces it computes at a time; 0 if it cannot be reached or has no workers."""
        with self._lock:
            if self._client is None and time.monotonic() - self._tried_at >= RETRY_S:
                self._tried_at = time.monotonic()
                self._client = self._connected()
            client = self._client
        places = self._ask(client)
        if places:
            client.subscribe_topic(
                TOPIC, self._hear
            )  # again each time: a scheduler that was started anew knows of none
        return places

    def send(self, message: Message) -> None:
        """Put a message on the way."""
        self._outbox.put(message)

    def close(self) -> None:
        """Let go of everything: tasks that go on end by themselves."""
        self._outbox.put(None)
        self._sender.join(timeout=2 * CONNECT_S)
        with self._lock:
            client, self._client = self._client, None
            self._tasks.clear()
        if client is not None:
            client.close(timeout=CONNECT_S)

    # --- there

    def _connected(self) -> Any:
        """A client; None if nobody answers."""
        import dask

        dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGE})
        try:
            client = self._distributed.Client(self._address, timeout=CONNECT_S, set_as_default=False, name="lab")
        except (OSError, TimeoutError, ValueError) as error:
            log.warning("The Dask scheduler at %s cannot be reached: %s", self._address, error)
            return None
        self._seen_workers_at = time.monotonic()
        return client

    def _send_all(self) -> None:
        while True:
            try:
                message = self._outbox.get(timeout=LOOK_S)
            except queue.Empty:
                self._look()
                continue
            if message is None:
                return
            try:
                self._obey(message)
            except Exception:  # whatever it was: the pieces must not hang
                log.exception("A message to the Dask cluster could not be sent")
                self._lose()

    def _obey(self, message: Message) -> None:
        match message:
            case Start():
                status = first_status(message.run, message.spec, 0, "queued")
                self._begin(_Task(message, status, message.snapshot))
                for order in message.orders:
                    self._order(order)
            case Order():
                self._order(message)

    def _order(self, order: Order) -> None:
        """A task cannot be held or asked anything: it is called off, and begun again behind its last snapshot."""
        with self._lock:
            task = self._tasks.get(order.run)
        if task is None:
            return
        match command_of(order):
            case Stop():
                self._call_off(task)
                self._forget(task)
                self._say(task, "stopped", order.number)
            case Pause():
                self._call_off(task)
                self._say(task, "paused", order.number)
            case Resume():
                self._say(task, "queued", order.number)
                self._begin(task)

    def _begin(self, task: _Task) -> None:
        with self._lock:
            client, self._begun = self._client, self._begun + 1
            self._tasks[task.start.run] = task
            task.key = f"lab-piece-{task.start.run}-{self._begun}"
        if client is None:
            raise OSError("there is no connection to the cluster")
        paths = sorted(set(task.start.arrays.values()))
        files = [client.submit(same, Path(path).read_bytes(), key=f"lab-array-{Path(path).stem}") for path in paths]
        places = {name: str(paths.index(path)) for name, path in task.start.arrays.items()}
        start = replace(task.start, arrays=places, snapshot=task.snapshot)
        task.future = client.submit(train, PROTOCOL, pack(start), *files, key=task.key)
        task.future.add_done_callback(lambda future: self._done(task, future))

    def _call_off(self, task: _Task) -> None:
        with self._lock:
            future, task.future, task.key = task.future, None, ""
        if future is not None:
            future.cancel()

    # --- back; in threads of Dask's

    def _hear(self, event: tuple[float, Any]) -> None:
        """How far a piece is, if it still is the one that was begun last."""
        key, *messages = event[1]
        with self._lock:
            task = next((one for one in self._tasks.values() if one.key == key), None)
        if task is not None:
            for data in messages:
                self._take(task, unpack(data))

    def _done(self, task: _Task, future: Any) -> None:
        if task.future is not future:
            return  # called off
        try:
            messages = [unpack(data) for data in future.result()]
        except self._distributed.KilledWorker:
            messages = [replace(task.status, state="failed", reason=Reason("run.worker_crashed", {}))]
        except BaseException as error:  # noqa: BLE001  # a CancelledError is none of Exception's
            if task.future is not future:
                return
            log.warning("A piece of a study did not come back from the Dask cluster: %r", error)
            self._lose()
            return
        self._forget(task)
        for message in messages:
            self._take(task, message)

    def _take(self, task: _Task, message: Message) -> None:
        if isinstance(message, Snapshot):
            task.snapshot = message.data
        elif isinstance(message, Status):
            task.status = message
        self._on_message(message)

    def _say(self, task: _Task, state: RunState, order: int) -> None:
        self._take(task, replace(task.status, state=state, last_order=order))

    def _forget(self, task: _Task) -> None:
        with self._lock:
            self._tasks.pop(task.start.run, None)

    # --- a cluster that is gone

    def _look(self) -> None:
        """Pieces must not wait for ever for workers that do not come."""
        with self._lock:
            client, waiting = self._client, bool(self._tasks)
        now = time.monotonic()
        if client is None:
            return
        if not waiting or self._ask(client):
            self._seen_workers_at = now
        if client.status == "closed" or now - self._seen_workers_at > NO_WORKER_S:
            log.warning("The Dask cluster at %s is gone or has no workers", self._address)
            self._lose()

    def _ask(self, client: Any) -> int:
        """Threads of all its workers together; 0 if there is no answer."""
        if client is None or client.status != "running":
            return 0
        try:
            return sum(client.sync(client.scheduler.ncores, callback_timeout=CONNECT_S).values())
        except (OSError, TimeoutError, RuntimeError):  # it closes just now
            return 0

    def _lose(self) -> None:
        """Give everything back, and be without a cluster for a while."""
        with self._lock:
            client, self._client = self._client, None
            self._tried_at = time.monotonic()
            tasks = list(self._tasks.values())
            self._tasks.clear()
            for task in tasks:
                task.future, task.key = None, ""
        if tasks:
            self._on_lost()
        if client is not None:  # in a thread of its own: it may be one of the client's that we are in
            threading.Thread(target=client.close, args=(CONNECT_S,), daemon=True, name="lab-cluster-close").start()
