"""The knobs that a fork may turn: what each is set to in an experiment, and the experiment with another setting.

A fork goes on with the weights that another run had at some epoch, so whatever changes their shapes is no such knob.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lab.edits.layers import (
    dropping_layers,
    hidden_layers,
    penalty_on,
    with_after_hidden,
    with_penalty,
)
from lab.model.inner_knobs import KERNEL_PENALTY
from lab.spec.experiment import Experiment, ModelSpec
from lab.spec.parts import LayerSpec
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS

MORE_EPOCHS: Final = 20  # a fork needs some of its own


@dataclass(frozen=True)
class ForkKnob:
    """One knob.

    Args:
        code: its name is at "fork.knob.<code>".
        read: what it is set to; None if this experiment has no such knob.
        turn: the experiment with another setting. Raises ExperimentError or NetcoreError for one that is out of range.
        propose: a setting worth a try.
        choices: names to choose from; none for a number.
    """

    code: str
    read: Callable[[Experiment], Any]
    turn: Callable[[Experiment, Any], Experiment]
    propose: Callable[[Experiment], Any]
    choices: Callable[[], Sequence[str]] | None = None


def forked(parent: Experiment, epoch: int, knob: ForkKnob, value: Any, epochs: int) -> Experiment:
    """The run `parent` after `epoch` epochs, going on to `epochs` with one knob turned.

    Raises:
        ExperimentError, NetcoreError: a setting is out of range.
    """
    fork = parent.forked(epoch)
    if knob.code in ("learning_rate", "batch_size"):  # what was planned for it is overruled
        ahead = tuple(change for change in fork.fit.changes if change.name != knob.code)
        fork = fork.with_fit(changes=ahead)
    ahead = tuple(change for change in fork.fit.changes if change.name != "epochs")
    return knob.turn(fork.with_fit(changes=ahead, epochs=epochs), value)


def epoch_to_fork(last: int, best: int, wished: int | None) -> int:
    """The epoch to go on from: the one that was wished for, else the best one, at most the last good one."""
    return min(last, wished or best or last)


def end_of_fork(parent: Experiment, last: int, epoch: int) -> tuple[int, bool]:
    """Epochs that a fork from `epoch` is to have, and whether that is the parent's own end.

    A fork from one of the last epochs needs some of its own.
    """
    own, needed = max(parent.fit.epochs, last), epoch + MORE_EPOCHS
    return max(own, needed), needed <= own


def step_beside(proposed: float) -> float:
    """A step for a number that is turned from the value proposed."""
    return float(proposed) / 2


def knobs_of(experiment: Experiment) -> tuple[ForkKnob, ...]:
    """Those that this experiment has."""
    return tuple(knob for knob in KNOBS if knob.read(experiment) is not None)


# --- optimizer and loss


def _with_optimizer(experiment: Experiment, name: str) -> Experiment:
    params = {"learning_rate": experiment.compile.learning_rate}
    return experiment.with_compile(optimizer={"type": name, "params": params})


def _loss(experiment: Experiment) -> str | None:
    return experiment.compile.loss.type if isinstance(experiment.model, ModelSpec) else None


def _other(names: Sequence[str], current: str, *favourites: str) -> str:
    """A name to try first: the first favourite that is not in use."""
    return next(name for name in (*favourites, *names) if name != current and name in names)


# --- dropout and penalty


def _dropout(experiment: Experiment) -> float | None:
    found = dropping_layers(experiment)
    if found:
        return float(found[0].params["rate"])
    return 0.0 if isinstance(experiment.model, ModelSpec) and hidden_layers(experiment) else None


def _with_dropout(experiment: Experiment, rate: float) -> Experiment:
    """Every layer that drops at that rate; without one, a new one after each hidden layer."""
    found = dropping_layers(experiment)
    if not found:
        return with_after_hidden(experiment, "Dropout", rate=rate)
    for layer in found:
        experiment = experiment.with_layer(layer.with_params(rate=rate))
    return experiment


def _l2(experiment: Experiment) -> float | None:
    layers = _regularized(experiment)
    return penalty_on(layers[0])[1] if layers else None


def _with_l2(experiment: Experiment, strength: float) -> Experiment:
    """An L2 penalty on the kernels of all layers but the last."""
    return with_penalty(experiment, "L2", float(strength), _regularized(experiment))


def _regularized(experiment: Experiment) -> list[LayerSpec]:
    if not isinstance(experiment.model, ModelSpec):
        return []
    layers = [layer for layer in experiment.model.layers if KERNEL_PENALTY in LAYERS.get(layer.type).params]
    return layers[:-1] or layers


KNOBS: Final = (
    ForkKnob(
        "learning_rate",
        lambda experiment: experiment.compile.learning_rate,
        Experiment.with_learning_rate,
        lambda experiment: float(f"{(experiment.compile.learning_rate or 0.01) / 10:.6g}"),
    ),
    ForkKnob(
        "batch_size",
        lambda experiment: experiment.fit.batch_size,
        lambda experiment, value: experiment.with_fit(batch_size=value),
        lambda experiment: 4 * experiment.fit.batch_size,
    ),
    ForkKnob(
        "optimizer",
        lambda experiment: experiment.compile.optimizer.type,
        _with_optimizer,
        lambda experiment: _other(OPTIMIZERS.names(), experiment.compile.optimizer.type, "Adam", "SGD"),
        OPTIMIZERS.names,
    ),
    ForkKnob(
        "loss",
        _loss,
        lambda experiment, name: experiment.with_compile(loss={"type": name, "params": {}}),
        lambda experiment: _other(LOSSES.names(), experiment.compile.loss.type, "MeanSquaredError"),
        LOSSES.names,
    ),
    ForkKnob("dropout", _dropout, _with_dropout, lambda experiment: 0.5 if _dropout(experiment) != 0.5 else 0.2),
    ForkKnob("l2", _l2, _with_l2, lambda experiment: 10 * (_l2(experiment) or 0.001)),
    ForkKnob("epochs", lambda experiment: experiment.fit.epochs, lambda experiment, value: experiment, lambda _: None),
)
