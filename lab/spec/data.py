"""DataSpec: which table an Experiment learns from, how the file is read, and how its rows and columns are prepared."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from lab.errors import ExperimentError
from lab.spec.graph import check_names
from lab.spec.limits import ALONE
from lab.spec.value import ColumnName, Value, first_twice, short

Task = Literal["binary", "multiclass", "regression", "sequence_labels"]
Kind = Literal["numeric", "category", "boolean", "datetime", "text", "id", "empty"]  # of a column, see lab.data.table
Columns = Annotated[tuple[ColumnName, ...], Field(max_length=ALONE.columns)]
Share = Annotated[float, Field(ge=0.0, le=0.9, allow_inf_nan=False)]
Side = Annotated[int, Field(ge=1, le=ALONE.columns)]
ImageShape = tuple[Side, Side]
Lag = Annotated[int, Field(ge=0, le=ALONE.window_rows)]
Scaling = Literal["standard", "min_max", "robust", "log", "constant", "none"]
Gap = Literal["drop", "fill", "median", "zero"]
Order = Literal["shuffled", "stratified", "time", "group", "column"]
Encoding = Literal["utf-8", "cp949", "utf-16-le", "utf-16-be", "cp1252", "shift_jis"]
Delimiter = Literal[",", ";", "\t", "|", " "]
DatePart = Literal["year", "month", "day_of_year", "weekday", "hour"]
Coordinate = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
DrawnPoint = tuple[Coordinate, Coordinate, Annotated[int, Field(ge=0, le=9)]]
Formula = Literal[
    "circle", "xor", "gauss", "spiral", "moons", "below-sine", "three-arms", "rings", "four-clouds", "between",
    "reg-plane", "reg-gauss", "line", "sine", "step", "hat", "drawn",
]  # fmt: skip
ALL_INPUTS: Final = "inputs"  # name of the one input of a network whose columns are not grouped
MOST_FOLDS: Final = 20


class SampleSource(Value):
    """One of the tables that come with the project; `name` is its card's name."""

    path: ClassVar[str] = "data.source"
    kind: Literal["sample"] = "sample"
    name: Annotated[str, Field(max_length=100)]


class UploadSource(Value):
    """A person's own file: what it was called, what was in it and how it was recognised again, never its rows."""

    path: ClassVar[str] = "data.source"
    kind: Literal["upload"] = "upload"
    name: Annotated[str, Field(max_length=255)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    columns: Columns


class PlaygroundSource(Value):
    """Points made by a formula, or drawn by hand; see `lab.data.playground`, which makes the table.

    Args:
        noise: percent; what it moves is the formula's affair.
        points: how many; of drawn points those that there are.
        drawn: (x1, x2, class) of each point, for "drawn" alone.
        seed: of the points; the split and the network have the experiment's.
    """

    path: ClassVar[str] = "data.source"
    kind: Literal["playground"] = "playground"
    dataset: Formula = "circle"
    noise: Annotated[float, Field(ge=0, le=50, allow_inf_nan=False)] = 0.0
    points: Annotated[int, Field(ge=10, le=ALONE.generated_points)] = 500
    drawn: Annotated[tuple[DrawnPoint, ...], Field(max_length=ALONE.drawn_points)] = ()
    seed: Annotated[int, Field(ge=0, le=ALONE.seed)] = 0

    @model_validator(mode="after")
    def _is_drawn_or_made(self) -> Self:
        if self.drawn and self.dataset != "drawn":
            raise ExperimentError("experiment.drawn_points", dataset=self.dataset)
        return self

    @property
    def name(self) -> str:
        """What its table is called."""
        return self.dataset


Source = SampleSource | UploadSource | PlaygroundSource


class KindChoice(Value):
    """A column that the person reads as another kind than the reader did."""

    path: ClassVar[str] = "data.reading.kinds"
    column: ColumnName
    kind: Kind


class ReadingSpec(Value):
    """What a person decided about the file instead of the reader; None leaves the decision to it.

    Args:
        header_row: 0-based line of the (last) header line in the file; "none" if there is no header.
        table: which of several tables in one file, 0 the first.
        transpose: variables stand in rows: turn rows into columns.
        missing_words: spellings of "no value" beyond those the reader knows.
    """

    path: ClassVar[str] = "data.reading"
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    header_row: Annotated[int, Field(ge=0, le=ALONE.rows)] | Literal["none"] | None = None
    decimal: Literal[".", ","] | None = None
    table: Annotated[int, Field(ge=0, le=100)] = 0
    transpose: bool = False
    missing_words: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=20)] = ()
    kinds: Annotated[tuple[KindChoice, ...], Field(max_length=ALONE.columns)] = ()


AS_FOUND = ReadingSpec()  # nothing wished: the reader decides


class ColumnPlan(Value):
    """How one column is prepared where it differs from what `DataSpec` says for all; None and () leave it at that.

    Args:
        missing: what an empty cell becomes: its row is dropped, the training mean or median, 0, a category of its own.
        indicator: a further feature that is 1 where the cell was empty.
        scaling: "log" is log(1 + x), then standard; for skewed columns that are nowhere negative.
        encoding: of categories: a feature for each, or their place in `order`, scaled like any number.
        order: of ordinal categories, from low to high; () sorts them.
        date_parts: of a time column: features to make of it; month, day of the year, weekday and hour as sine and
            cosine, year as a number.
        lags: how many rows earlier the values are taken from, a feature each; 0 is the row itself, () means (0,).
            Others than 0 need rows in time order. A target may be an input by its lags from 1 on.
        clip: values beyond the training part's outer fences (3 interquartile ranges) are set to the fence.
    """

    path: ClassVar[str] = "data.plans"
    column: ColumnName
    missing: Literal["drop", "mean", "median", "zero", "category"] | None = None
    indicator: bool = False
    scaling: Scaling | None = None
    encoding: Literal["one_hot", "ordinal"] | None = None
    order: Annotated[tuple[Annotated[str, Field(max_length=1000)], ...], Field(max_length=ALONE.categories)] = ()
    date_parts: tuple[DatePart, ...] = ()
    lags: Annotated[tuple[Lag, ...], Field(max_length=50)] = ()
    clip: bool = False

    @property
    def all_lags(self) -> tuple[int, ...]:
        """The lags, each once; that of the row itself where none are named."""
        return tuple(dict.fromkeys(self.lags)) or (0,)

    @property
    def wishes(self) -> tuple[str, ...]:
        """Names of the fields that say something."""
        if self.model_fields_set <= {"column"}:  # of an image each pixel has a plan
            return ()
        names = (name for name in type(self).model_fields if name != "column")
        return tuple(name for name in names if getattr(self, name) not in (None, False, ()))


class Fold(Value):
    """One of several runs that each validate on another piece of the rows; the test part stays the same."""

    path: ClassVar[str] = "data.split.fold"
    index: Annotated[int, Field(ge=0, le=MOST_FOLDS - 1)]
    folds: Annotated[int, Field(ge=2, le=MOST_FOLDS)]

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if self.index >= self.folds:
            raise ExperimentError("experiment.no_such_fold", index=self.index, folds=self.folds)
        return self


class SplitSpec(Value):
    """How rows are divided.

    "shuffled" draws them; "stratified" draws them with the same share of each class in every part; "time" keeps the
    order of `time_column` (or of the rows): the last are the test part; "group" keeps rows of one value of
    `group_column` together; "column" reads the part from the words in `part_column`, and draws a part that it does
    not name from the rows for training.

    Args:
        validation: share of all rows ("column": of those for training). With a fold it only says that there is one.
        time_column: also the order of the rows for windows and lags; None: the rows stand in time order.
        group_column: with "time", rows of one value are a series of their own: no window and no lag leaves it.
        fold: take this piece of all but the test rows for validation; "time" trains on what lies before it.
        train_rows: learn from so many of the rows for training only, in time order the last ones: what do more bring?
        seed: of the drawing; None for the experiment's own. With one, other seeds judge by the same rows.
    """

    path: ClassVar[str] = "data.split"
    order: Order = "shuffled"
    validation: Share = 0.2
    test: Share = 0.2
    time_column: ColumnName | None = None
    group_column: ColumnName | None = None
    part_column: ColumnName | None = None
    fold: Fold | None = None
    train_rows: Annotated[int, Field(ge=1, le=ALONE.rows)] | None = None
    seed: Annotated[int, Field(ge=0, le=ALONE.seed)] | None = None

    @model_validator(mode="after")
    def _leaves_a_training_part(self) -> Self:
        if self.validation + self.test > 0.95:
            raise ExperimentError(
                "experiment.no_training_part", validation_percent=100 * self.validation, test_percent=100 * self.test
            )
        return self

    @property
    def validates(self) -> bool:
        """Whether a validation part is asked for; a column may name one all the same."""
        return self.validation > 0 or self.fold is not None

    @property
    def draws_rows(self) -> bool:
        """Whether neighbours in time come into different parts by chance: then no sample may hold several rows."""
        return self.order in ("shuffled", "stratified")


class WindowSpec(Value):
    """Samples made of rows in time order: `steps` rows behind one another, the target `horizon` rows after the last.

    Args:
        every: a window begins every so many rows.
        clock: add the time of day, as sine and cosine, to what each row holds; it is read from the time column.
    """

    path: ClassVar[str] = "data.windows"
    steps: Annotated[int, Field(ge=1, le=ALONE.window_rows)] = 24
    horizon: Annotated[int, Field(ge=1, le=ALONE.window_rows)] = 1
    every: Annotated[int, Field(ge=1, le=ALONE.window_rows)] = 1
    clock: bool = False


class InputGroup(Value):
    """Columns that enter a functional model together, under the name of its input.

    Args:
        image_shape: (height, width) if the columns are an image's pixels, row by row.
    """

    path: ClassVar[str] = "data.groups"
    name: str
    columns: Columns
    image_shape: ImageShape | None = None


class TargetSpec(Value):
    """A column to predict: as classes or as a number, and in which unit the network learns it."""

    path: ClassVar[str] = "data.more_targets"
    column: ColumnName
    task: Task
    scaling: Literal["standard", "none"] = "none"  # regression only


class DataSpec(Value):
    """Which table, which columns, which task, and how they are prepared.

    A functional model may take its columns in several groups (`inputs` then names all of them once) and predict
    `more_targets` beside the first one.

    Args:
        missing: what empty cells become where the column's plan does not say: "fill" is the training mean, and a
            category of their own among categories; "median" and "zero" do the same with another number.
        missing_indicator: each input column with empty cells gets a further feature that is 1 where it is empty.
        image_shape: (height, width) if the inputs are an image's pixels, row by row; groups have their own.
    """

    path: ClassVar[str] = "data"
    source: Source = Field(discriminator="kind")
    reading: ReadingSpec = ReadingSpec()
    inputs: Columns
    target: ColumnName
    task: Task
    scaling: Scaling = "standard"
    scale_constant: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0  # used when scaling is "constant"
    target_scaling: Literal["standard", "none"] = "none"  # regression only
    missing: Gap = "drop"
    missing_indicator: bool = False
    plans: Annotated[tuple[ColumnPlan, ...], Field(max_length=ALONE.columns)] = ()
    drop_duplicates: bool = False  # of rows alike in every input and target the first stays
    image_shape: ImageShape | None = None
    persistence_column: ColumnName | None = None  # the column that "tomorrow as today" predicts with
    split: SplitSpec = SplitSpec()
    groups: Annotated[tuple[InputGroup, ...], Field(max_length=ALONE.graph_inputs)] = ()
    more_targets: Annotated[tuple[TargetSpec, ...], Field(max_length=ALONE.graph_outputs - 1)] = ()
    windows: WindowSpec | None = None  # each row is a sample of its own if None
    length_column: ColumnName | None = None  # sequence labels: how many of the inputs count, where they end earlier

    @model_validator(mode="after")
    def _sequences_fit(self) -> Self:
        tasks = [target.task for target in self.targets]
        if "sequence_labels" in tasks and (len(tasks) > 1 or len(self.groups) > 1):
            raise ExperimentError("experiment.sequence_alone")
        if self.windows is not None and "sequence_labels" in tasks:
            raise ExperimentError("experiment.sequence_windows")
        if "sequence_labels" in tasks and self.image_shape is not None:
            raise ExperimentError("experiment.sequence_image")
        if self.windows is not None and self.split.draws_rows:
            raise ExperimentError("experiment.windows_by_time")
        return self

    @model_validator(mode="after")
    def _plans_fit(self) -> Self:
        if first_twice([plan.column for plan in self.plans]) is not None:
            raise ExperimentError("experiment.plan_twice")
        late = next((plan.column for plan in self.plans if any(plan.lags)), None)
        if late is not None and self.split.draws_rows:
            raise ExperimentError("experiment.lags_by_time", column=short(late))
        if self.drop_duplicates and (late is not None or self.windows is not None):
            raise ExperimentError("experiment.duplicates_in_series")
        return self

    @model_validator(mode="after")
    def _groups_and_targets_fit(self) -> Self:
        check_names("data.groups", [group.name for group in self.groups])
        if self.groups and self.image_shape is not None:
            raise ExperimentError("experiment.image_of_group")
        grouped = {column for group in self.groups for column in group.columns}
        if self.groups and grouped != set(self.inputs):
            odd = sorted(grouped ^ set(self.inputs))[0]
            raise ExperimentError("experiment.group_columns", column=short(odd))
        twice = first_twice([target.column for target in self.targets])
        if twice is not None:
            raise ExperimentError("experiment.target_twice", column=short(twice))
        return self

    @property
    def in_series(self) -> bool:
        """Whether a sample holds rows behind one another in time, by windows or by lags."""
        return self.windows is not None or any(any(plan.lags) for plan in self.plans)

    @property
    def input_groups(self) -> tuple[InputGroup, ...]:
        """The groups; all inputs in one where none are named."""
        return self.groups or (InputGroup(name=ALL_INPUTS, columns=self.inputs, image_shape=self.image_shape),)

    @property
    def targets(self) -> tuple[TargetSpec, ...]:
        """All columns to predict, the first one first."""
        return (TargetSpec(column=self.target, task=self.task, scaling=self.target_scaling), *self.more_targets)

    def with_groups(self, groups: Sequence[InputGroup]) -> "DataSpec":
        """Other groups, and with them other inputs."""
        columns = tuple(dict.fromkeys(column for group in groups for column in group.columns))
        return self.replace(groups=tuple(groups), inputs=columns, image_shape=None)

    def with_group(self, name: str, /, **changes: Any) -> "DataSpec":
        """One group with some fields changed."""
        return self.with_groups(
            [group.replace(**changes) if group.name == name else group for group in self.input_groups]
        )

    def without_inputs(self, *columns: str) -> "DataSpec":
        """These columns are no inputs, in no group either."""
        if self.groups:
            return self.with_groups([group.replace(columns=_left(group.columns, columns)) for group in self.groups])
        return self.replace(inputs=_left(self.inputs, columns))

    def plan_of(self, column: str) -> ColumnPlan:
        """What is planned for a column; a plan without wishes if nothing is."""
        return next((plan for plan in self.plans if plan.column == column), ColumnPlan(column=column))

    def with_plan(self, plan: ColumnPlan) -> "DataSpec":
        """Another plan for its column; one without wishes is none. Raises ExperimentError."""
        plans = {other.column: other for other in (*self.plans, plan)}
        named = sorted(plans.values(), key=lambda one: one.column)  # in whichever order they were made
        return self.replace(plans=tuple(one for one in named if one.wishes))

    def with_targets(self, targets: Sequence[TargetSpec]) -> "DataSpec":
        """Other columns to predict; a baseline column belongs to the first of them only."""
        first = targets[0]
        kept = self.persistence_column if first.column == self.target and first.task == self.task else None
        return self.replace(
            target=first.column,
            task=first.task,
            target_scaling=first.scaling,
            persistence_column=kept,
            more_targets=tuple(targets[1:]),
        )

    def for_target(self, target: TargetSpec) -> "DataSpec":
        """The same rows and inputs with this column alone to predict."""
        return self.with_targets([target])


def _left(names: Sequence[str], gone: Sequence[str]) -> tuple[str, ...]:
    taken = set(gone)
    return tuple(name for name in names if name not in taken)
