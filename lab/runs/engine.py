"""What pages know of training: the Engine protocol. And the simplest engine, which trains in the caller's thread."""

import secrets
import time
from dataclasses import dataclass
from typing import Protocol

from lab.data.prepare import Dataset
from lab.errors import RunError
from lab.experiment import Experiment, check_limits
from lab.limits import Limits, current_limits
from lab.model import layer_rows, parameter_count
from lab.runs.arrays import rows_in
from lab.runs.messages import ENDED, Command, Extend, Pause, Reason, Speed, Status, Stop
from lab.runs.record import RunRecord, RunSummary, RunView, as_changes, as_reason, record_of
from lab.runs.spec import run_spec
from lab.runs.trainer import Trainer, start_status
from netcore.errors import NetcoreError


class Engine(Protocol):
    """Starts runs, passes commands to them and tells where they are. Safe to call from any thread."""

    def start(
        self,
        experiment: Experiment,
        dataset: Dataset,
        owner: str,
        *,
        epochs_per_s: float | None = None,
        paused: bool = False,
    ) -> str:
        """Begin a run and return its id. A run that the owner still has going is stopped and kept.

        Raises:
            ExperimentError: a limit of the profile in force is passed.
            RunError: there is nothing to train, or no room.
        """
        ...

    def command(self, run_id: str, command: Command) -> None:
        """Pass a command on; it takes effect between two batches. Raises RunError "run.unknown"."""
        ...

    def view(self, run_id: str) -> RunView:
        """Where the run is now. Raises RunError "run.unknown"."""
        ...

    def is_live(self, run_id: str) -> bool:
        """True while the run can be streamed and can go on; a kept run can only be looked at."""
        ...

    def runs_of(self, owner: str) -> list[RunSummary]:
        """The owner's runs, newest first: the one going on, and the kept ones."""
        ...

    def record(self, run_id: str, owner: str) -> RunRecord:
        """The kept run. Raises RunError "run.unknown", also when it is someone else's."""
        ...

    def close(self) -> None:
        """End everything that the engine started."""
        ...


def new_run_id() -> str:
    """192 random bits: whoever knows the id may read the run's stream, so it must not be guessable."""
    return secrets.token_urlsafe(24)


def check_size(experiment: Experiment, dataset: Dataset, limits: Limits) -> None:
    """Refuse what the profile in force does not allow. Raises ExperimentError or RunError naming the bound."""
    check_limits(experiment, limits)
    values = dataset.train.x.size
    if values > limits.train_values:
        raise RunError("run.too_many_values", value=values, high=limits.train_values)
    parameters = parameter_count(layer_rows(experiment, dataset))
    if parameters > limits.parameters:
        raise RunError("run.too_many_parameters", value=parameters, high=limits.parameters)


@dataclass
class _InlineRun:
    experiment: Experiment
    owner: str
    number: int
    created: float
    trainer: Trainer | None  # None: it could not be built, `status` says why
    status: Status
    epochs_per_s: float | None


class InlineEngine:
    """An engine without processes: nothing happens until `advance` is called. For command line, notebooks and tests."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or current_limits()
        self._runs: dict[str, _InlineRun] = {}

    def start(
        self,
        experiment: Experiment,
        dataset: Dataset,
        owner: str,
        *,
        epochs_per_s: float | None = None,
        paused: bool = False,
    ) -> str:
        check_size(experiment, dataset, self._limits)
        spec, arrays = run_spec(experiment, dataset)
        mine = [run for run in self._runs.values() if run.owner == owner]
        for run in mine:
            self._obey(run, Stop())
        run_id = new_run_id()
        trainer: Trainer | None = None
        try:
            trainer = Trainer(spec, arrays)
            if paused:
                trainer.apply(Pause())
            status = trainer.status(run_id)
        except NetcoreError as error:
            status = start_status(run_id, spec, rows_in(arrays), "failed", Reason(error.code, error.values))
        self._runs[run_id] = _InlineRun(experiment, owner, len(mine) + 1, time.time(), trainer, status, epochs_per_s)
        return run_id

    def advance(self, epochs: int | None = None) -> None:
        """Train every running run for `epochs` epochs, or to its end (the default)."""
        for run in self._runs.values():
            if run.trainer is not None and run.status.state not in ENDED:
                run.trainer.advance(epochs=epochs)
                run.status = run.trainer.status(run.status.run)

    def command(self, run_id: str, command: Command) -> None:
        self._obey(self._run(run_id), command)

    def view(self, run_id: str) -> RunView:
        run = self._run(run_id)
        history = {} if run.trainer is None else {name: list(values) for name, values in run.trainer.history.items()}
        return view_of(
            run.status, history, run.number, run.experiment.name, run.created, run.status.compute_s, run.epochs_per_s
        )

    def is_live(self, run_id: str) -> bool:
        return run_id in self._runs

    def runs_of(self, owner: str) -> list[RunSummary]:
        return [self.view(run_id).summary for run_id, run in reversed(self._runs.items()) if run.owner == owner]

    def record(self, run_id: str, owner: str) -> RunRecord:
        run = self._run(run_id)
        if run.owner != owner:
            raise RunError("run.unknown")
        return record_of(
            id=run_id,
            owner=owner,
            number=run.number,
            experiment=run.experiment,
            created=run.created,
            elapsed_s=run.status.compute_s,
            status=run.status,
            snapshot=b"" if run.trainer is None else run.trainer.snapshot(),
        )

    def close(self) -> None:
        self._runs.clear()

    def _run(self, run_id: str) -> _InlineRun:
        if run_id not in self._runs:
            raise RunError("run.unknown")
        return self._runs[run_id]

    def _obey(self, run: _InlineRun, command: Command) -> None:
        if isinstance(command, Extend):
            check_epochs(command, self._limits)
        if isinstance(command, Speed):
            run.epochs_per_s = command.epochs_per_s
        if run.trainer is not None:
            run.trainer.apply(command)
            run.status = run.trainer.status(run.status.run)


def check_epochs(command: Extend, limits: Limits) -> None:
    """Refuse more epochs than the profile allows. Raises RunError naming the bound."""
    if not 1 <= command.epochs <= limits.epochs:
        raise RunError("run.too_many_epochs", value=command.epochs, high=limits.epochs)


def view_of(
    status: Status,
    history: dict[str, list[float]],
    number: int,
    name: str,
    created: float,
    elapsed_s: float,
    epochs_per_s: float | None,
    queue_position: int = 0,
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
        history=history,
        compute_s=status.compute_s,
        elapsed_s=elapsed_s,
        learning_rate=status.learning_rate,
        batch_size=status.batch_size,
        epochs_per_s=epochs_per_s,
        changes=as_changes(status.changes),
        reason=as_reason(status.reason),
        created=created,
        queue_position=queue_position,
    )
