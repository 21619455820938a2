"""How busy the class is, and at which tempo it goes: one for all, so that no worker's runs lag behind another's."""

from collections.abc import Callable
from typing import Final

from lab.runs.serve.pooled.hub import Hub
from lab.runs.wire.messages import Pong
from lab.runs.wire.tempo import STEPS

FEW: Final = 3  # runs on one worker that are no class, however much they ask for
FILLED: Final = 0.85  # part of a worker's time that the runs are to take; the rest is for frames and snapshots
ROOM: Final = 0.9  # of that part: so much must do before a class goes faster, else it would soon go slower again
CALM_PONGS: Final = 2  # of one worker in a row, about a second apart
LATE_S: Final = 0.2  # that the event loop may take to come to something new; pages then feel slow
LATEST: Final = 4  # steps that a late loop may cost


class Pressure:
    """Chooses the step of `STEPS` from what workers answer to pings, and how late the web process itself is.

    Slower at once and by as much as it takes, faster only when it has been calm for a while, and then half the way: a
    curve gets coarser but does not stutter, and the minute after everybody has come is not as slow as their coming.

    Args:
        workers: how many there are.
        changed: told of each new step.
    """

    def __init__(self, hub: Hub, workers: int, changed: Callable[[int], None]) -> None:
        self._hub, self._changed = hub, changed
        self._wanted = [0.0] * workers
        self._calm = 0  # pongs in a row by which one step faster would do
        self._late = 0  # steps because of the web process
        self.step = 0

    def hear(self, index: int, pong: Pong) -> None:
        """The answer of worker `index`; 0 wanted when it died, until its successor answers."""
        if index < len(self._wanted):
            self._wanted[index] = 0.0 if pong.runs <= FEW else pong.wanted
            self._decide()

    def hear_loop(self, late_s: float) -> None:
        """The event loop came so late to something that waited for it."""
        if late_s > LATE_S:
            self._late = min(LATEST, self._late + 1)
        elif late_s < LATE_S / 4:
            self._late = max(0, self._late - 1)

    def _decide(self) -> None:
        needed, calm = self._needed(FILLED), self._needed(FILLED * ROOM)
        if needed > self.step:
            self._calm = 0
            self._set(needed)
        elif calm >= self.step:
            self._calm = 0
        else:
            self._calm += 1
            if self._calm >= CALM_PONGS * len(self._wanted):
                self._calm = 0
                self._set(self.step - max(1, (self.step - calm) // 2))

    def _needed(self, filled: float) -> int:
        """The first step at which the busiest worker is filled no more than this, and those for the web process."""
        most = max(self._wanted)
        fitting = (step for step, tempo in enumerate(STEPS) if most * tempo.pace <= filled)
        return min(len(STEPS) - 1, next(fitting, len(STEPS) - 1) + self._late)

    def _set(self, step: int) -> None:
        self.step = step
        self._changed(step)
        self._hub.set_busy(step > 0)
