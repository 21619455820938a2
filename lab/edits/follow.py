"""A run and the knobs beside it: which turns a run can follow while it goes on, and which need a new run."""

from collections.abc import Sequence
from typing import Literal

from lab.runs.kept.record import RunView
from lab.runs.wire.messages import Command, Extend, SetBatchSize, SetLearningRate
from lab.spec.experiment import Experiment


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
    if wanted.compile.learning_rate != told.compile.learning_rate:
        commands.append(SetLearningRate(wanted.compile.learning_rate))
    if wanted.fit.batch_size != told.fit.batch_size:
        commands.append(SetBatchSize(wanted.fit.batch_size))
    return commands


def as_it_runs(started: Experiment, run: RunView) -> Experiment:
    """The experiment with the learning rate, batch size and number of epochs that are in force in the run now."""
    return started.with_fit(batch_size=run.batch_size, epochs=run.epochs).with_learning_rate(run.learning_rate)


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
    """What cannot change during a run: everything but name, learning rate, batch size and number of epochs.

    Only to be compared, so it is not checked: a page asks several times in a script run.
    """
    compiled, optimizer = experiment.compile, experiment.compile.optimizer
    params = {name: value for name, value in optimizer.params.items() if name != "learning_rate"}
    fixed = {
        "name": "",
        "compile": compiled.model_copy(update={"optimizer": optimizer.model_copy(update={"params": params})}),
        "fit": experiment.fit.model_copy(update={"epochs": 1, "batch_size": 1, "changes": ()}),
    }
    return experiment.model_copy(update=fixed)
