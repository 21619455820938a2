"""Studies: dealt out to the workers or to a cluster, put together again, one for each owner at a time."""

import time
from collections.abc import Sequence
from dataclasses import replace

from lab.errors import RunError
from lab.runs.orders.study import Asked, Cell, StudyView, check_study, single_pieces, study_specs, study_view
from lab.runs.serve.asking import check_size
from lab.runs.serve.keys import new_key
from lab.runs.serve.pooled.array_files import ArrayFiles
from lab.runs.serve.pooled.cluster import Cluster
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import Stopwatch, StudyPart
from lab.runs.wire.messages import Reason
from lab.runs.work.job import first_status

MOST_BYTES = 200_000_000  # of arrays that are sent to a cluster: on their way they are in memory several times


class Studies:
    """What the Engine protocol says of studies.

    Args:
        cluster: computes studies in place of the workers, as long as it answers; None: there is none.
    """

    def __init__(self, hub: Hub, dispatch: Dispatch, files: ArrayFiles, cluster: Cluster | None = None) -> None:
        self._hub, self._dispatch, self._files = hub, dispatch, files
        self._cluster = cluster

    def start(self, cells: Sequence[Cell], owner: str, *, predict: bool) -> str:
        """As `Engine.start_study`."""
        check_study(cells, self._hub.limits)
        for experiment, dataset in (run for cell in cells for run in cell.runs):
            check_size(experiment, dataset, self._hub.limits)
        parts = self._parts_made(new_key(), cells, owner, predict=predict)
        with self._hub.lock:
            self._forget(owner)
            self._dispatch.submit(*parts)
        return parts[0].study

    def view(self, study: str, owner: str) -> StudyView:
        with self._hub.lock:
            parts = self._parts(study, owner)
            for part in parts:
                self._dispatch.touch(part)
            seen = [(part.pieces, part.status, part.snapshot) for part in parts]
            note = next((part.note for part in parts if part.note), None)
            view = study_view(seen, note)
            first = min(parts, key=lambda part: part.queue_position)  # 0 as soon as one has a place
            return replace(
                view, queue_position=first.queue_position, queue_wait_s=first.queue_wait_s, busy=self._hub.busy
            )

    def stop(self, study: str, owner: str) -> None:
        with self._hub.lock:
            for part in self._parts(study, owner):
                self._dispatch.stop(part)

    def cluster_lost(self) -> None:
        """What the cluster has not sent back is computed here: where the workers are, and with the same numbers."""
        with self._hub.lock:
            for part in self._hub.jobs():
                if isinstance(part, StudyPart) and part.worker == self._dispatch.cluster:
                    part.note = Reason("study.cluster_lost", {})
            self._dispatch.give_back(self._dispatch.cluster)

    def _parts_made(self, study: str, cells: Sequence[Cell], owner: str, *, predict: bool) -> list[StudyPart]:
        """For the cluster each piece by itself, so that one that comes back is kept whatever becomes of the others."""
        places = self._cluster.places() if self._cluster else 0
        if places:
            asked = single_pieces(cells, places, predict=predict)
            if _array_bytes(asked) <= MOST_BYTES:
                note = Reason("study.on_cluster", {"places": places})
                return self._held(study, owner, asked, self._dispatch.cluster, note)
        asked = study_specs(cells, self._dispatch.workers, predict=predict)
        missing = Reason("study.cluster_missing", {}) if self._cluster and not places else None
        return self._held(study, owner, asked, None, missing)

    def _held(
        self, study: str, owner: str, asked: Sequence[Asked], worker: int | None, note: Reason | None
    ) -> list[StudyPart]:
        """A part for each, or none where the disk has no room for the arrays of all."""
        parts: list[StudyPart] = []
        try:
            for one in asked:
                parts.append(self._part(study, owner, one, worker, note))  # noqa: PERF401  # those before a refusal count
        except RunError:
            for part in parts:
                self._files.release(part.id)
            raise
        return parts

    def _part(self, study: str, owner: str, asked: Asked, worker: int | None, note: Reason | None) -> StudyPart:
        part_id, clock = new_key(), self._hub.clock
        return StudyPart(
            id=part_id,
            owner=owner,
            study=study,
            pieces=asked.pieces,
            spec=asked.spec,
            arrays=self._files.paths(part_id, asked.arrays),
            created=time.time(),
            status=first_status(part_id, asked.spec, 0, "queued"),
            stopwatch=Stopwatch(clock),
            seen_at=clock(),
            worker=worker,
            note=note,
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


def _array_bytes(asked: Sequence[Asked]) -> int:
    """Each array counted once; most settings of a study share theirs."""
    arrays = {id(array): array for one in asked for array in one.arrays.values()}
    return sum(array.nbytes for array in arrays.values())
