"""How far a learner is in each lesson. Kept per owner; plain values, so that a file can hold them."""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lab.lessons.asked import Running
from lab.lessons.reader import Opened
from lab.lessons.schema import Lesson

Beat = Literal["predict", "run", "compare", "explain", "check", "further"]
BEATS: Final[tuple[Beat, ...]] = ("predict", "run", "compare", "explain", "check", "further")
Prediction = str | float | tuple[float, ...]
MOST_OWN: Final = 5  # lessons opened from files and links that are kept
DRAWN_POINTS: Final = 40  # of a curve drawn by hand


@dataclass
class Progress:
    """One lesson of one learner.

    Args:
        beat: the one on the screen. reached: the furthest one that may be opened.
        answers: to the question, in the order in which they were given.
        turn: of the second question; again: what was answered to it at this turn.
        solved: both questions answered rightly.
    """

    beat: Beat = "predict"
    reached: int = 0
    prediction: Prediction | None = None
    running: Running | None = field(default=None, repr=False)
    trying: Running | None = field(default=None, repr=False)
    tried: dict[str, Any] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    turn: int = 0
    again: str | None = None
    solved: bool = False
    won: bool = False

    def go(self, beat: Beat) -> None:
        """Open a beat; it may be opened again from now on."""
        self.beat = beat
        self.reached = max(self.reached, BEATS.index(beat))

    def go_on(self) -> None:
        """The next beat."""
        self.go(BEATS[min(BEATS.index(self.beat) + 1, len(BEATS) - 1)])

    @property
    def may_open(self) -> tuple[Beat, ...]:
        return BEATS[: self.reached + 1]

    @property
    def done(self) -> bool:
        return self.solved and self.reached == len(BEATS) - 1


@dataclass
class Learner:
    """All lessons of one owner, and the one that is open."""

    current: str | None = None
    lessons: dict[str, Progress] = field(default_factory=dict)
    own: OrderedDict[str, Opened] = field(default_factory=OrderedDict)

    def progress(self, name: str) -> Progress:
        return self.lessons.setdefault(name, Progress())

    def keep(self, opened: Opened) -> None:
        """A lesson from a file or link: it becomes the open one, begun anew."""
        self.own[opened.name] = opened
        self.own.move_to_end(opened.name)
        self.lessons.pop(opened.name, None)
        self.current = opened.name
        while len(self.own) > MOST_OWN:
            gone, _ = self.own.popitem(last=False)
            self.lessons.pop(gone, None)


def drawn_curve(values: Any, lesson: Lesson) -> tuple[float, ...] | None:
    """What a browser sends as a curve, held to the axis; None unless it is a whole curve of numbers."""
    if not isinstance(values, list) or len(values) != DRAWN_POINTS:
        return None
    numbers = [float(value) if isinstance(value, int | float) else math.nan for value in values]
    if not all(math.isfinite(number) for number in numbers):
        return None
    low, high = lesson.prediction.low, lesson.prediction.high
    return tuple(min(max(number, low), high) for number in numbers)


def at_epochs(curve: Sequence[float], epochs: int) -> list[float]:
    """The epochs at which the points of a drawn curve lie, 1 the first."""
    return [1 + place * (epochs - 1) / max(1, len(curve) - 1) for place in range(len(curve))]
