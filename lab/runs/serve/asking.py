"""What every engine asks before it starts something: is it allowed, and where does it begin."""

from collections.abc import Sequence
from typing import Final, Protocol

from lab.data.prepare import Dataset
from lab.errors import RunError
from lab.model.inner_knobs import has_knob
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import fork_snapshot
from lab.runs.orders.run import check_network
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.rates import Rate
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.wire.messages import Command, Extend, SetBatchSize, SetData, SetInside, SetLearningRate
from lab.runs.wire.spec import KnobTurn
from lab.spec.experiment import MOST_CHANGES, Change, Experiment, check_limits, checked
from lab.spec.limits import Limits

TURNED: Final = {SetLearningRate: "learning_rate", SetBatchSize: "batch_size"}  # as a run's log has them


class Recorded(Protocol):
    """What knows the runs of an owner, as Engine does. Both raise RunError "run.unknown"."""

    def record(self, run_id: str, owner: str) -> RunRecord: ...

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints: ...


def check_size(experiment: Experiment, dataset: Dataset, limits: Limits) -> int:
    """Refuse what the profile in force does not allow. Raises ExperimentError or RunError naming the bound.

    Returns:
        how many weights the network has.
    """
    check_limits(experiment, limits)
    values = dataset.train.x.size
    if values > limits.train_values:
        raise RunError("run.too_many_values", value=values, high=limits.train_values)
    return check_network(experiment, dataset, limits)


def check_command(command: Command, experiment: Experiment, changes: Sequence[KnobTurn], limits: Limits) -> None:
    """Refuse what the profile does not allow, what the network does not have, and what its log has no room for.

    Args:
        changes: made so far.

    Raises:
        RunError "run.too_many_epochs", "run.too_many_changes", "run.no_such_knob"; ExperimentError: out of bounds.
    """
    if isinstance(command, Extend) and not 1 <= command.epochs <= limits.epochs:
        raise RunError("run.too_many_epochs", value=command.epochs, high=limits.epochs)
    if (
        isinstance(command, SetLearningRate | SetBatchSize | SetInside | SetData | Extend)
        and len(changes) >= MOST_CHANGES
    ):
        raise RunError("run.too_many_changes", high=MOST_CHANGES)
    if isinstance(command, SetLearningRate | SetBatchSize):
        checked(Change, {"epoch": 0, "batch": 0, "name": TURNED[type(command)], "value": command.value})
    if isinstance(command, SetInside):
        checked(Change, {"epoch": 0, "batch": 0, **vars(command)})
        if not has_knob(experiment, command.name, command.layer):
            raise RunError("run.no_such_knob", name=command.name)


class StartRate:
    """How often one owner starts something."""

    def __init__(self, limits: Limits) -> None:
        self._rate = Rate(limits.visitors.starts_per_minute) if limits.visitors is not None else None

    def ask(self, owner: str) -> None:
        """Count a start. Raises RunError naming the bound."""
        if self._rate is not None and not self._rate.take(owner):
            raise RunError("run.too_many_starts", high=int(self._rate.per_minute))


def fork_start(runs: Recorded, request: RunRequest, owner: str) -> tuple[bytes, Checkpoints]:
    """The snapshot that a fork begins with, and the checkpoints that it shares; empty for any other run."""
    if request.fork_of is None:
        return b"", {}
    try:
        parent, checkpoints = runs.record(request.fork_of, owner), runs.checkpoints(request.fork_of, owner)
    except RunError:  # no longer kept: what it had learned is learned again
        return b"", {}
    return fork_snapshot(request.experiment, parent, checkpoints, request.dataset)
