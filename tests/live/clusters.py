"""A Dask scheduler and its workers as an administrator starts them, each a process of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lab.runs.serve.pooled.pool import ONE_THREAD, ROOT
from tests.waiting import wait_for

QUIET = {"DASK_LOGGING__DISTRIBUTED": "error", "DASK_DISTRIBUTED__WORKER__MEMORY__SPILL": "false"}


class DaskCluster:
    """A scheduler, and two workers that know it by its file."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self._folder, self._file = folder, folder / "scheduler.json"
        self._environment = {**os.environ, **ONE_THREAD, **QUIET, "PYTHONPATH": str(ROOT)}
        self.scheduler = self._process("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.workers = [self._worker() for _ in range(workers)]
        self.address = str(json.loads(wait_for(self._written, "a scheduler that has written its file"))["address"])

    def start_worker(self) -> None:
        self.workers.append(self._worker())

    def kill_worker(self, place: int) -> None:
        self.workers[place].send_signal(signal.SIGKILL)
        self.workers[place].wait()

    def kill_scheduler(self) -> None:
        self.scheduler.send_signal(signal.SIGKILL)
        self.scheduler.wait()

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _written(self) -> str:
        """The scheduler's file once it is whole: it is opened, and so empty, a moment before it is written."""
        text = self._file.read_text() if self._file.exists() else ""
        return text if text.endswith("\n}") else ""

    def _worker(self) -> "subprocess.Popen[bytes]":
        return self._process("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")

    def _process(self, kind: str, *options: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--scheduler-file", str(self._file)],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextlib.contextmanager
def dask_cluster(folder: Path, workers: int = 2) -> Iterator[DaskCluster]:
    cluster = DaskCluster(folder, workers)
    try:
        yield cluster
    finally:
        cluster.close()
