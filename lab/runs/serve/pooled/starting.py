"""A run from its request to its place with a worker."""

import time

from lab.runs.kept.store import RunStore
from lab.runs.orders.run import run_spec
from lab.runs.serve.asking import Recorded, check_size, fork_start
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.keys import new_key
from lab.runs.serve.pooled.array_files import ArrayFiles
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import LiveRun, Stopwatch
from lab.runs.serve.pooled.memory import snapshot_bytes
from lab.runs.wire.arrays import rows_in
from lab.runs.wire.messages import Pause
from lab.runs.wire.snapshot import TrainerSnapshot
from lab.runs.work.job import first_status
from lab.spec.shared import one_of, shared
from lab.verdict.judging import context_of


class Starting:
    """Begins runs, one for each owner at a time.

    Args:
        recorded: knows the run that a fork goes on from.
    """

    def __init__(self, hub: Hub, dispatch: Dispatch, store: RunStore, files: ArrayFiles, recorded: Recorded) -> None:
        self._hub, self._dispatch, self._store, self._files = hub, dispatch, store, files
        self._recorded = recorded

    def start(self, request: RunRequest, owner: str) -> str:
        """As `Engine.start`. What takes long is done before anybody else has to wait for it."""
        parameters = check_size(request.experiment, request.dataset, self._hub.limits)
        run = self._made(request, owner, parameters)
        with self._hub.lock:
            for other in self._hub.runs_of(owner):
                if other.id == request.beside and other.active:
                    run.beside, other.beside = other.id, run.id
                else:
                    self._dispatch.stop(other)
            if request.paused:
                self._dispatch.send(run, Pause())
            self._dispatch.submit(run)
        return run.id

    def _made(self, request: RunRequest, owner: str, parameters: int) -> LiveRun:
        spec, arrays = run_spec(request.experiment, request.dataset)
        snapshot, checkpoints = fork_start(self._recorded, request, owner)
        context = context_of(request.experiment, request.dataset)
        run_id, clock = new_key(), self._hub.clock
        run = LiveRun(
            id=run_id,
            owner=owner,
            number=self._store.next_number(owner, max((run.number for run in self._hub.runs_of(owner)), default=0)),
            experiment=shared(request.experiment),
            context=one_of(context, repr(context)),
            spec=one_of(spec, repr(spec)),
            arrays=self._files.paths(run_id, arrays),
            created=time.time(),
            status=first_status(run_id, spec, rows_in(arrays), "queued"),
            stopwatch=Stopwatch(clock),
            seen_at=clock(),
            epochs_per_s=request.epochs_per_s,
            updates_per_s=request.updates_per_s,
            saved=snapshot,
            states=checkpoints,
            needs_bytes=snapshot_bytes(parameters),
        )
        if snapshot:
            past = TrainerSnapshot.unpack(snapshot)
            run.curve.begin(past.history, past.extras)
        return run
