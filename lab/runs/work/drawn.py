"""What a page draws of a network while it learns, as one ready event.

Of a small network that is everything, exactly, so that a browser can compute with it; of any other, of each Dense layer
the first weights, as fine as the width of a line can show.
"""

from base64 import b64encode
from typing import Any

import numpy as np

from lab.model.drawn_units import MOST_PARAMETERS, MOST_UNITS
from lab.runs.wire.frame import event
from lab.runs.wire.spec import Functional, RunSpec
from netcore.layers import Dense

Array = np.ndarray[Any, Any]

STEPS = 127  # each side of zero: more than the width of a line can show


def drawn_event(model: Any, spec: RunSpec, epoch: int) -> bytes:
    """An event "weights": {"epoch", "largest", "layers": {layer: base64 of int8, row by row}, "biases": {layer: …}}.

    A weight is told as its part of the largest one of the event, in steps of 1/127; weights that are no numbers are 0.
    A bias, which is also said in words, is told exactly, as base64 of float32.

    Args:
        spec: of the network; layers are called by their place, in a functional model by their name.
    """
    dense = _dense_layers(model, spec)
    kernels = {name: _first(layer.kernel) for name, layer in dense}
    largest = max((float(np.abs(kernel).max()) for kernel in kernels.values() if kernel.size), default=0.0)
    layers = {name: _packed(kernel, largest) for name, kernel in kernels.items()}
    biases = {name: exact(layer.bias[:MOST_UNITS]) for name, layer in dense if layer.use_bias}
    return event("weights", {"epoch": epoch, "largest": float(f"{largest:.4g}"), "layers": layers, "biases": biases})


def is_small(model: Any) -> bool:
    """Whether all parameters of a network are told."""
    return sum(int(weight.size) for weight in model.weights) <= MOST_PARAMETERS


def parameters_event(model: Any, spec: RunSpec, epoch: int, updates: int) -> bytes:
    """An event "parameters": {"epoch", "updates", "layers": {layer: {weight: base64 of float32, row by row}}}.

    Weights go by their names in netcore (kernel, bias, gamma, …); layers without any are left out.
    """
    return event("parameters", {"epoch": epoch, "updates": updates, "layers": exact_layers(model, spec)})


def exact_layers(model: Any, spec: RunSpec) -> dict[str, dict[str, str]]:
    """Layer -> weight -> base64 of float32."""
    return {
        name: {weight.name: exact(weight.value) for weight in layer.weights}
        for name, layer in named_layers(model, spec)
        if layer.weights
    }


def exact(values: Array) -> str:
    """Numbers as they are, row by row: base64 of float32."""
    return b64encode(values.astype(np.float32).tobytes()).decode()


def shares(kernel: Array) -> str:
    """Weights as parts of the largest of them, base64 of int8; those that are no numbers are 0."""
    finite = np.where(np.isfinite(kernel), kernel, 0)
    return _packed(finite, float(np.abs(finite).max(initial=0.0)))


def named_layers(model: Any, spec: RunSpec) -> list[tuple[str, Any]]:
    """The layers as pages call them: by their place, in a functional model by their name."""
    network = spec.network
    if isinstance(network, Functional):
        return [(node.id, model.get_layer(node.id)) for node in network.nodes if node.layer is not None]
    return [(str(place), layer) for place, layer in enumerate(model.layers[-len(network.layers) :])]


def _dense_layers(model: Any, spec: RunSpec) -> list[tuple[str, Any]]:
    return [(name, layer) for name, layer in named_layers(model, spec) if isinstance(layer, Dense)]


def _first(kernel: Array) -> Array:
    first = kernel[:MOST_UNITS, :MOST_UNITS]
    return np.where(np.isfinite(first), first, 0)


def _packed(kernel: Array, largest: float) -> str:
    shares = np.rint(kernel * (STEPS / largest)) if largest else np.zeros_like(kernel)
    return b64encode(shares.astype(np.int8).tobytes()).decode()
