"""A network with its weights, as a drawing takes it."""

from typing import Any

from lab.data.prepare import Dataset
from lab.model.drawn import DrawnNetwork, LayerWeights, drawn_network
from lab.model.layer_table import layer_rows
from lab.spec.experiment import Experiment, GraphSpec

KERNELS = ("Dense", "Conv2D")  # layers whose weights are drawn


def learned_network(experiment: Experiment, model: Any, dataset: Dataset, *, images: bool = True) -> DrawnNetwork:
    """The network of an experiment with the weights that `model` has.

    Args:
        images: see `drawn_network`.
    """
    weights = layer_weights(experiment, model)
    return drawn_network(experiment, layer_rows(experiment, dataset), dataset, weights, images=images)


def layer_weights(experiment: Experiment, model: Any) -> dict[str, LayerWeights]:
    """Of every layer that is drawn with its weights, by its id in the experiment; a node that leads to no output has
    none.

    Args:
        model: the network of the experiment, at whatever epoch.
    """
    specs = experiment.model.layers
    if isinstance(experiment.model, GraphSpec):
        built = {layer.name: layer for layer in model.layers}
        specs = tuple(spec for spec in specs if spec.id in built)
        layers = [built[spec.id] for spec in specs]
    else:
        layers = model.layers[-len(specs) :] if specs else []
    return {
        spec.id: _weights(layer.get_weights())
        for spec, layer in zip(specs, layers, strict=True)
        if spec.type in KERNELS
    }


def _weights(weights: list[Any]) -> LayerWeights:
    kernel, *bias = weights
    return LayerWeights(kernel, bias[0] if bias else None)
