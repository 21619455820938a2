"""Experiment + Dataset → the plain values and arrays that a Trainer needs. The web side of the waist."""

from typing import Any

import numpy as np

from lab.data.given import given_table
from lab.data.prepare import Dataset, PartName, prepare_cached
from lab.data.table import Table
from lab.errors import DataError, RunError
from lab.model.layer_table import graph_table, layer_rows, parameter_count
from lab.model.outputs import output_units
from lab.model.size import excess
from lab.runs.wire.arrays import Arrays, other_name
from lab.runs.wire.spec import EarlyStopping, Fit, Functional, KnobTurn, Node, Origin, Output, Part, RunSpec, Sequential
from lab.spec.data import PlaygroundSource
from lab.spec.experiment import Change, Experiment, GraphNode, GraphSpec, ModelSpec, PartSpec
from lab.spec.limits import ALONE, Limits
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.registry import Registry


def run_spec(experiment: Experiment, dataset: Dataset) -> tuple[RunSpec, Arrays]:
    """What `Trainer` takes: a plain description, and "x" (n, ...), "y", "x_val", "y_val" as netcore wants them.

    A functional model has several of each: "x/<input>", "y/<output>" and so on. The test part is not in it: no worker
    ever sees the sealed rows.

    Raises:
        RunError "run.no_layers": there is nothing to train. "run.too_many_parameters", "size.…": whoever asks, and
            wherever the experiment comes from, no network is built that is larger than any profile allows.
    """
    check_network(experiment, dataset, ALONE)
    if isinstance(experiment.model, GraphSpec):
        spec, arrays = _functional(experiment, experiment.model, dataset)
    else:
        spec, arrays = _sequential(experiment, experiment.model, dataset)
    return spec, arrays | _other_arrays(experiment)


def _sequential(experiment: Experiment, model: ModelSpec, dataset: Dataset) -> tuple[RunSpec, Arrays]:
    layers = model.layers
    if not layers:
        raise RunError("run.no_layers")
    network = Sequential(
        layers=tuple(_part(LAYERS, layer) for layer in layers),
        input_shape=tuple(dataset.input_shape),
        loss=_part(LOSSES, experiment.compile.loss),
        metrics=tuple(experiment.compile.metrics),
    )
    units = output_units(experiment, dataset)
    arrays = {"x": dataset.train.x, "y": dataset.targets_for("train", experiment.compile.loss.type, units)}
    if len(dataset.validation.x):
        arrays["x_val"] = dataset.validation.x
        arrays["y_val"] = dataset.targets_for("validation", experiment.compile.loss.type, units)
    return _spec(experiment, dataset, network), {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def check_network(experiment: Experiment, dataset: Dataset, limits: Limits) -> int:
    """How many weights it has.

    Raises RunError "run.too_many_parameters", "size.…": weights, or what the layers hold while they compute.
    """
    parameters = parameter_count(layer_rows(experiment, dataset))
    if parameters > limits.parameters:
        raise RunError("run.too_many_parameters", value=parameters, high=limits.parameters)
    too_large = excess(experiment, dataset, limits)
    if too_large is not None:
        raise RunError(too_large.code, **too_large.values)
    return parameters


def _spec(experiment: Experiment, dataset: Dataset, network: Sequential | Functional) -> RunSpec:
    """The network, and what it is trained with."""
    fit = experiment.fit
    stopping = fit.early_stopping
    return RunSpec(
        network=network,
        optimizer=_part(OPTIMIZERS, experiment.compile.optimizer),
        fit=Fit(fit.epochs, fit.batch_size, fit.shuffle),
        seed=experiment.seed,
        class_weight=_class_weight(dataset) if fit.class_weight else None,
        early_stopping=None if stopping is None else EarlyStopping(**stopping.model_dump()),
        changes=tuple(_turn(change) for change in fit.changes),
        origin=_origin(experiment, dataset),
    )


def _turn(change: Change) -> KnobTurn:
    source = "" if change.source is None else source_text(change.source)
    return KnobTurn(**{**change.model_dump(exclude={"source"}), "source": source})


def source_text(source: PlaygroundSource) -> str:
    """A source as workers know it."""
    return source.model_dump_json()


def arrays_of(experiment: Experiment, source: PlaygroundSource) -> Arrays:
    """The arrays of rows that a run of `experiment` may change to, by the names that its Trainer finds them by.

    Raises:
        RunError "run.other_inputs": the weights cannot be kept: other columns, classes or shapes.
    """
    other = experiment.with_data(source=source).with_fit(changes=())
    try:
        now, then = (prepare_cached(_table(one), one.data, one.seed) for one in (experiment, other))
    except DataError:  # a column or a class is not there
        raise RunError("run.other_inputs") from None
    if (now.input_shapes, now.classes, now.task) != (then.input_shapes, then.classes, then.task):
        raise RunError("run.other_inputs")
    arrays = run_spec(other.replace(origin=None), then)[1]
    return {other_name(source_text(source), name): array for name, array in arrays.items()}


def _table(experiment: Experiment) -> Table:
    source = experiment.data.source
    if source.kind != "playground":
        raise RunError("run.other_inputs")
    return given_table(source, experiment.data.reading)


def _other_arrays(experiment: Experiment) -> Arrays:
    """Of all rows that a run changes to on the way, before a fork too."""
    found: Arrays = {}
    one: Experiment | None = experiment
    while one is not None:
        bare = one.with_fit(changes=())  # each of the many need not be checked anew with every table
        for source in dict.fromkeys(change.source for change in one.fit.changes):
            if source is not None:
                found |= arrays_of(bare, source)
        one = one.parent()
    return found


def _origin(experiment: Experiment, dataset: Dataset) -> Origin | None:
    """The run that this one forks from, and after which epoch."""
    parent = experiment.parent()
    if parent is None or experiment.origin is None:
        return None
    return Origin(run_spec(parent, dataset)[0], experiment.origin.epoch)


def _class_weight(dataset: Dataset) -> tuple[float, ...]:
    """Rows / (classes * rows of the class), as scikit-learn's "balanced"; 1 for a class that no training row has.

    Raises:
        RunError "run.class_weight": there are no classes, or several outputs.
    """
    if dataset.others or dataset.task not in ("binary", "multiclass"):
        raise RunError("run.class_weight")
    counts = np.bincount(dataset.train.target, minlength=len(dataset.classes))
    weights = len(dataset.train.target) / (len(counts) * np.maximum(counts, 1))
    return tuple(float(weight) if count else 1.0 for weight, count in zip(weights, counts, strict=True))


def _functional(experiment: Experiment, graph: GraphSpec, dataset: Dataset) -> tuple[RunSpec, Arrays]:
    """A functional model. What leads to no output is left out: nothing would be learned from it."""
    used = graph.leading_to(graph.outputs)
    inputs = [name for name in graph.inputs if name in used]
    shapes = {row.id: row.output_shape for row in graph_table(graph, dataset.input_shapes)}
    if not inputs:
        raise RunError("run.no_layers")
    network = Functional(
        inputs={name: tuple(dataset.input_shapes[name]) for name in inputs},
        nodes=tuple(
            Node(node.id, tuple(node.reads), node.shares, None if node.shares else _part(LAYERS, node))
            for node in _owners_first(graph, used)
        ),
        outputs=tuple(
            Output(output.name, str(output.reads), _part(LOSSES, output.loss), output.weight, tuple(output.metrics))
            for output in graph.outputs
        ),
        combine_losses=experiment.compile.combine_losses,
    )
    arrays: Arrays = {}
    parts: list[tuple[PartName, str]] = [("train", "")]
    if len(dataset.validation.x):
        parts.append(("validation", "_val"))
    for part, suffix in parts:
        for name in inputs:
            arrays[f"x{suffix}/{name}"] = dataset.x_of(part, name)
        for output in graph.outputs:
            shape = shapes.get(str(output.reads)) or (None, 1)
            y = dataset.of_target(output.target).targets_for(part, output.loss.type, int(shape[-1] or 1))
            arrays[f"y{suffix}/{output.name}"] = np.ascontiguousarray(y)
    return _spec(experiment, dataset, network), arrays


def _owners_first(graph: GraphSpec, used: set[str]) -> list[GraphNode]:
    """The nodes in use, each after what it reads. A layer is made at its first call, so that call must own it."""
    owners: dict[str, str] = {}  # id of the node that owns a layer in the spec -> the node that calls it first
    nodes = []
    for node in graph.order():
        if node.id not in used:
            continue
        layer = graph.layer_of(node)
        first = owners.setdefault(layer.id, node.id)
        same = {"type": layer.type, "params": layer.params, "shares": None}
        again = {"type": "", "params": {}, "shares": first}
        nodes.append(node.model_copy(update=same if first == node.id else again))
    return nodes


def _part(registry: Registry[Any], part: PartSpec) -> Part:
    return Part(part.type, part.filled(registry))
