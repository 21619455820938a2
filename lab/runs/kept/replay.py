"""Any epoch of a run again: from its nearest checkpoint, exactly as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lab.data.prepare import Dataset
from lab.errors import RunError
from lab.runs.kept.record import RunRecord
from lab.runs.orders.run import check_network, run_spec
from lab.runs.wire.arrays import Arrays
from lab.runs.wire.checkpoints import Checkpoints, nearest
from lab.runs.wire.points import Columns
from lab.runs.wire.snapshot import Weights
from lab.runs.wire.spec import RunSpec
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment
from lab.spec.limits import current_limits
from netcore.errors import NetcoreError

SLICE_S: Final = 0.2  # between two looks at how far it is


@dataclass(frozen=True, eq=False)
class Past:
    """All that a run is brought back from, as plain values: another process can do it as well.

    Args:
        experiment: with the changes of the run.
        spec, arrays: as a Trainer takes them.
        history, extras: as of a record.
        weights: of the last epoch, in Keras order; last: the last epoch whose numbers were all finite.
    """

    experiment: Experiment
    spec: RunSpec
    arrays: Arrays
    checkpoints: Checkpoints
    history: Columns
    extras: Columns
    weights: Weights
    last: int

    def trainer_from(self, epoch: int) -> Trainer:
        """A Trainer at the last checkpoint at or before `epoch`, to be brought on. Raises RunError "run.damaged"."""
        trainer = Trainer(self.spec, self.arrays)
        start = nearest(self.checkpoints, epoch)
        if start:
            try:
                trainer.resume_at(start, self.checkpoints[start], self.history, self.extras)
            except (ValueError, KeyError, TypeError) as error:
                if isinstance(error, NetcoreError):
                    raise
                raise RunError("run.damaged") from None
        return trainer

    def trainer_at(self, epoch: int) -> Trainer:
        """A Trainer after `epoch` epochs (0: its start weights). Raises RunError "run.damaged"."""
        trainer = self.trainer_from(epoch)
        bring_on(trainer, epoch)
        return trainer


def past_of(record: RunRecord, checkpoints: Checkpoints, dataset: Dataset) -> Past:
    """Raises RunError as `lab.runs.orders.run.check_network`."""
    return _past(record.experiment_with_changes(), record, checkpoints, dataset)


def bring_on(trainer: Trainer, epoch: int) -> None:
    """Train the epochs that are missing up to `epoch`."""
    if trainer.epochs_done < epoch:
        trainer.advance(epochs=epoch - trainer.epochs_done)


def brought_on(trainer: Trainer, epoch: int, seconds: float) -> Iterator[float]:
    """As `bring_on`, slice by slice: yields how much of it is done, from 0 to 1.

    Args:
        seconds: that it will take, see `seconds_to`.
    """
    start = trainer.epochs_done
    missing = epoch - start
    stride = max(1, int(missing * SLICE_S / seconds)) if seconds else missing
    while trainer.epochs_done < epoch:
        bring_on(trainer, min(epoch, trainer.epochs_done + stride))
        yield (trainer.epochs_done - start) / missing


def is_on_the_way(trainer: Trainer, checkpoints: Checkpoints, epoch: int) -> bool:
    """Whether going on from where the trainer stands is no longer than from the nearest checkpoint."""
    done = trainer.epochs_done
    return nearest(checkpoints, epoch) <= done < epoch or (done == epoch and trainer.between_epochs)


def epoch_beside(epoch: int, step: int, last: int) -> int:
    """The epoch a step on or back, between 0 and the last one."""
    return min(last, max(0, epoch + step))


def seconds_to(record: RunRecord, checkpoints: Checkpoints, epoch: int) -> float:
    """What `Past.trainer_at` will take, by what the run took for an epoch."""
    return seconds_from(record, checkpoints, epoch, None)


def seconds_from(record: RunRecord, checkpoints: Checkpoints, epoch: int, near: Trainer | None) -> float:
    """The same from a Trainer that is nearer, where there is one."""
    done = nearest(checkpoints, epoch) if near is None else near.epochs_done
    return (epoch - done) * seconds_an_epoch(record)


def seconds_an_epoch(record: RunRecord) -> float:
    """What an epoch of the run took."""
    return record.compute_s / max(1, record.epochs_done)


def within_reach(record: RunRecord, checkpoints: Checkpoints, epoch: int, most_s: float | None) -> int:
    """The epoch, or the last checkpoint before it where the way from there takes longer than `most_s` seconds."""
    far = most_s is not None and seconds_to(record, checkpoints, epoch) > most_s
    return nearest(checkpoints, epoch) if far else epoch


def fork_snapshot(
    experiment: Experiment, parent: RunRecord, checkpoints: Checkpoints, dataset: Dataset
) -> tuple[bytes, Checkpoints]:
    """Where a fork of `parent` may begin: a snapshot as near before the fork as there is one, and what to keep of it.

    Empty where the parent is another run than the one that the experiment speaks of: it is then trained again.

    Raises:
        RunError "run.damaged".
    """
    origin = experiment.origin
    if origin is None or experiment.parent() != parent.experiment_with_changes().replace(name=""):
        return b"", {}
    known = {epoch: state for epoch, state in checkpoints.items() if epoch <= origin.epoch}
    if not known:
        return b"", {}
    return _past(experiment, parent, known, dataset).trainer_from(origin.epoch).snapshot(), known


def _past(experiment: Experiment, record: RunRecord, checkpoints: Checkpoints, dataset: Dataset) -> Past:
    check_network(experiment, dataset, current_limits())  # it trains where pages are served
    spec, arrays = run_spec(experiment, dataset)
    weights, last = record.weights, record.last_good_epoch
    return Past(experiment, spec, arrays, checkpoints, record.history, record.extras, weights, last)
