"""Whether what a file says of a run can be true: types are checked already, here the values beside one another.

Whoever reads a run may then rely on it: as many numbers as epochs, epochs within bounds, text that can be written.
"""

import math
from collections.abc import Iterable
from dataclasses import fields
from typing import Final

from lab.runs.kept.record import RunRecord, RunSummary
from lab.runs.wire.messages import ENDED, Status
from lab.runs.wire.points import Columns
from lab.runs.wire.typed import typed
from lab.spec.experiment import check_limits
from lab.spec.limits import ALONE
from lab.texts import blanks, say_error

LARGEST: Final = 10**15  # of a count: more is no run's
CURVES: Final = 200  # of one run
LATEST: Final = 4_102_444_800  # seconds since 1970: the year 2100; a calendar ends in 9999
LOSS: Final = "loss"


def check_record(record: RunRecord, status: Status) -> None:
    """Raises ValueError, TypeError or LabError where a record contradicts itself or goes beyond all limits."""
    check_limits(record.experiment, ALONE)
    epochs = record.epochs_done
    _check_counts(epochs, status.epoch, status.epochs, most=ALONE.epochs)
    _check_counts(record.number, status.updates, status.updates_per_epoch, status.batch_size, most=LARGEST)
    _check_counts(record.context.train_rows, record.context.validation_rows, most=LARGEST)
    _check_counts(
        record.context.parameters or 0, record.context.inputs or 0, record.context.test_rows or 0, most=LARGEST
    )
    if not 0 <= record.best_epoch <= epochs or not 0 <= record.last_good_epoch <= epochs:
        raise ValueError("an epoch that is not there")
    if bool(epochs) != (LOSS in record.history):
        raise ValueError("epochs without a loss")
    _check_columns(record.history, epochs)
    _check_columns(record.extras, epochs)
    _check_times(record.created, record.elapsed_s, record.compute_s, status.compute_s)
    if not math.isfinite(status.learning_rate):
        raise ValueError("a rate that is no number")
    for text in (record.id, record.name, status.run, *record.history, *record.extras):
        text.encode()  # raises for half of a surrogate pair
    if status.reason is not None:
        said = say_error(status.reason, "en")  # raises for a sentence that nobody knows
        if blanks(said):
            raise ValueError("a reason without its numbers")
        said.encode()


def check_summary(summary: RunSummary) -> None:
    """Raises ValueError or TypeError where one line about a run cannot be shown as it is."""
    typed(RunSummary, {field.name: getattr(summary, field.name) for field in fields(summary)})
    if summary.state not in ENDED:
        raise ValueError("not an ended run")
    _check_counts(summary.epoch, summary.epochs, summary.best_epoch, most=ALONE.epochs)
    _check_counts(summary.number, summary.updates, most=LARGEST)
    _check_times(summary.created, summary.compute_s)
    for text in (summary.id, summary.name, *summary.metrics, *summary.best):
        text.encode()
    if not _are_numbers([*summary.metrics.values(), *summary.best.values()]):
        raise ValueError("a metric that is no number")


def _check_times(*seconds: float) -> None:
    if not all(0 <= value <= LATEST for value in seconds):  # of a whole number as long as a line no float can be made
        raise ValueError("a time that cannot be")


def _check_counts(*values: int, most: int) -> None:
    if not all(type(value) is int and 0 <= value <= most for value in values):
        raise ValueError("a count that cannot be")


def _check_columns(columns: Columns, epochs: int) -> None:
    if len(columns) > CURVES or any(len(values) != epochs or not _are_numbers(values) for values in columns.values()):
        raise ValueError("curves that are not of this run")


def _are_numbers(values: Iterable[object]) -> bool:
    return all(type(value) is float or (type(value) is int and abs(value) <= LARGEST) for value in values)
