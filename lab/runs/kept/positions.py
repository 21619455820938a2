"""Where on the x axis an epoch of a run stands: by epochs, by weight updates made, by seconds of computing.

The three tell different stories of one comparison: a small batch makes many updates in an epoch, a large one few.
"""

from collections.abc import Sequence
from typing import Literal

from lab.runs.wire.checkpoints import is_due
from lab.spec.experiment import Change, Experiment

Axis = Literal["epoch", "update", "second"]
AXES: tuple[Axis, ...] = ("epoch", "update", "second")


def positions(
    experiment: Experiment, train_rows: int, epochs_done: int, compute_s: float, axis: Axis
) -> Sequence[float]:
    """The place of each epoch of `experiment`, changes made on the way included.

    Args:
        train_rows: rows that an epoch goes through.
        compute_s: seconds that the run computed. They are shared out evenly among its updates; of a fork they belong
            to what it computed itself, and the part before goes at the same pace.
    """
    if axis == "epoch":
        return range(1, epochs_done + 1)
    updates = updates_at(experiment, train_rows, epochs_done)
    if axis == "update":
        return updates
    own = updates[-1] - _before_the_fork(experiment, updates) if updates else 0
    pace = compute_s / own if own else 0.0
    return [count * pace for count in updates]


def updates_at(experiment: Experiment, train_rows: int, epochs_done: int) -> list[int]:
    """Weight updates made by the end of each epoch."""
    parent = experiment.parent()
    done: list[int] = []
    if parent is not None and experiment.origin is not None:
        done = updates_at(parent, train_rows, min(epochs_done, experiment.origin.epoch))
    sizes = [change for change in experiment.fit.changes if change.name == "batch_size"]
    size = experiment.fit.batch_size
    for epoch in range(len(done), epochs_done):
        made, size = _updates_of(epoch, size, sizes, train_rows)
        done.append((done[-1] if done else 0) + made)
    return done


def _updates_of(epoch: int, size: int, changes: Sequence[Change], rows: int) -> tuple[int, int]:
    """Updates made in one epoch, and the batch size at its end; batches may change their size on the way."""
    seen = made = 0
    for change in changes:
        if change.epoch == epoch:
            before = min(max(change.batch - made, 0), -(-(rows - seen) // size))
            made, seen = made + before, min(rows, seen + before * size)
            size = int(change.value)
    return made + -(-(rows - seen) // size), size


def _before_the_fork(experiment: Experiment, updates: Sequence[int]) -> int:
    """Updates up to the checkpoint of its parent that a fork began to compute from."""
    if experiment.origin is None:
        return 0
    start = next((epoch for epoch in range(experiment.origin.epoch, 0, -1) if is_due(epoch)), 0)
    return updates[min(start, len(updates)) - 1] if start else 0
