"""Experiment: the one immutable, validated, serialisable description of a run.

Everything that can start a run (widgets, a link, a file, a lesson) makes an Experiment, and nothing else
describes a run. It is a value: frozen, equal by content, small enough for a link. Arguments of registered parts
are kept in one form (checked, defaults left out), so that two experiments that train alike are equal.

Every refusal is an ExperimentError (or netcore's own error about an argument) that carries the field, the value and
what is allowed; `lab.texts.say_error` makes the sentence. Use `checked`, `replace` or a `with_…` method to build
a part from values a person typed: they turn pydantic's report into that one error.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from lab.errors import ExperimentError
from lab.graph import GraphNode, GraphSpec, Metrics, OutputSpec, check_names, checked_metrics, new_id
from lab.limits import ALONE, Limits
from lab.parts import LayerSpec, PartSpec, checked_part
from lab.value import ColumnName, Value, checked, short
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS

__all__ = [
    "ALL_INPUTS",
    "Change",
    "ColumnName",
    "CompileSpec",
    "DataSpec",
    "Experiment",
    "FitSpec",
    "GraphNode",
    "GraphSpec",
    "InputGroup",
    "LayerSpec",
    "ModelSpec",
    "OutputSpec",
    "PartSpec",
    "SampleSource",
    "SplitSpec",
    "TargetSpec",
    "Task",
    "UploadSource",
    "Value",
    "changed_epochs",
    "check_limits",
    "checked",
    "checked_part",
    "migrated",
]

SCHEMA_VERSION: Final = 1
# version -> step to the next version; a step gets any JSON object, so it must not assume that a field is there
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

Task = Literal["binary", "multiclass", "regression", "sequence_labels"]
Share = Annotated[float, Field(ge=0.0, le=0.9, allow_inf_nan=False)]
ALL_INPUTS: Final = "inputs"  # name of the one input of a network whose columns are not grouped


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
    columns: tuple[ColumnName, ...]


class SplitSpec(Value):
    """How rows are divided. "time" keeps the order of `time_column` (or of the rows): the last are the test part."""

    path: ClassVar[str] = "data.split"
    order: Literal["shuffled", "time"] = "shuffled"
    validation: Share = 0.2
    test: Share = 0.2
    time_column: ColumnName | None = None

    @model_validator(mode="after")
    def _leaves_a_training_part(self) -> Self:
        if self.validation + self.test > 0.95:
            raise ExperimentError(
                "experiment.no_training_part", validation_percent=100 * self.validation, test_percent=100 * self.test
            )
        return self


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
    """Columns that enter a functional model together, under the name of its input."""

    path: ClassVar[str] = "data.groups"
    name: str
    columns: tuple[ColumnName, ...]


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
    """

    path: ClassVar[str] = "data"
    source: SampleSource | UploadSource = Field(discriminator="kind")
    inputs: tuple[ColumnName, ...]
    target: ColumnName
    task: Task
    scaling: Literal["standard", "constant", "none"] = "standard"
    scale_constant: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0  # used when scaling is "constant"
    target_scaling: Literal["standard", "none"] = "none"  # regression only
    missing: Literal["drop", "fill"] = "drop"  # "fill": training mean for numbers, a category of its own for texts
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
        if self.windows is not None and self.split.order != "time":
            raise ExperimentError("experiment.windows_by_time")
        return self

    @model_validator(mode="after")
    def _groups_and_targets_fit(self) -> Self:
        check_names("data.groups", [group.name for group in self.groups])
        grouped = {column for group in self.groups for column in group.columns}
        if self.groups and grouped != set(self.inputs):
            odd = sorted(grouped ^ set(self.inputs))[0]
            raise ExperimentError("experiment.group_columns", column=short(odd))
        columns = [target.column for target in self.targets]
        twice = next((column for column in columns if columns.count(column) > 1), None)
        if twice is not None:
            raise ExperimentError("experiment.target_twice", column=short(twice))
        return self

    @property
    def input_groups(self) -> tuple[InputGroup, ...]:
        """The groups; all inputs in one where none are named."""
        return self.groups or (InputGroup(name=ALL_INPUTS, columns=self.inputs),)

    @property
    def targets(self) -> tuple[TargetSpec, ...]:
        """All columns to predict, the first one first."""
        return (TargetSpec(column=self.target, task=self.task, scaling=self.target_scaling), *self.more_targets)

    def with_groups(self, groups: Sequence[InputGroup]) -> "DataSpec":
        """Other groups, and with them other inputs."""
        columns = tuple(dict.fromkeys(column for group in groups for column in group.columns))
        return self.replace(groups=tuple(groups), inputs=columns)

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


class ModelSpec(Value):
    """Layers from input to output; the last one is the output layer."""

    path: ClassVar[str] = "model"
    kind: Literal["sequential"] = "sequential"
    layers: Annotated[tuple[LayerSpec, ...], Field(max_length=ALONE.layers)] = ()

    @field_validator("layers")
    @classmethod
    def _layers_are_known(cls, layers: tuple[LayerSpec, ...]) -> tuple[LayerSpec, ...]:
        if len({layer.id for layer in layers}) < len(layers):
            raise ExperimentError("experiment.layer_ids")
        return tuple(
            checked_part(LAYERS, layer, f"{layer.type} #{place}") for place, layer in enumerate(layers, start=1)
        )

    def with_layer(self, layer: LayerSpec) -> "ModelSpec":
        """The layer with the same id replaced."""
        return self.replace(layers=tuple(layer if old.id == layer.id else old for old in self.layers))

    def numbered(self) -> "ModelSpec":
        """The same layers with ids by place: two models that train alike become equal."""
        layers = [layer.model_copy(update={"id": f"l{place}"}) for place, layer in enumerate(self.layers)]
        return self.model_copy(update={"layers": tuple(layers)})


def _kind(model: Any) -> Any:
    """Which of the two model specs is meant; files from before there were two do not say."""
    kind = model.get("kind", "sequential") if isinstance(model, dict) else getattr(model, "kind", "sequential")
    return kind if isinstance(kind, str) else None


AnyModel = Annotated[Annotated[ModelSpec, Tag("sequential")] | Annotated[GraphSpec, Tag("graph")], Discriminator(_kind)]


class CompileSpec(Value):
    """What `compile` is told: optimizer, loss, metrics (the strings that become history keys).

    A functional model has loss and metrics at its outputs; here they then stay as they are by default.
    """

    path: ClassVar[str] = "compile"
    optimizer: PartSpec = PartSpec(type="Adam")
    loss: PartSpec = PartSpec(type="MeanSquaredError")
    metrics: Metrics = ()
    combine_losses: Literal["sum", "mean"] = "sum"  # of several outputs: Keras's weighted sum, or the note's mean

    @field_validator("optimizer")
    @classmethod
    def _optimizer_is_known(cls, optimizer: PartSpec) -> PartSpec:
        return checked_part(OPTIMIZERS, optimizer, optimizer.type)

    @field_validator("loss")
    @classmethod
    def _loss_is_known(cls, loss: PartSpec) -> PartSpec:
        return checked_part(LOSSES, loss, loss.type)

    @field_validator("metrics")
    @classmethod
    def _metrics_are_known(cls, metrics: tuple[str, ...]) -> tuple[str, ...]:
        return checked_metrics(metrics)


class Change(Value):
    """A knob turned during a run. It takes effect before batch `batch` (0-based) of epoch `epoch` (0-based)."""

    path: ClassVar[str] = "fit.changes"
    epoch: Annotated[int, Field(ge=0, le=ALONE.epochs)]
    batch: Annotated[int, Field(ge=0, le=ALONE.rows)]
    name: Literal["learning_rate", "batch_size", "epochs"]
    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _counts_are_whole(self) -> Self:
        high = {"batch_size": ALONE.rows, "epochs": ALONE.epochs}.get(self.name)
        if high is not None and not (self.value.is_integer() and 1 <= self.value <= high):
            raise ExperimentError(
                "experiment.range_whole", field=f"fit.{self.name}", value=self.value, low=1, high=high
            )
        return self


class FitSpec(Value):
    """What `fit` is told, and the changes made on the way: with them, link, file and rerun give the same curve."""

    path: ClassVar[str] = "fit"
    epochs: Annotated[int, Field(ge=1, le=ALONE.epochs)] = 100
    batch_size: Annotated[int, Field(ge=1, le=ALONE.rows)] = 10
    shuffle: bool = True
    changes: Annotated[tuple[Change, ...], Field(max_length=1000)] = ()


class Experiment(Value):
    """Data, model, compile and fit, and the seed that fixes split, start weights and the order of the batches."""

    schema_version: Literal[1] = SCHEMA_VERSION
    name: Annotated[str, Field(max_length=200)] = ""
    data: DataSpec
    model: AnyModel
    compile: CompileSpec
    fit: FitSpec
    seed: Annotated[int, Field(ge=0, le=ALONE.seed)] = 0

    @model_validator(mode="after")
    def _model_suits_the_rest(self) -> Self:
        if self.model.kind == "sequential":
            if self.data.groups or self.data.more_targets:
                raise ExperimentError("experiment.needs_graph")
        elif self.compile.loss != CompileSpec().loss or self.compile.metrics:
            raise ExperimentError("experiment.loss_at_outputs")
        return self

    # --- writing and reading

    def to_json(self, *, indent: int | None = None) -> str:
        """JSON text with the schema version; fields at their default are left out."""
        values = {"schema_version": self.schema_version, **self.model_dump(mode="json", exclude_defaults=True)}
        values["data"]["source"]["kind"] = self.data.source.kind  # a default too, but a reader chooses the class by it
        return json.dumps(values, ensure_ascii=False, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Experiment":
        """Read what `to_json` wrote, also of an earlier schema version. Raises ExperimentError or NetcoreValueError."""
        if len(text) > ALONE.experiment_characters:
            raise ExperimentError("experiment.too_large", size=len(text), high=ALONE.experiment_characters)
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):  # also UnicodeDecodeError
            raise ExperimentError("experiment.not_json") from None
        if not isinstance(values, dict):
            raise ExperimentError("experiment.not_json")
        return checked(cls, json.dumps(migrated(values)))

    def content_hash(self) -> str:
        """SHA-256 over everything that changes the numbers (the name and the ids of layers do not)."""
        plain = self.model_copy(update={"model": self.model.numbered(), "name": ""})
        return hashlib.sha256(plain.to_json().encode()).hexdigest()

    # --- changed copies, in the words of the pages

    def with_data(self, **changes: Any) -> "Experiment":
        return self.replace(data=self.data.replace(**changes))

    def with_model(self, model: ModelSpec | GraphSpec) -> "Experiment":
        return self.replace(model=model)

    def with_layer(self, layer: LayerSpec) -> "Experiment":
        """The layer with the same id replaced, in either kind of model."""
        return self.with_model(self.model.with_layer(layer))

    def with_layers(self, layers: Sequence[LayerSpec]) -> "Experiment":
        """A sequential model of these layers."""
        return self.with_model(checked(ModelSpec, {"layers": tuple(layers)}))

    def with_added_layer(self, type: str, params: dict[str, Any], position: int | None = None) -> "Experiment":
        """A new layer before `position` (None: at the end), with an id that no layer of this model has."""
        layers = list(self.model.layers)
        new = checked(LayerSpec, {"type": type, "params": params, "id": new_id(self.model.layers)})
        layers.insert(len(layers) if position is None else position, new)
        return self.with_layers(layers)

    def without_layer(self, id: str) -> "Experiment":
        return self.with_layers([layer for layer in self.model.layers if layer.id != id])

    def with_moved_layer(self, id: str, by: int) -> "Experiment":
        """The layer moved up (negative) or down; at either end it stays."""
        layers = list(self.model.layers)
        place = self._place_of(id)
        layer = layers.pop(place)
        layers.insert(min(max(place + by, 0), len(layers)), layer)
        return self.with_layers(layers)

    def with_duplicated_layer(self, id: str) -> "Experiment":
        place = self._place_of(id)
        layer = self.model.layers[place]
        return self.with_added_layer(layer.type, layer.params, place + 1)

    def with_compile(self, **changes: Any) -> "Experiment":
        return self.replace(compile=self.compile.replace(**changes))

    def with_fit(self, **changes: Any) -> "Experiment":
        return self.replace(fit=self.fit.replace(**changes))

    def _place_of(self, id: str) -> int:
        for place, layer in enumerate(self.model.layers):
            if layer.id == id:
                return place
        raise ExperimentError("experiment.no_such_layer", id=id)


def migrated(values: dict[str, Any]) -> dict[str, Any]:
    """The JSON object of an earlier schema version brought to the present one. Raises ExperimentError."""
    version = values.get("schema_version", SCHEMA_VERSION)
    while type(version) is int and version in MIGRATIONS:
        values = MIGRATIONS[version](values)
        version = values["schema_version"]
    if type(version) is not int or version != SCHEMA_VERSION:
        raise ExperimentError("experiment.version", version=short(version), known=SCHEMA_VERSION)
    return values


def check_limits(experiment: Experiment, limits: Limits) -> None:
    """Refuse what the profile in force does not allow. Raises ExperimentError naming field, value and bound."""
    for field, value, high in (
        ("model.layers", len(_calls(experiment.model)), limits.layers),
        ("fit.epochs", max([experiment.fit.epochs, *changed_epochs(experiment.fit)]), limits.epochs),
    ):
        if value > high:
            raise ExperimentError("experiment.range_whole", field=field, value=value, low=1, high=high)


def _calls(model: ModelSpec | GraphSpec) -> Sequence[LayerSpec]:
    return model.nodes if isinstance(model, GraphSpec) else model.layers


def changed_epochs(fit: FitSpec) -> list[int]:
    return [int(change.value) for change in fit.changes if change.name == "epochs"]
