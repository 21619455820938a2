"""What stands in the three files of a homework: the task, the teacher's copy with the answers, the hand-in.

All three come from outside: a student's file is as much a stranger's as any other.
"""

import hashlib
import json
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from lab.homework.refusal import HomeworkError
from lab.lessons.schema import Figure, Key, Name, Number, Seeds
from lab.spec.experiment import Experiment
from lab.spec.limits import ALONE
from lab.spec.value import Value, first_twice

KnobName = Literal[
    "depth",
    "units",
    "activation",
    "dropout",
    "l2",
    "optimizer",
    "learning_rate",
    "loss",
    "epochs",
    "batch_size",
    "rows",
]
WHOLE: Final = ("depth", "units", "epochs", "batch_size", "rows")
NAMES: Final = ("activation", "optimizer", "loss")  # whose values are names; of all others they are numbers

Setting = int | Number | Name  # the value of a knob
Text = Annotated[str, Field(max_length=2_000)]
Found = Number | None  # a figure of a run; None where its numbers grew without bound
Figures = Annotated[tuple[Found, ...], Field(min_length=1, max_length=ALONE.lesson_seeds)]  # one a seed


class Knob(Value):
    """A knob that is open: a list of values, or any value within limits. All other knobs are locked."""

    path: ClassVar[str] = "knobs"
    name: KnobName
    values: Annotated[tuple[Setting, ...], Field(max_length=20)] = ()
    low: Number | None = None
    high: Number | None = None

    @model_validator(mode="after")
    def _says_what_may_be_chosen(self) -> Self:
        ends = [end for end in (self.low, self.high) if end is not None]
        if (len(ends), bool(self.values)) not in ((0, True), (2, False)):
            raise HomeworkError("homework.list_or_limits", knob=self.name)
        if ends and (ends[0] >= ends[1] or self.name in NAMES):
            raise HomeworkError("homework.limits", knob=self.name, low=ends[0], high=ends[1])
        for value in (*self.values, *ends):
            if isinstance(value, str) != (self.name in NAMES) or (self.name in WHOLE and value != int(value)):
                raise HomeworkError("homework.value", knob=self.name, value=str(value))
        return self

    def allows(self, value: Setting) -> bool:
        """Whether a student may set it so."""
        if self.values:
            return value in self.values
        if isinstance(value, str) or self.low is None or self.high is None:
            return False
        return self.low <= value <= self.high and (self.name not in WHOLE or isinstance(value, int))


class Goal(Value):
    """What is to be reached: the mean of a figure of the validation rows over the seeds, on one side of a number.

    Args:
        parameters: weights that the network may have at most; None for any number.
    """

    path: ClassVar[str] = "goal"
    figure: Figure = Figure()
    side: Literal["at_least", "at_most"] = "at_most"
    number: Number
    parameters: Annotated[int, Field(ge=1, le=ALONE.parameters)] | None = None

    @model_validator(mode="after")
    def _is_judged_by_validation_rows(self) -> Self:
        if self.figure.part != "validation":
            raise HomeworkError("homework.goal_part")
        return self


class Question(Value):
    """A question; which answer is right stands in the teacher's file alone."""

    path: ClassVar[str] = "questions"
    kind: Literal["choice", "number", "text"]
    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    options: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=300)], ...], Field(max_length=6)] = ()

    @model_validator(mode="after")
    def _has_something_to_choose_from(self) -> Self:
        if (self.kind == "choice") != (len(self.options) >= 2) or (self.kind != "choice" and self.options):
            raise HomeworkError("homework.options", question=self.text[:60])
        return self


Reply = Annotated[int, Field(ge=0, le=5)] | Number | Text | None  # place of an option, number, words; None: no answer


def any_version(values: Any) -> Any:
    """An experiment as any version of the app wrote it."""
    return values if isinstance(values, Experiment) else Experiment.from_values(values)


class Task(Value):
    """What a student gets.

    Args:
        seeds: each run is made from all of them.
        runs: how many may be handed in.
    """

    kind: Literal["homework"] = "homework"
    schema_version: Literal[1] = 1
    title: Annotated[str, Field(min_length=1, max_length=100)]
    words: Annotated[str, Field(max_length=3_000)] = ""
    experiment: Experiment
    knobs: Annotated[tuple[Knob, ...], Field(min_length=1, max_length=11)]
    goal: Goal
    seeds: Seeds = (0, 1, 2)
    questions: Annotated[tuple[Question, ...], Field(max_length=10)] = ()
    runs: Annotated[int, Field(ge=1, le=5)] = 1

    _of_any_version = field_validator("experiment", mode="before")(any_version)

    @model_validator(mode="after")
    def _can_be_set(self) -> Self:
        for kind, names in (("knob", [one.name for one in self.knobs]), ("seed", [str(one) for one in self.seeds])):
            twice = first_twice(names)
            if twice is not None:
                raise HomeworkError(f"homework.{kind}_twice", item=twice)
        if self.experiment.origin is not None or self.experiment.fit.changes:
            raise HomeworkError("homework.from_the_start")
        if not self.experiment.data.split.validates:
            raise HomeworkError("homework.no_validation")
        return self

    def knob(self, name: str) -> Knob | None:
        """The open knob of that name; None: it is locked."""
        return next((one for one in self.knobs if one.name == name), None)

    def as_values(self) -> dict[str, Any]:
        """As it stands in a file; fields at their default are left out."""
        values = {"kind": self.kind, "schema_version": self.schema_version}
        values |= self.model_dump(mode="json", exclude_defaults=True, exclude={"experiment"})
        return {**values, "experiment": json.loads(self.experiment.to_json())}

    @property
    def fingerprint(self) -> str:
        """Names the task in hand-ins: SHA-256 of all that a student is told."""
        return hashlib.sha256(json.dumps(self.as_values(), sort_keys=True).encode()).hexdigest()


class Answer(Value):
    """The right answer to a question.

    Args:
        right: place of the option, or the number. close: so far from the number counts as right.
    """

    path: ClassVar[str] = "answers"
    right: Annotated[int, Field(ge=0, le=5)] | Number
    close: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = 0.0


class TeachersCopy(Value):
    """A task with the right answers; None for a question that the teacher reads. It stays with the teacher."""

    kind: Literal["homework_teacher"] = "homework_teacher"
    schema_version: Literal[1] = 1
    task: Task
    answers: Annotated[tuple[Answer | None, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _belong_to_its_questions(self) -> Self:
        if len(self.answers) != len(self.task.questions):
            raise HomeworkError("homework.answers")
        for question, answer in zip(self.task.questions, self.answers, strict=True):
            fits = answer is None or question.kind == "number"
            if question.kind == "choice" and answer is not None:
                fits = answer.right in range(len(question.options))
            if not fits:
                raise HomeworkError("homework.answers")
        return self

    def as_values(self) -> dict[str, Any]:
        """As it stands in a file."""
        values = {"kind": self.kind, "schema_version": self.schema_version, "task": self.task.as_values()}
        return {**values, "answers": [one and one.model_dump(mode="json") for one in self.answers]}


class Claim(Value):
    """A run as it was handed in: how the open knobs stood, and what came out, one number a seed."""

    path: ClassVar[str] = "runs"
    values: Annotated[dict[Key, Setting], Field(max_length=20)]
    figures: Figures
    losses: Figures
    parameters: Annotated[int, Field(ge=0, le=ALONE.parameters)]


class HandIn(Value):
    """What a student hands in.

    Args:
        task: fingerprint of the task.
    """

    kind: Literal["homework_hand_in"] = "homework_hand_in"
    schema_version: Literal[1] = 1
    task: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    replies: Annotated[tuple[Reply, ...], Field(max_length=10)] = ()
    runs: Annotated[tuple[Claim, ...], Field(min_length=1, max_length=5)]

    def as_values(self) -> dict[str, Any]:
        """As it stands in a file."""
        return self.model_dump(mode="json")
