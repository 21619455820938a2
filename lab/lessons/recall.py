"""Missed questions asked again after growing times.

A question begins in the first box. Answered rightly it moves on, wrongly it goes back to the first; each box waits
longer than the one before. Source: Leitner (1972), So lernt man lernen (the boxes); Cepeda et al. (2006), Psychological
Bulletin 132, 354-380 (why time should lie between).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lab.lessons.questions import question
from lab.lessons.record import LEARNED, MOST_TURNS, Asked, Missed
from lab.lessons.schema import Again

BOX_DAYS: Final = (1, 3, 7, 21)  # from the last answer until it is asked again, by box
MOST_AT_ONCE: Final = 5
TRIED_TURNS: Final = 50  # until one has other numbers


@dataclass(frozen=True)
class Due:
    """A question of a lesson that is to be asked again."""

    lesson: str
    asked: Asked


def days_after(missed: Missed) -> int | None:
    """How many days it waits; None once it is learned."""
    return None if missed.box == LEARNED else BOX_DAYS[missed.box]


def due_day(missed: Missed) -> int | None:
    """On which day it is asked again; None once it is learned."""
    days = days_after(missed)
    return None if days is None else missed.day + days


def due(missed: Iterable[tuple[str, Mapping[Asked, Missed]]], day: int, already: int = 0) -> list[Due]:
    """What is to be asked on that day, the longest overdue first.

    Args:
        missed: of each lesson, by its key.
        already: so many have been asked in this visit; there is an end to it.
    """
    found = [
        (since, place, Due(lesson, asked))
        for place, (lesson, ones) in enumerate(missed)
        for asked, one in ones.items()
        if (since := due_day(one)) is not None and since <= day
    ]
    return [one for _, _, one in sorted(found, key=lambda entry: entry[:2])][: max(0, MOST_AT_ONCE - already)]


def answered(missed: Missed, *, right: bool, day: int, turn: int) -> Missed:
    """The question after it was asked again."""
    return Missed(box=missed.box + 1 if right else 0, day=day, turn=turn)


def other_turn(again: Again, turn: int) -> int:
    """A turn of the second question with other numbers than those of this one, if it has any."""
    known = question(again, turn).numbers
    later = ((turn + step) % MOST_TURNS for step in range(1, TRIED_TURNS))
    return next((one for one in later if question(again, one).numbers != known), turn)
