"""Arrays as files that workers map into memory."""

import hashlib
import os
import re
import threading
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from lab.runs.kept.disk import write_whole
from lab.runs.wire.arrays import Arrays

NAME = re.compile(r"[0-9a-f]{64}\.npy")


class ArrayFiles:
    """One .npy file for each array, named by its content: forty students on one sample share one file.

    A file is there as long as a job holds it.

    Args:
        folder: where they lie; nobody else writes there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._holders: dict[str, set[str]] = defaultdict(set)  # name of a file -> jobs
        self._paths: dict[str, str] = {}  # where each lies, as one text for all jobs

    def paths(self, job: str, arrays: Arrays) -> dict[str, str]:
        """Name of each array -> where it lies, held for the job. Raises RunError "disk.…"; then none is held."""
        names = {name: _file_name(array) for name, array in arrays.items()}
        new = {name for name in names.values() if job not in self._holders.get(name, ())}
        self.hold(job, new)
        try:
            for name, array in arrays.items():
                self._write(names[name], array)
        except BaseException:
            self._let_go(job, new)
            raise
        return {name: self._paths.setdefault(file, f"{self._folder}/{file}") for name, file in names.items()}

    def hold(self, job: str, names: Iterable[str]) -> None:
        """The job needs files of these names."""
        with self._lock:
            for name in names:
                self._holders[name].add(job)

    def release(self, job: str) -> None:
        """The job needs none any more; what nobody else needs goes."""
        self._let_go(job, [name for name, jobs in list(self._holders.items()) if job in jobs])

    def _let_go(self, job: str, names: Iterable[str]) -> None:
        with self._lock:
            for name in names:
                self._holders[name].discard(job)
            self._sweep()

    def sweep(self) -> None:
        """Delete what nobody holds."""
        with self._lock:
            self._sweep()
            for path in self._folder.glob("*.npy"):
                if path.name not in self._holders:
                    path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        for name in [name for name, jobs in self._holders.items() if not jobs]:
            try:
                (self._folder / name).unlink(missing_ok=True)
            except OSError:  # Windows: a worker still maps it; with the next job that ends it is tried again
                continue
            del self._holders[name]
            self._paths.pop(name, None)

    def _write(self, name: str, array: np.ndarray[Any, Any]) -> None:
        path = f"{self._folder}/{name}"
        if not os.path.exists(path):
            write_whole(path, lambda target: np.save(target, array, allow_pickle=False))


def _file_name(array: np.ndarray[Any, Any]) -> str:
    digest = hashlib.sha256(repr((array.dtype.str, array.shape)).encode())
    digest.update(array.data if array.size else b"")
    return f"{digest.hexdigest()}.npy"
