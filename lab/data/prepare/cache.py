"""What was prepared lately: a page asks for the same dataset at every rerun."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from lab.data.table import Table
from lab.spec.data import DataSpec, ReadingSpec

T = TypeVar("T")

# fields that came later: without them the hash is that of a program which does not know them
LATER = ("groups", "more_targets", "windows", "length_column", "plans", "drop_duplicates", "image_shape")
LATER_OF_SPLIT = ("group_column", "part_column", "fold", "train_rows", "seed")


def content_hash(table: Table, data: DataSpec, seed: int) -> str:
    """SHA-256 over everything that the arrays depend on."""
    unused: dict[str, object] = {name: True for name in (*LATER, "missing_indicator") if not getattr(data, name)}
    if data.reading == ReadingSpec():
        unused["reading"] = True
    unused["split"] = {name for name in LATER_OF_SPLIT if getattr(data.split, name) is None}
    if data.groups and all(group.image_shape is None for group in data.groups):
        unused["groups"] = {"__all__": {"image_shape"}}
    text = f"{table.sha256} {data.model_dump_json(exclude=unused)} {seed}"  # type: ignore[arg-type]
    return hashlib.sha256(text.encode()).hexdigest()


class Cache(Generic[T]):
    """The last few results by content, least recently used out first, bounded by number and by bytes."""

    def __init__(
        self,
        make: Callable[[Table, DataSpec, int], T],
        size_of: Callable[[T], int],
        *,
        entries: int = 16,
        max_bytes: int = 256_000_000,
    ) -> None:
        self._make, self._size_of = make, size_of
        self._entries, self._max_bytes = entries, max_bytes
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, table: Table, data: DataSpec, seed: int) -> T:
        """The result from the cache, or made now. Raises what making it raises."""
        key = content_hash(table, data, seed)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = self._make(table, data, seed)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._entries or (len(self._kept) > 1 and self._bytes() > self._max_bytes):
                self._kept.popitem(last=False)
        return made

    def _bytes(self) -> int:
        return sum(self._size_of(kept) for kept in self._kept.values())
