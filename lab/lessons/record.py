"""What is kept of a learner, as one value: in the browser, in a file, in a link. Whatever comes in is a stranger's.

A time is in seconds since 1970 (UTC); a day is counted from 1970 where the learner is, so that a lesson in the evening
and one in the morning lie on two.
"""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from lab.lessons.schema import Key, Name
from lab.spec.limits import ALONE
from lab.spec.value import Value

Beat = Literal["predict", "run", "compare", "explain", "check", "further"]
BEATS: Final[tuple[Beat, ...]] = ("predict", "run", "compare", "explain", "check", "further")
Worth = Literal["right", "close", "far", "unknown"]
Asked = Literal["check", "again"]  # the question of a lesson, and the second one, which is made anew

DRAWN_POINTS: Final = 40  # of a curve drawn by hand
MOST_LESSONS: Final = 100
MOST_ANSWERS: Final = 20
LEARNED: Final = 4  # behind the last box
MOST_TURNS: Final = 1_000_000
MOST_SETTINGS: Final = 16  # of which figures are kept
MOST_FIGURES: Final = 10  # of each
MOST_NUMBERS: Final = 300  # of all seeds together, of one lesson
MOST_SAID: Final = 12

Seconds = Annotated[int, Field(ge=0, le=2**40)]
Day = Annotated[int, Field(ge=0, le=10_000_000)]
Number = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
Curve = Annotated[tuple[Number, ...], Field(min_length=DRAWN_POINTS, max_length=DRAWN_POINTS)]
Prediction = str | float | tuple[float, ...]
KeptPrediction = Name | Number | Curve
LessonKey = Annotated[str, Field(min_length=1, max_length=100)]
Seeds = Annotated[tuple[Annotated[int, Field(ge=0, le=ALONE.seed)], ...], Field(max_length=ALONE.lesson_seeds)]
Figures = Annotated[
    dict[Key, Number | None], Field(max_length=MOST_FIGURES)
]  # means over the seeds; None: there is none


class Given(Value):
    """A prediction: the key of a choice, a number, or a drawn curve from left to right."""

    path: ClassVar[str] = "prediction"
    when: Seconds
    value: KeptPrediction


class Answer(Value):
    """An answer to the question."""

    path: ClassVar[str] = "answers"
    when: Seconds
    key: Key


class Missed(Value):
    """A question that was answered wrongly, in its box (see `lab.lessons.recall`).

    Args:
        day: on which it was answered last.
        turn: of the second question: which numbers it had then.
    """

    path: ClassVar[str] = "missed"
    box: Annotated[int, Field(ge=0, le=LEARNED)] = 0
    day: Day
    turn: Annotated[int, Field(ge=0, le=MOST_TURNS)] = 0


class Found(Value):
    """What came out of the learner's own runs.

    Args:
        predicted: before they began.
        answer: the choices that they bear out, or the number that was asked for; None if there is none.
        figures: setting -> figure -> mean over the seeds.
        each: of every figure one number for each of the seeds, settings and figures in the order of the alphabet; ()
            where there were too many of them, or where a link had no room for them.
        said: keys of the sentences that were true of these very runs.
    """

    path: ClassVar[str] = "found"
    when: Seconds
    predicted: KeptPrediction
    worth: Worth
    answer: Annotated[tuple[Key, ...], Field(max_length=8)] | Number | None = None
    seeds: Seeds = ()
    figures: Annotated[dict[Key, Figures], Field(max_length=MOST_SETTINGS)] = {}  # noqa: RUF012  # pydantic copies it
    each: Annotated[tuple[Number | None, ...], Field(max_length=MOST_NUMBERS)] = ()
    said: Annotated[tuple[Key, ...], Field(max_length=MOST_SAID)] = ()


class Won(Value):
    """How the challenge was won: with which knobs, and with which figures."""

    path: ClassVar[str] = "won"
    when: Seconds
    knobs: Annotated[dict[Key, int | Number | Name], Field(max_length=4)] = {}  # noqa: RUF012
    figures: Figures = {}  # noqa: RUF012


class LessonRecord(Value):
    """One lesson.

    Args:
        reached: the furthest beat that may be opened.
        answers: in the order in which they were given, the first ones.
        solved: both questions answered rightly.
    """

    path: ClassVar[str] = "lessons"
    reached: Beat = "predict"
    prediction: Given | None = None
    answers: Annotated[tuple[Answer, ...], Field(max_length=MOST_ANSWERS)] = ()
    missed: dict[Asked, Missed] = {}  # noqa: RUF012
    solved: bool = False
    found: Found | None = None
    won: Won | None = None


class Place(Value):
    """Which lesson was open, at which beat; None is the list of all."""

    path: ClassVar[str] = "place"
    when: Seconds
    lesson: LessonKey | None = None
    beat: Beat = "predict"


class Named(Value):
    """What the learner calls themselves; "" after it was taken back."""

    path: ClassVar[str] = "name"
    when: Seconds
    text: Annotated[str, Field(max_length=60)] = ""


class Record(Value):
    """All that is kept of a learner."""

    path: ClassVar[str] = "progress"
    schema_version: Literal[1, 2]  # 2: the numbers of each seed are kept
    name: Named | None = None
    place: Place | None = None
    lessons: Annotated[dict[LessonKey, LessonRecord], Field(max_length=MOST_LESSONS)] = {}  # noqa: RUF012


VERSION: Final = 2  # is written
EMPTY: Final = Record(schema_version=VERSION)
