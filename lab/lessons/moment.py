"""Now, for a learner."""

from dataclasses import dataclass
from typing import Final

DAY_S: Final = 86_400
MOST_MINUTES: Final = 14 * 60  # of a clock beside that of Greenwich


@dataclass(frozen=True)
class Moment:
    """A point in time.

    Args:
        when: seconds since 1970, UTC.
        day: days since 1970, where the learner is.
    """

    when: int
    day: int


def moment(seconds: float, offset_minutes: int = 0) -> Moment:
    """That second where clocks are so many minutes behind Greenwich (Korea: -540), as browsers tell it."""
    offset = min(max(offset_minutes, -MOST_MINUTES), MOST_MINUTES)
    when = max(0, int(seconds))
    return Moment(when, max(0, when - 60 * offset) // DAY_S)
