"""What an epoch takes, by which a busy class is held to its paces."""

from collections.abc import Hashable
from dataclasses import dataclass
from weakref import WeakValueDictionary

LATEST_WEIGHT = 0.02  # of an epoch in the mean of what epochs take, once there have been as many as that takes
MOST_TIMES = 2.0  # the mean that one epoch counts for: it may have paid for what has nothing to do with its run


@dataclass
class EpochCost:
    """Of epochs that are the same work.

    Args:
        seconds: of computing on the mean; None before one is known.
    """

    seconds: float | None = None
    epochs: int = 0

    def add(self, spent_s: float) -> None:
        """One more has taken so long."""
        self.epochs += 1
        if self.seconds is None:
            self.seconds = spent_s
        else:
            latest_s = min(spent_s, MOST_TIMES * self.seconds)
            self.seconds += max(1 / self.epochs, LATEST_WEIGHT) * (latest_s - self.seconds)


class Costs:
    """One for all runs of a worker whose epochs are the same work, as long as there is one of them.

    An epoch of a millisecond takes a quarter more or less each time, whatever it computes. By what each had measured of
    itself, the slowest of a hundred equal runs made 14 % fewer epochs than the fastest.
    """

    def __init__(self) -> None:
        self._costs: WeakValueDictionary[Hashable, EpochCost] = WeakValueDictionary()

    def of(self, kind: Hashable) -> EpochCost:
        """
        Args:
            kind: equal for runs whose epochs are the same work.
        """
        return self._costs.setdefault(kind, EpochCost())
