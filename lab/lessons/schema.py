"""What stands in a `lesson.toml`, field by field. Words stand in `ko.md` and `en.md`, never here.

A setting and a figure have short names (letters, digits, "_"): formulas write `setting.figure`.
"""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from lab.spec.limits import ALONE
from lab.spec.value import SHORT_NAME, ColumnName, Value
from lab.texts import Language

Key = Annotated[str, Field(pattern=SHORT_NAME)]
Formula = Annotated[str, Field(max_length=300)]
Name = Annotated[str, Field(max_length=100)]
Count = Annotated[int, Field(ge=1, le=ALONE.epochs)]
Units = Annotated[int, Field(ge=1, le=2048)]
Rate = Annotated[float, Field(ge=0.0, le=1000.0, allow_inf_nan=False)]
Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=0.95, allow_inf_nan=False)]
Seeds = Annotated[
    tuple[Annotated[int, Field(ge=0, le=ALONE.seed)], ...], Field(min_length=1, max_length=ALONE.lesson_seeds)
]
Part = Literal["validation", "training", "run"]

Step = Literal[  # of the lecture note, in its order
    "structure",
    "apis",
    "dense",
    "compile",
    "losses",
    "fit",
    "epochs",
    "batch",
    "csv",
    "train_and_test",
    "underfitting",
    "overfitting",
]


class Stopping(Value):
    """As EarlyStoppingSpec: end when the loss of the validation rows has not fallen for so many epochs."""

    path: ClassVar[str] = "early_stopping"
    patience: Annotated[int, Field(ge=1, le=1000)] = 10
    monitor: Literal["val_loss", "val_data_loss", "loss"] = "val_loss"


class Change(Value):
    """What is different from the base, in the words of the pages; what is not named stays.

    Args:
        hidden: units of the hidden Dense layers, from input to output; [] for none.
        activation: of all hidden layers. units: of all hidden layers at once.
        depth: how many hidden layers there are, all like the first.
        params: further arguments of the optimizer, such as momentum.
        judged: rows that validate. rows: that are learned from, of all others.
        same_updates: with `rows`: as many updates as with so many rows before.
        without: columns that are no inputs.
        l1, l2: penalty on the kernels of the hidden layers. dropout: rate behind each hidden layer.
        patch: anything else, as it stands in an experiment's file; laid over it, lists replaced as a whole.
    """

    path: ClassVar[str] = "change"
    hidden: Annotated[tuple[Units, ...], Field(max_length=10)] | None = None
    activation: Name | None = None
    depth: Annotated[int, Field(ge=0, le=10)] | None = None
    units: Units | None = None
    optimizer: Name | None = None
    learning_rate: Rate | None = None
    params: dict[str, Any] | None = None
    loss: Name | None = None
    epochs: Count | None = None
    batch_size: Annotated[int, Field(ge=1, le=ALONE.rows)] | None = None
    shuffle: bool | None = None
    class_weight: Literal["balanced", "none"] | None = None
    early_stopping: Stopping | None = None
    judged: Annotated[int, Field(ge=1, le=ALONE.rows)] | None = None
    rows: Annotated[int, Field(ge=1, le=ALONE.rows)] | None = None
    same_updates: bool = False
    order: Literal["shuffled", "stratified", "time"] | None = None
    scaling: Literal["standard", "min_max", "robust", "log", "none"] | None = None
    target_scaling: Literal["standard", "none"] | None = None
    without: Annotated[tuple[ColumnName, ...], Field(max_length=100)] = ()
    l1: Rate | None = None
    l2: Rate | None = None
    dropout: Share | None = None
    patch: dict[str, Any] = {}  # noqa: RUF012  # pydantic gives each change one of its own


class Base(Change):
    """Where a scene begins: one of these, and what is different from it.

    Args:
        sample: a table that comes along, with the network proposed for it.
        start: a ready-made experiment of `examples/`.
        link: what stands behind "?e=" in a link of the app.
        experiment: the values of an experiment's file.
    """

    path: ClassVar[str] = "scenes.base"
    sample: Name | None = None
    start: Name | None = None
    link: Annotated[str, Field(max_length=ALONE.link_characters)] | None = None
    experiment: dict[str, Any] | None = None


class Refused(Base):
    """An experiment that cannot be made, or that is made and then asked for what its network does not take or have.

    Args:
        more_columns: of a row, so many more than the network was built for.
        method: of the network, as a program spells it.
    """

    path: ClassVar[str] = "explain.refused"
    more_columns: Annotated[int, Field(ge=0, le=100)] = 0
    method: Annotated[str, Field(pattern="^[a-z][a-z_]{0,30}$")] | None = None


class Figure(Value):
    """One number of a run.

    Args:
        of: "loss", a metric of the experiment, a score ("score_recall"); of the part "run": "updates", "parameters",
            "seconds", "memory_kib", "noise", "gap", "best_epoch", "epochs", "diverged", "letter_error", "blanks",
            "layer_1" … (parameters of that layer), "baseline_loss" and "baseline_error" (of a forecast without a
            network; the error is a mean absolute one, or the share of wrong classes).
        part: the rows that it is worked out from.
        at: "end" (the weights that the run ended with), "best" (of all epochs), or an epoch, 1 the first.
        first, beyond: of a score, from the first so many validation rows alone, or from all that come after them.
    """

    path: ClassVar[str] = "scenes.figures"
    of: Name = "loss"
    part: Part = "validation"
    at: Literal["end", "best"] | Count = "end"
    first: Annotated[int, Field(ge=1, le=ALONE.rows)] | None = None
    beyond: Annotated[int, Field(ge=1, le=ALONE.rows)] | None = None

    @property
    def judges(self) -> slice:
        """The validation rows that a score is worked out from."""
        return slice(self.beyond, self.first)


class Setting(Value):
    """One of the experiments that are compared.

    Args:
        measured: figure -> mean, or mean and sd, over five seeds as measured elsewhere: what a benchmark asks for.
    """

    path: ClassVar[str] = "scenes.settings"
    key: Key
    change: Change = Change()
    measured: dict[Key, Annotated[tuple[Number, ...], Field(min_length=1, max_length=2)]] = {}  # noqa: RUF012


class Scene(Value):
    """A base, what is changed of it, and the figures that sentences use.

    Args:
        curve: history key that is drawn ("val_loss", "val_accuracy", …), with its twin of the training rows if
            `both`.
        long: too long for a class to wait: left to the benchmark and to who asks for it.
    """

    path: ClassVar[str] = "scenes"
    key: Key
    base: Base
    settings: Annotated[tuple[Setting, ...], Field(min_length=1, max_length=12)]
    figures: Annotated[dict[Key, Figure], Field(min_length=1, max_length=12)]
    curve: Name = "val_loss"
    both: bool = False
    long: bool = False


class Choice(Value):
    """An answer to choose. It is right where its formula holds for the means over the seeds."""

    path: ClassVar[str] = "prediction.choices"
    key: Key
    right: Formula


class Prediction(Value):
    """What is asked before anything runs; exactly one of choices, value and curve.

    Args:
        value: formula of the number that is asked for. close: so far from it counts as right.
        low, high: of the number, or of the axis on which the curve is drawn.
        unit: as it is written behind the number; one that is a word is written in both languages, "에포크 / epochs".
        curve: history key to be drawn, of `setting`.
    """

    path: ClassVar[str] = "prediction"
    choices: Annotated[tuple[Choice, ...], Field(max_length=8)] = ()
    value: Formula | None = None
    close: Number = 0.0
    unit: Annotated[str, Field(max_length=20)] = ""
    curve: Name | None = None
    setting: Key | None = None
    low: Number = 0.0
    high: Number = 1.0

    def unit_in(self, language: Language) -> str:
        """The unit as it is read in this language."""
        korean, _, english = self.unit.partition(" / ")
        return english if english and language == "en" else korean


class Pointer(Value):
    """What to look at on the chart: a place on the curve of a setting, the median of its seeds.

    Args:
        figure: the epoch that a figure of the setting names, such as where its loss turns; in place of `at`.
        at: "end", where the curve ends or breaks off, or an epoch.
        beside: another setting of the same scene, if it is the distance to its curve.
    """

    path: ClassVar[str] = "explain.look"
    setting: Key
    figure: Key | None = None
    at: Literal["end"] | Count = "end"
    beside: Key | None = None


class Sentence(Value):
    """A sentence of "explain": said only where its formula holds, or, with `refused`, before what refuses it.

    Args:
        when: a comparison. seeds: for the means, for "every" seed, for "most", or for at least so many.
        refused: in place of `when`: what cannot be done; why not is told behind the sentence.
    """

    path: ClassVar[str] = "explain"
    key: Key
    when: Formula | None = None
    refused: Refused | None = None
    seeds: Literal["mean", "every", "most"] | Annotated[int, Field(ge=1, le=100)] = "mean"
    look: Pointer | None = None


class Again(Value):
    """A second question with other numbers, made anew until it is answered rightly.

    Args:
        numbers: name -> values to draw from. right, wrong: formulas of them.
    """

    path: ClassVar[str] = "check.again"
    numbers: Annotated[
        dict[Key, Annotated[tuple[Number, ...], Field(min_length=1, max_length=20)]], Field(max_length=6)
    ]
    right: Formula
    wrong: Annotated[dict[Key, Formula], Field(min_length=1, max_length=5)]


class Check(Value):
    """The question after the lesson: the keys of its answers in the order in which they stand, and the right one."""

    path: ClassVar[str] = "check"
    answers: Annotated[tuple[Key, ...], Field(min_length=2, max_length=6)]
    right: Key
    again: Again


class Knob(Value):
    """A knob that is open in "what if": a field of Change, and the values worth trying."""

    path: ClassVar[str] = "further.knobs"
    name: Literal[
        "units",
        "epochs",
        "batch_size",
        "learning_rate",
        "rows",
        "l2",
        "dropout",
        "optimizer",
        "loss",
        "class_weight",
    ]
    values: Annotated[tuple[int | Number | Name, ...], Field(min_length=2, max_length=12)]


class Further(Value):
    """One step further: the knobs that are open, on the base of a scene, and the goal of the challenge.

    Args:
        goal: comparisons that must all hold for the means, of figures of that scene as `mine.figure`, and of
            `mine.parameters`.
    """

    path: ClassVar[str] = "further"
    scene: Key
    knobs: Annotated[tuple[Knob, ...], Field(min_length=1, max_length=4)]
    goal: Annotated[tuple[Formula, ...], Field(min_length=1, max_length=3)]


class Lesson(Value):
    """A lesson without its words.

    Args:
        steps: of the lecture note, that it belongs to.
        seeds: the runs of each setting begin with.
    """

    path: ClassVar[str] = "lesson"
    schema_version: Literal[1] = 1
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=4)]
    minutes: Annotated[int, Field(ge=1, le=60)] = 5
    seeds: Seeds = (0, 1, 2, 3, 4)
    scenes: Annotated[tuple[Scene, ...], Field(min_length=1, max_length=8)]
    prediction: Prediction
    explain: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=12)]
    check: Check
    further: Further

    @property
    def settings(self) -> dict[str, tuple[Scene, Setting]]:
        """Every setting of every scene by its key."""
        return {setting.key: (scene, setting) for scene in self.scenes for setting in scene.settings}

    def scene(self, key: str) -> Scene:
        return next(scene for scene in self.scenes if scene.key == key)


MINE: Final = "mine"  # the setting of "what if" in formulas
KNOWN_OF_RUNS: Final = (
    *("updates", "parameters", "seconds", "memory_kib", "noise", "gap", "best_epoch", "epochs", "diverged"),
    *("letter_error", "blanks", "baseline_loss", "baseline_error"),
    *(f"layer_{place}" for place in range(1, 10)),
)
