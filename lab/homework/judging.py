"""Hand-ins judged: each run is made again from its settings and seeds, each only once however often it was handed in.

Untrusted throughout. What a knob may be, the teacher's own copy says, so that no hand-in asks for more computing than
its teacher allowed; sizes and updates are asked again at the engine's door, and all of it together has a time.
"""

import math
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, count
from typing import Final, Literal

from lab.data.table import Table
from lab.errors import LabError
from lab.homework.figures import Result, reached, result_of, runs_for
from lab.homework.files import Content, read, read_link
from lab.homework.knobs import Slip, applied, slips
from lab.homework.refusal import HomeworkError
from lab.homework.schema import Answer, Claim, Found, HandIn, Question, Reply, Task, TeachersCopy
from lab.runs.orders.study import Cell, StudyView, check_study
from lab.runs.serve.asking import check_size
from lab.runs.serve.engine import Engine
from lab.runs.wire.messages import ENDED
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits
from lab.studies.definition import made_cells
from netcore.errors import NetcoreError

Verdict = Literal["same", "near", "differs", "locked", "outside", "refused", "waiting"]
Worth = Literal["right", "wrong", "to_read", "none"]
Refusal = LabError | NetcoreError

# Figures of the same run on another processor; docs/adr/0035 says how it was measured.
TOLERANCE: Final = 0.01  # of the figure
BATCH_RUNS: Final = 30  # made by one study: the table fills as they come
PREPARING_S: Final = 0.1  # of this thread, for one study: others wait while wide tables are prepared
LETTERS: Final = 40  # of a link that could not be read
UPDATES_PER_S: Final = 12_000.0  # of a class-size network on one core, until it is known of this one
WORST_FIRST: Final[tuple[Verdict, ...]] = ("refused", "locked", "outside", "differs", "waiting", "near", "same")


@dataclass(frozen=True)
class Handed:
    """One file that a teacher opens.

    Args:
        source: its name, or which link it was.
        content: the hand-in; None if there is none to be read, and `refusal` then says why.
        copy: it is no hand-in but the task. teachers: with the right answers, if it has questions.
    """

    source: str
    content: HandIn | None
    refusal: Refusal | None = None
    copy: TeachersCopy | None = field(default=None, repr=False)
    teachers: bool = False


def handed(source: str, content: bytes) -> Handed:
    """What a file holds. One that is damaged is a line of the table all the same."""
    try:
        return as_handed(source, read(content))
    except (LabError, NetcoreError) as refusal:
        return Handed(source, None, refusal.with_traceback(None))


def handed_by_link(place: int, text: str) -> Handed:
    """What a link holds, the so-and-so-many-th of those that were pasted. A broken one is a line all the same."""
    try:
        found = read_link(text)
    except (LabError, NetcoreError) as refusal:
        return Handed(f"{place} · {text[:LETTERS]}", None, refusal.with_traceback(None))
    return as_handed(f"{place} · {found.name}" if isinstance(found, HandIn) else str(place), found)


def as_handed(source: str, found: Content) -> Handed:
    """A hand-in, or the task: a student's copy of it knows no right answers."""
    if isinstance(found, HandIn):
        return Handed(source, found)
    teachers = isinstance(found, TeachersCopy)
    if isinstance(found, Task):
        found = TeachersCopy(task=found, answers=(None,) * len(found.questions))
    return Handed(source, None, HomeworkError("homework.no_hand_in"), found, teachers)


def joined(before: Sequence[Handed], more: Sequence[Handed], limits: Limits) -> list[Handed]:
    """All of them. The very same is there once, and what could not be read gives way to what comes under its name.

    Two that differ under one name both stay: two students may be called alike, and their files as well.

    Raises:
        HomeworkError "homework.too_many".
    """
    kept = list(before)
    for one in more:
        if one.content is not None and any(other.content == one.content for other in kept):
            continue
        unread = (at for at, other in enumerate(kept) if other.source == one.source and other.content is None)
        place = next(unread, len(kept))
        taken = {other.source for at, other in enumerate(kept) if at != place}
        kept[place : place + 1] = [replace(one, source=_free(one.source, taken))]
    if len(kept) > limits.hand_ins:
        raise HomeworkError("homework.too_many", value=len(kept), high=limits.hand_ins)
    return kept


def _free(name: str, taken: Collection[str]) -> str:
    """ "a.json", or "a.json (2)" where that is taken."""
    names = chain((name,), (f"{name} ({number})" for number in count(2)))
    return next(one for one in names if one not in taken)


@dataclass(frozen=True)
class RunCheck:
    """A run that was handed in, and what came out when it was made again."""

    claim: Claim
    verdict: Verdict
    result: Result | None = None
    slips: tuple[Slip, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Row:
    """A hand-in in the table.

    Args:
        replies, worths: one for each question; none if it is not for this task.
        twins: others with the same runs and the same answers, by name.
        spare: runs beyond those that the task takes; they are not looked at.
    """

    handed: Handed
    other_task: bool = False
    runs: tuple[RunCheck, ...] = ()
    replies: tuple[Reply, ...] = ()
    worths: tuple[Worth, ...] = ()
    goal: bool | None = None
    twins: tuple[str, ...] = ()
    spare: int = 0

    @property
    def name(self) -> str:
        return self.handed.content.name if self.handed.content else ""

    @property
    def verdict(self) -> Literal["damaged", "other_task"] | Verdict:
        """Of the run that is worst off."""
        if self.handed.content is None:
            return "damaged"
        if self.other_task:
            return "other_task"
        return min((run.verdict for run in self.runs), key=WORST_FIRST.index)

    @property
    def right(self) -> int:
        """How many questions were answered rightly."""
        return self.worths.count("right")


def likeness(claim: Claim, result: Result) -> Literal["same", "near", "differs"]:
    """Bit for bit the same figures, or the same on another machine, or others."""
    claimed, found = (*claim.figures, *claim.losses), (*result.figures, *result.losses)
    if claim.parameters != result.parameters or len(claim.figures) != len(result.figures):
        return "differs"
    if len(claimed) != len(found):
        return "differs"
    if claimed == found:
        return "same"
    return "near" if all(_close(*pair) for pair in zip(claimed, found, strict=True)) else "differs"


def _close(one: Found, other: Found) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE)


def worth_of(question: Question, answer: Answer | None, reply: Reply) -> Worth:
    """What a reply is worth."""
    if reply is None or reply == "":
        return "none"
    if answer is None or question.kind == "text":
        return "to_read"
    if isinstance(reply, str):
        return "wrong"
    near = answer.close if question.kind == "number" else 0.0
    return "right" if abs(reply - answer.right) <= near else "wrong"


@dataclass
class Judging:
    """A task and what was handed in for it.

    Args:
        table: of the task's experiment; None while it is an own file that is not here.
        results: what is known by the content of an experiment; shared by all who handed in the same.
        made: experiments by the values of the knobs.
        compute_s: spent so far.
        state: of the study that goes on; "" if there is none.
        out_of_time: the time for all of it is over.
    """

    copy: TeachersCopy
    limits: Limits = field(repr=False)
    table: Table | None = field(default=None, repr=False)
    handed: list[Handed] = field(default_factory=list)
    results: dict[str, Result | Refusal] = field(default_factory=dict, repr=False)
    made: dict[str, tuple[str, Experiment] | Refusal] = field(default_factory=dict, repr=False)
    study_id: str = ""
    cells: list[Cell] = field(default_factory=list, repr=False)
    done_updates: int = 0
    compute_s: float = 0.0
    state: str = ""
    out_of_time: bool = False

    # --- what is to be made

    def take(self, more: Sequence[Handed]) -> None:
        """Put further hand-ins into the table; a file that is there already takes the place of what it was.

        Raises:
            HomeworkError "homework.too_many": no more than so many at once.
        """
        self.handed = joined(self.handed, more, self.limits)

    def _wanted(self) -> Iterator[tuple[str, Experiment]]:
        """Experiments of which nothing is known yet, each once, in the order of the hand-ins."""
        seen = set(self.results)
        for one in self.handed:
            for claim in self._judged(one):
                found = self._made(claim) if not slips(self.copy.task, claim.values) else None
                if isinstance(found, tuple) and found[0] not in seen:
                    seen.add(found[0])
                    yield found

    @cached_property
    def _fingerprint(self) -> str:
        return self.copy.task.fingerprint

    def _judged(self, one: Handed) -> tuple[Claim, ...]:
        """The first runs, as many as the task takes: further ones were put there by hand. None of another task."""
        if one.content is None or one.content.task != self._fingerprint:
            return ()
        return one.content.runs[: self.copy.task.runs]

    def _made(self, claim: Claim) -> tuple[str, Experiment] | Refusal:
        """The experiment of a run and the hash of its content, or why there is none."""
        key = repr(sorted(claim.values.items()))
        if key not in self.made:
            try:
                experiment = applied(self.copy.task, claim.values)
                self.made[key] = experiment.content_hash(), experiment
            except (LabError, NetcoreError) as refusal:
                self.made[key] = refusal.with_traceback(None)
        return self.made[key]

    @property
    def left(self) -> int:
        """Experiments that are to be made."""
        return sum(1 for _ in self._wanted())

    @property
    def seconds_left(self) -> float:
        """Of computing, for what is left: by what it took so far, or by what a class-size network takes."""
        seeds, rows = len(self.copy.task.seeds), self.table.rows if self.table else 0
        updates = sum(
            seeds * one.fit.epochs * math.ceil((one.data.split.train_rows or rows) / one.fit.batch_size)
            for _, one in self._wanted()
        )
        known = self.done_updates / self.compute_s if self.compute_s and self.done_updates else UPDATES_PER_S
        return float(updates / known)

    # --- making it

    @property
    def going_on(self) -> bool:
        return self.state == "running"

    def begin(self, engine: Engine, owner: str) -> None:
        """Start the next experiments as one study; what may not be made at all is refused here, one by one.

        Raises:
            HomeworkError "homework.table_needed"; RunError: the engine has no room, or was asked too often.
        """
        if self.table is None:
            raise HomeworkError("homework.table_needed", name=self.copy.task.experiment.data.source.name)
        cells: list[Cell] = []
        began = time.thread_time()
        for key, experiment in self._wanted():
            try:
                cell = made_cells([(key, experiment, self.table)], self.copy.task.seeds)[0]
                check_size(*cell.runs[0], self.limits)
                check_study([cell], self.limits)
            except (LabError, NetcoreError) as refusal:
                self.results[key] = refusal.with_traceback(None)
                continue
            try:
                check_study([*cells, cell], self.limits)
            except LabError:
                break
            cells.append(cell)
            if len(cells) * len(self.copy.task.seeds) >= BATCH_RUNS or time.thread_time() - began > PREPARING_S:
                break
        if not cells:
            self.state = ""
            return
        self.study_id = engine.start_study(cells, owner)
        self.cells, self.state = cells, "running"

    def seen(self, view: StudyView) -> None:
        """Where the study is now; what has ended is kept."""
        self.out_of_time = self.compute_s + view.compute_s > self.limits.judging_s
        if view.state not in ENDED:
            return
        for cell in self.cells:
            outcomes = view.outcomes.get(cell.key, ())
            if len(outcomes) == len(cell.runs) and all(outcome.ended for outcome in outcomes):
                self.results[cell.key] = result_of(runs_for(self.copy.task.goal, cell, outcomes))
                self.done_updates += sum(outcome.updates for outcome in outcomes)
            elif view.state == "failed":
                self.results[cell.key] = HomeworkError("homework.failed")
        self.compute_s += view.compute_s
        self.state, self.cells = view.state, []

    def lost(self) -> None:
        """The engine no longer knows the study."""
        self.state, self.cells = "lost", []

    # --- the table

    def rows(self) -> list[Row]:
        """One for each hand-in, in their order."""
        twins = self._twins()
        return [self._row(one, twins) for one in self.handed]

    def _row(self, one: Handed, twins: Mapping[str, tuple[str, ...]]) -> Row:
        task = self.copy.task
        runs = tuple(self._check(claim) for claim in self._judged(one))
        if one.content is None or not runs:  # a hand-in has one at least
            return Row(one, other_task=one.content is not None)
        known = [run.result for run in runs if run.result is not None]
        waiting = any(run.verdict == "waiting" for run in runs)
        goal = True if any(reached(task.goal, result) for result in known) else None if waiting else False
        count = len(task.questions)
        replies = (*one.content.replies, *[None] * count)[:count]
        return Row(
            one,
            runs=runs,
            replies=replies,
            worths=tuple(map(worth_of, task.questions, self.copy.answers, replies)),
            goal=goal,
            twins=twins.get(one.source, ()),
            spare=len(one.content.runs) - len(runs),
        )

    def _check(self, claim: Claim) -> RunCheck:
        wrong = slips(self.copy.task, claim.values)
        if wrong:
            return RunCheck(claim, "locked" if any(kind == "locked" for _, kind in wrong) else "outside", slips=wrong)
        found = self._made(claim)
        if not isinstance(found, tuple):
            return RunCheck(claim, "refused", refusal=found)
        result = self.results.get(found[0])
        if result is None:
            return RunCheck(claim, "waiting")
        if not isinstance(result, Result):
            return RunCheck(claim, "refused", refusal=result)
        return RunCheck(claim, likeness(claim, result), result)

    def _twins(self) -> dict[str, tuple[str, ...]]:
        """Source -> names of others who handed in the very same."""
        same: dict[str, list[Handed]] = {}
        for one in self.handed:
            if one.content is not None:
                values = one.content.as_values()
                key = repr((values["task"], values["replies"], values["runs"]))
                same.setdefault(key, []).append(one)
        return {
            one.source: tuple(other.content.name for other in group if other is not one and other.content is not None)
            for group in same.values()
            for one in group
            if len(group) > 1
        }
