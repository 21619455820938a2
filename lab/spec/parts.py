"""Registered parts of netcore as an Experiment keeps them: class name and arguments, checked and in one form."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import AfterValidator, Field

from lab.errors import ExperimentError
from lab.spec.value import Value, first_twice, short
from netcore.losses import LOSSES
from netcore.metrics import METRICS
from netcore.optimizers import OPTIMIZERS
from netcore.params import defaults
from netcore.registry import Registry

LARGEST = 2**53 - 1  # whole number that a browser knows exactly: no knob can show a larger one


class PartSpec(Value):
    """A registered part of netcore (optimizer, loss): class name and the arguments that differ from the defaults."""

    path: ClassVar[str] = "compile"
    type: Annotated[str, Field(max_length=100)]
    params: dict[str, Any] = {}  # noqa: RUF012  # pydantic gives each part one of its own

    def filled(self, registry: Registry[Any]) -> dict[str, Any]:
        """All arguments, defaults included."""
        return {**defaults(registry.get(self.type)), **self.params}

    def built(self, registry: Registry[Any], **more: Any) -> Any:
        """netcore's object of it; `more` are arguments beside its own."""
        return registry.get(self.type)(**{**self.params, **more})

    def with_params(self, **changes: Any) -> Self:
        """Some arguments changed, the others as they are."""
        return self.replace(params={**self.params, **changes})


class LayerSpec(PartSpec):
    """A layer; `id` stays with it when layers are moved, so that a widget can follow it."""

    path: ClassVar[str] = "model.layers"
    id: Annotated[str, Field(pattern="^[a-z0-9]{1,16}$")]


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
                "experiment.unknown_param", part=owner, name=short(name), choices=", ".join(cls.params)
            )
    missing = [name for name in cls.params if name not in known and name not in part.params]
    if missing:
        raise ExperimentError("experiment.missing_param", part=owner, names=", ".join(missing))
    values = {name: cls.params[name].check(owner, name, value) for name, value in part.params.items()}
    for name, value in values.items():
        if type(value) is int and abs(value) > LARGEST:
            ends = {"low": -LARGEST, "high": LARGEST}
            raise ExperimentError("experiment.range_whole", field=f"{owner}.{name}", value=short(value), **ends)
    differing = {name: value for name, value in values.items() if name not in known or value != known[name]}
    return part.model_copy(update={"type": cls.__name__, "params": differing})


def _known(registry: Registry[Any]) -> AfterValidator:
    return AfterValidator(lambda part: checked_part(registry, part, part.type))


def _known_metrics(metrics: tuple[str, ...]) -> tuple[str, ...]:
    for metric in metrics:
        METRICS.get(metric)
    if first_twice(metrics) is not None:
        raise ExperimentError("experiment.metrics_twice")
    return metrics


# fields that refuse what netcore does not know: NetcoreValueError or ExperimentError
KnownOptimizer = Annotated[PartSpec, _known(OPTIMIZERS)]
KnownLoss = Annotated[PartSpec, _known(LOSSES)]
KnownMetrics = Annotated[tuple[str, ...], Field(max_length=10), AfterValidator(_known_metrics)]


# --- lists of layers


def check_ids(layers: Sequence[LayerSpec]) -> None:
    """Raises ExperimentError "experiment.layer_ids": two have the same id."""
    if first_twice([layer.id for layer in layers]) is not None:
        raise ExperimentError("experiment.layer_ids")


def place_of(layers: Sequence[LayerSpec], id: str) -> int:
    """Place of a layer, 0 the first. Raises ExperimentError "experiment.no_such_layer"."""
    for place, layer in enumerate(layers):
        if layer.id == id:
            return place
    raise ExperimentError("experiment.no_such_layer", id=id)


def with_replaced(layers: Sequence[LayerSpec], layer: LayerSpec) -> tuple[LayerSpec, ...]:
    """The layer with the same id replaced."""
    return tuple(layer if old.id == layer.id else old for old in layers)


def new_id(layers: Sequence[LayerSpec]) -> str:
    """Above every number in use: a new layer must not find the widgets of one that was just taken away."""
    used = [int(layer.id[1:]) for layer in layers if re.fullmatch(r"l\d{1,9}", layer.id)]
    return f"l{max(used, default=-1) + 1}"
