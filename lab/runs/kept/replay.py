"""Any epoch of a run again: from its nearest checkpoint, exactly as it was."""

from collections.abc import Iterator
from typing import Final

from lab.data.prepare import Dataset
from lab.errors import RunError
from lab.runs.kept.record import RunRecord
from lab.runs.orders.run import check_network, run_spec
from lab.runs.wire.checkpoints import Checkpoints, nearest
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment
from lab.spec.limits import current_limits
from netcore.errors import NetcoreError

SLICE_S: Final = 0.2  # between two looks at how far it is


def trainer_from(record: RunRecord, checkpoints: Checkpoints, dataset: Dataset, epoch: int) -> Trainer:
    """A Trainer of the run at its last checkpoint at or before `epoch`; `advance` brings it on.

    Raises:
        RunError "run.damaged": the checkpoint is not of this run.
    """
    return _resumed(record.experiment_with_changes(), record, checkpoints, dataset, epoch)


def trainer_at(record: RunRecord, checkpoints: Checkpoints, dataset: Dataset, epoch: int) -> Trainer:
    """A Trainer of the run after `epoch` epochs (0: its start weights). Its model may be asked anything.

    Raises:
        RunError "run.damaged".
    """
    trainer = trainer_from(record, checkpoints, dataset, epoch)
    bring_on(trainer, epoch)
    return trainer


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
    """What `trainer_at` will take, by what the run took for an epoch."""
    return (epoch - nearest(checkpoints, epoch)) * record.compute_s / max(1, record.epochs_done)


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
    return _resumed(experiment, parent, known, dataset, origin.epoch).snapshot(), known


def _resumed(
    experiment: Experiment, record: RunRecord, checkpoints: Checkpoints, dataset: Dataset, epoch: int
) -> Trainer:
    check_network(experiment, dataset, current_limits())  # it trains where pages are served
    trainer = Trainer(*run_spec(experiment, dataset))
    start = nearest(checkpoints, epoch)
    if start:
        try:
            trainer.resume_at(start, checkpoints[start], record.history, record.extras)
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, NetcoreError):
                raise
            raise RunError("run.damaged") from None
    return trainer
