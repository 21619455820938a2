"""Where this server process puts what it needs while it lives: a folder of its own, held by a lock.

It lies beside the store, so that the next server on that store finds what one left that was killed: its half-trained
runs, and the arrays that they need. A lock ends with its process, however that ends; so of several servers on one
store only a dead one's folder is taken over, and by one only.
"""

import logging
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from lab.runs.kept.locks import FileLock, locked

PREFIX = "server-"
SENT = "sent"  # files of people, which do not outlive the server
DAMAGED = "damaged"
LOOK_S = 1.0  # at most so often it is asked who is dead
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
        self._look_at, self._some_are_dead = 0.0, False
        try:
            self.folder = self._held()
        except OSError as error:
            log.warning("no run will outlive this server: nothing can be written to %s (%s)", home, error)
            self.folder = Path(tempfile.mkdtemp(prefix="lab-server-"))
        names = ("arrays", "runs", "workers", "drawer", SENT)
        self.arrays, self.runs, self.workers, self.drawer, self.sent = folders = [self.folder / name for name in names]
        for folder in folders:
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
        """Files of all runs that dead servers left half trained, now ours like their arrays; the rest goes."""
        self._inherit("*")
        return sorted(self.runs.iterdir()) if self._lock is not None else []

    def left_of(self, who: str) -> list[Path]:
        """The same for one owner's runs, if a server has died since; the others' wait for their owners, or a start.

        Args:
            who: what the names of the owner's files begin with.
        """
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at, self._some_are_dead = now + LOOK_S, bool(self._inherit(""))
        return [self.runs / name for name in self._inherit(f"{who}.*")] if self._some_are_dead else []

    def _inherit(self, names: str) -> list[str]:
        """Take over from dead servers the runs of such names, and return these; "": only which servers are dead."""
        found: list[str] = []
        if self._lock is None:
            return found
        try:
            with locked(self._home / "lock"):
                for other in self._home.glob(f"{PREFIX}*"):
                    lock = FileLock(other / "lock")
                    if other == self.folder or not lock.take():  # it lives
                        continue
                    shutil.rmtree(other / SENT, ignore_errors=True)
                    try:
                        found += self._moved(other, names) if names else [other.name]
                    finally:
                        lock.free()
                    if names and not any((other / "runs").glob("*")):
                        shutil.rmtree(other, ignore_errors=True)
        except OSError:
            log.warning("what dead servers left in %s cannot be read", self._home, exc_info=True)
        return found

    def _moved(self, other: Path, names: str) -> list[str]:
        """A run must never be without its arrays, and others may need them as well."""
        runs = [*(other / "runs").glob(names)]
        if runs:
            for file in (other / "arrays").glob("*.npy"):
                _link(file, self.arrays / file.name)
        for file in runs:
            file.replace(self.runs / file.name)
        return [file.name for file in runs]

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
        shutil.rmtree(self.sent, ignore_errors=True)
        if self._lock is not None:
            self._lock.free()
        if self._lock is None or not left:
            shutil.rmtree(self.folder, ignore_errors=True)


def _link(file: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system knows no such thing."""
    if target.exists():
        return
    try:
        os.link(file, target)
    except OSError:
        shutil.copy2(file, target)
