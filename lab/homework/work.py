"""A student at a task, and a teacher over hand-ins. Kept per owner, in memory, bounded in number."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from lab.data.table import Table
from lab.homework.figures import Result, result_of, runs_for
from lab.homework.judging import Handed, Judging, handed, joined
from lab.homework.knobs import applied, to_begin_with
from lab.homework.making import Draft
from lab.homework.refusal import HomeworkError
from lab.homework.schema import Claim, HandIn, Reply, Setting, Task, TeachersCopy
from lab.lessons.figures import SettingRuns
from lab.lessons.schema import MINE
from lab.runs.orders.study import Cell, StudyView
from lab.runs.serve.engine import Engine
from lab.runs.wire.messages import ENDED
from lab.spec.limits import current_limits
from lab.spec.value import checked
from lab.studies.definition import made_cells

Side = Literal["do", "make", "judge"]
MOST_TASKS: Final = 5  # of one owner
MOST_TRIES: Final = 12  # of one task, the newest


@dataclass
class Try:
    """One choice of the knobs, run from every seed.

    Args:
        number: 1 the first.
        runs: as they are so far, with their curves. result: once all have ended.
        state: of the study; "lost" if the engine no longer knows it.
        offered: it has been put among those that are handed in.
    """

    number: int
    task: Task = field(repr=False)
    values: dict[str, Setting]
    study_id: str
    cell: Cell | None = field(repr=False)
    runs: SettingRuns | None = field(default=None, repr=False)
    result: Result | None = None
    state: str = "running"
    offered: bool = False

    @classmethod
    def that_was(cls, number: int, task: Task, values: dict[str, Setting], result: Result) -> "Try":
        """One that has ended and whose curves are gone."""
        return cls(number, task, values, "", None, result=result, state="finished", offered=True)

    @property
    def going_on(self) -> bool:
        return self.state == "running"

    @property
    def claim(self) -> Claim | None:
        """As it is handed in."""
        found = self.result
        if found is None:
            return None
        return Claim(values=self.values, figures=found.figures, losses=found.losses, parameters=found.parameters)

    def seen(self, view: StudyView) -> None:
        """Where it is now; rows are let go of as soon as it has ended."""
        if self.cell is None:
            return
        outcomes = view.outcomes.get(self.cell.key, ())
        self.runs = runs_for(self.task.goal, self.cell, outcomes)
        if view.state in ENDED:
            if view.state == "finished":
                self.result = result_of(self.runs)
            self.state, self.cell = view.state, None

    def lost(self) -> None:
        """The engine no longer knows it."""
        self.state, self.cell = "lost", None


@dataclass
class Work:
    """One task of one student.

    Args:
        chosen: numbers of the tries that are to be handed in.
        handed: what was handed in; nothing changes afterwards.
    """

    task: Task
    values: dict[str, Setting]
    name: str = ""
    replies: list[Reply] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    handed: HandIn | None = None

    @property
    def trying(self) -> Try | None:
        """The one that goes on, or was made last."""
        return self.tries[-1] if self.tries else None

    @property
    def untouched(self) -> bool:
        """Nothing was done for it yet."""
        return not (self.tries or self.name or self.handed or any(reply is not None for reply in self.replies))

    @property
    def finished(self) -> list[Try]:
        """Those that may be handed in."""
        return [one for one in self.tries if one.result is not None]

    def begin(self, table: Table, engine: Engine, owner: str) -> None:
        """Run the task's experiment with the knobs as they are. Raises LabError, NetcoreError."""
        experiment = applied(self.task, self.values)
        [cell] = made_cells([(MINE, experiment, table)], self.task.seeds)
        study_id = engine.start_study([cell], owner)
        number = 1 + (self.tries[-1].number if self.tries else 0)
        kept = self.finished
        spare = [one for one in kept if one.number not in self.chosen][: max(0, len(kept) + 1 - MOST_TRIES)]
        self.tries = [one for one in kept if one not in spare]
        self.tries.append(Try(number, self.task, dict(self.values), study_id, cell))

    def ended(self) -> None:
        """A try that has come out is among those handed in while there is room for it: once, it may be taken away."""
        one = self.trying
        if one is not None and one.result is not None and not one.offered:
            one.offered = True
            self.chosen = [*self.chosen, one.number][: self.task.runs]

    def hand_in(self) -> HandIn:
        """What is handed in, as it stands now. Raises HomeworkError, ExperimentError: what is missing."""
        if not self.name.strip():
            raise HomeworkError("homework.name_missing")
        chosen = [one for one in self.finished if one.number in self.chosen]
        if not chosen:
            raise HomeworkError("homework.run_missing")
        if len(chosen) > self.task.runs:
            raise HomeworkError("homework.too_many_runs", high=self.task.runs)
        runs = tuple(one.claim for one in chosen if one.claim is not None)
        values = {"task": self.task.fingerprint, "name": self.name.strip(), "runs": runs}
        self.handed = checked(HandIn, {**values, "replies": tuple(self.replies)})
        return self.handed


@dataclass
class Homework:
    """All homework of one owner.

    Args:
        side: what is on the screen. current: fingerprint of the task that is open.
        made: the task that was made last, with its answers.
        draft: what a teacher has put together so far.
        judging: hand-ins that are open, with their task. loose: those that came before their task.
    """

    side: Side = "do"
    current: str | None = None
    works: OrderedDict[str, Work] = field(default_factory=OrderedDict)
    made: TeachersCopy | None = None
    draft: Draft = field(default_factory=Draft)
    judging: Judging | None = None
    loose: list[Handed] = field(default_factory=list)

    @property
    def work(self) -> Work | None:
        """The task that is open."""
        return self.works.get(self.current) if self.current else None

    @property
    def count(self) -> int:
        """Of the hand-ins that are open."""
        return len(self.judging.handed if self.judging else self.loose)

    def open(self, task: Task) -> None:
        """The task becomes the open one; what was done for it already is there."""
        key = task.fingerprint
        if key not in self.works:
            self.works[key] = Work(task, to_begin_with(task), replies=[None] * len(task.questions))
        self.works.move_to_end(key)
        self.side, self.current = "do", key
        while len(self.works) > MOST_TASKS:
            self.works.popitem(last=False)

    def judge(self, copy: TeachersCopy) -> None:
        """The hand-ins are those of this task from now on. They stay, and of the same task what was made again."""
        if self.judging is not None and self.judging.copy.task == copy.task:
            self.judging.copy = copy
            return
        before = self.judging.handed if self.judging else self.loose
        self.judging, self.loose = Judging(copy, current_limits(), handed=before), []

    def bring(self, files: Sequence[tuple[str, bytes]]) -> None:
        """A teacher's files, in any order: the task with its answers, and hand-ins; whatever else is a line, too.

        Raises:
            HomeworkError "homework.too_many".
        """
        self.put([handed(name, content) for name, content in files])

    def put(self, found: Sequence[Handed]) -> None:
        """The same of what was read already. A student's copy is the task only where there is none with the answers."""
        for one in found:
            if one.copy is not None and (one.teachers or self.judging is None):
                self.judge(one.copy)
        task = None if self.judging is None else self.judging.copy.task
        self.take([one for one in found if one.copy is None or one.copy.task != task])

    def forget(self) -> None:
        """The next student at this browser begins anew; a teacher's table stays."""
        self.works, self.current = OrderedDict(), None

    def forget_draft(self) -> None:
        """The next task begins empty; so does what was made of this one."""
        self.draft, self.made = Draft(), None

    def take(self, more: Sequence[Handed]) -> None:
        """Hand-ins that were read already. Raises HomeworkError "homework.too_many"."""
        if self.judging is not None:
            self.judging.take(more)
        else:
            self.loose = joined(self.loose, more, current_limits())
