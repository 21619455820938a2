"""A lecture: a lesson on a projector, its notes in another window or on a phone.

`Lecture.at` is the whole of where it is: lesson, beat and moment. Screen and notes read that one value and move it;
whoever is to follow later, such as a class, needs nothing else.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, ClassVar, Final

from pydantic import Field

from lab.errors import LabError
from lab.lessons.figures import values_of
from lab.lessons.judging import said_of
from lab.lessons.pictures import pictures_of
from lab.lessons.prose import Cue, Prose
from lab.lessons.reader import Opened
from lab.lessons.record import BEATS, Beat
from lab.lessons.reveal import Stop, stops_of
from lab.lessons.running import Running, scenes_of
from lab.lessons.schema import Sentence
from lab.runs.serve.keys import new_code
from lab.runs.serve.rates import Rate
from lab.spec.value import Value, checked
from lab.texts import Language

MOST: Final = 200  # lectures of one server
IDLE_S: Final = 2 * 3600.0  # that a lecture is kept while nobody looks at it
LEFT_S: Final = 300.0  # without a look, after which it gives way to a new one where there is no room
TRIES: Final = 20.0  # wrong codes that one visitor may name in a minute
SECONDS: Final = (8, 15, 30, 60)  # that a whole curve may take
SHOW_RUNS: Final[tuple[Beat, ...]] = ("run", "compare", "explain")
BEFORE: Final = 2  # sentences that stay on the screen beside the present one
SCRIPT_OVER: Final = 5  # beats that a script without marks is spread over: what is further comes after it


class At(Value):
    """Where a lecture is.

    Args:
        moment: of the beat: the pause of a drawing, a table of figures, the sentence of an explanation; 0 the first.
    """

    path: ClassVar[str] = "lecture"
    lesson: Annotated[str, Field(max_length=100)]
    beat: Beat = "predict"
    moment: Annotated[int, Field(ge=0, le=200)] = 0

    def to_text(self) -> str:
        """For an address."""
        return f"{self.lesson}.{self.beat}.{self.moment}"


def at_of(text: str) -> At:
    """What `to_text` wrote. Raises LabError "lecture.no_place", ExperimentError."""
    found = re.fullmatch(r"(.{1,100})\.([a-z]{1,20})\.(\d{1,3})", text)
    if found is None or found[2] not in BEATS:
        raise LabError("lecture.no_place")
    return checked(At, {"lesson": found[1], "beat": found[2], "moment": int(found[3])})


@dataclass
class Timer:
    """Seconds that a lecturer counts."""

    clock: Callable[[], float] = time.monotonic
    _kept_s: float = 0.0
    _since: float | None = None

    @property
    def going(self) -> bool:
        return self._since is not None

    @property
    def elapsed_s(self) -> float:
        return self._kept_s + (0.0 if self._since is None else self.clock() - self._since)

    def start(self) -> None:
        if self._since is None:
            self._since = self.clock()

    def pause(self) -> None:
        self._kept_s, self._since = self.elapsed_s, None

    def reset(self) -> None:
        """To nothing; it goes on if it was going."""
        self._kept_s = 0.0
        if self._since is not None:
            self._since = self.clock()


@dataclass(frozen=True)
class Results:
    """What is known once all has been trained: the pauses of its drawings, and the sentences that may be said."""

    stops: tuple[Stop, ...] = ()
    said: tuple[Sentence, ...] = ()


@dataclass
class Lecture:
    """One lecture of one owner, from its first lesson until it is ended.

    Args:
        code: of its notes: who names it may read and move this lecture and nothing else. It ends with the replica.
        turns: counts every change, so that whoever follows sees that there was one.
        seconds: that a whole curve takes to be drawn.
        cue_began_s: on the timer, when the present line of the script was due.
    """

    owner: str
    code: str
    language: Language
    opened: Opened
    at: At
    timer: Timer = field(default_factory=Timer)
    running: Running | None = field(default=None, repr=False)
    seconds: int = SECONDS[1]
    turns: int = 0
    cue_began_s: float = 0.0
    ended: bool = False
    _known: tuple[Running, Results] | None = field(default=None, repr=False)

    # --- where it is

    @property
    def results(self) -> Results:
        """Nothing until all has been trained."""
        running = self.running
        if running is None or running.going_on or not running.can_be_told:
            return Results()
        if self._known is None or self._known[0] is not running:
            said = tuple(said_of(self.opened.lesson, values_of(running.settings)))
            self._known = running, Results(stops_of(self.opened, running.settings, said), said)
        return self._known[1]

    def moments(self, beat: Beat) -> int:
        """How many there are, at least one."""
        if beat == "run":
            return len(self.results.stops) or 1
        if beat == "compare":
            return len(pictures_of(scenes_of(self.opened))) if self.results.stops else 1
        if beat == "explain":
            return len(self.results.said) or 1
        return 2 if beat in ("check", "further") else 1

    @property
    def moment(self) -> int:
        """Held to what there is: an address may name one that these runs do not have."""
        return min(self.at.moment, self.moments(self.at.beat) - 1)

    @property
    def stop(self) -> Stop | None:
        """The pause of the drawing that is due on the beat "run"."""
        stops = self.results.stops
        return stops[self.moment] if self.at.beat == "run" and stops else None

    @property
    def shown(self) -> tuple[Sentence, ...]:
        """The sentences of "explain" that are on the screen: the present one, and what was said just before."""
        return self.results.said[max(0, self.moment - BEFORE) : self.moment + 1]

    @property
    def waits(self) -> bool:
        """What is to be shown is still being trained, and nothing comes next before that."""
        return self.at.beat in SHOW_RUNS and self.running is not None and self.running.going_on

    # --- moving it

    def on(self) -> None:
        """The next moment, or the next beat. At the end, and while it waits, nothing changes."""
        beat, moment = self.at.beat, self.moment
        if self.waits:
            return
        if moment + 1 < self.moments(beat):
            self._go(beat, moment + 1)
        elif beat != BEATS[-1]:
            self._go(BEATS[BEATS.index(beat) + 1], 0)

    def back(self) -> None:
        """The moment before, or the last one of the beat before."""
        beat = self.at.beat
        if self.moment > 0:
            self._go(beat, self.moment - 1)
        elif beat != BEATS[0]:
            before = BEATS[BEATS.index(beat) - 1]
            self._go(before, self.moments(before) - 1)

    def show(self, opened: Opened, at: At) -> None:
        """Another lesson, or the same from its beginning; the notes go along, the time begins anew."""
        self.opened, self.at, self.running = opened, at, None
        self.timer.reset()
        self.cue_began_s = 0.0
        self.turned()

    def turned(self) -> None:
        """Something that others see has changed."""
        self.turns += 1

    def reset_timer(self) -> None:
        self.timer.reset()
        self.cue_began_s = 0.0
        self.turned()

    def toggle_timer(self) -> None:
        if self.timer.going:
            self.timer.pause()
        else:
            self.timer.start()
        self.turned()

    def _go(self, beat: Beat, moment: int) -> None:
        before = self.cue_place(self.opened.words(self.language))
        self.at = self.at.replace(beat=beat, moment=moment)
        if self.cue_place(self.opened.words(self.language)) != before:
            self.cue_began_s = self.timer.elapsed_s
        self.turned()

    # --- the script

    def cue_place(self, words: Prose) -> int | None:
        """Place of the line that is due now; None where there is no script."""
        if not words.script:
            return None
        beats = beats_of(words.script)
        own = [place for place, beat in enumerate(beats) if beat == self.at.beat]
        if own:
            return own[min(self.moment * len(own) // self.moments(self.at.beat), len(own) - 1)]
        before = [place for place, beat in enumerate(beats) if BEATS.index(beat) < BEATS.index(self.at.beat)]
        return before[-1] if before else 0

    def cue_after(self, words: Prose) -> Cue | None:
        """The line that comes next."""
        place = self.cue_place(words)
        return None if place is None or place + 1 == len(words.script) else words.script[place + 1]

    @property
    def cue_elapsed_s(self) -> float:
        """Since the present line was due."""
        return max(0.0, self.timer.elapsed_s - self.cue_began_s)

    @property
    def planned_s(self) -> float:
        """For the whole lesson."""
        return 60.0 * self.opened.lesson.minutes

    def cue_planned_s(self, words: Prose, place: int) -> float:
        """For one line of the script: until the next is due."""
        following = [float(cue.second) for cue in words.script[place + 1 :]] or [self.planned_s]
        return max(0.0, following[0] - words.script[place].second)


def beats_of(script: tuple[Cue, ...]) -> list[Beat]:
    """The beat of each line: as marked, or that of the line before; a script without any mark is spread evenly."""
    if not any(cue.beat for cue in script):
        return [BEATS[place * SCRIPT_OVER // len(script)] for place in range(len(script))]
    found: list[Beat] = []
    for cue in script:
        found.append(cue.beat or (found[-1] if found else BEATS[0]))
    return found


class Lectures:
    """Every lecture of this server, one an owner."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._tries = clock, Rate(TRIES, clock)
        self._by_code: dict[str, tuple[Lecture, float]] = {}  # with when it was last looked at
        self._lock = Lock()

    def of(self, owner: str) -> Lecture | None:
        """The one that this owner gives."""
        with self._lock:
            return self._of(owner)

    def _of(self, owner: str) -> Lecture | None:
        return self._seen(next((lecture for lecture, _ in self._by_code.values() if lecture.owner == owner), None))

    def begin(self, owner: str, opened: Opened, language: Language, at: At, replica: str = "") -> Lecture:
        """A lecture; one that the owner gives already goes on with this lesson. Raises LabError "lecture.no_room".

        Args:
            replica: the number of this one, where a server has several: a phone has to come to the same.
        """
        with self._lock:  # two windows of one owner begin one lecture
            known = self._of(owner)
            if known is not None:
                known.show(opened, at)
                return known
            self._forget(LEFT_S if len(self._by_code) >= MOST else IDLE_S)
            if len(self._by_code) >= MOST:
                raise LabError("lecture.no_room", most=MOST)
            lecture = Lecture(owner, new_code() + replica, language, opened, at, Timer(self._clock))
            self._by_code[lecture.code] = lecture, self._clock()
            return lecture

    def seen(self, lecture: Lecture) -> None:
        """Somebody looks at it: it is not forgotten."""
        with self._lock:
            self._seen(lecture)

    def with_code(self, text: str, visitor: str, replica: str = "") -> Lecture:
        """The lecture whose notes somebody names.

        Args:
            visitor: who asks; wrong codes are counted.
            replica: the number of this one; "" where there is only one.

        Raises:
            LabError "lecture.unknown": there is none, or it has ended; "lecture.elsewhere": it would be in another
                replica; "lecture.too_many_tries".
        """
        if self._tries.room(visitor) < 1:
            raise LabError("lecture.too_many_tries")
        code = code_in(text)
        with self._lock:
            known = self._by_code.get(code)
            if known is not None and self._seen(known[0]) is not None:
                return known[0]
        self._tries.take(visitor)
        named = replica_in(code)
        raise LabError("lecture.elsewhere" if replica and named not in ("", replica) else "lecture.unknown")

    def end(self, lecture: Lecture) -> None:
        """Its notes are gone with it."""
        lecture.ended = True
        lecture.turned()
        with self._lock:
            self._by_code.pop(lecture.code, None)

    def _seen(self, lecture: Lecture | None) -> Lecture | None:
        self._forget()
        if lecture is None or lecture.code not in self._by_code:
            return None
        self._by_code[lecture.code] = lecture, self._clock()
        return lecture

    def _forget(self, unseen_s: float = IDLE_S) -> None:
        """Those that nobody has looked at for so long."""
        now = self._clock()
        for lecture, seen in list(self._by_code.values()):
            if now - seen > unseen_s:
                lecture.ended = True
                del self._by_code[lecture.code]


def code_in(text: str) -> str:
    """A code as somebody typed it: with or without blanks and dashes, in large letters or small."""
    return re.sub(r"[\s-]", "", text[:100]).lower()


def replica_in(code: str) -> str:
    """The number of the replica whose lecture has this code; "" if it names none."""
    found = re.fullmatch(r"[a-z2-9]{12}(\d{1,5})", code)
    return found[1] if found else ""


def code_shown(code: str) -> str:
    """Four letters at a time, as they are read aloud."""
    return " ".join(re.findall(".{1,4}", code))
