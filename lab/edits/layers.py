"""Changes to the layers of an experiment that a study turns as one knob."""

from typing import Any

from lab.spec.experiment import Experiment, GraphSpec, LayerSpec, ModelSpec


def hidden_layers(experiment: Experiment) -> tuple[LayerSpec, ...]:
    """Layers with units that are no output: those whose width can be chosen freely."""
    model = experiment.model
    with_units = [layer for layer in model.layers if "units" in layer.params]
    if isinstance(model, GraphSpec):
        outputs = {output.reads for output in model.outputs}
        return tuple(layer for layer in with_units if layer.id not in outputs)
    last = with_units[-1:]
    return tuple(layer for layer in with_units if layer not in last)


def with_units(experiment: Experiment, units: int) -> Experiment:
    """Every hidden layer so wide."""
    for layer in hidden_layers(experiment):
        experiment = experiment.with_layer(layer.replace(params={**layer.params, "units": units}))
    return experiment


def only_dense_hidden(experiment: Experiment) -> bool:
    """Whether every layer before the output is a hidden layer of the same kind, so that there can be more of it."""
    if not isinstance(experiment.model, ModelSpec) or len(experiment.model.layers) < 2:
        return False
    before = experiment.model.layers[:-1]
    return before == hidden_layers(experiment) and len({layer.type for layer in before}) == 1


def with_depth(experiment: Experiment, depth: int) -> Experiment:
    """So many hidden layers, all like the first one."""
    first, output = experiment.model.layers[0], experiment.model.layers[-1]
    hidden = [first.replace(id=f"h{place}") for place in range(depth)]
    return experiment.with_layers([*hidden, output.replace(id="output")])


def with_after_hidden(experiment: Experiment, type: str, **params: Any) -> Experiment:
    """Such a layer behind every hidden one."""
    changed = experiment
    for layer in hidden_layers(experiment):
        place = [one.id for one in changed.model.layers].index(layer.id)
        changed = changed.with_added_layer(type, params, place + 1)
    return changed


def with_penalty(experiment: Experiment, kind: str, strength: float) -> Experiment:
    """A penalty on the size of the weights of every hidden layer."""
    penalty = {"class_name": kind, "config": {kind.lower(): strength}}
    for layer in hidden_layers(experiment):
        experiment = experiment.with_layer(layer.replace(params={**layer.params, "kernel_regularizer": penalty}))
    return experiment
