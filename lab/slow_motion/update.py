"""The update that is taken apart: the network before it, the rows of its batch, and every number of it."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lab.data.prepare import Dataset
from lab.insight.learned_network import learned_network
from lab.insight.one_update import before_update, trace_of
from lab.model.drawn import DrawnNetwork
from lab.model.problems import updates_arithmetic
from lab.runs.kept.record import RunRecord
from lab.runs.orders.run import check_network, run_spec
from lab.runs.wire.arrays import Arrays
from lab.runs.wire.checkpoints import Checkpoints, nearest
from lab.runs.wire.spec import RunSpec
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment
from lab.spec.limits import current_limits
from netcore.trace import Trace

Array = np.ndarray[Any, Any]

MOST_KEPT: Final = 20_000_000  # bytes of a trace that a session may remember


@dataclass(frozen=True, eq=False)
class Update:
    """One update.

    Args:
        epoch, batch: of it, from 1; batches: updates of an epoch.
        rows: (n,) which training samples the batch has, as places of the training part.
        model: compiled, as it is before the update.
    """

    experiment: Experiment
    dataset: Dataset
    network: DrawnNetwork
    epoch: int
    batch: int
    batches: int
    rows: Array
    model: Any
    trace: Trace

    @property
    def size(self) -> int:
        """Samples of the batch."""
        return len(self.rows)

    @property
    def is_small(self) -> bool:
        """Whether a session may remember it."""
        return sum(quantity.value.nbytes for quantity in self.trace) <= MOST_KEPT

    def table_row(self, sample: int) -> int:
        """1-based row of the table of a sample of the batch."""
        return int(self.dataset.train.rows[self.rows[sample]]) + 1


def first_update(experiment: Experiment, dataset: Dataset, batch: int = 1) -> Update:
    """An update of the first epoch of an experiment that need not have been trained.

    Raises:
        RunError "run.no_layers", "run.too_many_parameters", "size.…".
        NetcoreError: the network cannot be built.
    """
    check_network(experiment, dataset, current_limits())
    spec, arrays = run_spec(experiment, dataset)
    return _update(experiment, dataset, spec, arrays, Trainer(spec, arrays).snapshot(), 1, batch)


def update_from(record: RunRecord, dataset: Dataset, state: bytes, after: int, batch: int) -> Update:
    """Update `batch`, from 1, of the epoch behind epoch `after` of a run, with the rows that the training took.

    Args:
        state: snapshot of a Trainer that has been brought to the end of epoch `after`; 0: its start.
    """
    experiment = record.experiment_with_changes()
    spec, arrays = run_spec(experiment, dataset)
    return _update(experiment, dataset, spec, arrays, state, after + 1, batch)


def epoch_before(epoch: int) -> int:
    """After which the epoch begins: 0, the start weights, for the first."""
    return epoch - 1


def last_epoch_shown(record: RunRecord, checkpoints: Checkpoints, *, ended: bool) -> int:
    """Whose updates can be taken apart, 0 for none: of a run that goes on the one behind its last kept state."""
    if ended:
        return record.last_good_epoch
    kept = nearest(checkpoints, record.epochs_done)
    return kept + 1 if kept else 0


def first_shown(asked: int | None, last: int, *, ended: bool) -> int:
    """The epoch that was asked for, in reach; else of a run that goes on the one it is at, of another the first."""
    wanted = (1 if ended else last) if asked is None else asked
    return max(1, min(wanted, last))


def batches_of(record: RunRecord, dataset: Dataset) -> int:
    """Updates that an epoch of the run may have, at most: the batch size may have been turned on the way."""
    fit = record.experiment_with_changes().fit
    sizes = [fit.batch_size, *(int(change.value) for change in fit.changes if change.name == "batch_size")]
    return updates_arithmetic(len(dataset.train.rows), min(sizes), fit.epochs)[0]


def _update(
    experiment: Experiment, dataset: Dataset, spec: RunSpec, arrays: Arrays, state: bytes, epoch: int, batch: int
) -> Update:
    trainer, model, rows = before_update(spec, arrays, state, batch - 1)
    network = learned_network(experiment, model, dataset, images=False)  # each number is told
    trace = trace_of(model, spec, arrays, rows)
    made = trainer.position[1] or trainer.updates_per_epoch
    return Update(experiment, dataset, network, epoch, made, trainer.updates_per_epoch, rows, model, trace)
