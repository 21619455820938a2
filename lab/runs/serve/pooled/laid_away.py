"""Snapshots and checkpoints of runs that nobody looks at, as files: they are read again when somebody asks."""

from pathlib import Path
from typing import Final

import numpy as np

from lab.runs.kept.disk import Laid, lay_down, remove
from lab.runs.kept.store import hashed
from lab.runs.wire.arrays import pack_arrays, unpack_arrays
from lab.runs.wire.checkpoints import Checkpoints

SNAPSHOT: Final = ".snapshot"
CHECKPOINTS: Final = ".checkpoints"


class Drawer:
    """Where they lie, two files for each run at most.

    Args:
        folder: nobody else writes there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lay_snapshot(self, run_id: str, snapshot: bytes) -> Laid:
        """Raises RunError "disk.…"."""
        return lay_down(self._path(run_id, SNAPSHOT), snapshot)

    def lay_checkpoints(self, run_id: str, checkpoints: Checkpoints) -> Laid:
        """Raises RunError "disk.…"."""
        arrays = {str(epoch): np.frombuffer(state, np.uint8) for epoch, state in checkpoints.items()}
        return lay_down(self._path(run_id, CHECKPOINTS), pack_arrays({}, arrays))

    def empty(self, run_id: str) -> None:
        """Nobody will ask for that run's any more."""
        for kind in (SNAPSHOT, CHECKPOINTS):
            remove(self._path(run_id, kind))

    def _path(self, run_id: str, kind: str) -> str:
        return f"{self._folder}/{hashed(run_id)}{kind}"


def checkpoints_in(laid: Laid) -> Checkpoints:
    """Raises as `Laid.read`."""
    _, arrays = unpack_arrays(laid.read())
    return {int(epoch): array.tobytes() for epoch, array in arrays.items()}
