"""What a teacher puts together, as it is typed, and the task that it makes."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lab.homework.knobs import check_knobs, knobs_of, read_values, worth_trying
from lab.homework.refusal import HomeworkError
from lab.homework.schema import Answer, Goal, KnobName, Question, Task, TeachersCopy
from lab.lessons.schema import Figure
from lab.model.measures import larger_is_better
from lab.model.outputs import history_keys
from lab.spec.experiment import Experiment
from lab.spec.value import checked
from lab.studies.definition import from_start_weights

OPEN_AT_FIRST: Final[tuple[KnobName, ...]] = ("units", "learning_rate", "epochs")
MOST_QUESTIONS: Final = 10
Source = tuple[Literal["studio", "run", "lesson", "kept"], str]
STUDIO: Final[Source] = ("studio", "")
KEPT: Final[Source] = ("kept", "")


@dataclass
class DraftQuestion:
    """A question as it is typed.

    Args:
        options: one a line. right: place of the right one, or the number; None if it is to be read.
    """

    kind: Literal["choice", "number", "text"] = "choice"
    text: str = ""
    options: str = ""
    right: float | None = None
    close: float = 0.0

    @property
    def lines(self) -> tuple[str, ...]:
        """The options."""
        return tuple(line.strip() for line in self.options.splitlines() if line.strip())


@dataclass
class Draft:
    """A task as it is typed.

    Args:
        source: which experiment it is made from: "studio", or a run by its id, or a lesson by its name, or "kept".
        experiment: the one it was made from last, which "kept" means. A server that was started anew knows no other.
        begun: a field was filled in.
        knobs: the open ones, with their values as they are typed.
        figure, at, side, number, parameters: the goal.
        seeds: how many, from 0 on.
    """

    title: str = ""
    words: str = ""
    source: Source = STUDIO
    experiment: Experiment | None = field(default=None, repr=False)
    begun: bool = False
    knobs: dict[KnobName, str] = field(default_factory=dict)
    figure: str = "loss"
    at: Literal["end", "best"] = "end"
    number: float | None = None
    parameters: int | None = None
    seeds: int = 3
    runs: int = 1
    questions: list[DraftQuestion] = field(default_factory=list)

    @property
    def side(self) -> Literal["at_least", "at_most"]:
        """On which side of the number a network does well."""
        return "at_least" if larger_is_better(self.figure) else "at_most"

    def fit_to(self, experiment: Experiment) -> None:
        """Knobs and figure that this experiment has; the first knobs where none is open yet."""
        self.experiment = experiment
        known = knobs_of(experiment)
        self.knobs = {name: text for name, text in self.knobs.items() if name in known}
        if not self.knobs:
            self.open_knobs(experiment, [name for name in OPEN_AT_FIRST if name in known])
        if self.figure not in measures_of(experiment):
            self.figure = measures_of(experiment)[0]

    def open_knobs(self, experiment: Experiment, names: list[KnobName]) -> None:
        """These and no others are open; a new one begins with values worth trying."""
        self.knobs = {name: self.knobs.get(name) or worth_trying(experiment, name) for name in names}

    def count_questions(self, count: int) -> None:
        """So many; further ones are empty, the last ones go."""
        self.questions = [*self.questions[:count], *(DraftQuestion() for _ in range(len(self.questions), count))]

    def made(self, experiment: Experiment) -> TeachersCopy:
        """The task, and its right answers. Raises HomeworkError, ExperimentError, NetcoreError: what is missing."""
        if not self.title.strip():
            raise HomeworkError("homework.title_missing")
        if self.number is None:
            raise HomeworkError("homework.number_missing")
        goal = {"figure": Figure(of=self.figure, at=self.at), "side": self.side, "number": float(self.number)}
        values: dict[str, Any] = {
            "title": self.title.strip(),
            "words": self.words.strip(),
            "experiment": from_start_weights(experiment),
            "knobs": tuple(read_values(name, text) for name, text in self.knobs.items()),
            "goal": checked(Goal, {**goal, "parameters": self.parameters}),
            "seeds": tuple(range(self.seeds)),
            "questions": tuple(_question(one) for one in self.questions),
            "runs": self.runs,
        }
        task = checked(Task, values)
        check_knobs(task)
        return checked(TeachersCopy, {"task": task, "answers": tuple(_answer(one) for one in self.questions)})


def measures_of(experiment: Experiment) -> tuple[str, ...]:
    """Figures of the validation rows that a goal may speak of."""
    return history_keys(experiment, validated=False)


def _question(draft: DraftQuestion) -> Question:
    if not draft.text.strip():
        raise HomeworkError("homework.question_missing")
    options = draft.lines if draft.kind == "choice" else ()
    return checked(Question, {"kind": draft.kind, "text": draft.text.strip(), "options": options})


def _answer(draft: DraftQuestion) -> Answer | None:
    if draft.right is None or draft.kind == "text":
        return None
    right = int(draft.right) if draft.kind == "choice" else float(draft.right)
    return checked(Answer, {"right": right, "close": draft.close if draft.kind == "number" else 0.0})
