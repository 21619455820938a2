"""Runs as pages see them: made of what a Trainer last said, or of a record."""

import math
from dataclasses import replace

from lab.runs.kept.record import Marks, RunRecord, RunSummary, RunView, as_changes
from lab.runs.wire.messages import Reason, Status
from lab.runs.wire.points import Points
from lab.verdict.context import RunContext


def summary_of(view: RunView, context: RunContext, marks: Marks) -> RunSummary:
    """A run's line in the list; its verdict once it has ended."""
    watched = view.history.get("val_loss") or view.history.get("loss") or []
    finite = [value if math.isfinite(value) else math.inf for value in watched]
    best = finite.index(min(finite)) if finite else 0
    return replace(
        view.summary,
        best={name: values[best] for name, values in view.history.items() if len(values) > best},
        best_epoch=best + 1 if finite else 0,
        verdict=None if view.active else context.word(view.history, view.state, view.extras),
        marks=marks,
    )


def kept_view(record: RunRecord, status: Status) -> RunView:
    """A page's view of a run at rest."""
    return view_of(
        status,
        Points(list(range(1, record.epochs_done + 1)), record.history, record.extras),
        number=record.number,
        name=record.name,
        created=record.created,
        elapsed_s=record.elapsed_s,
    )


def view_of(
    status: Status,
    points: Points,
    *,
    number: int,
    name: str,
    created: float,
    elapsed_s: float,
    epochs_per_s: float | None = None,
    queue_position: int = 0,
    queue_wait_s: float | None = None,
    busy: bool = False,
    stream: str = "",
    notes: tuple[Reason, ...] = (),
) -> RunView:
    """A page's view of a run from what its Trainer last said."""
    return RunView(
        id=status.run,
        number=number,
        name=name,
        state=status.state,
        epoch=status.epoch,
        epochs=status.epochs,
        updates=status.updates,
        updates_per_epoch=status.updates_per_epoch,
        history=points.history,
        extras=points.extras,
        compute_s=status.compute_s,
        elapsed_s=elapsed_s,
        learning_rate=status.learning_rate,
        batch_size=status.batch_size,
        epochs_per_s=epochs_per_s,
        changes=as_changes(status.changes),
        reason=status.reason,
        created=created,
        queue_position=queue_position,
        queue_wait_s=queue_wait_s,
        busy=busy,
        stream=stream,
        notes=notes,
    )
