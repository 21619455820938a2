"""All that is needed to go on with a job elsewhere, as bytes: a few plain values and named arrays."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np

from lab.runs.wire.arrays import Arrays, pack_arrays, part, unpack_arrays
from lab.runs.wire.messages import Reason, RunState
from lab.runs.wire.points import Columns
from lab.runs.wire.spec import KnobTurn
from lab.runs.wire.typed import typed

Weights = list[np.ndarray[Any, Any]]  # in Keras order
BEST_ROWS = "rows/best"  # name of `best_rows` among the arrays of a snapshot, and of a checkpoint


@dataclass(frozen=True)
class TrainerState:
    """The plain values of a Trainer.

    Args:
        stage: which of the stages of a fork, see `lab.runs.work.stages`.
        later: knobs turned before the fork was reached.
        log: knobs turned so far, in this stage; waiting: those that lie ahead.
        epochs: how many there are to be.
        epochs_done: whose numbers are in the history.
        last_good_epoch, best_epoch: as in RunRecord.
        pause_at, pause_at_update: epoch, or update, after which to pause; None: go on.
        patient_since: epoch from which early stopping counts.
    """

    epochs_done: int
    last_good_epoch: int
    best_epoch: int
    state: RunState
    reason: Reason | None
    epochs: int
    compute_s: float
    stage: int = 0
    later: tuple[KnobTurn, ...] = ()
    log: tuple[KnobTurn, ...] = ()
    waiting: tuple[KnobTurn, ...] = ()
    pause_at: int | None = None
    patient_since: int = 0
    pause_at_update: int | None = None


@dataclass(frozen=True)
class TrainerSnapshot:
    """A Trainer at rest.

    Args:
        fit: what `netcore`'s FitRun needs to go on.
        history, extras: as in Points, from the first epoch on.
        weights: at the end of `last_good_epoch`; best: at the end of `best_epoch`.
        best_rows: losses (n,) of the validation rows at the best epoch so far; None if nobody knows them.
    """

    state: TrainerState
    fit: Arrays = field(repr=False)
    history: Columns = field(repr=False)
    extras: Columns = field(repr=False)
    weights: Weights = field(repr=False)
    best: Weights = field(repr=False)
    best_rows: np.ndarray[Any, Any] | None = field(default=None, repr=False)

    def pack(self) -> bytes:
        arrays = {f"fit/{name}": array for name, array in self.fit.items()}
        arrays |= {f"history/{name}": np.array(values) for name, values in self.history.items()}
        arrays |= {f"extras/{name}": np.array(values) for name, values in self.extras.items()}
        if self.best_rows is not None:
            arrays[BEST_ROWS] = self.best_rows
        arrays |= {f"weights/{index}": array for index, array in enumerate(self.weights)}
        if self.state.best_epoch != self.state.last_good_epoch:
            arrays |= {f"best/{index}": array for index, array in enumerate(self.best)}
        return pack_arrays(asdict(self.state), arrays)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """What `pack` wrote. Raises ValueError or TypeError for anything else."""
        values, arrays = unpack_arrays(data)
        weights = list(part(arrays, "weights/").values())
        return cls(
            typed(TrainerState, values),
            part(arrays, "fit/"),
            _columns(part(arrays, "history/")),
            _columns(part(arrays, "extras/")),
            weights,
            list(part(arrays, "best/").values()) or weights,
            arrays.get(BEST_ROWS),
        )


def numbers_in(snapshot: bytes) -> tuple[Arrays, Arrays]:
    """History and extras of a packed TrainerSnapshot, as views of it. Raises as `TrainerSnapshot.unpack`."""
    _, arrays = unpack_arrays(snapshot)
    return part(arrays, "history/"), part(arrays, "extras/")


@dataclass(frozen=True)
class StudyState:
    """The plain values of a StudyJob: `done` cells of it are finished; the rest as in Status."""

    state: RunState
    done: int
    epochs_done: int
    updates: int
    compute_s: float


def _columns(arrays: Arrays) -> Columns:
    return {name: array.tolist() for name, array in arrays.items()}
