"""Arrays as files that workers map into memory."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from lab.runs.wire.arrays import Arrays


class ArrayFiles:
    """One .npy file for each array, named by its content: forty students on one sample share one file."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lab-arrays-", ignore_cleanup_errors=True)

    def paths(self, arrays: Arrays) -> dict[str, str]:
        """Name of each array -> where it lies."""
        return {name: str(self._path(array)) for name, array in arrays.items()}

    def close(self) -> None:
        self._folder.cleanup()

    def _path(self, array: np.ndarray[Any, Any]) -> Path:
        digest = hashlib.sha256(repr((array.dtype.str, array.shape)).encode())
        digest.update(array.data if array.size else b"")
        path = Path(self._folder.name) / f"{digest.hexdigest()}.npy"
        if not path.exists():
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                np.save(file, array, allow_pickle=False)
            Path(file.name).replace(path)
        return path
