"""What an advice of the verdict changes in an experiment: one table, code of the advice -> what its sentence names.

    better = applied("dropout", experiment, Known.of(verdict))
    if better is not None: …

An advice without a change (more rows, better inputs, another seed, the test part) is not in it: a person has to act.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from lab.edits.layers import (
    dropping_layers,
    hidden_layers,
    with_dropout_before_outputs,
    with_hidden,
    with_hidden_activation,
    with_width_times,
)
from lab.errors import LabError
from lab.spec.experiment import Experiment, GraphSpec
from lab.verdict.verdict import Verdict
from netcore.errors import NetcoreError
from netcore.optimizers import OPTIMIZERS

DROPPED: Final = 0.3
NEW_UNITS: Final = 16
LEAST_BATCH: Final = 8
FEWEST_EPOCHS: Final = 20  # a run of fewer has no shape yet


@dataclass(frozen=True)
class Known:
    """What a change rests on beside the experiment.

    Args:
        epochs: that the run did.
        best_epoch: of its lowest validation loss; 0 if it is not known.
        train_rows: a batch cannot hold more; 0 if it is not known.
    """

    epochs: int = 0
    best_epoch: int = 0
    train_rows: int = 0

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        told = verdict.evidence
        return cls() if told is None else cls(told.epochs, told.best_epoch, told.train_rows)


@dataclass(frozen=True)
class Remedy:
    """Args:
    code: of the advice; its sentence stands at "verdict.advice.<code>", its button at "advice.<code>".
    change: the experiment with it; the same experiment where it has nothing to change.
    anew: the losses of before and after are of other rows or in another unit: a run of its own, not one to be laid
        over the other.
    """

    code: str
    change: Callable[[Experiment, Known], Experiment]
    anew: bool = False

    def applied_to(self, experiment: Experiment, known: Known) -> Experiment | None:
        """The experiment with it; None where it changes nothing or does not go with the rest.

        Other data or other shapes cannot go on from weights that were learned with the former.
        """
        try:
            changed = self.change(experiment, known)
            if changed.data != experiment.data or changed.model != experiment.model:
                changed = changed.replace(origin=None)
        except (LabError, NetcoreError):
            return None
        return None if changed == experiment else changed


def applied(code: str, experiment: Experiment, known: Known) -> Experiment | None:
    """The experiment with an advice followed; None if the advice changes nothing, or is for a person to follow."""
    return REMEDIES[code].applied_to(experiment, known) if code in REMEDIES else None


# --- steps


def lower_learning_rate(experiment: Experiment, _: Known) -> Experiment:
    """A tenth of it, also where it was changed on the way."""
    return _with_rate_times(experiment, 0.1)


def raise_learning_rate(experiment: Experiment, _: Known) -> Experiment:
    """Three times it."""
    return _with_rate_times(experiment, 3.0)


def _with_rate_times(experiment: Experiment, factor: float) -> Experiment:
    changes = tuple(
        change.replace(value=_round(change.value * factor)) if change.name == "learning_rate" else change
        for change in experiment.fit.changes
    )
    rate = _round(experiment.compile.learning_rate * factor)
    return experiment.with_learning_rate(rate).with_fit(changes=changes)


def _round(value: float) -> float:
    """0.1 * 3 is 0.3, as a person writes it."""
    return float(f"{value:.6g}")


def larger_batch(experiment: Experiment, known: Known) -> Experiment:
    """Four times the rows, at least LEAST_BATCH: a step follows more than one row's noise."""
    size = experiment.fit.batch_size
    if known.train_rows and size >= known.train_rows:
        return experiment
    ahead = tuple(change for change in experiment.fit.changes if change.name != "batch_size")
    return experiment.with_fit(batch_size=max(LEAST_BATCH, 4 * size), changes=ahead)


def clip_gradients(experiment: Experiment, _: Known) -> Experiment:
    """No gradient longer than 1."""
    optimizer = experiment.compile.optimizer
    if "clipnorm" not in OPTIMIZERS.get(optimizer.type).params:
        return experiment
    return experiment.with_compile(optimizer=optimizer.with_params(clipnorm=1.0))


# --- how long


def stop_at_best(experiment: Experiment, known: Known) -> Experiment:
    """No epoch after the best one."""
    return _with_epochs(experiment, known.best_epoch) if 0 < known.best_epoch < known.epochs else experiment


def more_epochs(experiment: Experiment, known: Known) -> Experiment:
    """Twice the epochs that the run did."""
    return _with_epochs(experiment, max(2 * (known.epochs or experiment.fit.epochs), FEWEST_EPOCHS))


def _with_epochs(experiment: Experiment, epochs: int) -> Experiment:
    ahead = tuple(change for change in experiment.fit.changes if change.name != "epochs")
    return experiment.with_fit(epochs=epochs, changes=ahead)


# --- the network


def smaller_net(experiment: Experiment, _: Known) -> Experiment:
    """Half the units of each hidden layer."""
    return with_width_times(experiment, 0.5)


def more_units(experiment: Experiment, _: Known) -> Experiment:
    """Twice the units of each hidden layer; without one, a hidden layer."""
    wider = with_width_times(experiment, 2.0)
    lone = wider == experiment and not isinstance(experiment.model, GraphSpec) and not hidden_layers(experiment)
    return with_hidden(experiment, NEW_UNITS) if lone else wider


def dropout(experiment: Experiment, _: Known) -> Experiment:
    """A Dropout layer in front of each output layer; none where there is one already."""
    return experiment if dropping_layers(experiment) else with_dropout_before_outputs(experiment, DROPPED)


def leaky_units(experiment: Experiment, _: Known) -> Experiment:
    """A slope below 0 too, where a unit could die."""
    return with_hidden_activation(experiment, ("relu", "relu6"), "leaky_relu")


def unbounded_units(experiment: Experiment, _: Known) -> Experiment:
    """relu where a function ends on both sides, so that its slope does not vanish."""
    return with_hidden_activation(experiment, ("sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "softsign"), "relu")


# --- the data


def standardise_inputs(experiment: Experiment, _: Known) -> Experiment:
    return experiment.with_data(scaling="standard")


def standardise_target(experiment: Experiment, _: Known) -> Experiment:
    """Each target that is a number."""
    targets = [
        target.replace(scaling="standard") if target.task == "regression" else target
        for target in experiment.data.targets
    ]
    return experiment.replace(data=experiment.data.with_targets(targets))


def shuffled_split(experiment: Experiment, _: Known) -> Experiment:
    """The rows are divided at random and no more by time."""
    split = experiment.data.split
    return experiment if split.order != "time" else experiment.with_data(split=split.replace(order="shuffled"))


REMEDIES: Final[dict[str, Remedy]] = {
    remedy.code: remedy
    for remedy in (
        Remedy("lower_learning_rate", lower_learning_rate),
        Remedy("standardise_inputs", standardise_inputs),
        Remedy("standardise_target", standardise_target, anew=True),
        Remedy("clip_gradients", clip_gradients),
        Remedy("larger_batch", larger_batch),
        Remedy("raise_learning_rate", raise_learning_rate),
        Remedy("stop_at_best", stop_at_best),
        Remedy("fewer_epochs", stop_at_best),
        Remedy("more_epochs", more_epochs),
        Remedy("smaller_net", smaller_net),
        Remedy("smaller_still", smaller_net),
        Remedy("more_units", more_units),
        Remedy("dropout", dropout),
        Remedy("leaky_units", leaky_units),
        Remedy("unbounded_units", unbounded_units),
        Remedy("shuffled_split", shuffled_split, anew=True),
    )
}
