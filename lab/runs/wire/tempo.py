"""How slow a class goes when it is busy: in steps, the same for all runs on all workers."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Tempo:
    """One step.

    Args:
        pace: part of the pace that each run was asked to keep.
        frames_per_s: of one run at most; drawings_per_s: of those that tell weights, too;
        parameters_per_s: of those that tell all parameters of a small network.
    """

    pace: float
    frames_per_s: float
    drawings_per_s: float
    parameters_per_s: float


EYE: Final = 15.0  # frames a second; of a curve the eye sees no more
MOTION: Final = 30.0  # of a network that moves as a whole it does
FEWEST: Final = 4.0  # frames a second that a busy class still gets, as far as there are points
FASTER: Final = 0.8  # each step is slower than the one before by this

BUSY_DRAWINGS: Final = 2.0  # pictures slow down before training does

BUSY_MOTION: Final = 6.0  # what a playground is made of must still be seen to move

STEPS: Final = tuple(
    Tempo(
        FASTER**step,
        max(FEWEST, EYE * FASTER**step),
        BUSY_DRAWINGS if step else EYE,
        max(BUSY_MOTION, MOTION * FASTER**step),
    )
    for step in range(20)
)
