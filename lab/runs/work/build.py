"""From the plain description of a run to a compiled network. Imports netcore only: workers use it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from netcore import Model, Sequential
from netcore.errors import NetcoreWarning
from netcore.layers import LAYERS, Input
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.registry import Registry
from netcore.utils import set_random_seed


def build_model(spec: dict[str, Any]) -> Any:
    """The compiled netcore model of `spec` (see `lab.runs.orders.run.run_spec`); same spec, same start weights.

    Raises:
        NetcoreError: an argument or a shape does not fit.
    """
    set_random_seed(spec["seed"])
    return unseeded_model(spec)


def unseeded_model(spec: dict[str, Any]) -> Any:
    """As `build_model`, with start weights by the random numbers at hand."""
    model = functional_model(spec) if "nodes" in spec else sequential_model(spec)
    with without_advice():
        model.compile(optimizer=_part(OPTIMIZERS, spec["optimizer"]), **_losses(spec))
    return model


@contextmanager
def without_advice() -> Iterator[None]:
    """What netcore advises is shown before a run is started, and not to a worker."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NetcoreWarning)
        yield


def sequential_model(spec: dict[str, Any]) -> Any:
    """The layers of `spec` one behind the other."""
    layers = [_part(LAYERS, layer) for layer in spec["layers"]]
    return Sequential([Input(tuple(spec["input_shape"])), *layers])


def functional_model(spec: dict[str, Any]) -> Any:
    """The graph of `spec`: each node calls its layer, or the layer of the node that it shares, on what it reads."""
    inputs = {name: Input(tuple(shape), name=name) for name, shape in sorted(spec["inputs"].items())}
    tensors = dict(inputs)
    layers: dict[str, Any] = {}
    for node in spec["nodes"]:
        owner = node["shares"] or node["id"]
        if owner == node["id"]:
            layers[owner] = _part(LAYERS, node, name=owner)
        read = [tensors[name] for name in node["reads"]]
        tensors[node["id"]] = layers[owner](read if layers[owner].several_inputs else read[0])
    # by name, as Keras orders the entries of a dict: the weights then come in the same order in both
    return Model(inputs, {out["name"]: tensors[out["reads"]] for out in sorted(spec["outputs"], key=_name)})


def _losses(spec: dict[str, Any]) -> dict[str, Any]:
    """Loss and metrics as `compile` takes them: one, or one for each output."""
    if "nodes" not in spec:
        return {"loss": _part(LOSSES, spec["loss"]), "metrics": list(spec["metrics"])}
    outputs = spec["outputs"]
    return {
        "loss": {output["name"]: _part(LOSSES, output["loss"]) for output in outputs},
        "loss_weights": {output["name"]: output["weight"] for output in outputs},
        "metrics": {output["name"]: list(output["metrics"]) for output in outputs},
        "combine_losses": spec["combine_losses"],
    }


def _part(registry: Registry[Any], part: dict[str, Any], **more: Any) -> Any:
    return registry.get(part["type"])(**part["params"], **more)


def _name(output: dict[str, Any]) -> str:
    return str(output["name"])
