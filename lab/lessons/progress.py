"""How far a learner is in each lesson: what the server knows while they are here, and the record that outlives it."""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from lab.lessons.figures import SettingRuns
from lab.lessons.finding import Known, found_in, known_of, means_kept, rounded
from lab.lessons.merging import merged
from lab.lessons.moment import Moment
from lab.lessons.reader import Opened, to_file
from lab.lessons.recall import answered
from lab.lessons.record import (
    BEATS,
    DRAWN_POINTS,
    EMPTY,
    MOST_ANSWERS,
    MOST_LESSONS,
    VERSION,
    Answer,
    Asked,
    Beat,
    Found,
    Given,
    LessonRecord,
    Missed,
    Named,
    Place,
    Prediction,
    Record,
    Won,
)
from lab.lessons.running import Running
from lab.lessons.schema import Lesson

MOST_OWN: Final = 5  # lessons opened from files and links that are kept
OWN: Final = "own-"  # begins the key of such a lesson


@dataclass
class Progress:
    """One lesson of one learner.

    Args:
        beat: the one on the screen. reached: the furthest one that may be opened.
        answers: to the question, in the order in which they were given.
        missed: questions to be asked again another day.
        turn: of the second question.
        solved: both questions answered rightly.
        found: what the learner's own runs have shown last. won: how the challenge was won first.
    """

    beat: Beat = "predict"
    reached: int = 0
    given: Given | None = None
    running: Running | None = field(default=None, repr=False)
    trying: Running | None = field(default=None, repr=False)
    tried: dict[str, Any] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    missed: dict[Asked, Missed] = field(default_factory=dict)
    turn: int = 0
    solved: bool = False
    found: Found | None = None
    won: Won | None = None

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

    @property
    def prediction(self) -> Prediction | None:
        return None if self.given is None else self.given.value

    def predict(self, value: Prediction, now: Moment) -> None:
        """Keep a prediction: what will be found is found for it."""
        kept = tuple(rounded(number) or 0.0 for number in value) if isinstance(value, tuple) else value
        self.given = Given(when=now.when, value=kept)

    def answer(self, key: str, *, right: bool, now: Moment) -> None:
        """An answer to the question. Whoever gets it wrong at first is asked again another day."""
        if self.answers and self.answers[-1].key == key:  # the script ran again
            return
        if not self.answers and not right:
            self.missed["check"] = Missed(day=now.day)
        if len(self.answers) < MOST_ANSWERS:
            self.answers.append(Answer(when=now.when, key=key))

    def miss(self, now: Moment) -> None:
        """The second question was answered wrongly with the numbers of this turn."""
        self.missed["again"] = Missed(day=now.day, turn=self.turn)

    def recalled(self, asked: Asked, *, right: bool, now: Moment, turn: int = 0) -> None:
        """A missed question was asked again; what another tab has said of it today counts."""
        if self.missed[asked].day < now.day:
            self.missed[asked] = answered(self.missed[asked], right=right, day=now.day, turn=turn)

    def find(self, opened: Opened, now: Moment) -> None:
        """Keep what has come out of the runs of this prediction, once."""
        given, running = self.given, self.running
        if given is None or running is None or self._found_for(given) is not None:
            return
        self.found = found_in(opened, given.value, running, now)

    def known(self, opened: Opened) -> Known | None:
        """What came of the runs of this prediction, as far as the server or the record knows it."""
        if self.given is None:
            return None
        return known_of(opened, self.given, self.running, self._found_for(self.given))

    def _found_for(self, given: Given) -> Found | None:
        """What was found for this prediction; of another one that was made in the same second it is not."""
        found = self.found
        return found if found is not None and found.when >= given.when and found.predicted == given.value else None

    def win(self, mine: SettingRuns, now: Moment) -> None:
        """The challenge: how it was won first is kept."""
        if self.won is None:
            self.won = Won(when=now.when, knobs=dict(self.tried), figures=means_kept(mine))

    @property
    def record(self) -> LessonRecord:
        return LessonRecord(
            reached=BEATS[self.reached],
            prediction=self.given,
            answers=tuple(self.answers),
            missed=dict(self.missed),
            solved=self.solved,
            found=self.found,
            won=self.won,
        )

    def take(self, record: LessonRecord) -> None:
        """Be where the record is; what runs goes on."""
        self.reached = BEATS.index(record.reached)
        self.given, self.solved, self.found, self.won = record.prediction, record.solved, record.found, record.won
        self.answers, self.missed = list(record.answers), dict(record.missed)

    def fit(self, lesson: Lesson) -> None:
        """Let go of what is no prediction or answer of this lesson: it may have come from anywhere."""
        if self.given is not None and not predictable(lesson, self.given.value):
            self.given = None
        if self.found is not None and not predictable(lesson, self.found.predicted):
            self.found = None
        self.answers = [answer for answer in self.answers if answer.key in lesson.check.answers]


@dataclass
class Learner:
    """All lessons of one owner, and the one that is open.

    Args:
        current: key of the open lesson: of those that come along their name, of another what it says (`key_of`).
        place: what was open last, and since when.
        clock: seconds since 1970.
    """

    current: str | None = None
    lessons: dict[str, Progress] = field(default_factory=dict)
    own: OrderedDict[str, Opened] = field(default_factory=OrderedDict)
    name: Named | None = None
    place: Place | None = None
    clock: Callable[[], float] = time.time

    def progress(self, key: str) -> Progress:
        """How far one is in that lesson."""
        if key not in self.lessons and len(self.lessons) >= MOST_LESSONS:
            gone = next((one for one in self.lessons if one.startswith(OWN)), next(iter(self.lessons)))
            del self.lessons[gone]
        return self.lessons.setdefault(key, Progress())

    def keep(self, opened: Opened) -> None:
        """A lesson from a file or link becomes the open one, and goes on where the learner was in it."""
        key = key_of(opened)
        self.own[key] = opened
        self.own.move_to_end(key)
        self.current = key
        while len(self.own) > MOST_OWN:
            gone, _ = self.own.popitem(last=False)
            if gone in self.lessons:
                self.lessons[gone].running = self.lessons[gone].trying = None

    def call(self, name: str, now: Moment) -> None:
        """What the learner is called from now on."""
        self.name = Named(when=now.when, text=name)

    def forget(self) -> None:
        """Be nobody: the next learner at this browser begins anew."""
        self.current = self.name = self.place = None
        self.lessons, self.own = {}, OrderedDict()

    # --- what outlives the server

    def record(self, now: Moment) -> Record:
        """All that is kept of the learner."""
        self._note_place(now)
        lessons = {key: self.lessons[key].record for key in sorted(self.lessons)}
        return Record(schema_version=VERSION, name=self.name, place=self.place, lessons=lessons)

    def receive(self, record: Record, now: Moment) -> None:
        """Join a record with what is known. A learner of whom nothing is known goes on where it was."""
        mine = self.record(now)
        self.become(merged(mine, _with_room_in(mine, record)))
        if mine == EMPTY and self.place is not None and self.place.lesson in self.lessons:
            self.current = self.place.lesson
            progress = self.progress(self.current)
            progress.go(BEATS[min(BEATS.index(self.place.beat), progress.reached)])

    def become(self, record: Record) -> None:
        """Know what the record knows and no more; what runs goes on."""
        self.lessons = {key: progress for key, progress in self.lessons.items() if key in record.lessons}
        for key, lesson in record.lessons.items():
            is_new = key not in self.lessons
            progress = self.progress(key)
            progress.take(lesson)
            if is_new or BEATS.index(progress.beat) > progress.reached:
                progress.beat = lesson.reached
        self.name, self.place = record.name, record.place

    def _note_place(self, now: Moment) -> None:
        beat: Beat = "predict"
        if self.current in self.lessons:
            beat = self.lessons[self.current].beat
        known = None if self.place is None else (self.place.lesson, self.place.beat)
        if (self.current, beat) != (known or (None, "predict")):
            self.place = Place(when=now.when, lesson=self.current, beat=beat)


def room_for(mine: Record, record: Record) -> int:
    """How many lessons of a record find no room beside those that are known."""
    new = [key for key in record.lessons if key not in mine.lessons]
    return max(0, len(mine.lessons) + len(new) - MOST_LESSONS)


def _with_room_in(mine: Record, record: Record) -> Record:
    """Without the lessons for which there is none: they must not take that of others."""
    known = {key: one for key, one in record.lessons.items() if key in mine.lessons}
    new = ((key, one) for key, one in sorted(record.lessons.items()) if key not in mine.lessons)
    return record.replace(lessons=known | dict(islice(new, max(0, MOST_LESSONS - len(mine.lessons)))))


def key_of(opened: Opened) -> str:
    """By which a lesson from elsewhere is known again: a digest of all its files."""
    return OWN + hashlib.sha256(to_file(opened).encode()).hexdigest()[:24]


# --- predictions


def predictable(lesson: Lesson, value: Prediction) -> bool:
    """Whether the lesson asks for such a prediction."""
    asked = lesson.prediction
    if asked.choices:
        return value in [choice.key for choice in asked.choices]
    if asked.value is not None:
        return isinstance(value, int | float) and asked.low <= value <= asked.high
    edge = 0.01 * (asked.high - asked.low)  # a curve is kept with fewer digits than the axis may have
    return isinstance(value, tuple) and all(asked.low - edge <= one <= asked.high + edge for one in value)


def drawn_curve(values: Any, lesson: Lesson) -> tuple[float, ...] | None:
    """What a browser sends as a curve, held to the axis; None unless it is a whole curve of numbers."""
    if not isinstance(values, list) or len(values) != DRAWN_POINTS:
        return None
    if not all(isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)) for value in values):
        return None
    low, high = lesson.prediction.low, lesson.prediction.high
    return tuple(float(min(max(value, low), high)) for value in values)  # held first: an integer may be no float


def at_epochs(curve: Sequence[float], epochs: int) -> list[float]:
    """The epochs at which the points of a drawn curve lie, 1 the first."""
    return [1 + place * (epochs - 1) / max(1, len(curve) - 1) for place in range(len(curve))]
