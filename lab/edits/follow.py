"""A run and the knobs beside it: which turns a run can follow while it goes on, and which need a new run."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from lab.model.inner_knobs import (
    FACTORS,
    KERNEL_PENALTY,
    has_knob,
    holds,
    kernel_factors,
    named_layers,
    with_kernel_factors,
)
from lab.runs.kept.record import RunView
from lab.runs.wire.messages import Command, Extend, SetBatchSize, SetInside, SetLearningRate
from lab.spec.experiment import (
    MOST_DROPPED,
    MOST_MOMENTUM,
    MOST_TURNED,
    Change,
    Experiment,
    GraphSpec,
    LayerSpec,
    ModelSpec,
)
from netcore.layers import LAYERS
from netcore.optimizers import OPTIMIZERS


def commands_to_follow(told: Experiment, wanted: Experiment) -> list[Command] | None:
    """The commands that bring a run from one experiment to another; None if only a new run can do that.

    Args:
        told: what the run was started with, and the commands sent since.
        wanted: what the knobs show.
    """
    if told == wanted:  # as nearly always: a page asks several times in a script run
        return []
    if _fixed(told) != _fixed(wanted):
        return None
    commands: list[Command] = []
    if wanted.fit.epochs != told.fit.epochs:
        commands.append(Extend(wanted.fit.epochs))  # first: an ended run goes on with it, and then takes the others
    if wanted.compile.learning_rate != told.compile.learning_rate:
        commands.append(SetLearningRate(wanted.compile.learning_rate))
    if wanted.fit.batch_size != told.fit.batch_size:
        commands.append(SetBatchSize(wanted.fit.batch_size))
    commands += _inside(told, wanted)
    turned = [one.value for one in commands if isinstance(one, SetLearningRate | SetInside)]
    return None if any(value > MOST_TURNED for value in turned) else commands


def _inside(told: Experiment, wanted: Experiment) -> Iterator[Command]:
    """Commands for what is turned inside the network, and in the memory of its optimizer."""
    was, value = _momentum(told), _momentum(wanted)
    if value is not None and value != was:
        yield SetInside("momentum", value)
    for (name, before), (_, after) in zip(named_layers(told), named_layers(wanted), strict=True):
        pairs = zip(FACTORS, kernel_factors(before) or (), kernel_factors(after) or (), strict=False)
        for factor, old, new in pairs:
            if new != old:
                yield SetInside(factor, new, name)
        rate = _rate(after)
        if rate is not None and rate != _rate(before):
            yield SetInside("dropout", rate, name)


def _momentum(experiment: Experiment) -> float | None:
    """Of an optimizer in which it can be turned."""
    if not has_knob(experiment, "momentum"):
        return None
    value = float(experiment.compile.optimizer.filled(OPTIMIZERS)["momentum"])
    return value if value <= MOST_MOMENTUM else None


def _rate(layer: LayerSpec) -> float | None:
    """Of a layer that drops numbers, where it can be turned."""
    rate = layer.filled(LAYERS).get("rate")
    return float(rate) if rate is not None and rate <= MOST_DROPPED else None


def as_it_runs(started: Experiment, run: RunView) -> Experiment:
    """The experiment with what is in force in the run now: its learning rate, batch size and number of epochs, and what
    was turned inside its network.
    """
    found = started.with_fit(batch_size=run.batch_size, epochs=run.epochs).with_learning_rate(run.learning_rate)
    for change in run.changes:
        if change.epoch <= run.epoch:  # and does not lie ahead
            found = _turned(found, change)
    return found


def _turned(experiment: Experiment, change: Change) -> Experiment:
    """The experiment with one knob inside its network turned."""
    if change.name == "momentum" and has_knob(experiment, "momentum"):
        optimizer = experiment.compile.optimizer.with_params(momentum=change.value)
        return experiment.with_compile(optimizer=optimizer)
    for name, layer in list(named_layers(experiment)):
        if change.layer in ("", name) and change.name in (*FACTORS, "dropout"):
            experiment = experiment.with_layer(_with_knob(layer, change))
    return experiment


def _with_knob(layer: LayerSpec, change: Change) -> LayerSpec:
    if change.name == "dropout":
        return layer if _rate(layer) is None else layer.with_params(rate=change.value)
    factors = kernel_factors(layer)
    is_meant = factors is not None and (change.layer or holds(layer, change.name))
    if factors is None or not is_meant:
        return layer
    l1, l2 = (change.value if change.name == name else value for name, value in zip(FACTORS, factors, strict=True))
    return with_kernel_factors(layer, l1, l2)


def can_go_on(run: RunView) -> bool:
    """Whether it has ended with good weights, and the engine still holds it."""
    return run.live and run.state in ("finished", "stopped")


def can_continue(run: RunView, wanted: Experiment) -> bool:
    """Whether it can go on, and has not made all the epochs that are wanted."""
    return can_go_on(run) and wanted.fit.epochs > run.epoch


Answer = Literal["nothing", "follow", "continue", "start"]


def answer_to_a_turn(run: RunView, commands: Sequence[Command] | None, wanted: Experiment, *, anew: bool) -> Answer:
    """What a turned knob asks for: the run takes it over, or goes on for longer, or another run begins.

    Args:
        commands: of `commands_to_follow`.
        wanted: what the knobs show.
        anew: whether the person wants a new run where this one cannot follow.
    """
    if run.active and commands is not None:
        return "follow"
    if not anew or commands == []:
        return "nothing"
    longer = can_continue(run, wanted) and wanted.fit.epochs > run.epochs
    return "continue" if commands is not None and longer else "start"


def one_epoch_more(run: RunView) -> int:
    """Epochs that a run is to have so that it can make one more."""
    return max(run.epochs, run.epoch + 1)


def _fixed(experiment: Experiment) -> Experiment:
    """What cannot change during a run: everything but name, rate, batch size, epochs, and the knobs inside a network.

    Only to be compared, so it is not checked: a page asks several times in a script run.
    """
    compiled, optimizer = experiment.compile, experiment.compile.optimizer
    turned = {"learning_rate"} | ({"momentum"} if _momentum(experiment) is not None else set())
    params = {name: value for name, value in optimizer.params.items() if name not in turned}
    fixed = {
        "name": "",
        "model": _fixed_model(experiment.model),
        "compile": compiled.model_copy(update={"optimizer": optimizer.model_copy(update={"params": params})}),
        "fit": experiment.fit.model_copy(update={"epochs": 1, "batch_size": 1, "changes": ()}),
    }
    return experiment.model_copy(update=fixed)


def _fixed_model(model: ModelSpec | GraphSpec) -> ModelSpec | GraphSpec:
    if isinstance(model, GraphSpec):
        nodes = [
            node if node.shares else node.model_copy(update={"params": _fixed_params(node)}) for node in model.nodes
        ]
        return model.model_copy(update={"nodes": tuple(nodes)})
    layers = [layer.model_copy(update={"params": _fixed_params(layer)}) for layer in model.layers]
    return model.model_copy(update={"layers": tuple(layers)})


def _fixed_params(layer: LayerSpec) -> dict[str, Any]:
    turned = {KERNEL_PENALTY} if kernel_factors(layer) is not None else set()
    turned |= {"rate"} if _rate(layer) is not None else set()
    return {name: value for name, value in layer.params.items() if name not in turned}
