"""What a worker computes: one run, or a part of a study. Both have the same outside."""

import math
import traceback
from collections.abc import Callable
from dataclasses import replace

from lab.errors import LabError
from lab.runs.wire.arrays import Arrays
from lab.runs.wire.messages import Reason, RunState, Status
from lab.runs.wire.spec import JobSpec, RunSpec, StudySpec
from lab.runs.work.study_job import StudyJob
from lab.runs.work.trainer import Trainer
from netcore.errors import NetcoreError

Job = Trainer | StudyJob


def job_of(spec: JobSpec, arrays: Arrays, clock: Callable[[], float]) -> Job:
    """Raises NetcoreError: the network of a run cannot be built."""
    return StudyJob(spec, arrays, clock=clock) if isinstance(spec, StudySpec) else Trainer(spec, arrays, clock=clock)


def reason_of(error: Exception) -> Reason:
    """Why a job ended that raised this; what nobody foresaw goes to the log in full."""
    if isinstance(error, LabError | NetcoreError):
        return Reason(error.code, error.values)
    if isinstance(error, MemoryError):
        return Reason("run.out_of_memory", {})
    traceback.print_exception(error)
    return Reason("run.internal", {"kind": type(error).__name__})


def first_status(id: str, spec: JobSpec, rows: int, state: RunState, reason: Reason | None = None) -> Status:
    """The Status of what has not begun: it waits for its turn, or could not be built.

    Args:
        rows: to train on; of a study any.
    """
    if isinstance(spec, StudySpec):
        return replace(StudyJob(spec, {}).status(id), state=state, reason=reason)
    return _of_a_run(id, spec, rows, state, reason)


def _of_a_run(id: str, spec: RunSpec, rows: int, state: RunState, reason: Reason | None) -> Status:
    return Status(
        run=id,
        state=state,
        epoch=0,
        epochs=spec.fit.epochs,
        updates=0,
        updates_per_epoch=math.ceil(rows / spec.fit.batch_size),
        compute_s=0.0,
        learning_rate=float(spec.optimizer.params["learning_rate"]),
        batch_size=spec.fit.batch_size,
        changes=spec.changes,
        reason=reason,
    )
