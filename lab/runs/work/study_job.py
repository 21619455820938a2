"""Many small runs as one job of a worker: the cells of a sweep, the seeds of a luck band.

Runs of a cell that differ in their seeds only are trained together where netcore does that faster, else one by one by
the same Trainer as any other run.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from lab.runs.wire.arrays import Arrays, data_of, pack_arrays, rows_in, unpack_arrays
from lab.runs.wire.frame import EXTRA
from lab.runs.wire.messages import ENDED, Command, Pause, Reason, Resume, RunState, Status, Stop
from lab.runs.wire.points import Points
from lab.runs.wire.snapshot import StudyState
from lab.runs.wire.spec import RunSpec, StudySpec
from lab.runs.wire.typed import typed
from lab.runs.work.build import build_model, unseeded_model, without_advice
from lab.runs.work.trainer import Trainer
from netcore.ensemble import iter_fit_seeds

MOST_PREDICTIONS = 1 << 17  # numbers predicted for the validation rows of one run


class StudyJob:
    """Trains the runs of its cells one after the other; has the same outside as a Trainer.

    Args:
        spec: the cells; names of a run's arrays as `lab.runs.orders.run.run_spec` gives them.
        arrays: by the names that the spec gives them; several runs may share one.
        clock: seconds.

    Raises:
        NetcoreError: a network cannot be built; when its turn comes.
    """

    between_epochs = True

    def __init__(self, spec: StudySpec, arrays: Arrays, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self.state: RunState = "running"
        self.reason: Reason | None = None
        self.compute_s = 0.0
        self.epochs_done = 0  # of all runs together
        self.updates = 0
        self._spec, self._arrays, self._clock = spec, arrays, clock
        self._results: Arrays = {}
        self._done = 0  # finished cells
        self._cell: Iterator[Arrays] | None = None
        self._partial: Arrays = {}

    @property
    def kind(self) -> int:
        """Of work: nobody else's is the same."""
        return id(self)

    @property
    def epochs(self) -> int:
        """Of all runs together, as far as one knows."""
        return sum(run.fit.epochs for cell in self._spec.cells for run in cell.runs)

    def advance(self, deadline: float = math.inf, epochs: int | None = None) -> bool:
        """Train until the clock passes `deadline`. True while there is more to do."""
        while self.state == "running":
            started = self._clock()
            if self._cell is None:
                self._cell = self._train(self._done)
            self._deadline = deadline
            found = next(self._cell, None)
            if found is None:
                self._results.update(self._partial)
                self._partial, self._cell = {}, None
                self._done += 1
                if self._done == len(self._spec.cells):
                    self.state = "finished"
            else:
                self._partial.update(found)
            self.compute_s += self._clock() - started
            if self._clock() >= deadline:
                break
        return self.state == "running"

    # --- one cell

    def _train(self, cell: int) -> Iterator[Arrays]:
        """Train the runs of a cell; gives what is known of them each time there is something to draw."""
        specs = self._spec.cells[cell].runs
        data = [{name: self._arrays[kept] for name, kept in used.items()} for used in self._spec.cells[cell].arrays]
        if len(specs) > 1 and not any(_goes_its_own_way(spec) for spec in specs):
            runs = self._joint(specs, data)
            if runs.together:
                yield from self._train_together(cell, specs, data, runs)
                return
        for run, (spec, arrays) in enumerate(zip(specs, data, strict=True)):
            yield from self._train_one(f"{cell}/{run}/", spec, arrays)

    def _joint(self, specs: Sequence[RunSpec], data: list[Arrays]) -> Any:
        places = {spec.seed: place for place, spec in enumerate(specs)}
        first, fit = specs[0], specs[0].fit

        def per_seed(seed: int) -> dict[str, Any]:
            arrays = data[places[seed]]
            x_val = data_of(arrays, "x_val")
            validation = None if x_val is None else (x_val, data_of(arrays, "y_val"))
            return {"x": data_of(arrays, "x"), "y": data_of(arrays, "y"), "validation_data": validation}

        with without_advice():
            return iter_fit_seeds(
                lambda: unseeded_model(first),
                seeds=list(places),
                per_seed=per_seed,
                batch_size=fit.batch_size,
                epochs=fit.epochs,
                shuffle=fit.shuffle,
                verbose=0,
                evaluate_training=True,
            )

    def _train_together(self, cell: int, specs: Sequence[RunSpec], data: list[Arrays], runs: Any) -> Iterator[Arrays]:
        began, taken_s = self.epochs_done, 0.0
        started = self._clock()
        per_epoch = math.ceil(rows_in(data[0]) / specs[0].fit.batch_size)
        for event in runs:
            self.epochs_done = began + len(specs) * (event.epoch + 1)
            self.updates += per_epoch * len(specs)
            if self._clock() >= self._deadline:
                taken_s += self._clock() - started
                yield _curves(cell, runs.histories)
                started = self._clock()
        taken_s += self._clock() - started
        fits = runs.fits()
        found = _curves(cell, fits.histories)
        share = taken_s / len(specs)
        model = build_model(specs[0])
        for run, (weights, arrays) in enumerate(zip(fits.weights, data, strict=True)):
            model.set_weights(weights)
            losses = found[f"{cell}/{run}/loss"]
            diverged = not np.isfinite(losses).all()
            name, updates = f"{cell}/{run}/", len(losses) * per_epoch
            found |= self._outcome(name, specs[0], model, arrays, share, updates, diverged=diverged)
        yield found

    def _train_one(self, name: str, spec: RunSpec, arrays: Arrays) -> Iterator[Arrays]:
        trainer = Trainer(spec, arrays, clock=self._clock)
        began, updates = self.epochs_done, self.updates
        while trainer.advance(self._deadline):
            self.epochs_done, self.updates = began + trainer.epochs_done, updates + trainer.updates
            yield _trainer_curves(name, trainer)
        self.epochs_done, self.updates = began + spec.fit.epochs, updates + trainer.updates
        diverged = trainer.state == "diverged"
        outcome = self._outcome(
            name, spec, trainer.model, arrays, trainer.compute_s, trainer.updates, diverged=diverged
        )
        yield _trainer_curves(name, trainer) | outcome

    def _outcome(
        self,
        name: str,
        spec: RunSpec,
        model: Any,
        arrays: Arrays,
        compute_s: float,
        updates: int,
        *,
        diverged: bool,
    ) -> Arrays:
        """What is asked of a run when it has ended."""
        batch_size = min(spec.fit.batch_size, rows_in(arrays))
        found: Arrays = {
            f"{name}.diverged": np.array(diverged),
            f"{name}.compute_s": np.array(compute_s),
            f"{name}.updates": np.array(updates),
            f"{name}.parameters": np.array(model.count_params()),
            f"{name}.memory_bytes": np.array(model.memory(batch_size).peak),
        }
        x_val = data_of(arrays, "x_val")
        if self._spec.predict and isinstance(x_val, np.ndarray) and not diverged:
            predictions = model.predict(x_val, verbose=0)
            if isinstance(predictions, np.ndarray) and predictions.size <= MOST_PREDICTIONS:
                found[f"{name}.predictions"] = predictions
        return found

    # --- as a Trainer

    def take_points(self) -> Points:
        """Nothing is streamed: what is known so far lies in the snapshot."""
        return Points()

    def take_checkpoints(self) -> list[tuple[int, bytes]]:
        return []

    def apply(self, command: Command) -> None:
        match command:
            case Pause() if self.state == "running":
                self.state = "paused"
            case Resume() if self.state == "paused":
                self.state = "running"
            case Stop() if self.state not in ENDED:
                self.state = "stopped"
            case _:  # a study has no knobs to turn
                pass

    updates_per_epoch = 0  # another number for each piece

    def status(self, run: str) -> Status:
        return Status(
            run=run,
            state=self.state,
            epoch=self.epochs_done,
            epochs=self.epochs,
            updates=self.updates,
            updates_per_epoch=self.updates_per_epoch,
            compute_s=self.compute_s,
            learning_rate=0.0,
            batch_size=0,
            changes=(),
            reason=self.reason,
        )

    def snapshot(self) -> bytes:
        """All results so far; those of the cell at hand are there to be looked at and are computed anew elsewhere."""
        state = StudyState(self.state, self._done, self.epochs_done, self.updates, self.compute_s)
        return pack_arrays(asdict(state), {**self._results, **self._partial})

    def restore(self, data: bytes) -> None:
        """Go on behind the last cell that was finished."""
        values, arrays = unpack_arrays(data)
        state = typed(StudyState, values)
        self.state, self._done = state.state, state.done
        self.updates, self.compute_s = state.updates, state.compute_s
        self.epochs_done = sum(run.fit.epochs for cell in self._spec.cells[: self._done] for run in cell.runs)
        self._results = {name: array for name, array in arrays.items() if int(name.partition("/")[0]) < self._done}


def _goes_its_own_way(spec: RunSpec) -> bool:
    """Runs with one of these are not trained together with others."""
    return bool(spec.class_weight or spec.early_stopping or spec.origin or spec.changes)


def _trainer_curves(name: str, trainer: Trainer) -> Arrays:
    found = {f"{name}{key}": np.array(values) for key, values in trainer.history.items()}
    return found | {f"{name}{EXTRA}{key}": np.array(values) for key, values in trainer.extras.items()}


def _curves(cell: int, histories: list[Any]) -> Arrays:
    found: Arrays = {}
    for run, history in enumerate(histories):
        found |= {f"{cell}/{run}/{key}": np.array(values) for key, values in history.history.items()}
        found |= {f"{cell}/{run}/{EXTRA}{key}": np.array(values) for key, values in history.extras.items()}
    return found
