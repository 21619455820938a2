"""What pages know of training: the Engine protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lab.data.prepare import Dataset
from lab.runs.kept.record import RunRecord, RunSummary, RunView
from lab.runs.orders.study import Cell, StudyView
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.wire.messages import Command
from lab.spec.experiment import Experiment


@dataclass(frozen=True)
class RunRequest:
    """A run as it is asked for.

    Args:
        experiment: what to train, on which data.
        dataset: prepared of these data.
        epochs_per_s, updates_per_s: pace, None for as fast as possible.
        paused: wait before the first update.
        fork_of: id of the run that the experiment forks from, so that its first part is not trained again.
        beside: id of a run of the owner that goes on beside this one, to be compared: the two count as one.
    """

    experiment: Experiment
    dataset: Dataset
    epochs_per_s: float | None = None
    paused: bool = False
    fork_of: str | None = None
    updates_per_s: float | None = None
    beside: str | None = None


class Engine(Protocol):
    """Starts runs, passes commands to them and tells where they are. Safe to call from any thread.

    Every method but `close` asks whose the thing is. What is someone else's, and what nobody knows, is refused with
    the same RunError "run.unknown", so that no answer tells that it exists.
    """

    def start(self, request: RunRequest, owner: str) -> str:
        """Begin a run and return its id. Others that the owner still has going are stopped and kept, but for `beside`.

        Raises:
            ExperimentError: a limit of the profile in force is passed.
            RunError: there is nothing to train, or no room.
        """
        ...

    def command(self, run_id: str, owner: str, command: Command) -> None:
        """Pass a command on; it takes effect between two batches.

        Raises:
            RunError: "run.unknown"; "run.not_live" for a run that is only kept.
        """
        ...

    def view(self, run_id: str, owner: str) -> RunView:
        """Where the run is now, and the key of its stream. Raises RunError "run.unknown"."""
        ...

    def runs_of(self, owner: str) -> list[RunSummary]:
        """The owner's runs, newest first: the one going on, and the kept ones."""
        ...

    def set_aside(self, owner: str) -> list[str]:
        """Ids of the owner's kept files that are no runs any more: damaged, good for `delete` alone."""
        ...

    def record(self, run_id: str, owner: str) -> RunRecord:
        """The kept run. Raises RunError "run.unknown"."""
        ...

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints:
        """States of the run at some of its epochs. Raises RunError "run.unknown"."""
        ...

    def mark(self, run_id: str, owner: str, **changes: Any) -> None:
        """Change fields of the run's Marks. Raises RunError "run.unknown", "run.name_too_long"."""
        ...

    def delete(self, run_id: str, owner: str) -> None:
        """Stop the run if it still goes on, and forget it. Raises RunError "run.unknown"."""
        ...

    def export(self, run_id: str, owner: str) -> bytes:
        """The run as one file. Raises RunError "run.unknown"."""
        ...

    def take_in(self, data: bytes, owner: str) -> str:
        """Keep a run that `export` wrote, and return its new id. Raises RunError "run.not_a_run"."""
        ...

    def start_study(self, cells: Sequence[Cell], owner: str, *, predict: bool = False) -> str:
        """Train many experiments for comparison and return the study's id. The owner's study before it is forgotten.

        Args:
            predict: keep the predictions of the validation rows.

        Raises:
            RunError "study.…", ExperimentError: a limit of the profile in force is passed.
        """
        ...

    def study(self, study_id: str, owner: str) -> StudyView:
        """Where a study is now, and what has come out. Raises RunError "run.unknown"."""
        ...

    def stop_study(self, study_id: str, owner: str) -> None:
        """End a study and keep what it has found. Raises RunError "run.unknown"."""
        ...

    def left(self, owner: str) -> None:
        """Nobody sits there any more: what is at hand of the owner's list is read again should somebody ask."""
        ...

    def close(self) -> None:
        """End everything that the engine started."""
        ...
