"""Knobs that pasted code turns on the way: learning rates between calls of fit or by a schedule, other batch sizes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lab.export.pasted.draft import FitCall
from lab.export.pasted.expressions import result_of
from lab.export.pasted.parts import Notes
from lab.export.pasted.values import Lambda, Reference, is_number
from lab.spec.experiment import Change, Experiment, checked
from netcore.optimizers.schedules import LearningRateSchedule

MOST = 900  # rates taken from a schedule; an experiment holds a thousand changes


@dataclass(frozen=True)
class Rates:
    """Where learning rates come from beside the optimizer's own.

    Attributes:
        schedule: of the optimizer, by the number of the update.
        assigned: (calls of fit before it, learning rate, line).
        rows: of the training part; the updates of an epoch are counted with them.
        line: of the schedule.
    """

    schedule: LearningRateSchedule | None
    assigned: Sequence[tuple[int, float, int]]
    rows: int | None
    line: int


def epochs_of(call: FitCall, present: int) -> int:
    return max((call.epochs or present) - (call.initial_epoch or 0), 0)


def changes_of(experiment: Experiment, calls: Sequence[FitCall], rates: Rates, notes: Notes) -> tuple[Change, ...]:
    """All changes in the order in which they take effect; several calls of fit are one run."""
    present = experiment.fit
    rate = experiment.compile.learning_rate
    changes: list[Change] = []
    done, size = 0, None
    for place, call in enumerate(calls):
        given = [(done, value) for earlier, value, _ in rates.assigned if earlier == place]
        before, size = size, call.batch_size or present.batch_size
        epochs = epochs_of(call, present.epochs)
        scheduled = list(_by_callback(call, done, epochs, given[-1][1] if given else rate, notes))
        changes += [_rate(*one) for one in given]
        if before not in (None, size):
            changes.append(Change(epoch=done, batch=0, name="batch_size", value=float(size)))
        changes += _steps_of(scheduled, given[-1][1] if given else rate, call.line, notes)
        rate = ([rate] + [value for _, value in (*given, *scheduled)])[-1]
        done += epochs
    end = [_rate(done, value) for earlier, value, _ in rates.assigned if earlier >= len(calls)]
    return tuple(sorted([*_by_schedule(experiment, calls, rates, notes), *changes, *end], key=lambda one: one.epoch))


def _by_schedule(experiment: Experiment, calls: Sequence[FitCall], rates: Rates, notes: Notes) -> list[Change]:
    """The rate of the optimizer's schedule at the beginning of each epoch."""
    schedule, fit = rates.schedule, experiment.fit
    if schedule is None:
        return []
    if not rates.rows:
        notes.add("warning", "paste.schedule_start", rates.line, rate=f"{schedule(0):g}")
        return []
    values = []
    epoch = updates = 0
    for call in calls or [FitCall(0, fit.epochs, fit.batch_size)]:
        for _ in range(epochs_of(call, fit.epochs)):
            values.append((epoch, schedule(updates)))
            epoch, updates = epoch + 1, updates + math.ceil(rates.rows / (call.batch_size or fit.batch_size))
    return _steps_of(values, schedule(0), rates.line, notes)


def _by_callback(call: FitCall, start: int, epochs: int, rate: float, notes: Notes) -> Iterator[tuple[int, float]]:
    """The rates that a LearningRateScheduler's function gives, as long as they can be worked out."""
    if call.schedule is None:
        return
    for epoch in range(start, start + epochs):
        value = _asked(call.schedule.value, epoch, rate)
        if value is None:
            values = {"argument": "schedule", "text": call.schedule.text}
            notes.add("error", "paste.unknown_value", call.schedule.line, **values)
            return
        rate = value
        yield epoch, rate


def _asked(function: Any, epoch: int, rate: float) -> float | None:
    """schedule(epoch) or schedule(epoch, learning rate)."""
    for numbers in ((epoch, rate), (epoch,)):
        value: Any = None
        if isinstance(function, Lambda):
            value = result_of(function, *numbers)
        elif isinstance(function, Reference) and function.network is not None:
            value = function.network.result(*numbers)
        if is_number(value):
            return float(value)
    return None


def _steps_of(values: list[tuple[int, float]], before: float, line: int, notes: Notes) -> list[Change]:
    """A change for each epoch with another rate than the one before; of very many epochs, every second or third."""
    chosen = values[:: max(math.ceil(len(values) / MOST), 1)]
    earlier = [before, *(value for _, value in chosen)]
    kept = [one for one, last in zip(chosen, earlier, strict=False) if one[1] != last]
    if values:
        first, last = values[0][1], values[-1][1]
        notes.add("note", "paste.schedule", line, count=len(kept), first=f"{first:g}", last=f"{last:g}")
    return [_rate(epoch, value) for epoch, value in kept]


def _rate(epoch: int, value: float) -> Change:
    return checked(Change, {"epoch": epoch, "batch": 0, "name": "learning_rate", "value": value})
