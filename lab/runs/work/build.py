"""From the plain description of a run to a compiled network. Imports netcore only: workers use it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import netcore
from lab.runs.wire.arrays import Arrays, data_of
from lab.runs.wire.spec import Functional, Output, Part, RunSpec, Sequential
from netcore.errors import NetcoreWarning
from netcore.layers import LAYERS, Input
from netcore.losses import LOSSES
from netcore.names import counted_anew
from netcore.optimizers import OPTIMIZERS
from netcore.registry import Registry
from netcore.streams import start_streams


def build_model(spec: RunSpec) -> Any:
    """The compiled netcore model of `spec`; same spec, same start weights.

    Raises:
        NetcoreError: an argument or a shape does not fit.
    """
    start_streams(spec.seed)
    return unseeded_model(spec)


def unseeded_model(spec: RunSpec) -> Any:
    """As `build_model`, with start weights by the random numbers at hand."""
    network = spec.network
    # what is said of a layer calls it by its place, and not by how many this process has made
    with counted_anew(), without_advice():
        model = functional_model(network) if isinstance(network, Functional) else sequential_model(network)
        model.compile(optimizer=_made(OPTIMIZERS, spec.optimizer), **_losses(network))
    return model


def fit_run_of(model: Any, spec: RunSpec, arrays: Arrays) -> Any:
    """The training of a model as `spec` asks for it, before its first update: netcore's FitRun."""
    x_val, weights = data_of(arrays, "x_val"), spec.class_weight
    with without_advice():
        return model.iter_fit(
            data_of(arrays, "x"),
            data_of(arrays, "y"),
            batch_size=spec.fit.batch_size,
            epochs=spec.fit.epochs,
            shuffle=spec.fit.shuffle,
            validation_data=None if x_val is None else (x_val, data_of(arrays, "y_val")),
            class_weight=None if weights is None else dict(enumerate(weights)),
            verbose=0,
            batch_events=True,
            evaluate_training=True,
            row_losses=True,
        )


@contextmanager
def without_advice() -> Iterator[None]:
    """What netcore advises is shown before a run is started, and not to a worker."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NetcoreWarning)
        yield


def sequential_model(network: Sequential) -> Any:
    """The layers one behind the other."""
    layers = [_made(LAYERS, layer) for layer in network.layers]
    return netcore.Sequential([Input(network.input_shape), *layers])


def functional_model(network: Functional) -> Any:
    """The graph: each node calls its layer, or the layer of the node that it shares, on what it reads."""
    inputs = {name: Input(shape, name=name) for name, shape in sorted(network.inputs.items())}
    tensors = dict(inputs)
    layers: dict[str, Any] = {}
    for node in network.nodes:
        owner = node.shares or node.id
        if node.layer is not None:
            layers[owner] = _made(LAYERS, node.layer, name=owner)
        read = [tensors[name] for name in node.reads]
        tensors[node.id] = layers[owner](read if layers[owner].several_inputs else read[0])
    # by name, as Keras orders the entries of a dict: the weights then come in the same order in both
    return netcore.Model(inputs, {out.name: tensors[out.reads] for out in sorted(network.outputs, key=_name)})


def _losses(network: Sequential | Functional) -> dict[str, Any]:
    """Loss and metrics as `compile` takes them: one, or one for each output."""
    if isinstance(network, Sequential):
        return {"loss": _made(LOSSES, network.loss), "metrics": list(network.metrics)}
    return {
        "loss": {output.name: _made(LOSSES, output.loss) for output in network.outputs},
        "loss_weights": {output.name: output.weight for output in network.outputs},
        "metrics": {output.name: list(output.metrics) for output in network.outputs},
        "combine_losses": network.combine_losses,
    }


def _made(registry: Registry[Any], part: Part, **more: Any) -> Any:
    return registry.get(part.type)(**part.params, **more)


def _name(output: Output) -> str:
    return output.name
