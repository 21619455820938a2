"""How often something may begin, and how much of it may go on at once, for each of many names."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FEW = 1_000  # names that are kept without asking which of them are of no account any more


class Rate:
    """So much of each name's in a minute on average, and no more than a minute's in one go: a bucket that leaks.

    Args:
        per_minute: of each name.
        clock: seconds.
        at_once: in one go, where that is less.
    """

    def __init__(
        self, per_minute: float, clock: Callable[[], float] = time.monotonic, at_once: float | None = None
    ) -> None:
        self.per_minute, self._clock, self._at_once = per_minute, clock, per_minute if at_once is None else at_once
        self._levels: dict[str, tuple[float, float]] = {}  # name -> level, and when it was that
        self._look_at = FEW

    def take(self, name: str, amount: float = 1.0, share: float = 1.0) -> bool:
        """Count it; False, and nothing is counted, where it is too much.

        Args:
            share: times that this name may have what another may.
        """
        level = self._level(name, share)
        if level + amount > self._at_once * share:
            return False
        self._levels[name] = level + amount, self._clock()
        self._forget()
        return True

    def room(self, name: str, share: float = 1.0) -> float:
        """How much may begin just now."""
        return self._at_once * share - self._level(name, share)

    def _level(self, name: str, share: float = 1.0) -> float:
        level, then = self._levels.get(name, (0.0, 0.0))
        return max(0.0, level - (self._clock() - then) * self.per_minute * share / 60)

    def _forget(self) -> None:
        """Names whose bucket is empty again; looked for each time that there are twice as many."""
        if len(self._levels) >= self._look_at:
            known = list(self._levels.items())  # whoever starts runs or names lectures has a thread of their own
            self._levels = {name: kept for name, kept in known if self._level(name) > 0}
            self._look_at = max(FEW, 2 * len(self._levels))


class AtOnce:
    """How many of each name's are going on."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def of(self, name: str) -> int:
        return self._open[name]

    @property
    def all(self) -> int:
        return self._open.total()

    @contextmanager
    def one_more(self, name: str) -> Iterator[None]:
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]
