"""A learner's record as text, as a file and in a link; and what comes in by them, held to now."""

import json
from typing import Final, Literal, TypeVar

from lab.errors import LabError
from lab.export.link import packed, unpacked
from lab.lessons.moment import Moment
from lab.lessons.record import EMPTY, VERSION, Found, Given, LessonRecord, Named, Place, Record, Won
from lab.lessons.refusal import LessonError
from lab.spec.limits import ALONE
from lab.spec.value import checked

FORM: Final = "P1"
Left = Literal["nothing", "seeds", "figures"]  # left out of a link: the numbers of each seed; their means as well
T = TypeVar("T", Given, Found, Won, Place, Named)


def to_text(record: Record, *, indent: int | None = None) -> str:
    """What the browser and a file keep; "" if there is nothing to keep."""
    return "" if record == EMPTY else record.model_dump_json(exclude_defaults=True, indent=indent)


def from_text(text: str | bytes, now: Moment) -> Record:
    """What `to_text` wrote. Nothing in it lies in the future: a clock that was wrong would win for ever.

    Raises LessonError: "progress.too_long", "progress.newer" (of a later version of the app), "progress.broken".
    """
    if len(text) > ALONE.progress_bytes:
        raise LessonError("progress.too_long", size=len(text), high=ALONE.progress_bytes)
    try:
        letters = text if isinstance(text, str) else text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LessonError("progress.broken") from None
    try:
        record = checked(Record, letters)
    except LabError:
        raise LessonError("progress.newer" if _version(letters) > VERSION else "progress.broken") from None
    return _held_to(record, now)


def to_link(record: Record) -> tuple[str, Left]:
    """Text for the query of an address, and what is not in it: of many lessons it has no room for all figures.

    Raises LessonError "progress.link_too_long": then a file is the way.
    """
    ways: tuple[tuple[Left, Record], ...] = (
        ("nothing", record),
        ("seeds", _without_seeds(record)),
        ("figures", _without_figures(record)),
    )
    for left, one in ways:
        text = FORM + packed(one.model_dump_json(exclude_defaults=True))
        if len(text) <= ALONE.link_characters:
            return text, left
    raise LessonError("progress.link_too_long", size=len(text), high=ALONE.link_characters)


def from_link(text: str, now: Moment) -> Record:
    """What `to_link` wrote. Raises LessonError "progress.bad_link", or as `from_text`."""
    if len(text) > ALONE.link_characters or not text.startswith(FORM):
        raise LessonError("progress.bad_link")
    try:
        content = unpacked(text[len(FORM) :], ALONE.progress_bytes)
    except ValueError:
        raise LessonError("progress.bad_link") from None
    return from_text(content, now)


def _version(letters: str) -> int:
    """The number of its form, as far as it has one."""
    try:
        values = json.loads(letters)
    except (ValueError, RecursionError):
        return 0
    version = values.get("schema_version") if isinstance(values, dict) else None
    return version if isinstance(version, int) else 0


def _without_seeds(record: Record) -> Record:
    def left(one: LessonRecord) -> LessonRecord:
        return one.replace(found=one.found and one.found.replace(each=()))

    return record.replace(lessons={key: left(one) for key, one in record.lessons.items()})


def _without_figures(record: Record) -> Record:
    def left(one: LessonRecord) -> LessonRecord:
        found: Found | None = one.found and one.found.replace(figures={}, each=(), said=())
        won: Won | None = one.won and one.won.replace(figures={})
        return one.replace(found=found, won=won)

    return record.replace(lessons={key: left(one) for key, one in record.lessons.items()})


def _not_after(one: T | None, now: Moment) -> T | None:
    return one if one is None or one.when <= now.when else one.replace(when=now.when)


def _held_to(record: Record, now: Moment) -> Record:
    def seen(one: LessonRecord) -> LessonRecord:
        return one.replace(
            prediction=_not_after(one.prediction, now),
            answers=tuple(answer.replace(when=min(answer.when, now.when)) for answer in one.answers),
            missed={key: missed.replace(day=min(missed.day, now.day)) for key, missed in one.missed.items()},
            found=_not_after(one.found, now),
            won=_not_after(one.won, now),
        )

    return record.replace(
        schema_version=VERSION,
        name=_not_after(record.name, now),
        place=_not_after(record.place, now),
        lessons={key: seen(one) for key, one in record.lessons.items()},
    )
