"""A run and the knobs beside it: which turns a run can follow while it goes on, and which need a new run."""

from lab.runs.kept.record import RunView
from lab.runs.wire.messages import Command, Extend, SetBatchSize, SetLearningRate
from lab.spec.experiment import Experiment
from netcore.optimizers import OPTIMIZERS


def commands_to_follow(told: Experiment, wanted: Experiment) -> list[Command] | None:
    """The commands that bring a run from one experiment to another; None if only a new run can do that.

    Args:
        told: what the run was started with, and the commands sent since.
        wanted: what the knobs show.
    """
    if _fixed(told) != _fixed(wanted):
        return None
    commands: list[Command] = []
    if wanted.fit.epochs != told.fit.epochs:
        commands.append(Extend(wanted.fit.epochs))  # first: an ended run goes on with it, and then takes the others
    rate = learning_rate(wanted)
    if rate is not None and rate != learning_rate(told):
        commands.append(SetLearningRate(rate))
    if wanted.fit.batch_size != told.fit.batch_size:
        commands.append(SetBatchSize(wanted.fit.batch_size))
    return commands


def as_it_runs(started: Experiment, run: RunView) -> Experiment:
    """The experiment with the learning rate, batch size and number of epochs that are in force in the run now."""
    experiment = started.with_fit(batch_size=run.batch_size, epochs=run.epochs)
    if learning_rate(started) is None:
        return experiment
    optimizer = started.compile.optimizer
    params = {**optimizer.params, "learning_rate": run.learning_rate}
    return experiment.with_compile(optimizer=optimizer.replace(params=params))


def learning_rate(experiment: Experiment) -> float | None:
    """The learning rate in the experiment; None for an optimizer that has none."""
    rate = experiment.compile.optimizer.filled(OPTIMIZERS).get("learning_rate")
    return None if rate is None else float(rate)


def _fixed(experiment: Experiment) -> Experiment:
    """What cannot change during a run: everything but name, learning rate, batch size and number of epochs."""
    optimizer = experiment.compile.optimizer
    params = {name: value for name, value in optimizer.params.items() if name != "learning_rate"}
    fewest = 1 if experiment.origin is None else experiment.origin.epoch + 1  # a fork goes on after its fork
    return (
        experiment.replace(name="")
        .with_compile(optimizer=optimizer.replace(params=params))
        .with_fit(epochs=fewest, batch_size=1, changes=())
    )
