"""Wakes the readers of streams in the web process's event loop."""

import asyncio
import threading
from collections.abc import Iterable

from lab.runs.serve.pooled.job import Wakeable


class Waker:
    """Sets what readers sleep on, in their loop: once for all who have news by the time that the loop gets to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._lock = loop, threading.Lock()
        self._waiting: set[Wakeable] = set()

    def __call__(self, sleepers: Iterable[Wakeable]) -> None:
        """From any thread."""
        with self._lock:
            asked = bool(self._waiting)
            self._waiting.update(sleepers)
        if not asked and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._set_all)

    def _set_all(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for sleeper in waiting:
            sleeper.set()
