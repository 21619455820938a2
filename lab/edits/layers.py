"""Changes to the layers of an experiment that are made as one, and the layers that they concern."""

from collections.abc import Collection, Sequence
from typing import Any

from lab.model.inner_knobs import FACTORS, KERNEL_PENALTY, kernel_factors, with_kernel_factors
from lab.spec.experiment import Experiment, GraphSpec, LayerSpec, ModelSpec
from netcore.layers import LAYERS
from netcore.params import IntParam, Param, defaults
from netcore.regularizers import REGULARIZERS

# --- hidden layers


def hidden_layers(experiment: Experiment) -> tuple[LayerSpec, ...]:
    """Layers with units that are no output: those whose width can be chosen freely."""
    model = experiment.model
    with_units = [layer for layer in model.layers if "units" in layer.params]
    if isinstance(model, GraphSpec):
        shown = _shown(experiment)
        return tuple(layer for layer in with_units if layer.id not in shown)
    last = with_units[-1:]
    return tuple(layer for layer in with_units if layer not in last)


def with_units(experiment: Experiment, units: int) -> Experiment:
    """Every hidden layer so wide."""
    for layer in hidden_layers(experiment):
        experiment = experiment.with_layer(layer.with_params(units=units))
    return experiment


def with_hidden_activation(experiment: Experiment, old: Collection[str], new: str) -> Experiment:
    """Another activation function in every layer that is no output and has one of the old ones."""
    shown = _shown(experiment)
    for layer in experiment.model.layers:
        if layer.id not in shown and layer.params.get("activation") in old and _takes_any_activation(layer):
            experiment = experiment.with_layer(layer.with_params(activation=new))
    return experiment


def _shown(experiment: Experiment) -> set[str | None]:
    """Ids of the layers whose results are the network's."""
    model = experiment.model
    if isinstance(model, GraphSpec):
        return {output.reads for output in model.outputs}
    return {layer.id for layer in model.layers[-1:]}


def _takes_any_activation(layer: LayerSpec) -> bool:
    """Layers that keep a state from step to step are made for functions with ends."""
    params = LAYERS.get(layer.type).params
    return "activation" in params and "recurrent_activation" not in params and "recurrent_initializer" not in params


def only_dense_hidden(experiment: Experiment) -> bool:
    """Whether every layer before the output is a hidden layer of the same kind, so that there can be more of it."""
    if not isinstance(experiment.model, ModelSpec) or len(experiment.model.layers) < 2:
        return False
    before = experiment.model.layers[:-1]
    return before == hidden_layers(experiment) and len({layer.type for layer in before}) == 1


def with_depth(experiment: Experiment, depth: int) -> Experiment:
    """So many hidden layers, all like the first one."""
    first, output = experiment.model.layers[0], experiment.model.layers[-1]
    return experiment.with_layers(
        [layer.replace(id=f"l{place}") for place, layer in enumerate([first] * depth + [output])]
    )


def with_after_hidden(experiment: Experiment, type: str, **params: Any) -> Experiment:
    """Such a layer behind every hidden one."""
    changed = experiment
    for layer in hidden_layers(experiment):
        place = [one.id for one in changed.model.layers].index(layer.id)
        changed = changed.with_added_layer(type, params, place + 1)
    return changed


def with_width_times(experiment: Experiment, factor: float) -> Experiment:
    """Every hidden layer, also one of filters, so many times as wide, at least 1."""
    shown = _shown(experiment)
    filters = [layer for layer in experiment.model.layers if "filters" in layer.params and layer.id not in shown]
    for name, layers in (("units", hidden_layers(experiment)), ("filters", filters)):
        for layer in layers:
            wide = max(1, int(layer.params[name] * factor))
            experiment = experiment.with_layer(layer.with_params(**{name: wide}))
    return experiment


def with_hidden(experiment: Experiment, units: int) -> Experiment:
    """A new hidden Dense layer in front of the output layer of a sequential model."""
    return experiment.with_added_layer("Dense", {"units": units, "activation": "relu"}, _output_place(experiment))


def _output_place(experiment: Experiment) -> int:
    """Of a sequential model the place of the layer that makes the outputs; what stands behind it has no units."""
    layers = experiment.model.layers
    with_units = [place for place, layer in enumerate(layers) if "units" in layer.params]
    return with_units[-1] if with_units else max(len(layers) - 1, 0)


# --- penalties and dropout


def with_dropout_before_outputs(experiment: Experiment, rate: float) -> Experiment:
    """A Dropout in front of what makes the outputs, never behind it: an output that is dropped is no answer."""
    if not isinstance(experiment.model, GraphSpec):
        return experiment.with_added_layer("Dropout", {"rate": rate}, _output_place(experiment))
    graph = experiment.model
    for id in dict.fromkeys(_making_outputs(graph)):
        node = graph.node(id)
        for read in node.reads:
            graph = graph.with_added_node("Dropout", {"rate": rate}, (read,))
            reads = tuple(graph.nodes[-1].id if name == read else name for name in graph.node(id).reads)
            graph = graph.replace(nodes=tuple(one.replace(reads=reads) if one.id == id else one for one in graph.nodes))
    return experiment.with_model(graph)


def _making_outputs(graph: GraphSpec) -> list[str]:
    """Ids of the nodes that make the outputs: of each the last one with units on its way, else the one it reads."""
    found = []
    for output in graph.outputs:
        if output.reads is None or output.reads in graph.inputs:
            continue
        place = output.reads
        while "units" not in graph.layer_of(graph.node(place)).params:
            before = [name for name in graph.node(place).reads if name not in graph.inputs]
            if len(graph.node(place).reads) != 1 or not before:
                place = output.reads
                break
            place = before[0]
        found.append(place)
    return found


def with_penalty(
    experiment: Experiment, kind: str, strength: float, layers: Sequence[LayerSpec] | None = None
) -> Experiment:
    """A penalty on the size of the kernels of all hidden layers, or of these ones; strength 0 takes it away."""
    penalty = {"class_name": kind, "config": {kind.lower(): strength}} if strength else None
    for layer in hidden_layers(experiment) if layers is None else layers:
        experiment = experiment.with_layer(layer.with_params(**{KERNEL_PENALTY: penalty}))
    return experiment


def kernel_penalties(experiment: Experiment) -> tuple[float, float] | None:
    """(l1, l2), the largest of all layers whose kernels can be put under both; None where there is no such layer."""
    found = [factors for layer in experiment.model.layers if (factors := kernel_factors(layer)) is not None]
    return (max(l1 for l1, _ in found), max(l2 for _, l2 in found)) if found else None


def with_kernel_penalty(experiment: Experiment, name: str, strength: float) -> Experiment:
    """Every kernel that can be put under "l1" and "l2" is under this one at that strength. Raises ExperimentError."""
    for layer in experiment.model.layers:
        factors = kernel_factors(layer)
        if factors is not None:
            both = dict(zip(FACTORS, factors, strict=True)) | {name: strength}
            experiment = experiment.with_layer(with_kernel_factors(layer, **both))
    return experiment


def penalty_on(layer: LayerSpec) -> tuple[str, float]:
    """Kind of what weighs on a layer's kernel and how much of it is L2; "" and 0 for nothing."""
    kept = layer.params.get(KERNEL_PENALTY)  # as netcore describes it, or its name alone at its defaults
    if kept is None:
        return "", 0.0
    name, config = (kept, {}) if isinstance(kept, str) else (kept["class_name"], kept["config"])
    cls = REGULARIZERS.get(name)
    return cls.__name__, float({**defaults(cls), **config}.get("l2", 0.0))


def dropping_layers(experiment: Experiment) -> tuple[LayerSpec, ...]:
    """Layers that are there to switch something off while training, at a rate."""
    return tuple(
        layer for layer in experiment.model.layers if "rate" in layer.params and LAYERS.get(layer.type).training_only
    )


# --- what comes in


def with_fitting_front(experiment: Experiment) -> Experiment:
    """A sequential model with a flattening layer in front for as long as no layer takes the samples as they are.

    Samples are rows of numbers; windows add an axis of time steps, images two for height and width.
    """
    if not isinstance(experiment.model, ModelSpec):
        return experiment
    data, layers = experiment.data, experiment.model.layers
    axes = 2 + (data.windows is not None) + 2 * (data.image_shape is not None)  # that of the batch too
    flattened = bool(layers) and LAYERS.get(layers[0].type).flattens
    if axes == 2:
        return experiment.with_layers(layers[1:]) if flattened else experiment
    taken = flattened or any(LAYERS.get(layer.type).ndim == axes for layer in layers)
    return experiment if taken else experiment.with_added_layer("Flatten", {}, 0)


# --- a new one


def with_new_layer(experiment: Experiment, name: str) -> Experiment:
    """A layer more, before the output layer: that is where a further one is wanted nearly always."""
    position = len(experiment.model.layers) - 1 if experiment.model.layers else None
    return experiment.with_added_layer(name, new_layer_params(name, experiment), position)


def new_layer_params(name: str, experiment: Experiment) -> dict[str, Any]:
    """Arguments to begin with: those of a hidden layer of the same kind, else an example worth trying."""
    for layer in reversed(experiment.model.layers[:-1]):
        if layer.type == name:
            return layer.params
    cls = LAYERS.get(name)
    known = defaults(cls)
    params = {argument: _to_begin_with(param) for argument, param in cls.params.items() if argument not in known}
    if "activation" in cls.params and known.get("activation") is None:
        params["activation"] = "relu"  # a hidden layer without one could as well be left out
    return params


def _to_begin_with(param: Param) -> Any:
    if isinstance(param, IntParam):
        low, high = param.typical
        return max(param.low, round((max(low, 1) * high) ** 0.5))  # between 1 and 64 units: 8
    return param.example()
