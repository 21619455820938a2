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
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo

from lab.errors import ExperimentError
from lab.limits import ALONE, Limits
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.metrics import METRICS
from netcore.optimizers import OPTIMIZERS
from netcore.params import defaults
from netcore.registry import Registry

SCHEMA_VERSION: Final = 1
# version -> step to the next version; a step gets any JSON object, so it must not assume that a field is there
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

Task = Literal["binary", "multiclass", "regression"]
ColumnName = Annotated[str, Field(max_length=10_000)]
Share = Annotated[float, Field(ge=0.0, le=0.9, allow_inf_nan=False)]
T = TypeVar("T", bound="Value")


class Value(BaseModel):
    """Base of all parts: frozen, no unknown fields, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    path: ClassVar[str] = ""  # where the part stands in an Experiment: the beginning of a field's name in a refusal

    def __hash__(self) -> int:
        return hash(self.model_dump_json())  # pydantic's own cannot hash the dict of a part's arguments

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed, validated again. Raises ExperimentError."""
        return checked(type(self), {**dict(self), **changes})


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


class DataSpec(Value):
    """Which table, which columns, which task, and how they are prepared."""

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


class PartSpec(Value):
    """A registered part of netcore (optimizer, loss): class name and the arguments that differ from the defaults."""

    path: ClassVar[str] = "compile"
    type: Annotated[str, Field(max_length=100)]
    params: dict[str, Any] = {}

    def filled(self, registry: Registry[Any]) -> dict[str, Any]:
        """All arguments, defaults included."""
        return {**defaults(registry.get(self.type)), **self.params}


class LayerSpec(PartSpec):
    """A layer; `id` stays with it when layers are moved, so that a widget can follow it."""

    path: ClassVar[str] = "model.layers"
    id: Annotated[str, Field(pattern="^[a-z0-9]{1,16}$")]


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


class CompileSpec(Value):
    """What `compile` is told: optimizer, loss, metrics (the strings that become history keys)."""

    path: ClassVar[str] = "compile"
    optimizer: PartSpec = PartSpec(type="Adam")
    loss: PartSpec = PartSpec(type="MeanSquaredError")
    metrics: Annotated[tuple[str, ...], Field(max_length=10)] = ()

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
        for metric in metrics:
            METRICS.get(metric)
        if len(set(metrics)) < len(metrics):
            raise ExperimentError("experiment.metrics_twice")
        return metrics


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
    model: ModelSpec
    compile: CompileSpec
    fit: FitSpec
    seed: Annotated[int, Field(ge=0, le=ALONE.seed)] = 0

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
        layers = [layer.replace(id=f"l{place}") for place, layer in enumerate(self.model.layers)]
        return hashlib.sha256(self.with_layers(layers).replace(name="").to_json().encode()).hexdigest()

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
        new = checked(LayerSpec, {"type": type, "params": params, "id": self._new_id()})
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

    def _new_id(self) -> str:
        # above every number in use: a new layer must not find the widgets of one that was just taken away
        used = [int(layer.id[1:]) for layer in self.model.layers if re.fullmatch(r"l\d{1,9}", layer.id)]
        return f"l{max(used, default=-1) + 1}"


def migrated(values: dict[str, Any]) -> dict[str, Any]:
    """The JSON object of an earlier schema version brought to the present one. Raises ExperimentError."""
    version = values.get("schema_version", SCHEMA_VERSION)
    while type(version) is int and version in MIGRATIONS:
        values = MIGRATIONS[version](values)
        version = values["schema_version"]
    if type(version) is not int or version != SCHEMA_VERSION:
        raise ExperimentError("experiment.version", version=_short(version), known=SCHEMA_VERSION)
    return values


P = TypeVar("P", bound=PartSpec)


def checked_part(registry: Registry[Any], part: P, owner: str) -> P:
    """The part with its arguments checked and in one form: plain Python values, those equal to a default left out.

    Raises NetcoreValueError (unknown type, value out of range) or ExperimentError (unknown or missing argument).
    """
    cls = registry.get(part.type)
    known = defaults(cls)
    for name in part.params:
        if name not in cls.params:
            raise ExperimentError(
                "experiment.unknown_param", part=owner, name=_short(name), choices=", ".join(cls.params)
            )
    missing = [name for name in cls.params if name not in known and name not in part.params]
    if missing:
        raise ExperimentError("experiment.missing_param", part=owner, names=", ".join(missing))
    values = {name: cls.params[name].check(owner, name, value) for name, value in part.params.items()}
    differing = {name: value for name, value in values.items() if name not in known or value != known[name]}
    return part.model_copy(update={"type": cls.__name__, "params": differing})


def check_limits(experiment: Experiment, limits: Limits) -> None:
    """Refuse what the profile in force does not allow. Raises ExperimentError naming field, value and bound."""
    for field, value, high in (
        ("model.layers", len(experiment.model.layers), limits.layers),
        ("fit.epochs", max([experiment.fit.epochs, *changed_epochs(experiment.fit)]), limits.epochs),
    ):
        if value > high:
            raise ExperimentError("experiment.range_whole", field=field, value=value, low=1, high=high)


def changed_epochs(fit: FitSpec) -> list[int]:
    return [int(change.value) for change in fit.changes if change.name == "epochs"]


# --- pydantic's report -> one refusal that a person understands


def checked(cls: type[T], values: dict[str, Any] | str) -> T:
    """Build a part from values or JSON text. Raises ExperimentError naming field, value and what is allowed."""
    try:
        return cls.model_validate_json(values) if isinstance(values, str) else cls.model_validate(values)
    except ValidationError as error:
        raise _refusal(cls, error) from None


def _refusal(cls: type[Value], error: ValidationError) -> ValueError:
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, ValueError) and hasattr(cause, "code"):
        return cause  # our own sentence, raised inside a validator
    if first["type"] == "json_invalid":  # such as half of a surrogate pair
        return ExperimentError("experiment.not_json")
    field, info = _locate(cls, first["loc"])
    code, values = _reason(first["type"], first.get("ctx", {}), info)
    if code == "experiment.unknown_field":
        return ExperimentError(code, name=_short(first["loc"][-1]), field=field)
    return ExperimentError(code, field=field, value=_short(first["input"]), **values)


def _locate(cls: type[Value], steps: tuple[int | str, ...]) -> tuple[str, FieldInfo | None]:
    """Name of the field that pydantic's steps lead to ("fit.epochs") and its declaration; places in lists fall away."""
    names = [cls.path] if cls.path else []
    parts: list[type[BaseModel]] = [cls]
    info = None
    for step in steps:
        owner = next((part for part in parts if step in part.model_fields), None)
        if owner is not None and isinstance(step, str):  # otherwise a place in a list, or the tag of a union
            names.append(step)
            info = owner.model_fields[step]
            parts = _parts_in(info.annotation)
    return ".".join(names), info


def _parts_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for inner in get_args(annotation) for part in _parts_in(inner)]


def _reason(kind: str, context: dict[str, Any], info: FieldInfo | None) -> tuple[str, dict[str, Any]]:
    """Code and blanks of the sentence for one of pydantic's error types (https://docs.pydantic.dev/latest/errors)."""
    if kind == "extra_forbidden":
        return "experiment.unknown_field", {}
    if kind in ("missing", "union_tag_not_found"):
        return "experiment.missing_field", {}
    if kind in ("string_too_long", "too_long"):
        return f"experiment.{kind}", {"high": context["max_length"]}
    if kind in ("literal_error", "union_tag_invalid"):
        return "experiment.choice", {"choices": context.get("expected") or context["expected_tags"]}
    rules = [] if info is None else info.metadata
    ends = {name: getattr(rule, name) for rule in rules for name in ("ge", "gt", "le") if hasattr(rule, name)}
    if "le" in ends:
        whole = info is not None and info.annotation is int
        return ("experiment.range_whole" if whole else "experiment.range"), {"low": ends["ge"], "high": ends["le"]}
    if ends:
        return (
            ("experiment.above", {"low": ends["gt"]}) if "gt" in ends else ("experiment.at_least", {"low": ends["ge"]})
        )
    return KINDS.get(kind, "experiment.field"), {}


KINDS = {
    "string_type": "experiment.not_text",
    "string_unicode": "experiment.not_text",
    "bool_type": "experiment.not_bool",
    "tuple_type": "experiment.not_list",
    "dict_type": "experiment.not_group",
    "model_type": "experiment.not_group",
    "model_attributes_type": "experiment.not_group",
}


def _short(value: Any) -> str:
    """The value as a person would write it, at most 60 characters."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
