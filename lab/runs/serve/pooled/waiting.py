"""How long a job that waits for a place will have to wait, by the places that have become free of late."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from lab.runs.serve.pooled.job import Clock

REMEMBERED: Final = 20  # places that became free
FEWEST: Final = 3  # of them that allow an estimate
OLD_S: Final = 300.0  # what was longer ago says nothing


@dataclass
class Waiting:
    """Estimates from the mean time between two freed places, the silence since the last one counted."""

    clock: Clock
    _freed_at: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def freed(self) -> None:
        """A job left its place to the next."""
        self._freed_at.append(self.clock())

    def seconds(self, position: int) -> float | None:
        """Until the job at this place of the queue begins (1: the next one); None where nobody can know."""
        now = self.clock()
        recent = [at for at in self._freed_at if now - at <= OLD_S]
        if len(recent) < FEWEST:
            return None
        between_s = (now - recent[0]) / len(recent)
        return max(0.0, position * between_s)
