"""What a person asks of a run that is live."""

from lab.errors import RunError
from lab.runs.kept.store import RunStore
from lab.runs.orders.run import arrays_of
from lab.runs.serve.asking import check_command
from lab.runs.serve.pooled.array_files import ArrayFiles
from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import LiveRun
from lab.runs.wire.arrays import count_of_others
from lab.runs.wire.messages import Command, Extend, Pause, Resume, SetData, Speed, Step
from lab.runs.work.trainer import EXTENDABLE
from lab.spec.data import PlaygroundSource
from lab.spec.experiment import MOST_DATA
from lab.spec.value import checked

SHARED = (Pause, Resume, Step, Speed)  # what holds for both runs of a pair


class Commands:
    """Passes commands on."""

    def __init__(self, hub: Hub, dispatch: Dispatch, store: RunStore, files: ArrayFiles) -> None:
        self._hub, self._dispatch, self._store, self._files = hub, dispatch, store, files

    def command(self, run_id: str, owner: str, command: Command) -> None:
        """As `Engine.command`."""
        run = self._hub.own(run_id, owner)
        if run is None:
            self._store.require(run_id, owner)
            raise RunError("run.not_live")
        check_command(command, run.experiment, run.status.changes, self._hub.limits)
        arrays = self._rows_for(run, command) if isinstance(command, SetData) else {}
        with self._hub.lock:
            for one in (run, *self._beside(run, command)):
                self._pass_on(one, command, arrays)

    def _rows_for(self, run: LiveRun, command: SetData) -> dict[str, str]:
        """Where the arrays lie that it needs, held for the run. Raises RunError."""
        if count_of_others(run.arrays) >= MOST_DATA:
            raise RunError("run.too_many_changes", high=MOST_DATA)
        arrays = arrays_of(run.experiment, checked(PlaygroundSource, command.source))
        return self._files.paths(run.id, arrays)

    def _pass_on(self, run: LiveRun, command: Command, arrays: dict[str, str]) -> None:
        self._dispatch.touch(run)
        if isinstance(command, Speed):
            run.epochs_per_s, run.updates_per_s = command.epochs_per_s, command.updates_per_s
        else:
            run.came_back = False
        if run.active:
            self._dispatch.send(run, command, arrays)
        elif isinstance(command, Extend) and self._can_go_on(run, command.epochs):
            if run.checkpoints is None:
                run.checkpoints = self._store.checkpoints(run.id, run.owner)
            self._dispatch.revive(run, command)

    def _beside(self, run: LiveRun, command: Command) -> list[LiveRun]:
        """The other one of a pair, where the command is for both."""
        other = self._hub.own(run.beside, run.owner) if run.beside and isinstance(command, SHARED) else None
        return [other] if other is not None and other.active else []

    def _can_go_on(self, run: LiveRun, epochs: int) -> bool:
        return run.status.state in EXTENDABLE and epochs > run.curve.last_epoch
