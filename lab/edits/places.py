"""Where in an experiment a part of netcore stands: how it is read there, and how a changed one is put back.

Forms are drawn over a Place, so that a layer, an optimizer, the loss of one output and a layer inside another layer
are edited alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lab.edits.graph import graph_of
from lab.errors import ExperimentError
from lab.spec.experiment import Experiment, LayerSpec, PartSpec
from lab.spec.parts import checked_part, place_of
from netcore.layers import LAYERS
from netcore.layers.wrapper import LayerParam
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.params import Param, defaults
from netcore.registry import Registry

KEPT: Final = "learning_rate"  # by a part that takes another's place; all else begins at its defaults


@dataclass(frozen=True)
class Place:
    """One place.

    Args:
        kind: "layer", "optimizer" or "loss": first word of the texts of what stands there.
        get: the part that stands there now. put: the experiment with another one. Raises ExperimentError.
        name: unique among the places of an experiment.
    """

    kind: str
    registry: Registry[Any]
    get: Callable[[Experiment], PartSpec]
    put: Callable[[Experiment, Any], Experiment]
    name: str

    def params(self, experiment: Experiment) -> dict[str, Param]:
        """The arguments of the part that stands there now."""
        params: dict[str, Param] = self.registry.get(self.get(experiment).type).params
        return params

    def required(self, experiment: Experiment) -> dict[str, Param]:
        """Arguments without a default: what a person must decide, such as the units of Dense."""
        known = defaults(self.registry.get(self.get(experiment).type))
        return {name: param for name, param in self.params(experiment).items() if name not in known}

    def with_argument(self, experiment: Experiment, argument: str, value: Any) -> Experiment:
        """One argument changed."""
        return self.put(experiment, self.get(experiment).with_params(**{argument: value}))

    def with_type(self, experiment: Experiment, chosen: str) -> Experiment:
        """Another part at its defaults; the learning rate stays if it has one."""
        old, known = self.get(experiment), self.registry.get(chosen).params
        kept = {name: value for name, value in old.params.items() if name == KEPT and name in known}
        return self.put(experiment, old.replace(type=chosen, params=kept))


OPTIMIZER: Final = Place(
    "optimizer",
    OPTIMIZERS,
    lambda experiment: experiment.compile.optimizer,
    lambda experiment, part: experiment.with_compile(optimizer=part),
    "optimizer",
)
LOSS: Final = Place(
    "loss",
    LOSSES,
    lambda experiment: experiment.compile.loss,
    lambda experiment, part: experiment.with_compile(loss=part),
    "loss",
)


def layer_place(layer: LayerSpec) -> Place:
    """The place of a layer, found by its id wherever it is moved to; where it is gone, `get` raises ExperimentError."""
    return Place(
        "layer",
        LAYERS,
        lambda experiment: experiment.model.layers[place_of(experiment.model.layers, layer.id)],
        lambda experiment, part: experiment.with_layer(part),
        f"layer-{layer.id}",
    )


def output_loss(name: str) -> Place:
    """The loss of one output of a functional model."""
    return Place(
        "loss",
        LOSSES,
        lambda experiment: graph_of(experiment).output(name).loss,
        lambda experiment, part: experiment.with_model(graph_of(experiment).with_output(name, loss=part)),
        f"loss-{name}",
    )


# --- a layer inside another


def inner_place(outer: Place, argument: str) -> Place:
    """The place of a layer within another, which keeps it as {"class_name", "config"}.

    Where there is none (any more), `get` raises ExperimentError.
    """

    def get(experiment: Experiment) -> PartSpec:
        kept = outer.get(experiment).filled(outer.registry).get(argument)
        if kept is None:  # another layer stands at its place by now
            raise ExperimentError("experiment.no_such_layer", id=f"{outer.name}-{argument}")
        known = LAYERS.get(kept["class_name"]).params
        config = {name: value for name, value in kept["config"].items() if name in known}
        return PartSpec(type=kept["class_name"], params=config)

    def put(experiment: Experiment, part: PartSpec) -> Experiment:
        config = checked_part(LAYERS, part, part.type).params
        return outer.with_argument(experiment, argument, {"class_name": part.type, "config": config})

    return Place("layer", LAYERS, get, put, f"{outer.name}-{argument}")


def required_within(place: Place, experiment: Experiment) -> list[tuple[Place, str, Param]]:
    """What a person must decide about a layer; of a layer inside it what that one cannot do without."""
    found: list[tuple[Place, str, Param]] = []
    for name, param in place.required(experiment).items():
        inside = isinstance(param, LayerParam)
        found += required_within(inner_place(place, name), experiment) if inside else [(place, name, param)]
    return found


def layers_of_kind(base: type) -> list[str]:
    """Names of the layers that may stand where a layer of that kind is asked for."""
    return [name for name in LAYERS.names() if issubclass(LAYERS.get(name), base)]


def as_other_layer(layer: PartSpec, chosen: str) -> PartSpec:
    """Another kind of layer that keeps the arguments both have; what it needs beside them gets an example."""
    params = LAYERS.get(chosen).params
    known = defaults(LAYERS.get(chosen))
    needed = {name: param.example() for name, param in params.items() if name not in known}
    kept = {name: value for name, value in layer.params.items() if name in params}
    return layer.replace(type=chosen, params=needed | kept)
