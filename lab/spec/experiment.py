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
from lab.spec.data import DataSpec, PlaygroundSource
from lab.spec.graph import GraphNode, GraphSpec, OutputSpec
from lab.spec.limits import ALONE, Limits
from lab.spec.parts import (
    KnownLoss,
    KnownMetrics,
    KnownOptimizer,
    LayerSpec,
    PartSpec,
    check_ids,
    checked_part,
    new_id,
    place_of,
    with_replaced,
)
from lab.spec.value import ColumnName, Value, checked, short, values_of
from netcore.layers import LAYERS
from netcore.optimizers import OPTIMIZERS

__all__ = [
    "Change",
    "ColumnName",
    "CompileSpec",
    "Experiment",
    "FitSpec",
    "GraphNode",
    "GraphSpec",
    "LayerSpec",
    "ModelSpec",
    "OutputSpec",
    "PartSpec",
    "Value",
    "changed_epochs",
    "check_limits",
    "checked",
    "checked_part",
    "migrated",
]

SCHEMA_VERSION: Final = 1
MOST_CHANGES: Final = 1000  # of one run
MOST_DATA: Final = 200  # tables that one run changes to: each is held while it goes on
# version -> step to the next version; a step gets any JSON object, so it must not assume that a field is there
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


ArrayName = Annotated[str, Field(max_length=200, pattern="^[A-Za-z0-9_]*$")]  # it stands in exported programs


class ModelSpec(Value):
    """Layers from input to output; the last one is the output layer."""

    path: ClassVar[str] = "model"
    kind: Literal["sequential"] = "sequential"
    layers: Annotated[tuple[LayerSpec, ...], Field(max_length=ALONE.layers)] = ()

    @field_validator("layers")
    @classmethod
    def _layers_are_known(cls, layers: tuple[LayerSpec, ...]) -> tuple[LayerSpec, ...]:
        check_ids(layers)
        return tuple(
            checked_part(LAYERS, layer, f"{layer.type} #{place}") for place, layer in enumerate(layers, start=1)
        )

    def with_layer(self, layer: LayerSpec) -> "ModelSpec":
        """The layer with the same id replaced."""
        return self.replace(layers=with_replaced(self.layers, layer))

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
    optimizer: KnownOptimizer = PartSpec(type="Adam")
    loss: KnownLoss = PartSpec(type="MeanSquaredError")
    metrics: KnownMetrics = ()
    combine_losses: Literal["sum", "mean"] = "sum"  # of several outputs: Keras's weighted sum, or the note's mean

    @property
    def learning_rate(self) -> float:
        """What the optimizer begins with."""
        return float(self.optimizer.filled(OPTIMIZERS)["learning_rate"])


MOST_DROPPED: Final = 0.95  # a rate that can be turned to while it learns
MOST_MOMENTUM: Final = 0.999
MOST_TURNED: Final = 1e9  # any other knob


class Change(Value):
    """A knob turned during a run. It takes effect before batch `batch` (0-based) of epoch `epoch` (0-based).

    Args:
        layer: the layer that has the knob, by its place (from "0") or its id in a functional model; "" for all that do.
        array, index: of a weight set by hand: its name, and the place of the one number in it.
        source: of other rows of the same inputs, which are learned from the next epoch on.
    """

    path: ClassVar[str] = "fit.changes"
    epoch: Annotated[int, Field(ge=0, le=ALONE.epochs)]
    batch: Annotated[int, Field(ge=0, le=ALONE.rows)]
    name: Literal["learning_rate", "batch_size", "epochs", "l1", "l2", "dropout", "momentum", "weight", "data"]
    value: Annotated[float, Field(ge=-MOST_TURNED, le=MOST_TURNED, allow_inf_nan=False)]
    layer: Annotated[str, Field(max_length=200)] = ""
    array: ArrayName = ""
    index: Annotated[tuple[Annotated[int, Field(ge=0, le=ALONE.parameters)], ...], Field(max_length=6)] = ()
    source: PlaygroundSource | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if (self.name == "data") != (self.source is not None) or (self.source is not None and self.batch):
            raise ExperimentError("experiment.change_of_data")
        return self

    @model_validator(mode="after")
    def _is_within_bounds(self) -> Self:
        high = {"dropout": MOST_DROPPED, "momentum": MOST_MOMENTUM}.get(self.name, MOST_TURNED)
        field = {"field": "fit.changes.value", "value": self.value}
        if self.name != "weight" and self.value < 0:
            raise ExperimentError("experiment.at_least", low=0, **field)
        if self.name != "weight" and self.value > high:
            raise ExperimentError("experiment.range", low=0, high=high, **field)
        return self

    def stays_until(self, epoch: int) -> bool:
        """It was made before that epoch, inside the network, and its effect is no part of the weights."""
        return self.epoch < epoch and self.name in ("l1", "l2", "dropout", "momentum", "data")

    @model_validator(mode="after")
    def _counts_are_whole(self) -> Self:
        high = {"batch_size": ALONE.rows, "epochs": ALONE.epochs}.get(self.name)
        if high is not None and not (self.value.is_integer() and 1 <= self.value <= high):
            raise ExperimentError(
                "experiment.range_whole", field=f"fit.{self.name}", value=self.value, low=1, high=high
            )
        return self


class EarlyStoppingSpec(Value):
    """End the run when `monitor` has not fallen by more than `min_delta` for `patience` epochs, as in Keras.

    "val_data_loss" is `val_loss` without the weight penalty, which goes on falling when the data loss already rises.
    """

    path: ClassVar[str] = "fit.early_stopping"
    monitor: Literal["val_loss", "val_data_loss", "loss"] = "val_loss"
    patience: Annotated[int, Field(ge=1, le=ALONE.epochs)] = 10
    min_delta: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    restore_best_weights: bool = True


class FitSpec(Value):
    """What `fit` is told, and the changes made on the way: with them, link, file and rerun give the same curve.

    Args:
        class_weight: "balanced" weighs each row by rows / (classes * rows of its class), of the training part.
    """

    path: ClassVar[str] = "fit"
    epochs: Annotated[int, Field(ge=1, le=ALONE.epochs)] = 100
    batch_size: Annotated[int, Field(ge=1, le=ALONE.rows)] = 10
    shuffle: bool = True
    class_weight: Literal["balanced"] | None = None
    early_stopping: EarlyStoppingSpec | None = None
    changes: Annotated[tuple[Change, ...], Field(max_length=MOST_CHANGES)] = ()

    @field_validator("changes")
    @classmethod
    def _tables_are_few(cls, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        if len({change.source for change in changes if change.source is not None}) > MOST_DATA:
            raise ExperimentError("run.too_many_changes", high=MOST_DATA)
        return changes


class Origin(Value):
    """Where a forked run begins: the weights that another run on the same data with the same seed had after `epoch`."""

    path: ClassVar[str] = "origin"
    model: AnyModel
    compile: CompileSpec
    fit: FitSpec
    epoch: Annotated[int, Field(ge=1, le=ALONE.epochs)]
    origin: "Origin | None" = None  # of that run, should it be a fork itself


class Experiment(Value):
    """Data, model, compile and fit, and the seed that fixes split, start weights and the order of the batches.

    With an `origin` it goes on from there, on the same data; `fit.epochs` counts those before the fork too.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    name: Annotated[str, Field(max_length=200)] = ""
    data: DataSpec
    model: AnyModel
    compile: CompileSpec
    fit: FitSpec
    seed: Annotated[int, Field(ge=0, le=ALONE.seed)] = 0
    origin: Origin | None = None

    @model_validator(mode="after")
    def _goes_on_after_the_fork(self) -> Self:
        origin, depth = self.origin, 0
        while origin is not None:
            origin, depth = origin.origin, depth + 1
        if depth > ALONE.forks:
            raise ExperimentError("experiment.fork_depth", high=ALONE.forks)
        if self.origin is not None and self.fit.epochs <= self.origin.epoch:
            raise ExperimentError("experiment.fork_epochs", epochs=self.fit.epochs, epoch=self.origin.epoch)
        return self

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
        return cls.from_values(values_of(text), counted=True)

    @classmethod
    def from_values(cls, values: Any, *, counted: bool = False) -> "Experiment":
        """As `from_json`, of what stands in the JSON text; `counted` as in `checked`."""
        if not isinstance(values, dict):
            raise ExperimentError("experiment.not_json")
        try:
            text = json.dumps(values)  # raises for what is too deep, and for a number too long to be written
        except (ValueError, RecursionError):
            raise ExperimentError("experiment.not_json") from None
        now = migrated(values)
        return checked(cls, text if now is values else json.dumps(now), counted=counted)

    def content_hash(self) -> str:
        """SHA-256 over everything that changes the numbers (the name and the ids of layers do not)."""
        plain = self.model_copy(update={"model": self.model.numbered(), "name": "", "origin": _numbered(self.origin)})
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
        place = place_of(layers, id)
        layer = layers.pop(place)
        layers.insert(min(max(place + by, 0), len(layers)), layer)
        return self.with_layers(layers)

    def with_duplicated_layer(self, id: str) -> "Experiment":
        place = place_of(self.model.layers, id)
        layer = self.model.layers[place]
        return self.with_added_layer(layer.type, layer.params, place + 1)

    def with_compile(self, **changes: Any) -> "Experiment":
        return self.replace(compile=self.compile.replace(**changes))

    def with_learning_rate(self, rate: float) -> "Experiment":
        return self.with_compile(optimizer=self.compile.optimizer.with_params(learning_rate=float(rate)))

    def with_fit(self, **changes: Any) -> "Experiment":
        return self.replace(fit=self.fit.replace(**changes))

    def forked(self, epoch: int) -> "Experiment":
        """One that goes on from this run after `epoch` epochs, so far without a difference. Raises ExperimentError."""
        values = {"model": self.model, "compile": self.compile, "fit": self.fit, "epoch": epoch, "origin": self.origin}
        optimizer, fit = self.compile.optimizer, {"epochs": self.fit.epochs, "batch_size": self.fit.batch_size}
        for change in self.fit.changes:
            if change.epoch >= epoch:
                continue
            if change.name == "learning_rate":
                optimizer = optimizer.with_params(learning_rate=change.value)
            elif change.name in fit:
                fit[change.name] = int(change.value)
        # a weight is what it has become by then; other knobs inside the network stay as they were turned last
        still = [change.replace(epoch=epoch, batch=0) for change in self.fit.changes if change.stays_until(epoch)]
        ahead = (*still, *(change for change in self.fit.changes if change.epoch >= epoch))
        fit["epochs"] = max(fit["epochs"], epoch + 1)
        return self.replace(
            origin=checked(Origin, values),
            compile=self.compile.replace(optimizer=optimizer),
            fit=self.fit.replace(changes=ahead, **fit),
        )

    def parent(self) -> "Experiment | None":
        """The experiment that this one forks from; None if it begins with start weights of its own."""
        if self.origin is None:
            return None
        fields = {name: getattr(self.origin, name) for name in ("model", "compile", "fit", "origin")}
        return self.model_copy(update={"name": "", **fields})


def _numbered(origin: Origin | None) -> Origin | None:
    if origin is None:
        return None
    return origin.model_copy(update={"model": origin.model.numbered(), "origin": _numbered(origin.origin)})


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
