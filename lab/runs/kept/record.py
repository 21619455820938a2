"""What stays of a run: columns of numbers, saved weights, and the experiment that gives them again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from lab.runs.wire.messages import ENDED, Reason, RunState, Status
from lab.runs.wire.snapshot import TrainerSnapshot, Weights
from lab.runs.wire.spec import KnobTurn
from lab.spec.data import PlaygroundSource
from lab.spec.experiment import MOST_CHANGES, Change, Experiment, checked
from lab.verdict.context import RunContext
from lab.verdict.verdict import Verdict


@dataclass(frozen=True, eq=False)
class RunRecord:
    """A run at rest: finished, stopped, diverged or failed. (Of a run that still goes on: as of its last snapshot.)

    Args:
        id: the run's id, also the capability to read its stream.
        owner: whom it belongs to.
        name: the experiment's name, may be "".
        number: the owner's first run is number 1.
        experiment: as it was started.
        changes: knobs turned during the run, and changes of the experiment that lay ahead when it ended.
        state: how it ended.
        epochs_done: epochs in `history`.
        history: one list for each history key of Keras ("loss", "val_loss", …), one value an epoch.
        extras: what Keras's history does not hold, likewise: data_loss and penalty apart, evaluated_loss and so on.
        compute_s: seconds spent computing.
        elapsed_s: seconds between start and end, pauses left out.
        reason: why it diverged or failed.
        context: what a verdict rests on beside the curves.
        weights: at the end of `last_good_epoch`, in Keras order.
        best_weights: at the end of `best_epoch`.
        last_good_epoch: the last epoch whose numbers were all finite; 0 if there was none.
        best_epoch: the epoch of lowest validation loss (training loss if there is no validation part); 0 if none.
        created: seconds since 1970.
        snapshot: what a Trainer needs to go on; empty if there is none.
    """

    id: str
    owner: str
    name: str
    number: int
    experiment: Experiment
    changes: tuple[Change, ...]
    state: RunState
    epochs_done: int
    history: dict[str, list[float]]
    compute_s: float
    elapsed_s: float
    reason: Reason | None
    weights: Weights
    best_weights: Weights
    last_good_epoch: int
    best_epoch: int
    created: float
    context: RunContext
    extras: dict[str, list[float]] = field(default_factory=dict)
    snapshot: bytes = b""

    @property
    def verdict(self) -> Verdict:
        """The verdict on its curves."""
        return self.context.judge(self.history, self.state, self.extras)

    @property
    def view(self) -> "RunView":
        """The run as a page may draw it."""
        fit = self.experiment.fit
        last = {
            "epochs": fit.epochs,
            "batch_size": fit.batch_size,
            "learning_rate": self.experiment.compile.learning_rate,
        }
        last |= {change.name: change.value for change in self.changes}
        return RunView(
            id=self.id,
            number=self.number,
            name=self.name,
            state=self.state,
            epoch=self.epochs_done,
            epochs=int(last["epochs"]),
            updates=0,
            updates_per_epoch=0,
            history=self.history,
            compute_s=self.compute_s,
            elapsed_s=self.elapsed_s,
            learning_rate=last["learning_rate"],
            batch_size=int(last["batch_size"]),
            epochs_per_s=None,
            changes=self.changes,
            reason=self.reason,
            created=self.created,
            extras=self.extras,
        )

    @property
    def good_history(self) -> dict[str, list[float]]:
        """Its history up to the last epoch whose numbers were all finite."""
        return {name: values[: self.last_good_epoch] for name, values in self.history.items()}

    def experiment_with_changes(self) -> Experiment:
        """The experiment that gives this very curve again, on any machine."""
        known = self.experiment.fit.changes == self.changes
        return self.experiment if known else self.experiment.with_fit(changes=self.changes)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person did with a run after it began; kept beside it.

    Args:
        name: given to it; "" for the experiment's own.
        pinned: stands first, and is not deleted to make room for newer ones.
        shown: drawn in the comparison.
        opened: how often its test part was looked at.
        test: what came out of that: "loss" and the metrics of the test part; empty while it is sealed.
    """

    name: str = ""
    pinned: bool = False
    shown: bool = True
    opened: int = 0
    test: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of the list of an owner's runs.

    Args:
        metrics: last value of each history key.
        best: value of each history key at `best_epoch`; empty while nobody knows.
        verdict: its kind, see `lab.verdict.verdict`; None while it goes on.
        notes: what its owner should know about it beside how it does, as sentences.
    """

    id: str
    number: int
    name: str
    state: RunState
    epoch: int
    epochs: int
    created: float
    metrics: dict[str, float]
    best: dict[str, float] = field(default_factory=dict)
    best_epoch: int = 0
    compute_s: float = 0.0
    updates: int = 0
    verdict: str | None = None
    notes: tuple[Reason, ...] = ()
    marks: Marks = field(default_factory=Marks)

    @property
    def title(self) -> str:
        """What it is called; "" if neither person nor experiment gave it a name."""
        return self.marks.name or self.name

    def watched(self, values: dict[str, float], name: str = "loss") -> float | None:
        """One quantity of its `metrics` or `best`: of the validation part if there is one."""
        return values.get(f"val_{name}", values.get(name))


@dataclass(frozen=True)
class RunView:
    """A run as a page may draw it at this moment.

    Args:
        epoch, epochs: finished epochs, and how many there are to be.
        updates, updates_per_epoch: weight updates made, and per epoch.
        history: one list for each history key; the value at index i belongs to epoch i + 1; `extras` likewise.
        elapsed_s: seconds since the start, pauses left out; compute_s: of these spent computing.
        queue_position: 1 for the next to be started; 0 when not waiting. queue_wait_s: until then; None if unknown.
        busy: slower than was asked for, because so many train.
        stream: key of its event stream; "" for a run that is only kept, so that it can be looked at and not go on.
        notes: as in RunSummary.
    """

    id: str
    number: int
    name: str
    state: RunState
    epoch: int
    epochs: int
    updates: int
    updates_per_epoch: int
    history: dict[str, list[float]]
    compute_s: float
    elapsed_s: float
    learning_rate: float
    batch_size: int
    epochs_per_s: float | None
    changes: tuple[Change, ...]
    reason: Reason | None
    created: float
    queue_position: int = 0
    extras: dict[str, list[float]] = field(default_factory=dict)
    stream: str = ""
    notes: tuple[Reason, ...] = ()
    queue_wait_s: float | None = None
    busy: bool = False

    @property
    def live(self) -> bool:
        """The engine still holds it: it can be streamed and can go on."""
        return self.stream != ""

    @property
    def active(self) -> bool:
        """Not ended: it waits, runs or is paused."""
        return self.state not in ENDED

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return min(1.0, self.epoch / self.epochs) if self.epochs else 0.0

    @property
    def summary(self) -> RunSummary:
        last = {name: values[-1] for name, values in self.history.items() if values}
        return RunSummary(
            self.id,
            self.number,
            self.name,
            self.state,
            self.epoch,
            self.epochs,
            self.created,
            last,
            compute_s=self.compute_s,
            updates=self.updates,
            notes=self.notes,
        )


def as_changes(turns: Iterable[KnobTurn]) -> tuple[Change, ...]:
    """Knobs turned during a run as a field of an Experiment."""
    return tuple(_as_change(one) for one in turns)


@lru_cache(maxsize=MOST_CHANGES)
def _as_change(turn: KnobTurn) -> Change:
    """Remembered, as a page asks for all of a run at every look, and each is checked when it is made."""
    source = checked(PlaygroundSource, turn.source) if turn.source else None
    return Change(**{**vars(turn), "value": float(turn.value), "source": source})


def record_of(
    *,
    id: str,
    owner: str,
    number: int,
    experiment: Experiment,
    created: float,
    elapsed_s: float,
    status: Status,
    context: RunContext,
    snapshot: bytes,
) -> RunRecord:
    """Put together the record of a run from what its Trainer last said and saved. No snapshot: no numbers yet."""
    last = TrainerSnapshot.unpack(snapshot) if snapshot else None
    return RunRecord(
        id=id,
        owner=owner,
        name=experiment.name,
        number=number,
        experiment=experiment,
        changes=as_changes(status.changes),
        state=status.state,
        epochs_done=last.state.epochs_done if last else 0,
        history=last.history if last else {},
        compute_s=status.compute_s,
        elapsed_s=elapsed_s,
        reason=status.reason,
        weights=last.weights if last else [],
        best_weights=last.best if last else [],
        last_good_epoch=last.state.last_good_epoch if last else 0,
        best_epoch=last.state.best_epoch if last else 0,
        created=created,
        context=context,
        extras=last.extras if last else {},
        snapshot=snapshot,
    )
