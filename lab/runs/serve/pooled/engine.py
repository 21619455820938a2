"""The engine of the server: a page only ever talks to this object, which passes on to the part whose task it is."""

import asyncio
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from lab.errors import RunError
from lab.runs.kept.record import RunRecord, RunSummary, RunView
from lab.runs.kept.store import RunStore, default_directory
from lab.runs.orders.study import Cell, StudyView
from lab.runs.serve.asking import StartRate
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.pooled.array_files import ArrayFiles
from lab.runs.serve.pooled.care import Caretaker
from lab.runs.serve.pooled.cluster import Cluster
from lab.runs.serve.pooled.coming_back import SERVER_ENDED, ComingBack
from lab.runs.serve.pooled.commands import Commands
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.inbox import Inbox
from lab.runs.serve.pooled.job import Job
from lab.runs.serve.pooled.keeping import Keeper
from lab.runs.serve.pooled.laid_away import Drawer
from lab.runs.serve.pooled.place import Place
from lab.runs.serve.pooled.pool import WorkerPool, pool_size
from lab.runs.serve.pooled.pressure import Pressure
from lab.runs.serve.pooled.saving import Saver
from lab.runs.serve.pooled.shelf import Shelf
from lab.runs.serve.pooled.starting import Starting
from lab.runs.serve.pooled.streams import Streams
from lab.runs.serve.pooled.studies import Studies
from lab.runs.serve.pooled.waker import Waker
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.wire.messages import Command, Message, Pong, Reason
from lab.runs.wire.tempo import Tempo
from lab.spec.limits import Limits, current_limits

# Each write to a socket gives the interpreter away, and a page's script that computes keeps it for so long. With
# Python's 5 ms, 200 readers of four frames a second ask for four seconds of waiting in each second.
SWITCH_S: Final = 0.0005


class PoolEngine:
    """Runs in worker processes, frames in a hub, finished runs in a store.

    Args:
        limits: of the profile in force.
        store: where finished runs are kept.
        workers: number of processes.
        dask: address of the scheduler that studies go to; LAB_DASK otherwise; "": none.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        store: RunStore | None = None,
        workers: int | None = None,
        dask: str | None = None,
    ) -> None:
        limits = limits or current_limits()
        store = store or RunStore(default_directory(), limits)
        size = workers or pool_size()
        self._place = Place(store.directory.with_name(f"{store.directory.name}-live"))
        self._files, self._drawer = ArrayFiles(self._place.arrays), Drawer(self._place.drawer)
        self.hub = Hub(limits, dropped=self._dropped)
        self._closing, self._closed = threading.Lock(), False
        self._start_rate = StartRate(limits)
        self._saver = Saver(store, self.hub.lock)
        self._dispatch = Dispatch(
            self.hub,
            size,
            limits.active_runs_per_worker,
            send=self._send,
            ended=self._saver.keep,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pressure = Pressure(self.hub, size, self._set_tempo)
        inbox = Inbox(self.hub, self._dispatch, self._hear_pong)
        self.pool = WorkerPool(
            size,
            limits.worker_memory_bytes,
            self._place.workers,
            on_message=inbox.take,
            on_crash=self._dispatch.crashed,
            on_away=self._dispatch.away,
            on_back=self._dispatch.back,
        )
        self._shelf = Shelf(self.hub, self._dispatch, store, self._saver)
        self._starting = Starting(self.hub, self._dispatch, store, self._files, self._shelf)
        self._commands = Commands(self.hub, self._dispatch, store, self._files)
        address = os.environ.get("LAB_DASK", "") if dask is None else dask
        self._cluster = Cluster(address, lambda message: inbox.take(size, message), self._lost) if address else None
        self._studies = Studies(self.hub, self._dispatch, self._files, self._cluster)
        self.streams = Streams(self.hub, self._dispatch.touch, self._dispatch.draw, self._dispatch.look_inside)
        self.caretaker = Caretaker(self.hub, self._dispatch, self._drawer, store.tidy)
        self._keeper = Keeper(self.hub, self._place.runs)
        self._coming_back = ComingBack(self.hub, self._dispatch, store, self._files, self._keeper, self._place)

    @property
    def sent(self) -> Path:
        """The folder of files that people send."""
        return self._place.sent

    def begin(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Start the workers, and take over what a server left half trained; readers sleep in `loop`."""
        if loop is not None:
            sys.setswitchinterval(SWITCH_S)
            self._loop, self.hub.wake = loop, Waker(loop)
        self._saver.start()
        self.pool.start()
        self._coming_back.bring_back()
        self._keeper.start()

    def close(self) -> None:
        """End the workers. What was going on is kept twice: to be looked at, and to go on with the next server.

        Once; whoever calls it again waits until that is done.
        """
        with self._closing:
            if self._closed:
                return
            if self._cluster is not None:
                self._cluster.close()
            self.pool.close()
            self._keeper.close()
            for job in self.hub.jobs():
                if job.active:
                    self._dispatch.end(job, "stopped", Reason(SERVER_ENDED, {}))
            self._saver.close()
            self._place.close()
            self._closed = True

    def _dropped(self, job: Job) -> None:
        self._files.release(job.id)
        self._shelf.forget(job)
        with suppress(RunError):  # for whoever still has it in hand
            job.fetch()
        self._drawer.empty(job.id)

    def _hear_pong(self, index: int, pong: Pong) -> None:
        """How busy a worker is; and how late the event loop comes to something new."""
        with self.hub.lock:
            self._pressure.hear(index, pong)
        if self._loop is not None and not self._loop.is_closed():
            asked = self.hub.clock()
            self._loop.call_soon_threadsafe(lambda: self._pressure.hear_loop(self.hub.clock() - asked))

    def _set_tempo(self, tempo: Tempo) -> None:
        self.pool.tempo = tempo

    def _send(self, index: int, message: Message) -> None:
        if self._cluster is not None and index == self._dispatch.cluster:
            self._cluster.send(message)
        else:
            self.pool.send(index, message)

    def _lost(self) -> None:
        self._studies.cluster_lost()

    # --- what pages call

    def start(self, request: RunRequest, owner: str) -> str:
        self._start_rate.ask(owner)
        return self._starting.start(request, owner)

    def command(self, run_id: str, owner: str, command: Command) -> None:
        self._commands.command(run_id, owner, command)

    def view(self, run_id: str, owner: str) -> RunView:
        return self._shelf.view(run_id, owner)

    def runs_of(self, owner: str) -> list[RunSummary]:
        self._coming_back.of(owner)
        return self._shelf.runs_of(owner)

    def set_aside(self, owner: str) -> list[str]:
        return self._shelf.set_aside(owner)

    def left(self, owner: str) -> None:
        self._shelf.left(owner)

    def record(self, run_id: str, owner: str) -> RunRecord:
        return self._shelf.record(run_id, owner)

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints:
        return self._shelf.checkpoints(run_id, owner)

    def mark(self, run_id: str, owner: str, **changes: Any) -> None:
        self._shelf.mark(run_id, owner, **changes)

    def delete(self, run_id: str, owner: str) -> None:
        self._shelf.delete(run_id, owner)

    def export(self, run_id: str, owner: str) -> bytes:
        return self._shelf.export(run_id, owner)

    def take_in(self, data: bytes, owner: str) -> str:
        return self._shelf.take_in(data, owner)

    def start_study(self, cells: Sequence[Cell], owner: str, *, predict: bool = False) -> str:
        self._start_rate.ask(owner)
        return self._studies.start(cells, owner, predict=predict)

    def study(self, study_id: str, owner: str) -> StudyView:
        return self._studies.view(study_id, owner)

    def stop_study(self, study_id: str, owner: str) -> None:
        self._studies.stop(study_id, owner)
