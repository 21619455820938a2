"""Where the one engine, reader and so on of this process are kept: Streamlit's hot reload cannot make a second one.

When a source file is edited, Streamlit drops its module and pages import a new one, while routes and the lifespan
keep the old. So what there is one of hangs on an entry of `sys.modules` that belongs to no file.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Singleton(Generic[T]):
    """What there is one of in this process.

    Args:
        name: of the entry, the same before and after a reload.
        otherwise: makes the one that is there as long as none has been put.
    """

    def __init__(self, name: str, otherwise: Callable[[], T]) -> None:
        self._name, self._otherwise = name, otherwise

    def put(self, one: T | None) -> None:
        """Make it the one that everybody gets; None forgets it."""
        self._entry["one"] = one

    def get(self) -> T:
        """The same for routes and pages."""
        if self._entry.get("one") is None:
            self.put(self._otherwise())
        found: T = self._entry["one"]
        return found

    @property
    def _entry(self) -> dict[str, Any]:
        return vars(sys.modules.setdefault(self._name, ModuleType(self._name)))
