"""Who computes next, for how long, and how fast a run may go: fair turns on one core."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from lab.runs.wire.tempo import Tempo

LONGEST_SLICE_S = 0.008  # a command is answered within one slice
FRESH_S = 0.25  # of computing, in which a new run goes before the others to come to its first point


@dataclass
class Pace:
    """At most so many epochs, or updates, a second (None: no bound), kept by not being ready, never by waiting.

    Args:
        tempo: of the class; binds only who has a pace.
    """

    epochs_per_s: float | None = None
    ready_at: float = 0.0
    tempo: Tempo = field(default_factory=Tempo)
    updates_per_s: float | None = None

    @property
    def is_kept(self) -> bool:
        """False for a run that goes as fast as possible."""
        return self.epochs_per_s is not None or self.updates_per_s is not None

    def load(self, epoch_s: float, updates_per_epoch: int) -> float:
        """Seconds of work for each second that it asks for."""
        return epoch_s * (self.epochs_per_s or (self.updates_per_s or 0.0) / max(1, updates_per_epoch))

    def set(self, epochs_per_s: float | None, updates_per_s: float | None, now: float) -> None:
        self.epochs_per_s, self.updates_per_s, self.ready_at = epochs_per_s, updates_per_s, now

    def epoch_ended(self, now: float, epoch_s: float) -> None:
        """The next epoch may begin one period after this one could; a run that fell behind catches up one period.

        Args:
            epoch_s: of computing that an epoch takes.
        """
        self._rest(self.epochs_per_s, epoch_s, now)

    def update_made(self, now: float, update_s: float) -> None:
        """The next update, likewise."""
        self._rest(self.updates_per_s, update_s, now)

    def _rest(self, per_s: float | None, each_s: float, now: float) -> None:
        if per_s is not None:
            period = max(1 / per_s, each_s / self.tempo.room) / self.tempo.pace
            self.ready_at = max(self.ready_at, now - period) + period


@dataclass
class Slicer:
    """The run that has had the least computing time goes next, so that all who want as much get as much.

    A heavy network can then take no more than a small one, and one that goes as fast as it can no more than one that
    falls behind its pace. A new run goes first, in turn with the others, until it has shown its first point.

    Args:
        clock: seconds.
    """

    clock: Callable[[], float]
    _ready_at: dict[str, float] = field(default_factory=dict)
    _had: dict[str, tuple[float, int]] = field(default_factory=dict)  # computing time, number of its last turn
    _fresh_s: dict[str, float] = field(default_factory=dict)  # computing time of those without a point
    _least_s: float = 0.0  # had by the last one to get a turn: who rested before is owed nothing for it
    _turns: int = 0
    _fresh_had_turn: bool = False

    def __len__(self) -> int:
        return len(self._ready_at)

    def __contains__(self, run: str) -> bool:
        return run in self._ready_at

    def set_ready(self, run: str, at: float) -> None:
        """The run may have a turn from `at` on."""
        if run not in self._had:
            self._had[run], self._fresh_s[run] = (self._least_s, self._turns), 0.0
        self._ready_at[run] = at

    def remove(self, run: str) -> None:
        self._ready_at.pop(run, None)
        self._had.pop(run, None)
        self._fresh_s.pop(run, None)

    def next(self) -> str | None:
        """The run whose turn it is; None if no run is ready."""
        now = self.clock()
        ready = [run for run, at in self._ready_at.items() if at <= now]
        if not ready:
            return None
        new = [run for run in self._fresh_s if self._ready_at.get(run, math.inf) <= now]
        fresh = min(new, key=self._had.__getitem__, default=None)
        self._fresh_had_turn = fresh is not None and not (self._fresh_had_turn and len(ready) > 1)
        if fresh is not None and self._fresh_had_turn:
            run = fresh
        else:
            run = min((one for one in ready if one != fresh), key=self._had.__getitem__)
        self._turns += 1
        self._least_s = max(self._least_s, self._had[run][0])
        self._had[run] = self._had[run][0], self._turns
        return run

    def took(self, run: str, seconds: float) -> None:
        """A turn of this run took so much computing time."""
        if run in self._had:
            had_s, turn = self._had[run]
            self._had[run] = max(had_s, self._least_s) + seconds, turn
        if run in self._fresh_s:
            self._fresh_s[run] += seconds
            if self._fresh_s[run] > FRESH_S:
                self.shown(run)

    def is_fresh(self, run: str) -> bool:
        return run in self._fresh_s

    def shown(self, run: str) -> None:
        """Its first point is out: it is one among the others."""
        self._fresh_s.pop(run, None)

    def deadline(self, round_s: float) -> float:
        """When a slice that begins now must end, for each run to get a turn in `round_s` seconds."""
        return self.clock() + min(LONGEST_SLICE_S, round_s / max(1, len(self)))

    def earliest(self) -> float | None:
        """When the next run becomes ready; None if there is no run."""
        return min(self._ready_at.values(), default=None)
