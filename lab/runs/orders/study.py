"""A study: several experiments, each from several seeds, trained for comparison: what is asked for, what came out."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lab.data.prepare import PART_NAMES, Dataset
from lab.errors import RunError
from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import Arrays, part, rows_in, unpack_arrays
from lab.runs.wire.frame import split_extras
from lab.runs.wire.messages import Reason, RunState, Status
from lab.runs.wire.spec import CellSpec, RunSpec, StudySpec
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits
from lab.verdict.rows import KEPT

Array = npt.NDArray[Any]

# of several parts the first of these that one of them is in is the state of the whole
STATES: tuple[RunState, ...] = ("failed", "lost", "running", "queued", "paused", "stopped", "finished")


@dataclass(frozen=True)
class Cell:
    """One setting of a study.

    Args:
        key: names it within the study.
        runs: experiment and dataset of each seed.
    """

    key: str
    runs: tuple[tuple[Experiment, Dataset], ...]


@dataclass(frozen=True)
class RunOutcome:
    """One run of a study; curves may be those so far.

    Args:
        history, extras: as in RunRecord.
        ended: whether the rest is known.
        memory_bytes: the most that an update takes; 0 while it is not known.
        predictions: of the validation rows at the end, (n, units); None if not asked for or too many.
    """

    history: dict[str, list[float]]
    extras: dict[str, list[float]]
    ended: bool = False
    diverged: bool = False
    compute_s: float = 0.0
    updates: int = 0
    parameters: int = 0
    memory_bytes: int = 0
    predictions: Array | None = field(default=None, repr=False)


@dataclass(frozen=True)
class StudyView:
    """A study at this moment.

    Args:
        note: what to know of where it is computed.
        queue_position, queue_wait_s: of a study of which nothing has begun, as in RunView; busy: likewise.
        done, total: epochs of all its runs together, finished and asked for.
        outcomes: for each cell those of its seeds, as far as they have begun.
    """

    state: RunState
    done: int
    total: int
    compute_s: float
    reason: Reason | None
    outcomes: dict[str, tuple[RunOutcome, ...]]
    note: Reason | None = None
    queue_position: int = 0
    queue_wait_s: float | None = None
    busy: bool = False

    @property
    def ahead(self) -> int | None:
        """How many trainings get a place before it; None when it waits for none."""
        return self.queue_position - 1 if self.queue_position else None

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return 1.0 if self.state == "finished" else min(1.0, self.done / max(1, self.total))


def check_study(cells: Sequence[Cell], limits: Limits) -> None:
    """Refuse what the profile in force does not allow. Raises RunError naming the bound."""
    check_count(sum(len(cell.runs) for cell in cells), limits)
    check_rows((dataset for cell in cells for _, dataset in cell.runs), limits)
    updates = sum(
        experiment.fit.epochs * math.ceil(len(dataset.train.x) / experiment.fit.batch_size)
        for cell in cells
        for experiment, dataset in cell.runs
    )
    if updates > limits.study_updates:
        raise RunError("study.too_many_updates", value=updates, high=limits.study_updates)


def check_count(runs: int, limits: Limits) -> None:
    """Whether there are runs, and not too many: before any rows are prepared for them. Raises RunError."""
    if not runs:
        raise RunError("study.empty")
    if runs > limits.study_runs:
        raise RunError("study.too_many_runs", value=runs, high=limits.study_runs)


def values_of(dataset: Dataset) -> int:
    """Numbers of its inputs, all parts together."""
    return sum(int(dataset.part(name).x.size) for name in PART_NAMES)


def check_rows(datasets: Iterable[Dataset], limits: Limits) -> None:
    """What is prepared for the runs of a study is in memory at once. Raises RunError naming the bound."""
    distinct = {id(dataset): dataset for dataset in datasets}.values()
    values = sum(map(values_of, distinct))
    if values > limits.study_values:
        raise RunError("study.too_many_values", value=values, high=limits.study_values)


@dataclass(frozen=True)
class Piece:
    """Runs of a cell that one worker trains: all of them, or those from number `first` on.

    Args:
        alone: the cell has no other run than this one.
    """

    key: str
    first: int = 0
    alone: bool = False


Made = tuple[RunSpec, Arrays]  # a run as a worker takes it


class Asked(NamedTuple):
    """What one worker is to do, and the spec and arrays of its StudyJob."""

    pieces: list[Piece]
    spec: StudySpec
    arrays: Arrays


def study_specs(cells: Sequence[Cell], parts: int, *, predict: bool) -> list[Asked]:
    """The cells dealt out to so many workers, the longest first."""
    made = _made(cells, parts)
    piles: list[list[tuple[Piece, list[Made]]]] = [[] for _ in range(min(parts, len(made)))]
    loads = [0.0] * len(piles)
    for one in made:
        lightest = loads.index(min(loads))
        piles[lightest].append(one)
        loads[lightest] += sum(_cost(*run) for run in one[1])
    return [_spec_of(pile, predict=predict) for pile in piles]


def single_pieces(cells: Sequence[Cell], parts: int, *, predict: bool) -> list[Asked]:
    """The same pieces, each to be handed out by itself, the longest first."""
    return [_spec_of([one], predict=predict) for one in _made(cells, parts)]


def _made(cells: Sequence[Cell], parts: int) -> list[tuple[Piece, list[Made]]]:
    """At least so many pieces where there are runs for them, the longest first."""
    made = [piece for cell in cells for piece in _pieces(cell, math.ceil(parts / len(cells)))]
    made.sort(key=lambda one: -sum(_cost(*run) for run in one[1]))
    return made


def _pieces(cell: Cell, workers: int) -> list[tuple[Piece, list[Made]]]:
    """The cell, its seeds shared among several workers where there are more of these than cells."""
    made = [run_spec(*run) for run in cell.runs]
    size = math.ceil(len(made) / workers)
    alone = len(made) == 1
    return [(Piece(cell.key, first, alone), made[first : first + size]) for first in range(0, len(made), size)]


def _spec_of(pile: list[tuple[Piece, list[Made]]], *, predict: bool) -> Asked:
    """Arrays that several runs learn from are there once: the settings of a sweep mostly share their rows."""
    arrays: Arrays = {}
    names: dict[int, str] = {}  # identity of an array -> its name
    cells = []
    for _, runs in pile:
        for _, data in runs:
            for array in data.values():
                name = names.setdefault(id(array), f"a{len(names)}")
                arrays[name] = array
        used = tuple({name: names[id(array)] for name, array in data.items()} for _, data in runs)
        cells.append(CellSpec(tuple(spec for spec, _ in runs), used))
    return Asked([piece for piece, _ in pile], StudySpec(tuple(cells), predict), arrays)


def _cost(spec: RunSpec, arrays: Arrays) -> float:
    """Updates: what small networks spend their time on."""
    return float(spec.fit.epochs * math.ceil(rows_in(arrays) / spec.fit.batch_size))


def outcomes_of(pieces: Sequence[Piece], snapshot: bytes) -> dict[Piece, tuple[RunOutcome, ...]]:
    """What a StudyJob has found so far."""
    if not snapshot:
        return {}
    _, arrays = unpack_arrays(snapshot)
    found: dict[Piece, tuple[RunOutcome, ...]] = {}
    for cell, piece in enumerate(pieces):
        mine = part(arrays, f"{cell}/")
        runs = sorted({int(name.partition("/")[0]) for name in mine})
        if runs:
            outcomes = (_outcome(part(mine, f"{run}/")) for run in runs)
            found[piece] = tuple(one if piece.alone else _without_rows(one) for one in outcomes)
    return found


def _without_rows(outcome: RunOutcome) -> RunOutcome:
    """How the rows' losses spread is told of single runs: seeds that are trained together do not know it."""
    return replace(outcome, extras={name: curve for name, curve in outcome.extras.items() if name not in KEPT})


def _put_together(pieces: dict[Piece, tuple[RunOutcome, ...]]) -> dict[str, tuple[RunOutcome, ...]]:
    """The outcomes of each cell in the order of its runs, with empty ones for those before the last that has begun."""
    found: dict[str, list[RunOutcome]] = {}
    for piece in sorted(pieces, key=lambda one: one.first):
        outcomes = found.setdefault(piece.key, [])
        outcomes += [RunOutcome({}, {})] * (piece.first - len(outcomes))
        outcomes += pieces[piece]
    return {key: tuple(outcomes) for key, outcomes in found.items()}


def study_view(parts: Sequence[tuple[Sequence[Piece], Status, bytes]], note: Reason | None = None) -> StudyView:
    """A study put together from its parts: the pieces of each, where it is, and its snapshot."""
    states = [status.state for _, status, _ in parts]
    pieces: dict[Piece, tuple[RunOutcome, ...]] = {}
    for mine, _, snapshot in parts:
        pieces |= outcomes_of(mine, snapshot)
    return StudyView(
        state=next((state for state in STATES if state in states), "finished"),
        done=sum(status.epoch for _, status, _ in parts),
        total=sum(status.epochs for _, status, _ in parts),
        compute_s=sum(status.compute_s for _, status, _ in parts),
        reason=next((status.reason for _, status, _ in parts if status.reason), None),
        outcomes=_put_together(pieces),
        note=note,
    )


def _outcome(arrays: Arrays) -> RunOutcome:
    history, extras = split_extras(
        {name: values.tolist() for name, values in arrays.items() if not name.startswith(".")}
    )
    if ".updates" not in arrays:
        return RunOutcome(history, extras)
    return RunOutcome(
        history,
        extras,
        ended=True,
        diverged=bool(arrays[".diverged"]),
        compute_s=float(arrays[".compute_s"]),
        updates=int(arrays[".updates"]),
        parameters=int(arrays[".parameters"]),
        memory_bytes=int(arrays[".memory_bytes"]),
        predictions=np.array(arrays[".predictions"]) if ".predictions" in arrays else None,
    )
