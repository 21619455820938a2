"""Two records of one learner become one, and nothing is lost that either has gone further in.

Whichever comes first, and however often: the same (commutative, associative, idempotent), so that browser, file, link
and server may meet in any order. Of what can only be one the later counts, of two at the same second the one whose
text is greater.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from lab.lessons.record import (
    BEATS,
    MOST_ANSWERS,
    MOST_LESSONS,
    VERSION,
    Answer,
    Asked,
    Found,
    Given,
    LessonRecord,
    Missed,
    Named,
    Place,
    Record,
    Won,
)

T = TypeVar("T", Given, Place, Named)
V = TypeVar("V")


def merged(one: Record, other: Record) -> Record:
    """Both as one."""
    keys = sorted({*one.lessons, *other.lessons})[:MOST_LESSONS]
    lessons = {key: _lesson([record.lessons[key] for record in (one, other) if key in record.lessons]) for key in keys}
    return Record(
        schema_version=VERSION,
        name=_later((one.name, other.name)),
        place=_later((one.place, other.place)),
        lessons=lessons,
    )


def _lesson(records: list[LessonRecord]) -> LessonRecord:
    answers = {answer for record in records for answer in record.answers}
    return LessonRecord(
        reached=max((record.reached for record in records), key=BEATS.index),
        prediction=_later(record.prediction for record in records),
        answers=tuple(sorted(answers, key=_in_order)[:MOST_ANSWERS]),
        missed=_missed([record.missed for record in records]),
        solved=any(record.solved for record in records),
        found=_found(record.found for record in records),
        won=_first_won(record.won for record in records),
    )


def _in_order(answer: Answer) -> tuple[int, str]:
    return answer.when, answer.key


def _there(values: Iterable[V | None]) -> list[V]:
    return [value for value in values if value is not None]


def _later(values: Iterable[T | None]) -> T | None:
    return max(_there(values), key=lambda one: (one.when, one.model_dump_json()), default=None)


def _found(values: Iterable[Found | None]) -> Found | None:
    """Of the same runs the one that knows more of them: a link may have left figures out."""
    return max(_there(values), key=_how_much, default=None)


def _how_much(one: Found) -> tuple[int, int, int, str]:
    return one.when, len(one.figures), len(one.each), one.model_dump_json()


def _first_won(values: Iterable[Won | None]) -> Won | None:
    """Of the same runs the one that knows more of them."""
    return min(_there(values), key=lambda one: (one.when, -len(one.figures), one.model_dump_json()), default=None)


def _missed(missed: list[Mapping[Asked, Missed]]) -> dict[Asked, Missed]:
    """The later answer counts; of two on the same day the box that is asked sooner."""
    keys: list[Asked] = ["check", "again"]
    found = {key: [one[key] for one in missed if key in one] for key in keys}
    return {key: max(ones, key=lambda one: (one.day, -one.box, one.turn)) for key, ones in found.items() if ones}
