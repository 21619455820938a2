"""Snapshots and checkpoints of runs that nobody looks at, as files: they are read again when somebody asks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np

from lab.errors import RunError
from lab.runs.kept.disk import disk_refusals, remove, write_whole
from lab.runs.kept.store import hashed
from lab.runs.wire.arrays import pack_arrays, unpack_arrays
from lab.runs.wire.checkpoints import Checkpoints

SNAPSHOT: Final = ".snapshot"
CHECKPOINTS: Final = ".checkpoints"


class Lost(RunError):
    """What was laid away is damaged or gone: nobody finds it by asking again. Its code is "disk.failed"."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Bytes that lie in a file. Reading raises RunError "disk.…"."""

    path: str
    size: int
    check: int  # what lies on a disk may be damaged

    def __len__(self) -> int:
        return self.size

    def read(self) -> bytes:
        with disk_refusals():
            try:
                with open(self.path, "rb") as file:
                    data = file.read()
            except FileNotFoundError:
                raise Lost("disk.failed", name="ENOENT") from None
        if crc32(data) != self.check:
            raise Lost("disk.failed", name="EIO")
        return data

    def checkpoints(self) -> Checkpoints:
        _, arrays = unpack_arrays(self.read())
        return {int(epoch): array.tobytes() for epoch, array in arrays.items()}


class Drawer:
    """Where they lie, two files for each run at most.

    Args:
        folder: nobody else writes there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lay_snapshot(self, run_id: str, snapshot: bytes) -> Laid:
        """Raises RunError "disk.…"."""
        return self._laid(self._path(run_id, SNAPSHOT), snapshot)

    def lay_checkpoints(self, run_id: str, checkpoints: Checkpoints) -> Laid:
        """Raises RunError "disk.…"."""
        arrays = {str(epoch): np.frombuffer(state, np.uint8) for epoch, state in checkpoints.items()}
        return self._laid(self._path(run_id, CHECKPOINTS), pack_arrays({}, arrays))

    def empty(self, run_id: str) -> None:
        """Nobody will ask for that run's any more."""
        for kind in (SNAPSHOT, CHECKPOINTS):
            remove(self._path(run_id, kind))

    def _path(self, run_id: str, kind: str) -> str:
        return f"{self._folder}/{hashed(run_id)}{kind}"

    def _laid(self, path: str, data: bytes) -> Laid:
        write_whole(path, lambda target: target.write(data))
        return Laid(path, len(data), crc32(data))
