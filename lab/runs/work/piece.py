"""A piece of a study as a task of a Dask worker: the same job that a worker of the pool computes, bytes in, bytes out.

What goes over the cluster is our own wire form; Dask carries it and sees nothing but bytes. A Dask worker needs this
package, NumPy and netcore, and computes one piece at a time (`dask worker --nthreads 1`).
"""

import io
import threading
import time

import numpy as np

from lab.runs.wire.messages import PROTOCOL, Message, Snapshot, Start, Stop, pack, unpack
from lab.runs.work.job import Job, first_status, job_of, reason_of

TOPIC = "neural-network-lab"  # one for all: a scheduler never forgets a topic, but bounds what it remembers of each
TELL_S = 0.5
MOST_TOLD = 1 << 16  # bytes of a snapshot on the way; a larger one is told at the end alone

_ONE_AT_A_TIME = threading.Lock()  # what netcore remembers of warnings belongs to the process


def same(data: bytes) -> bytes:
    """An array as a task of its own: sent once, and there again after the machine that had it is lost."""
    return data


def train(protocol: int, start: bytes, *files: bytes) -> tuple[bytes, bytes]:
    """A whole piece: its last Snapshot and Status, packed.

    Args:
        protocol: PROTOCOL of the web process.
        start: a packed Start, whose arrays are named by their places in `files`, which are .npy files.

    Raises:
        ValueError: the web process speaks another protocol.
    """
    if protocol != PROTOCOL:
        raise ValueError(f"this worker speaks protocol {PROTOCOL}, the web process {protocol}")
    message = unpack(start)
    if not isinstance(message, Start):
        raise ValueError(f"a {type(message).__name__} is no piece of a study")
    with _ONE_AT_A_TIME:
        return _trained(message, files, _Telling())


class _Telling:
    """The way back to the web process while the task goes on."""

    def __init__(self) -> None:
        from distributed import get_worker

        self._worker = get_worker()
        self._key = self._worker.get_current_task()

    @property
    def unwanted(self) -> bool:
        """Nobody waits for the result any more: it was stopped, or whoever asked for it has gone."""
        task = self._worker.state.tasks.get(self._key)
        return task is None or task.state == "cancelled"

    def tell(self, run: str, job: Job) -> None:
        snapshot = job.snapshot()
        told: list[Message] = [job.status(run)]
        if len(snapshot) <= MOST_TOLD:
            told.insert(0, Snapshot(run, job.epochs_done, snapshot))
        self._worker.log_event(TOPIC, [str(self._key), *map(pack, told)])


def _trained(start: Start, files: tuple[bytes, ...], way: _Telling) -> tuple[bytes, bytes]:
    run = start.run
    job: Job | None = None
    try:
        arrays = {
            name: np.load(io.BytesIO(files[int(place)]), allow_pickle=False) for name, place in start.arrays.items()
        }
        job = job_of(start.spec, arrays, time.perf_counter)
        if start.snapshot:
            job.restore(start.snapshot)
        way.tell(run, job)
        while job.advance(time.perf_counter() + TELL_S):
            if way.unwanted:
                job.apply(Stop())
            way.tell(run, job)
    except Exception as error:  # noqa: BLE001  # as in a worker of the pool: it ends this piece, with a reason
        reason = reason_of(error)
        if job is None:
            return pack(Snapshot(run, 0, start.snapshot)), pack(first_status(run, start.spec, 0, "failed", reason))
        job.state, job.reason = "failed", reason
    return pack(Snapshot(run, job.epochs_done, job.snapshot())), pack(job.status(run))
