"""What was drawn lately, by all that it is drawn from."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The last few drawings, least recently used out first. Every method may be called from any thread.

    Args:
        entries, most_bytes: bounds, of which either lets the oldest go.
    """

    def __init__(self, entries: int, most_bytes: int) -> None:
        self._entries, self._most_bytes = entries, most_bytes
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        return self._bytes

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: Hashable, drawing: T, size: int) -> None:
        """
        Args:
            size: of what is kept, in bytes.
        """
        with self._lock:
            if key in self._kept or size > self._most_bytes:  # another session was as quick; all others would go
                return
            self._kept[key] = drawing, size
            self._bytes += size
            while len(self._kept) > self._entries or self._bytes > self._most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1][1]
