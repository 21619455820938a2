"""How busy the class is, and at which tempo it goes: one for all, so that no worker's runs lag behind another's."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lab.runs.serve.pooled.hub import Hub
from lab.runs.wire.messages import Pong
from lab.runs.wire.tempo import Tempo

FEW: Final = 3  # runs on one worker that are no class, however much they ask for
FILLED: Final = 0.85  # part of a worker's time that the runs are to take; the rest is for frames and snapshots
ROOM: Final = 0.9  # of that part: so much must do before a class goes faster, else it would soon go slower again
CALM_PONGS: Final = 2  # of one worker in a row, about a second apart
LATE_S: Final = 0.2  # that the event loop may take to come to something new; pages then feel slow
LATEST: Final = 4  # steps that a late loop may cost

NOTHING: Final = Pong(0, 0)


class Pressure:
    """Chooses a Tempo from what workers answer to pings, and how late the web process itself is.

    The time is given as water fills a basin: who asks for little gets it, and what is left is the same for all who ask
    for more. The level at which the fullest worker is filled holds everywhere: in computing, so that runs on a worker
    that other programs hold up go no slower than those beside it.

    Slower at once and by as much as it takes, faster only when it has been calm for a while, and then half the way: a
    curve gets coarser but does not stutter, and the minute after everybody has come is not as slow as their coming.

    Args:
        workers: how many there are.
        changed: told of each new tempo.
    """

    def __init__(self, hub: Hub, workers: int, changed: Callable[[Tempo], None]) -> None:
        self._hub, self._changed = hub, changed
        self._pongs = [NOTHING] * workers
        self._calm = 0  # pongs in a row by which one step faster would do
        self.tempo = Tempo()

    def hear(self, index: int, pong: Pong) -> None:
        """The answer of worker `index`."""
        if index < len(self._pongs):
            self._pongs[index] = NOTHING if pong.runs <= FEW else pong
            self._decide()

    def hear_loop(self, late_s: float) -> None:
        """The event loop came so late to something that waited for it."""
        with self._hub.lock:
            if late_s > LATE_S:
                self._set(replace(self.tempo, late=min(LATEST, self.tempo.late + 1)))
            elif late_s < LATE_S / 4:
                self._set(replace(self.tempo, late=max(0, self.tempo.late - 1)))

    def _decide(self) -> None:
        room = self.tempo.room
        needed, calm = self._room(1.0), self._room(ROOM)
        if needed < room:
            self._calm = 0
            self._set(replace(self.tempo, room=needed))
        elif calm <= room:
            self._calm = 0
        else:
            self._calm += 1
            if self._calm >= CALM_PONGS * len(self._pongs):
                self._calm = 0
                self._set(replace(self.tempo, room=self._unless_it_slows_nobody(math.sqrt(room * min(calm, 1.0)))))

    def _room(self, part: float) -> float:
        """What is left for each who asks for more, if the fullest worker is to be filled to this part of its bound."""
        return self._unless_it_slows_nobody(min(_level(pong, part) for pong in self._pongs))

    def _unless_it_slows_nobody(self, room: float) -> float:
        most = max((load for pong in self._pongs for load in pong.loads), default=0.0)
        return math.inf if most <= room else room

    def _set(self, tempo: Tempo) -> None:
        if tempo != self.tempo:
            self.tempo = tempo
            self._changed(tempo)
            self._hub.set_busy(tempo.busy)


def _level(pong: Pong, part: float) -> float:
    """Seconds of computing a second that fill a worker if each of its runs takes as much, or what it asks for if less.

    Who goes as fast as possible leaves nothing over, so that nothing can be kept free there.
    """
    left, sharing = part * (1.0 if pong.unpaced else FILLED) / pong.stretch, len(pong.loads) + pong.unpaced
    for load in sorted(pong.loads):
        if load * sharing >= left:
            break
        left, sharing = left - load, sharing - 1
    return left / sharing if sharing else math.inf
