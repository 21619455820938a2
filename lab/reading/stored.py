"""Files that people have sent, as they lie on the disk of the server while it lives.

Once a file is a table nobody needs its bytes, but for reading it in another way or after its owner has been away.
"""

import logging
import secrets
import weakref
from pathlib import Path

from lab.errors import RunError
from lab.runs.kept.disk import Laid, lay_down, try_to_remove
from lab.runs.serve.singletons import Singleton

log = logging.getLogger(__name__)


class StoredFile:
    """The bytes of one file; where they lie on the disk they go with the last one who holds this.

    Args:
        at: where they lie, or the bytes themselves.
    """

    __slots__ = ("__weakref__", "_at", "size")

    def __init__(self, at: Laid | bytes) -> None:
        self._at, self.size = at, len(at)
        if isinstance(at, Laid):
            weakref.finalize(self, try_to_remove, at.path)

    def read(self) -> bytes:
        """Raises as `Laid.read`."""
        return self._at.read() if isinstance(self._at, Laid) else self._at


class FileFolder:
    """Where they lie.

    Args:
        folder: nobody else writes there; None: they stay in memory (AppTest, a notebook).
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> StoredFile:
        """What the disk does not take stays in memory."""
        if self._folder is None:
            return StoredFile(content)
        try:
            return StoredFile(lay_down(f"{self._folder}/{secrets.token_hex(16)}", content))
        except RunError as refusal:
            log.warning("a file of %d bytes stays in memory: %s", len(content), refusal)
            return StoredFile(content)


_SOLE: Singleton[FileFolder] = Singleton("_file_folder_of_this_process", FileFolder)


def set_file_folder(folder: FileFolder | None) -> None:
    """Make `folder` the one that pages get; None forgets it."""
    _SOLE.put(folder)


def file_folder() -> FileFolder:
    """The folder that app.py named; without a server files stay in memory."""
    return _SOLE.get()
