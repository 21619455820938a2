"""Where this server process puts what it needs while it lives: a folder of its own, held by a lock.

It lies beside the store, so that the next server on that store finds what one left that was killed: its half-trained
runs, and the arrays that they need. A lock ends with its process, however that ends; so of several servers on one
store only a dead one's folder is taken over, and by one only.
"""

import logging
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from lab.runs.kept.locks import FileLock, locked

PREFIX = "server-"
DAMAGED = "damaged"
MOST_DAMAGED = 20  # that are kept for whoever wants to know why

log = logging.getLogger(__name__)


class Place:
    """Args:
    home: folder of all servers of one store. Where it cannot be written to, the system's temporary folder serves:
        then nothing outlives the server.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock: FileLock | None = None
        try:
            self.folder = self._held()
        except OSError as error:
            log.warning("no run will outlive this server: nothing can be written to %s (%s)", home, error)
            self.folder = Path(tempfile.mkdtemp(prefix="lab-server-"))
        self.arrays, self.runs, self.workers = (self.folder / name for name in ("arrays", "runs", "workers"))
        for folder in (self.arrays, self.runs, self.workers):
            with suppress(OSError):  # whoever writes there says what is wrong
                folder.mkdir(mode=0o700)

    def _held(self) -> Path:
        """A new folder; nobody may look at it before it is locked."""
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self._home / "lock"):
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._home))
            lock = FileLock(folder / "lock")
            try:
                lock.take()
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        self._lock = lock
        return folder

    def take_over(self) -> list[Path]:
        """Files of the runs that dead servers left half trained, now ours like their arrays; the rest goes."""
        if self._lock is None:
            return []
        try:
            with locked(self._home / "lock"):
                for other in self._home.glob(f"{PREFIX}*"):
                    if other != self.folder:
                        self._inherit(other)
        except OSError:
            log.warning("what dead servers left in %s cannot be read", self._home, exc_info=True)
        return sorted(self.runs.iterdir())

    def _inherit(self, other: Path) -> None:
        lock = FileLock(other / "lock")
        if not lock.take():  # it lives
            return
        try:
            for name in ("arrays", "runs"):  # a run must never be without its arrays
                for file in (other / name).glob("*"):
                    file.replace(self.folder / name / file.name)
        finally:
            lock.free()
        shutil.rmtree(other, ignore_errors=True)

    def set_aside(self, path: Path) -> None:
        """A file that is no run: out of the way of the next start, the oldest of them for ever."""
        folder = self._home / DAMAGED
        try:
            folder.mkdir(exist_ok=True)
            path.replace(folder / path.name)
            for old in sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)[:-MOST_DAMAGED]:
                old.unlink(missing_ok=True)
        except OSError:
            log.warning("%s cannot be moved away", path, exc_info=True)
        log.warning("%s was no run that can go on, and lies in %s", path.name, folder)

    def close(self) -> None:
        """Leave; what is in `runs` stays for the next server, and without any the whole folder goes."""
        left = any(self.runs.iterdir()) if self.runs.is_dir() else False
        if self._lock is not None:
            self._lock.free()
        if self._lock is None or not left:
            shutil.rmtree(self.folder, ignore_errors=True)
