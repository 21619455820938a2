"""Runs that a server left half trained when it ended: their owners' again, paused.

The next server that starts has them all. Where others serve the same store meanwhile, each has those of the people who
come to it: a proxy sends them there, and there they stay.
"""

import logging
from pathlib import Path

from lab.errors import RunError
from lab.runs.kept.store import RunStore, hashed
from lab.runs.serve.pooled.array_files import ArrayFiles
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import LiveRun
from lab.runs.serve.pooled.keeping import Keeper
from lab.runs.serve.pooled.left_run import NO_RUN, unpacked
from lab.runs.serve.pooled.place import Place
from lab.runs.wire.messages import Pause

SERVER_ENDED = "run.server_ended"  # why a run is in the store that was never stopped by anybody

log = logging.getLogger(__name__)


class ComingBack:
    """Brings back what the place has taken over from dead servers."""

    def __init__(
        self, hub: Hub, dispatch: Dispatch, store: RunStore, files: ArrayFiles, keeper: Keeper, place: Place
    ) -> None:
        self._hub, self._dispatch, self._store = hub, dispatch, store
        self._files, self._keeper, self._place = files, keeper, place

    def bring_back(self) -> None:
        """All of them. Nothing that lies there can keep the server from starting."""
        self._bring(self._place.take_over())
        self._files.sweep()

    def of(self, owner: str) -> None:
        """Those of one owner, if a server has died meanwhile. Costs next to nothing if none has."""
        if paths := self._place.left_of(hashed(owner)):
            self._bring(paths)
            self._files.sweep()

    def _bring(self, paths: list[Path]) -> None:
        back = 0
        for path in paths:
            run = self._run_of(path)
            if run is None:
                self._place.set_aside(path)
            elif self._ended_since(run):
                path.unlink(missing_ok=True)
            else:
                self._go_on_with(run)
                back += 1
        if back:
            log.warning("%d runs came back that a server had left half trained", back)

    def _run_of(self, path: Path) -> LiveRun | None:
        try:
            return unpacked(path.read_bytes(), self._place.arrays, self._hub.clock)
        except (OSError, *NO_RUN):
            return None

    def _ended_since(self, run: LiveRun) -> bool:
        """It was saved at its end, and its server killed before it could take its file away."""
        try:
            record, status = self._store.load(run.id, run.owner)
        except RunError:
            return False
        ended = status.reason is None or status.reason.code != SERVER_ENDED
        return ended and record.epochs_done >= run.status.epoch

    def _go_on_with(self, run: LiveRun) -> None:
        self._files.hold(run.id, (Path(path).name for path in run.arrays.values()))
        self._keeper.known(run)
        with self._hub.lock:
            self._dispatch.send(run, Pause())
            self._dispatch.submit(run)
