"""How slow a class goes when it is busy: the same on all workers."""

import math
from dataclasses import dataclass
from typing import Final

EYE: Final = 15.0  # frames a second; of a curve the eye sees no more
MOTION: Final = 32.0  # of a network that moves as a whole it does: so many that thirty are painted
FEWEST: Final = 4.0  # frames a second that a busy class still gets, as far as there are points
LATER: Final = 0.8  # each step is slower than the one before by this

BUSY_DRAWINGS: Final = 2.0  # pictures slow down before training does
BUSY_MOTION: Final = 12.0  # what a playground is made of must still be seen to move


@dataclass(frozen=True)
class Tempo:
    """What is in force.

    Args:
        room: seconds of computing in each second that one run with a pace may take. Who asks for less keeps its pace.
        late: steps by which everybody goes slower, because the web process does not keep up.
    """

    room: float = math.inf
    late: int = 0

    @property
    def pace(self) -> float:
        """Part of what a run could do otherwise."""
        return LATER**self.late

    @property
    def frames_per_s(self) -> float:
        """Of one run at most."""
        return max(FEWEST, EYE * self.pace)

    @property
    def drawings_per_s(self) -> float:
        """Of those frames that tell weights, too."""
        return BUSY_DRAWINGS if self.busy else EYE

    @property
    def parameters_per_s(self) -> float:
        """Of those that tell all parameters of a small network."""
        return BUSY_MOTION if self.busy else MOTION

    @property
    def busy(self) -> bool:
        """Some run is slower than was asked for."""
        return self.room < math.inf or self.late > 0
