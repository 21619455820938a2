"""The simplest engine, which trains in the caller's thread."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.errors import RunError
from lab.runs.kept.record import Marks, RunRecord, RunSummary, RunView, record_of
from lab.runs.kept.run_file import exported, imported, marked
from lab.runs.orders.run import arrays_of, run_spec
from lab.runs.orders.study import Cell, Piece, StudyView, check_study, study_specs, study_view
from lab.runs.serve.asking import check_command, check_size, fork_start
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.keys import new_key
from lab.runs.serve.views import kept_view, summary_of, view_of
from lab.runs.wire.arrays import rows_in
from lab.runs.wire.checkpoints import Checkpoints, thinned
from lab.runs.wire.messages import ENDED, Command, Pause, Reason, SetData, Speed, Status, Stop
from lab.runs.wire.points import Points
from lab.runs.work.job import first_status
from lab.runs.work.study_job import StudyJob
from lab.runs.work.trainer import Trainer
from lab.spec.data import PlaygroundSource
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits, current_limits
from lab.spec.value import checked
from lab.verdict.context import RunContext
from lab.verdict.judging import context_of
from netcore.errors import NetcoreError


@dataclass
class _InlineRun:
    experiment: Experiment
    owner: str
    number: int
    created: float
    trainer: Trainer | None  # None: it could not be built, `status` says why
    status: Status
    epochs_per_s: float | None
    context: RunContext
    marks: Marks = field(default_factory=Marks)
    checkpoints: Checkpoints = field(default_factory=dict)
    kept: RunRecord | None = None  # out of a file: it can only be looked at


class InlineEngine:
    """An engine without processes: nothing happens until `advance` is called. For command line, notebooks and tests."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or current_limits()
        self._runs: dict[str, _InlineRun] = {}
        self._studies: dict[str, tuple[str, list[tuple[list[Piece], StudyJob]]]] = {}  # id -> owner, pieces and job

    def start(self, request: RunRequest, owner: str) -> str:
        experiment, dataset = request.experiment, request.dataset
        check_size(experiment, dataset, self._limits)
        spec, arrays = run_spec(experiment, dataset)
        snapshot, checkpoints = fork_start(self, request, owner)
        mine = [run for run in self._runs.values() if run.owner == owner]
        for run in mine:
            if run.status.run != request.beside:
                self._obey(run, Stop())
        run_id = new_key()
        trainer: Trainer | None = None
        try:
            trainer = Trainer(spec, arrays)
            if snapshot:
                trainer.restore(snapshot)
            else:
                trainer.make_ready()
            if request.paused:
                trainer.apply(Pause())
            status = trainer.status(run_id)
        except NetcoreError as error:
            status = first_status(run_id, spec, rows_in(arrays), "failed", Reason(error.code, error.values))
        self._runs[run_id] = _InlineRun(
            experiment,
            owner,
            1 + max((run.number for run in mine), default=0),
            time.time(),
            trainer,
            status,
            request.epochs_per_s,
            context_of(experiment, dataset),
            checkpoints=checkpoints,
        )
        return run_id

    def advance(self, epochs: int | None = None) -> None:
        """Train every running run for `epochs` epochs, or to its end (the default)."""
        for run in self._runs.values():
            if run.trainer is not None and run.status.state not in ENDED:
                run.trainer.advance(epochs=epochs)
                taken = dict(run.trainer.take_checkpoints())
                run.checkpoints = thinned(run.checkpoints | taken, self._limits.checkpoint_bytes)
                run.status = run.trainer.status(run.status.run)
        for _, parts in self._studies.values():
            for _, job in parts:
                job.advance()

    def start_study(self, cells: Sequence[Cell], owner: str, *, predict: bool = False) -> str:
        check_study(cells, self._limits)
        for experiment, dataset in (run for cell in cells for run in cell.runs):
            check_size(experiment, dataset, self._limits)
        self._studies = {study: one for study, one in self._studies.items() if one[0] != owner}
        study_id = new_key()
        made = study_specs(cells, 1, predict=predict)
        self._studies[study_id] = owner, [(pieces, StudyJob(spec, arrays)) for pieces, spec, arrays in made]
        return study_id

    def study(self, study_id: str, owner: str) -> StudyView:
        parts = self._study_parts(study_id, owner)
        return study_view([(pieces, job.status(study_id), job.snapshot()) for pieces, job in parts])

    def stop_study(self, study_id: str, owner: str) -> None:
        for _, job in self._study_parts(study_id, owner):
            job.apply(Stop())

    def _study_parts(self, study_id: str, owner: str) -> list[tuple[list[Piece], StudyJob]]:
        if study_id not in self._studies or self._studies[study_id][0] != owner:
            raise RunError("run.unknown")
        return self._studies[study_id][1]

    def command(self, run_id: str, owner: str, command: Command) -> None:
        run = self._own(run_id, owner)
        if run.kept is not None:
            raise RunError("run.not_live")
        self._obey(run, command)

    def view(self, run_id: str, owner: str) -> RunView:
        run = self._own(run_id, owner)
        if run.kept is not None:
            return kept_view(run.kept, run.status)
        return view_of(
            run.status,
            Points() if run.trainer is None else run.trainer.points.after(0),
            number=run.number,
            name=run.experiment.name,
            created=run.created,
            elapsed_s=run.status.compute_s,
            epochs_per_s=run.epochs_per_s,
            stream=run_id,
        )

    def runs_of(self, owner: str) -> list[RunSummary]:
        return [
            summary_of(self.view(run_id, owner), run.context, run.marks)
            for run_id, run in reversed(self._runs.items())
            if run.owner == owner
        ]

    def left(self, owner: str) -> None:
        """Nothing was read from a disk."""

    def set_aside(self, owner: str) -> list[str]:
        return []  # nothing lies on a disk

    def record(self, run_id: str, owner: str) -> RunRecord:
        run = self._own(run_id, owner)
        if run.kept is not None:
            return run.kept
        return record_of(
            id=run_id,
            owner=owner,
            number=run.number,
            experiment=run.experiment,
            created=run.created,
            elapsed_s=run.status.compute_s,
            status=run.status,
            context=run.context,
            snapshot=b"" if run.trainer is None else run.trainer.snapshot(),
        )

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints:
        return self._own(run_id, owner).checkpoints

    def mark(self, run_id: str, owner: str, **changes: Any) -> None:
        run = self._own(run_id, owner)
        run.marks = marked(run.marks, **changes)

    def delete(self, run_id: str, owner: str) -> None:
        self._own(run_id, owner)
        del self._runs[run_id]

    def export(self, run_id: str, owner: str) -> bytes:
        run = self._own(run_id, owner)
        return exported(self.record(run_id, owner), run.status, run.marks, run.checkpoints)

    def take_in(self, data: bytes, owner: str) -> str:
        run_id = new_key()
        number = 1 + max((run.number for run in self._runs.values() if run.owner == owner), default=0)
        record, status, marks, checkpoints = imported(data, owner, run_id, number, self._limits.checkpoint_bytes)
        self._runs[run_id] = _InlineRun(
            record.experiment,
            owner,
            number,
            record.created,
            None,
            status,
            None,
            record.context,
            marks,
            checkpoints,
            record,
        )
        return run_id

    def close(self) -> None:
        self._runs.clear()
        self._studies.clear()

    def _own(self, run_id: str, owner: str) -> _InlineRun:
        run = self._runs.get(run_id)
        if run is None or run.owner != owner:
            raise RunError("run.unknown")
        return run

    def _obey(self, run: _InlineRun, command: Command) -> None:
        check_command(command, run.experiment, run.status.changes, self._limits)
        if isinstance(command, SetData) and run.trainer is not None:
            run.trainer.take_arrays(arrays_of(run.experiment, checked(PlaygroundSource, command.source)))
        if isinstance(command, Speed):
            run.epochs_per_s = command.epochs_per_s
        if run.trainer is not None:
            run.trainer.apply(command)
            run.status = run.trainer.status(run.status.run)
