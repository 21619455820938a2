"""A small network in plain values, for a browser that computes what it makes of its inputs (pages/ui/js/forward.js)."""

from typing import Any, Final

from lab.spec.experiment import Experiment, GraphSpec, LayerSpec
from netcore.layers import LAYERS

TOLD: Final = {"Dense": ("units", "activation"), "BatchNormalization": ("epsilon",), "Activation": ("activation",)}
AS_ACTIVATIONS: Final = {"ReLU": "relu", "Softmax": "softmax"}  # layers that with default arguments are functions


def plain_layers(experiment: Experiment) -> list[dict[str, Any]] | None:
    """[{"name", "type", …}], from input to output; None where a layer is one that no browser is told how to compute.

    Names are those of the worker's event "parameters": places among the layers. Types are Dense (units, activation),
    Activation (activation), BatchNormalization over features (epsilon), and Dropout for all that passes its inputs on
    as they are outside training. Inputs are rows of numbers.
    """
    if isinstance(experiment.model, GraphSpec):
        return None
    told = [_told(str(place), layer) for place, layer in enumerate(experiment.model.layers)]
    known = [layer for layer in told if layer is not None]
    return known if len(known) == len(told) else None


def _told(name: str, layer: LayerSpec) -> dict[str, Any] | None:
    params = layer.filled(LAYERS)
    if LAYERS.get(layer.type).training_only:
        return {"name": name, "type": "Dropout"}
    if layer.type in AS_ACTIVATIONS and not layer.params:
        return {"name": name, "type": "Activation", "activation": AS_ACTIVATIONS[layer.type]}
    if layer.type not in TOLD or params.get("axis", -1) not in (-1, 1):
        return None
    told = {argument: params[argument] for argument in TOLD[layer.type]}
    if "activation" in told:
        told["activation"] = told["activation"] or "linear"
    return {"name": name, "type": layer.type, **told}
