"""One look into a network at one epoch: what its layers hold, give and are told to change, and which units are stuck.

Everything is read off `netcore.trace` of some training rows as one batch, in training mode, as the run's own updates
see it; only the size of the update is that of the run's own next batch.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lab.insight.inside.rows import Rows
from lab.runs.work.layer_numbers import joined, length, parts_of, stuck, tensor_of
from lab.runs.work.slopes import slopes_of
from lab.runs.work.spread import Spread, spread_of
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment, GraphSpec
from netcore.trace import Trace

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class LayerLook:
    """One layer at one epoch.

    Args:
        id: of the layer in the experiment; type: its class name; label: its number, of a functional model its id.
        units: of its last axis.
        weights, activations, gradients: of all weights that learn, of what it gives for the rows, of the loss by each
            weight; None where there are none.
        gradient_norm: length of all its gradients as one vector; None without weights that learn.
        update_ratio: length of the run's next update over length of the weights before it; None where there is no
            next one, or no weights.
        dead: units whose activation function is flat at 0 for every row; saturated: at its ends, for nearly every row.
        function: name of the activation function that can be flat; "" for none.
        hidden: it is no output.
    """

    id: str
    type: str
    label: str
    units: int
    weights: Spread | None = None
    activations: Spread | None = None
    gradients: Spread | None = None
    gradient_norm: float | None = None
    update_ratio: float | None = None
    dead: tuple[int, ...] = ()
    saturated: tuple[int, ...] = ()
    function: str = ""
    hidden: bool = True

    @property
    def learns(self) -> bool:
        return self.weights is not None

    @property
    def stuck_share(self) -> float | None:
        """Of the units, those that are dead or saturated; None of a layer whose units cannot be."""
        return (len(self.dead) + len(self.saturated)) / self.units if self.function and self.units else None


@dataclass(frozen=True)
class EpochLook:
    """Args:
    loss: of the rows as one batch, penalties included.
    """

    epoch: int
    loss: float
    layers: tuple[LayerLook, ...] = field(repr=False)

    def layer(self, id: str) -> LayerLook:
        return next(layer for layer in self.layers if layer.id == id)


def look_inside(experiment: Experiment, trainer: Trainer, rows: Rows) -> EpochLook:
    """Look into the network of a trainer that stands between two epochs, then let it make its next update.

    Args:
        experiment: of the run.
        trainer: afterwards one update further, where the run has one.
    """
    model, epoch = trainer.model, trainer.epochs_done
    traced: Trace = model.trace(rows.x, rows.y)
    layers = layers_of(experiment, model)
    before = [_learned(layer) for _, _, layer in layers]
    made_update = bool(len(trainer.step())) if trainer.state == "running" and epoch < trainer.epochs else False
    outputs = {tensor.name for tensor in model.outputs}
    found = []
    for (spec_id, label, layer), old in zip(layers, before, strict=True):
        ratio = _ratio(old, _learned(layer)) if made_update else None
        found.append(_layer_look(spec_id, label, layer, old, ratio, traced, hidden=tensor_of(layer) not in outputs))
    return EpochLook(epoch, float(traced["L"]), tuple(found))


def layers_of(experiment: Experiment, model: Any) -> list[tuple[str, str, Any]]:
    """(id in the experiment, label, layer of the model), in their order; what leads to no output is left out."""
    specs = experiment.model.layers
    if isinstance(experiment.model, GraphSpec):
        by_name = {layer.name: layer for layer in model.layers}
        return [(spec.id, spec.id, by_name[spec.id]) for spec in specs if spec.id in by_name]
    layers = model.layers[-len(specs) :]
    return [(spec.id, f"{place}.", layer) for place, (spec, layer) in enumerate(zip(specs, layers, strict=True), 1)]


def told_layers(experiment: Experiment) -> list[tuple[str, str, str]]:
    """(what a worker calls it, label, class name) of each layer, as `layers_of`; see `lab.runs.work.inside`."""
    specs = experiment.model.layers
    if isinstance(experiment.model, GraphSpec):
        return [(spec.id, spec.id, spec.type) for spec in specs]
    return [(str(place), f"{place + 1}.", spec.type) for place, spec in enumerate(specs)]


def _layer_look(
    spec_id: str, label: str, layer: Any, weights: Array, ratio: float | None, traced: Trace, *, hidden: bool
) -> LayerLook:
    gradients = parts_of(traced, layer, "gradient")
    given = given_by(traced, layer)
    slopes = slopes_of(traced, layer) if hidden else None
    dead, saturated = stuck(slopes)
    return LayerLook(
        spec_id,
        type(layer).__name__,
        label,
        0 if given is None else int(given.shape[-1]),
        weights=spread_of(weights) if len(weights) else None,
        activations=None if given is None else spread_of(given),
        gradients=spread_of(gradients) if len(gradients) else None,
        gradient_norm=length(gradients) if len(gradients) else None,
        update_ratio=ratio if len(weights) else None,
        dead=dead,
        saturated=saturated,
        function="" if slopes is None else slopes.function,
        hidden=hidden,
    )


def given_by(traced: Trace, layer: Any) -> Array | None:
    """(n, …, units): what the layer gives at its first use; None of one that computes nothing."""
    found = [one for one in traced.of_kind("activation") if one.layer == tensor_of(layer)]
    whole = [one for one in found if one.name.startswith("a")] or found  # of a recurrent layer also gates and states
    return whole[0].value if whole else None


def _learned(layer: Any) -> Array:
    """(count,) a copy of all weights that learn."""
    return joined([weight.numpy() for weight in layer.trainable_weights])


def _ratio(before: Array, after: Array) -> float | None:
    size = length(before)
    return length(after - before) / size if size else None
