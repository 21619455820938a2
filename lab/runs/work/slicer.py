"""Who computes next, for how long, and how fast a run may go: fair turns on one core."""

from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_SLICE_S = 0.008  # a command is answered within one slice
ROUND_S = 0.066  # every run should get a turn this often, so that its curve moves 15 times a second


@dataclass
class Pace:
    """At most `epochs_per_s` epochs a second (None: no bound), kept by not being ready, never by waiting."""

    epochs_per_s: float | None = None
    ready_at: float = 0.0

    def set(self, epochs_per_s: float | None, now: float) -> None:
        self.epochs_per_s, self.ready_at = epochs_per_s, now

    def epoch_ended(self, now: float) -> None:
        """The next epoch may begin one period after this one could; a run that fell behind catches up one period."""
        if self.epochs_per_s is not None:
            period = 1 / self.epochs_per_s
            self.ready_at = max(self.ready_at, now - period) + period


@dataclass
class Slicer:
    """Round robin over the runs that are ready.

    Args:
        clock: seconds.
    """

    clock: Callable[[], float]
    _ready_at: dict[str, float] = field(default_factory=dict)  # in the order of their next turns

    def __len__(self) -> int:
        return len(self._ready_at)

    def set_ready(self, run: str, at: float) -> None:
        """The run may have a turn from `at` on; a new one waits behind the others."""
        self._ready_at[run] = at

    def remove(self, run: str) -> None:
        self._ready_at.pop(run, None)

    def next(self) -> str | None:
        """The run whose turn it is, moved to the end of the row; None if no run is ready."""
        now = self.clock()
        for run, ready_at in self._ready_at.items():
            if ready_at <= now:
                self._ready_at[run] = self._ready_at.pop(run)
                return run
        return None

    def deadline(self) -> float:
        """When a slice that begins now must end."""
        return self.clock() + min(LONGEST_SLICE_S, ROUND_S / max(1, len(self)))

    def earliest(self) -> float | None:
        """When the next run becomes ready; None if there is no run."""
        return min(self._ready_at.values(), default=None)
