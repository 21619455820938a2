"""Experiment: the one immutable, validated, serialisable description of a run.

Everything that can start a run (widgets, a link, a file, a lesson) makes an Experiment, and nothing else
describes a run. It is a value: frozen, equal by content, small enough for a link.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lab.errors import ExperimentError
from lab.limits import ALONE, Limits
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.metrics import METRICS
from netcore.optimizers import OPTIMIZERS
from netcore.params import defaults
from netcore.registry import Registry

SCHEMA_VERSION = 1
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}  # version -> step to the next version

Task = Literal["binary", "multiclass", "regression"]
ColumnName = Annotated[str, Field(max_length=10_000)]
Share = Annotated[float, Field(ge=0.0, le=0.9, allow_inf_nan=False)]
T = TypeVar("T", bound="Value")


class Value(BaseModel):
    """Base of all parts: frozen, no unknown fields, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated again. Raises ExperimentError."""
        return checked(type(self), {**dict(self), **changes})


class SampleSource(Value):
    """One of the tables that come with the project; `name` is its card's name."""

    kind: Literal["sample"] = "sample"
    name: Annotated[str, Field(max_length=100)]


class UploadSource(Value):
    """A person's own file: what it was called, what was in it and how it was recognised again, never its rows."""

    kind: Literal["upload"] = "upload"
    name: Annotated[str, Field(max_length=255)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    columns: tuple[ColumnName, ...]


class SplitSpec(Value):
    """How rows are divided. "time" keeps the order of `time_column` (or of the rows): the last rows are the test part."""

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


class DataSpec(Value):
    """Which table, which columns, which task, and how they are prepared."""

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


class PartSpec(Value):
    """One registered part of netcore (an optimizer, a loss): its class name and the arguments that differ from the defaults."""

    type: Annotated[str, Field(max_length=100)]
    params: dict[str, Any] = {}

    def filled(self, registry: Registry[Any]) -> dict[str, Any]:
        """All arguments, defaults included."""
        return {**defaults(registry.get(self.type)), **self.params}


class LayerSpec(PartSpec):
    """A layer; `id` stays with it when layers are moved, so that a widget can follow it."""

    id: Annotated[str, Field(pattern="^[a-z0-9]{1,16}$")]


class ModelSpec(Value):
    """Layers from input to output; the last one is the output layer."""

    kind: Literal["sequential"] = "sequential"
    layers: Annotated[tuple[LayerSpec, ...], Field(max_length=ALONE.layers)] = ()

    @model_validator(mode="after")
    def _layers_are_known(self) -> Self:
        for layer in self.layers:
            check_part(LAYERS, layer)
        if len({layer.id for layer in self.layers}) < len(self.layers):
            raise ExperimentError("experiment.layer_ids")
        return self


class CompileSpec(Value):
    """What `compile` is told: optimizer, loss, metrics (the strings that become history keys)."""

    optimizer: PartSpec = PartSpec(type="Adam")
    loss: PartSpec = PartSpec(type="MeanSquaredError")
    metrics: Annotated[tuple[str, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _parts_are_known(self) -> Self:
        check_part(OPTIMIZERS, self.optimizer)
        check_part(LOSSES, self.loss)
        for metric in self.metrics:
            METRICS.get(metric)
        if len(set(self.metrics)) < len(self.metrics):
            raise ExperimentError("experiment.metrics_twice")
        return self


class Change(Value):
    """A knob turned during a run. It takes effect before batch `batch` (0-based) of epoch `epoch` (0-based)."""

    epoch: Annotated[int, Field(ge=0, le=ALONE.epochs)]
    batch: Annotated[int, Field(ge=0, le=ALONE.rows)]
    name: Literal["learning_rate", "batch_size", "epochs"]
    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class FitSpec(Value):
    """What `fit` is told, and the changes made on the way: with them, link, file and rerun give the same curve."""

    epochs: Annotated[int, Field(ge=1, le=ALONE.epochs)] = 100
    batch_size: Annotated[int, Field(ge=1, le=ALONE.rows)] = 10
    shuffle: bool = True
    changes: Annotated[tuple[Change, ...], Field(max_length=1000)] = ()


class Experiment(Value):
    """Data, model, compile and fit, and the seed that fixes split, start weights and the order of the batches."""

    schema_version: Literal[1] = SCHEMA_VERSION
    name: Annotated[str, Field(max_length=200)] = ""
    data: DataSpec
    model: ModelSpec
    compile: CompileSpec
    fit: FitSpec
    seed: Annotated[int, Field(ge=0, le=ALONE.seed)] = 0

    # --- writing and reading

    def to_json(self, *, indent: int | None = None) -> str:
        """JSON text with the schema version; fields at their default are left out."""
        values = {"schema_version": self.schema_version, **self.model_dump(mode="json", exclude_defaults=True)}
        return json.dumps(values, ensure_ascii=False, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Experiment":
        """Read what `to_json` wrote, also of an earlier schema version. Raises ExperimentError."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):  # also UnicodeDecodeError
            raise ExperimentError("experiment.not_json") from None
        if not isinstance(values, dict):
            raise ExperimentError("experiment.not_json")
        version = values.get("schema_version", SCHEMA_VERSION)
        while version in MIGRATIONS:
            values = MIGRATIONS[version](values)
            version = values["schema_version"]
        if version != SCHEMA_VERSION:
            raise ExperimentError("experiment.version", version=str(version)[:20], known=SCHEMA_VERSION)
        return checked(cls, json.dumps(values))

    def content_hash(self) -> str:
        """SHA-256 over everything that changes the numbers (the name does not)."""
        return hashlib.sha256(self.replace(name="").to_json().encode()).hexdigest()

    # --- changed copies, in the words of the pages

    def with_data(self, **changes: Any) -> "Experiment":
        return self.replace(data=self.data.replace(**changes))

    def with_layers(self, layers: Sequence[LayerSpec]) -> "Experiment":
        return self.replace(model=self.model.replace(layers=tuple(layers)))

    def with_layer(self, layer: LayerSpec) -> "Experiment":
        """The layer with the same id replaced."""
        return self.with_layers([layer if old.id == layer.id else old for old in self.model.layers])

    def with_added_layer(self, type: str, params: dict[str, Any], position: int | None = None) -> "Experiment":
        """A new layer before `position` (None: at the end), with an id that no layer of this model has."""
        layers = list(self.model.layers)
        layers.insert(len(layers) if position is None else position, LayerSpec(type=type, params=params, id=self._new_id()))
        return self.with_layers(layers)

    def without_layer(self, id: str) -> "Experiment":
        return self.with_layers([layer for layer in self.model.layers if layer.id != id])

    def with_moved_layer(self, id: str, by: int) -> "Experiment":
        """The layer moved up (negative) or down; at either end it stays."""
        layers = list(self.model.layers)
        index = next(i for i, layer in enumerate(layers) if layer.id == id)
        layer = layers.pop(index)
        layers.insert(min(max(index + by, 0), len(layers)), layer)
        return self.with_layers(layers)

    def with_duplicated_layer(self, id: str) -> "Experiment":
        index = next(i for i, layer in enumerate(self.model.layers) if layer.id == id)
        layer = self.model.layers[index]
        return self.with_added_layer(layer.type, layer.params, index + 1)

    def with_compile(self, **changes: Any) -> "Experiment":
        return self.replace(compile=self.compile.replace(**changes))

    def with_fit(self, **changes: Any) -> "Experiment":
        return self.replace(fit=self.fit.replace(**changes))

    def _new_id(self) -> str:
        taken = {layer.id for layer in self.model.layers}
        return next(f"l{number}" for number in range(len(taken) + 1) if f"l{number}" not in taken)


def check_part(registry: Registry[Any], part: PartSpec) -> None:
    """Refuse an unknown type, an unknown argument or a value out of range. Raises NetcoreError or ExperimentError."""
    cls = registry.get(part.type)
    for name, value in part.params.items():
        if name not in cls.params:
            raise ExperimentError("experiment.unknown_param", part=part.type, name=name, choices=", ".join(cls.params))
        cls.params[name].check(part.type, name, value)
    missing = set(cls.params) - set(defaults(cls)) - set(part.params)
    if missing:
        raise ExperimentError("experiment.missing_param", part=part.type, names=", ".join(sorted(missing)))


def check_limits(experiment: Experiment, limits: Limits) -> None:
    """Refuse what the profile in force does not allow. Raises ExperimentError naming field, value and bound."""
    for field, value, high in (
        ("model.layers", len(experiment.model.layers), limits.layers),
        ("fit.epochs", max([experiment.fit.epochs, *changed_epochs(experiment.fit)]), limits.epochs),
    ):
        if value > high:
            raise ExperimentError("experiment.range", field=field, value=value, low=1, high=high)


def changed_epochs(fit: FitSpec) -> list[int]:
    return [int(change.value) for change in fit.changes if change.name == "epochs"]


def checked(cls: type[T], values: dict[str, Any] | str) -> T:
    """Build a part; pydantic's error becomes one ExperimentError that names field, value and allowed range."""
    try:
        return cls.model_validate_json(values) if isinstance(values, str) else cls.model_validate(values)
    except ValidationError as error:
        raise _refusal(cls, error) from None


def _refusal(cls: type[Value], error: ValidationError) -> ValueError:
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if cause is not None and hasattr(cause, "code"):
        return cause  # our own sentence, raised inside a validator
    field = ".".join(str(step) for step in first["loc"])
    value = str(first.get("input"))[:60]
    low, high = _bounds(cls, first["loc"])
    if low is not None or high is not None:
        return ExperimentError("experiment.range", field=field, value=value, low=low, high=high)
    return ExperimentError("experiment.field", field=field, value=value, problem=first["type"])


def _bounds(cls: type[BaseModel], path: tuple[int | str, ...]) -> tuple[Any, Any]:
    """The declared ends of the range of the field that `path` leads to."""
    info: Any = None
    for step in path:
        info = cls.model_fields.get(step) if isinstance(step, str) else None
        if info is None:
            return None, None
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            cls = info.annotation
    ends = {name: getattr(rule, name) for rule in info.metadata for name in ("ge", "gt", "le") if hasattr(rule, name)}
    return ends.get("ge", ends.get("gt")), ends.get("le")
