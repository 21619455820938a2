"""Studies: dealt out to the workers, put together again, one for each owner at a time."""

import time
from collections.abc import Sequence

from lab.errors import RunError
from lab.runs.orders.study import Asked, Cell, StudyView, check_study, study_specs, study_view
from lab.runs.serve.asking import check_size
from lab.runs.serve.keys import new_key
from lab.runs.serve.pooled.array_files import ArrayFiles
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import Stopwatch, StudyPart
from lab.runs.work.job import first_status


class Studies:
    """What the Engine protocol says of studies."""

    def __init__(self, hub: Hub, dispatch: Dispatch, files: ArrayFiles) -> None:
        self._hub, self._dispatch, self._files = hub, dispatch, files

    def start(self, cells: Sequence[Cell], owner: str, *, predict: bool) -> str:
        """As `Engine.start_study`."""
        check_study(cells, self._hub.limits)
        for experiment, dataset in (run for cell in cells for run in cell.runs):
            check_size(experiment, dataset, self._hub.limits)
        study = new_key()
        parts = [
            self._part(study, owner, asked) for asked in study_specs(cells, self._dispatch.workers, predict=predict)
        ]
        with self._hub.lock:
            self._forget(owner)
            self._dispatch.submit(*parts)
        return study

    def view(self, study: str, owner: str) -> StudyView:
        with self._hub.lock:
            parts = self._parts(study, owner)
            for part in parts:
                self._dispatch.touch(part)
            seen = [(part.pieces, part.status, part.snapshot) for part in parts]
        return study_view(seen)

    def stop(self, study: str, owner: str) -> None:
        with self._hub.lock:
            for part in self._parts(study, owner):
                self._dispatch.stop(part)

    def _part(self, study: str, owner: str, asked: Asked) -> StudyPart:
        part_id, clock = new_key(), self._hub.clock
        return StudyPart(
            id=part_id,
            owner=owner,
            study=study,
            pieces=asked.pieces,
            spec=asked.spec,
            arrays=self._files.paths(asked.arrays),
            created=time.time(),
            status=first_status(part_id, asked.spec, 0, "queued"),
            stopwatch=Stopwatch(clock),
            seen_at=clock(),
        )

    def _parts(self, study: str, owner: str) -> list[StudyPart]:
        parts = [part for part in self._hub.parts_of(owner) if part.study == study]
        if not parts:
            raise RunError("run.unknown")
        return parts

    def _forget(self, owner: str) -> None:
        """A person looks at one study at a time: the one before makes room."""
        for part in self._hub.parts_of(owner):
            self._dispatch.stop(part)
            self._hub.drop(part)
