"""What a browser keeps of homework: a student's tasks, knobs, what came out, answers; a teacher's task as it is typed.

No curves, no run half made, and no hand-ins of others.

What comes back is a stranger's like any file: one strict schema, and what the task would not take is let go.
"""

import json
from dataclasses import asdict
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, field_validator

from lab.errors import LabError
from lab.homework.figures import Result
from lab.homework.knobs import check_knobs, slips, to_begin_with
from lab.homework.making import KEPT, MOST_QUESTIONS, STUDIO, Draft, DraftQuestion
from lab.homework.refusal import HomeworkError
from lab.homework.schema import Claim, HandIn, KnobName, Question, Reply, Setting, Task, any_version
from lab.homework.work import MOST_TASKS, MOST_TRIES, Homework, Side, Try, Work
from lab.lessons.schema import Key, Name
from lab.spec.experiment import Experiment, check_limits
from lab.spec.limits import ALONE, current_limits
from lab.spec.value import Value, checked
from netcore.errors import NetcoreError

Number = Annotated[int, Field(ge=1, le=1_000_000)]
Typed = Annotated[float, Field(allow_inf_nan=False)]  # what the task makes of it is said when it is made


class KeptTry(Value):
    """Runs that have ended."""

    path: ClassVar[str] = "tries"
    number: Number
    claim: Claim


class KeptWork(Value):
    """A task as far as it was done; the names are those of `Work`."""

    path: ClassVar[str] = "works"
    task: Task
    values: Annotated[dict[Key, Setting], Field(max_length=20)]
    name: Annotated[str, Field(max_length=100)] = ""
    replies: Annotated[tuple[Reply, ...], Field(max_length=10)] = ()
    tries: Annotated[tuple[KeptTry, ...], Field(max_length=MOST_TRIES)] = ()
    chosen: Annotated[tuple[Number, ...], Field(max_length=5)] = ()
    handed: HandIn | None = None


class KeptQuestion(Value):
    """A question as it is typed; the names are those of `DraftQuestion`."""

    path: ClassVar[str] = "questions"
    kind: Literal["choice", "number", "text"]
    text: Annotated[str, Field(max_length=1_000)] = ""
    options: Annotated[str, Field(max_length=1_800)] = ""
    right: Typed | None = None
    close: Annotated[Typed, Field(ge=0)] = 0.0


class KeptDraft(Value):
    """A task as it is typed; the names are those of `Draft`."""

    path: ClassVar[str] = "draft"
    title: Annotated[str, Field(max_length=100)] = ""
    words: Annotated[str, Field(max_length=3_000)] = ""
    source: tuple[Literal["studio", "run", "lesson", "kept"], Name]
    experiment: Experiment
    knobs: Annotated[dict[KnobName, Annotated[str, Field(max_length=200)]], Field(max_length=20)]
    figure: Annotated[str, Field(max_length=300)]
    at: Literal["end", "best"] = "end"
    number: Typed | None = None
    parameters: Annotated[int, Field(ge=1)] | None = None
    seeds: Annotated[int, Field(ge=1, le=10)] = 3
    runs: Annotated[int, Field(ge=1, le=5)] = 1
    questions: Annotated[tuple[KeptQuestion, ...], Field(max_length=MOST_QUESTIONS)] = ()

    _of_any_version = field_validator("experiment", mode="before")(any_version)


class KeptHomework(Value):
    """All homework at one browser.

    Args:
        side: what was on the screen.
    """

    path: ClassVar[str] = "homework"
    schema_version: Literal[1]
    side: Side = "do"
    draft: KeptDraft | None = None
    current: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    works: Annotated[tuple[KeptWork, ...], Field(max_length=MOST_TASKS)] = ()


VERSION: Final = 1


def to_text(homework: Homework) -> str:
    """What the browser keeps; "" if there is nothing to keep."""
    draft = homework.draft if homework.draft.begun and homework.draft.experiment is not None else None
    if not homework.works and draft is None:
        return ""
    works = [_as_values(work) for work in homework.works.values()]
    values: dict[str, Any] = {"schema_version": VERSION, "current": homework.current, "works": works}
    if draft is not None:
        values |= {"side": homework.side, "draft": _draft_as_values(draft)}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def take_in(homework: Homework, text: str) -> None:
    """What `to_text` wrote becomes known; what was begun here stays as it is here.

    Raises:
        HomeworkError "homework.kept_broken".
    """
    try:
        if len(text) > ALONE.progress_bytes:
            raise HomeworkError("homework.kept_broken")
        kept = checked(KeptHomework, text)
        for one in kept.works:
            check_knobs(one.task)
        if kept.draft is not None:
            check_limits(kept.draft.experiment, current_limits())
    except (LabError, NetcoreError, RecursionError):
        raise HomeworkError("homework.kept_broken") from None
    nothing_open = homework.current is None
    for one in kept.works:
        key = one.task.fingerprint
        here = homework.works.get(key)
        if here is not None and not here.untouched:
            continue
        if here is None and len(homework.works) >= MOST_TASKS:
            continue
        homework.works[key] = _work(one)
    if nothing_open and kept.current in homework.works:
        homework.current = kept.current
    if kept.draft is not None and not homework.draft.begun:
        homework.draft = _draft(kept.draft)
        homework.side = kept.side if nothing_open else homework.side


def _as_values(work: Work) -> dict[str, Any]:
    tries = [
        {"number": one.number, "claim": one.claim.model_dump(mode="json")}
        for one in work.finished
        if one.claim is not None
    ]
    return {
        "task": work.task.as_values(),
        "values": work.values,
        "name": work.name,
        "replies": work.replies,
        "tries": tries,
        "chosen": work.chosen,
        "handed": None if work.handed is None else work.handed.as_values(),
    }


def _draft_as_values(draft: Draft) -> dict[str, Any]:
    values = {name: value for name, value in vars(draft).items() if name != "begun"}
    questions = [asdict(question) for question in draft.questions]
    experiment = None if draft.experiment is None else json.loads(draft.experiment.to_json())
    return {**values, "questions": questions, "experiment": experiment}


# --- as it comes back


def _draft(kept: KeptDraft) -> Draft:
    """What is on the knobs now is another experiment than it was."""
    questions = [DraftQuestion(**dict(question)) for question in kept.questions]
    source = KEPT if kept.source == STUDIO else kept.source
    return Draft(**{**dict(kept), "source": source, "questions": questions}, begun=True)


def _work(one: KeptWork) -> Work:
    task = one.task
    tries: list[Try] = []
    for kept in one.tries:
        if len(kept.claim.figures) == len(task.seeds) and not slips(task, kept.claim.values):
            result = Result(kept.claim.figures, kept.claim.losses, kept.claim.parameters)
            tries.append(Try.that_was(kept.number, task, dict(kept.claim.values), result))
    tries.sort(key=lambda ended: ended.number)
    numbers = {ended.number for ended in tries}
    fits = set(one.values) == {knob.name for knob in task.knobs} and not slips(task, one.values)
    replies = (*one.replies, *[None] * len(task.questions))
    handed = one.handed if one.handed is not None and one.handed.task == task.fingerprint else None
    return Work(
        task,
        dict(one.values) if fits else to_begin_with(task),
        name=one.name,
        replies=[_fitting(*pair) for pair in zip(task.questions, replies, strict=False)],
        tries=tries,
        chosen=[number for number in dict.fromkeys(one.chosen) if number in numbers][: task.runs],
        handed=handed,
    )


def _fitting(question: Question, reply: Reply) -> Reply:
    """The reply if it is one to such a question."""
    if question.kind == "choice":
        return reply if isinstance(reply, int) and reply < len(question.options) else None
    if question.kind == "number":
        return reply if isinstance(reply, int | float) else None
    return reply if isinstance(reply, str) else None
