"""The one place that runs a network. Workers, the inline engine and the command line all drive this class,
so the same experiment gives the same numbers wherever it runs.
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from lab.runs.wire.arrays import Arrays, data_of, pack_arrays, part, rows_in, unpack_arrays
from lab.runs.wire.checkpoints import is_due
from lab.runs.wire.frame import EXTRA
from lab.runs.wire.messages import (
    ENDED,
    Command,
    Extend,
    Pause,
    Reason,
    Resume,
    RunState,
    SetBatchSize,
    SetLearningRate,
    Status,
    Step,
    Stop,
)
from lab.runs.work.build import build_model, without_advice
from lab.runs.work.stages import stages_of, taken_over
from lab.verdict.divergence import likely_cause
from lab.verdict.rows import RowWatch
from netcore.events import EpochEnded, ValidationStep

EXTENDABLE: tuple[RunState, ...] = ("running", "paused", "finished", "stopped")

STRIDE_S = 0.0003  # between two looks at the clock
LONGEST_STRIDE = 64
BEST_ROWS = "rows/best"  # in snapshots and checkpoints: the validation rows' losses at the best epoch so far

Change = dict[str, Any]  # {"epoch", "batch", "name", "value"} as in lab.spec.experiment.Change
Columns = dict[str, list[float]]
Array = np.ndarray[Any, Any]


class Trainer:
    """A network being trained, in pieces as small as one batch.

    Args:
        spec: plain description of the run (see `lab.runs.orders.run.run_spec`).
        arrays: "x" (n, ...), "y" (n, ...), and "x_val", "y_val" if there is a validation part; for a functional model
            "x/<input>", "y/<output>", … instead.
        clock: seconds; replaced in tests.

    Every command that changes the numbers is written to `log` with the position (epoch, batch) before which it
    took effect. Changes that stand in the spec are applied at their positions. So a run is its spec plus its log.

    Raises:
        NetcoreError: the network of `spec` cannot be built.
    """

    def __init__(self, spec: dict[str, Any], arrays: Arrays, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self.state: RunState = "running"
        self.reason: Reason | None = None
        self.log: list[Change] = []
        self.history: Columns = {}
        self.extras: Columns = {}  # what History does not hold: see `netcore.events.EpochEnded`
        self.epochs_done = 0  # epochs whose numbers are in the history
        self.last_good_epoch = 0  # the last one whose numbers were all finite
        self.best_epoch = 0  # the one of lowest watched loss, see `watched`
        self.compute_s = 0.0  # time spent computing, waiting left out
        self._arrays, self._clock = arrays, clock
        self._stages = stages_of(spec)
        self._pause_at: int | None = None
        self._patient_since = 0  # epoch from which early stopping counts: its stop may have been overruled
        self._stride = 1  # updates between two looks at the clock
        self._taken = 0  # epochs already handed out by take_points
        self._later: list[Change] = []  # asked for before the fork was reached
        self._checkpoints: list[tuple[int, bytes]] = []  # not yet handed out by take_checkpoints
        self._rows = RowWatch()
        self._begin(0)
        self._good_weights = self._best_weights = self.model.get_weights()

    def _begin(self, stage: int) -> None:
        """Build the network of a stage."""
        self._stage = stage
        self._spec, until = self._stages[stage]
        ahead = [change for change in self._spec["changes"] if until is None or change["epoch"] < until]
        self._waiting: list[Change] = sorted(ahead, key=_position)
        fit, x_val, weights = self._spec["fit"], data_of(self._arrays, "x_val"), self._spec.get("class_weight")
        self.model = build_model(self._spec)
        with without_advice():
            self._fit_run = self.model.iter_fit(
                data_of(self._arrays, "x"),
                data_of(self._arrays, "y"),
                batch_size=fit["batch_size"],
                epochs=fit["epochs"],
                shuffle=fit["shuffle"],
                validation_data=None if x_val is None else (x_val, data_of(self._arrays, "y_val")),
                class_weight=None if weights is None else dict(enumerate(weights)),
                verbose=0,
                batch_events=True,
                evaluate_training=True,
                row_losses=True,
            )

    def _take_over(self) -> None:
        """The fork is reached: the next stage goes on with what has been learned."""
        old, optimizer = self._fit_run.get_state(), self._spec["optimizer"]["type"]
        self._begin(self._stage + 1)
        same = self._spec["optimizer"]["type"] == optimizer
        self._fit_run.set_state(taken_over(old, self._fit_run.get_state(), same_optimizer=same))
        self.log, self._patient_since = [], self.epochs_done
        if self._in_last_stage:
            self._waiting = sorted([*self._waiting, *self._later], key=_position)
            self._later = []
        self._apply_what_is_due()
        if self.state in ENDED:  # early stopping had ended the run that this one goes on from
            self.reason = None
            self._go_on()

    # --- where the run is

    @property
    def position(self) -> tuple[int, int]:
        """(epoch, batch) of the next update, both 0-based."""
        epoch, batch = self._fit_run.position
        return int(epoch), int(batch)

    @property
    def epochs(self) -> int:
        """How many there are to be, those before a fork counted."""
        if self._in_last_stage:
            return int(self._fit_run.epochs)
        asked = [change["value"] for change in self._later if change["name"] == "epochs"]
        return int(asked[-1] if asked else self._stages[-1][0]["fit"]["epochs"])

    @property
    def _in_last_stage(self) -> bool:
        return self._stage == len(self._stages) - 1

    @property
    def batch_size(self) -> int:
        return int(self._fit_run.batch_size)

    @property
    def learning_rate(self) -> float:
        return float(self.model.optimizer.learning_rate)

    @property
    def updates_per_epoch(self) -> int:
        return math.ceil(rows_in(self._arrays) / self.batch_size)

    @property
    def updates(self) -> int:
        """Updates made so far, counted by the optimizer."""
        return int(self.model.optimizer.iterations)

    @property
    def between_epochs(self) -> bool:
        return self.position[1] == 0

    @property
    def weights(self) -> list[np.ndarray[Any, Any]]:
        """Weights at the end of the last epoch whose numbers were all finite, in Keras order."""
        return list(self._good_weights)

    @property
    def best_weights(self) -> list[np.ndarray[Any, Any]]:
        """Weights at the end of `best_epoch`."""
        return list(self._best_weights)

    @property
    def changes(self) -> list[Change]:
        """The log, and after it the changes of the spec that lie ahead; of a fork its own alone."""
        return [*self.log, *self._waiting] if self._in_last_stage else [*self._later, *self._stages[-1][0]["changes"]]

    def status(self, run: str) -> Status:
        """Where the run is, as a message."""
        return Status(
            run=run,
            state=self.state,
            epoch=self.epochs_done,
            epochs=self.epochs,
            updates=self.updates,
            updates_per_epoch=self.updates_per_epoch,
            compute_s=self.compute_s,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            changes=self.changes,
            reason=None if self.reason is None else asdict(self.reason),
        )

    # --- going on

    def advance(self, deadline: float = math.inf, epochs: int | None = None) -> bool:
        """Train until the clock passes `deadline`, `epochs` epochs have ended, or the run is no longer running.

        At least one step is made, so that a run gets on however short its slice is. True while there is more to do.
        """
        started = self._clock()
        last_epoch = math.inf if epochs is None else self.epochs_done + epochs
        updates = self.updates
        self._fit_run.batches_per_event = self._updates_in_one_go(deadline)
        while self.state == "running":
            if self._waiting:
                self._apply_what_is_due()
                if self.state != "running":
                    break
            event = next(self._fit_run)
            if type(event) is EpochEnded:
                self._end_epoch(event)
                if self.epochs_done >= last_epoch:
                    break
            if self._clock() >= deadline:
                break
        self._measure(self._clock() - started, self.updates - updates)
        return self.state == "running"

    def step(self) -> Array:
        """Make one update, or end the epoch if there is none left in it; returns the rows that it learned from."""
        if self._waiting:
            self._apply_what_is_due()
        self._fit_run.batches_per_event = 1
        event = next(self._fit_run)
        while type(event) is ValidationStep:
            event = next(self._fit_run)
        if type(event) is EpochEnded:
            self._end_epoch(event)
            return np.empty(0, np.int64)
        rows: Array = self._fit_run.last_rows.copy()
        return rows

    def _updates_in_one_go(self, deadline: float) -> int:
        if self._waiting:
            return 1  # a change that lies ahead must find the run at its very batch
        return LONGEST_STRIDE if deadline == math.inf else self._stride

    def _measure(self, seconds: float, updates: int) -> None:
        """Take as many updates in one go as pass unnoticed by whoever waits for a turn or for a command."""
        self.compute_s += seconds
        if updates and seconds > 0:
            self._stride = max(1, min(LONGEST_STRIDE, int(STRIDE_S * updates / seconds)))

    def take_points(self) -> dict[str, list[Any]]:
        """What came since the last call as columns: "e" (1-based epoch), each history key, and extras as "+name"."""
        start, self._taken = self._taken, self.epochs_done
        columns: dict[str, list[Any]] = {"e": list(range(start + 1, self.epochs_done + 1))}
        columns.update({name: values[start:] for name, values in self.history.items()})
        columns.update({f"{EXTRA}{name}": values[start:] for name, values in self.extras.items()})
        return columns

    def take_checkpoints(self) -> list[tuple[int, bytes]]:
        """The states kept since the last call, each with the number of epochs finished then."""
        taken, self._checkpoints = self._checkpoints, []
        return taken

    def apply(self, command: Command) -> None:
        """Obey a command before the next batch. What makes no sense in the present state changes nothing."""
        match command:
            case Pause():
                self._pause()
            case Resume() if self.state == "paused":
                self._go_on()
            case Step(epochs) if self.state in ("running", "paused"):
                self._go_on()
                self._pause_at = self.epochs_done + epochs
            case Stop() if self.state not in ENDED:
                self.state = "stopped"
            case SetLearningRate(value) if self.state not in ENDED:
                self._change("learning_rate", value)
            case SetBatchSize(value) if self.state not in ENDED:
                self._change("batch_size", value)
            case Extend(epochs) if self.state in EXTENDABLE and epochs > self.epochs_done:
                self._change("epochs", epochs)
                self._overrule_end()
            case _:  # Speed is the worker's affair
                pass

    def _pause(self) -> None:
        if self.state == "running":
            self.state, self._pause_at = "paused", None

    def _go_on(self) -> None:
        self.state, self._pause_at = "running", None

    def _overrule_end(self) -> None:
        """A run that has ended goes on where more epochs have been asked for."""
        if self.state in ENDED and self.epochs > self.epochs_done:
            self.reason, self._patient_since = None, self.epochs_done
            self._go_on()

    def _change(self, name: str, value: float) -> None:
        """A live change: do it now and remember where; one that makes no difference is not worth remembering."""
        epoch, batch = self.position
        if not self._in_last_stage:  # what lies before the fork is as it was
            self._later.append({"epoch": self._stages[-2][1], "batch": 0, "name": name, "value": value})
        elif value != getattr(self, name):
            self._set(name, value)
            self.log.append({"epoch": epoch, "batch": batch, "name": name, "value": value})

    def _set(self, name: str, value: float) -> None:
        if name == "learning_rate":
            self.model.optimizer.learning_rate = value
        elif name == "batch_size":
            self._fit_run.batch_size = int(value)
        else:
            self._fit_run.epochs = int(value)

    def _apply_what_is_due(self) -> None:
        while self._waiting and _position(self._waiting[0]) <= self.position:
            change = self._waiting.pop(0)
            self._set(change["name"], change["value"])
            self.log.append(change)
            if change["name"] == "epochs":
                self._overrule_end()
        self._finish_if_done()

    def _finish_if_done(self) -> None:
        if self.state == "running" and self.epochs_done >= self.epochs:
            self.state = "finished"

    def _end_epoch(self, event: EpochEnded) -> None:
        self.epochs_done += 1
        extras = event.extras | self._rows.look(event.row_losses)
        for columns, values in ((self.history, event.logs), (self.extras, extras)):
            for name, value in values.items():
                columns.setdefault(name, []).append(float(value))
        weights = self.model.get_weights()
        if not _all_finite(event.logs, weights):
            self.state = "diverged"
            code, values = likely_cause(
                self.epochs_done,
                self.learning_rate,
                self._spec["optimizer"]["type"],
                data_of(self._arrays, "x"),
                data_of(self._arrays, "y"),
            )
            self.reason = Reason(code, values)
            return
        self.last_good_epoch, self._good_weights = self.epochs_done, weights
        watched = self.watched
        if self.best_epoch == 0 or watched[-1] < watched[self.best_epoch - 1] - self._min_delta:
            self.best_epoch, self._best_weights = self.epochs_done, weights
        if is_due(self.epochs_done):
            self._checkpoints.append((self.epochs_done, pack_arrays({}, self._fit_run.get_state() | self._rows_kept())))
        self._stop_early()
        self._apply_what_is_due()  # before asking whether this was the end: more epochs may have been asked for here
        if self.epochs_done == self._stages[self._stage][1]:
            self._take_over()
        if self.epochs_done == self._pause_at:
            self._pause()

    @property
    def watched(self) -> list[float]:
        """The loss whose lowest value makes the best epoch: early stopping's, else of the validation part if any."""
        stopping = self._spec.get("early_stopping")
        name = "val_loss" if stopping is None else stopping["monitor"]
        without = {"val_data_loss": "val_loss", "val_loss": "loss"}  # no penalty to leave out; no validation part
        while name not in self.history and name not in self.extras:
            name = without[name]
        return self.history.get(name) or self.extras[name]

    @property
    def _min_delta(self) -> float:
        stopping = self._spec.get("early_stopping")
        return 0.0 if stopping is None else float(stopping["min_delta"])

    def _stop_early(self) -> None:
        """As keras.callbacks.EarlyStopping: patience counts epochs since the best one."""
        stopping = self._spec.get("early_stopping")
        if stopping is None or self.epochs_done - max(self.best_epoch, self._patient_since) < stopping["patience"]:
            return
        self.state = "finished"
        self.reason = Reason("run.stopped_early", {"epoch": self.epochs_done, "best_epoch": self.best_epoch})
        if stopping["restore_best_weights"]:
            self.model.set_weights(self._best_weights)
            self._good_weights = self._best_weights

    # --- leaving and coming back

    def snapshot(self) -> bytes:
        """All that is needed to go on bit-identically in another process."""
        arrays: Arrays = {f"fit/{name}": array for name, array in self._fit_run.get_state().items()}
        arrays.update({f"history/{name}": np.array(values) for name, values in self.history.items()})
        arrays.update({f"extras/{name}": np.array(values) for name, values in self.extras.items()})
        arrays.update(self._rows_kept())
        arrays.update({f"weights/{index}": array for index, array in enumerate(self._good_weights)})
        if self.best_epoch != self.last_good_epoch:
            arrays.update({f"best/{index}": array for index, array in enumerate(self._best_weights)})
        values = {
            "stage": self._stage,
            "later": self._later,
            "state": self.state,
            "reason": None if self.reason is None else asdict(self.reason),
            "log": self.log,
            "waiting": self._waiting,
            "epochs": int(self._fit_run.epochs),
            "epochs_done": self.epochs_done,
            "last_good_epoch": self.last_good_epoch,
            "best_epoch": self.best_epoch,
            "pause_at": self._pause_at,
            "patient_since": self._patient_since,
            "compute_s": self.compute_s,
        }
        return pack_arrays(values, arrays)

    def _rows_kept(self) -> Arrays:
        return {} if self._rows.best is None else {BEST_ROWS: self._rows.best}

    def restore(self, data: bytes) -> None:
        """Take over what `snapshot` wrote; only on a Trainer of the same spec that has made no step yet.

        Raises:
            ValueError: not a snapshot.
        """
        values, arrays = unpack_arrays(data)
        if values["stage"]:
            self._begin(values["stage"])
        self._later = values["later"]
        self.state = values["state"]
        self.reason = None if values["reason"] is None else Reason(**values["reason"])
        self.log, self._waiting = values["log"], values["waiting"]
        self.epochs_done, self._taken = values["epochs_done"], values["epochs_done"]
        self.last_good_epoch, self.best_epoch = values["last_good_epoch"], values["best_epoch"]
        self._pause_at, self.compute_s = values["pause_at"], values["compute_s"]
        self._patient_since = values["patient_since"]
        self.history = {name: array.tolist() for name, array in part(arrays, "history/").items()}
        self.extras = {name: array.tolist() for name, array in part(arrays, "extras/").items()}
        self._good_weights = list(part(arrays, "weights/").values())
        self._best_weights = list(part(arrays, "best/").values()) or self._good_weights
        self._fit_run.set_state(part(arrays, "fit/"))
        self._fit_run.epochs = values["epochs"]
        self._rows.best = arrays.get(BEST_ROWS)

    def resume_at(self, epoch: int, state: bytes, history: Columns, extras: Columns) -> None:
        """Go on from a checkpoint; only on a Trainer of the same spec that has made no step yet.

        Args:
            epoch: finished when the checkpoint was taken.
            state: the checkpoint, see `take_checkpoints`.
            history, extras: of the run, at least up to that epoch.

        Raises:
            ValueError, KeyError: the checkpoint is of another network.
        """
        stage = next(index for index, (_, until) in enumerate(self._stages) if until is None or epoch <= until)
        if stage:
            self._begin(stage)
        arrays = unpack_arrays(state)[1]
        self._rows.best = arrays.pop(BEST_ROWS, None)  # checkpoints of before do not have it
        self._fit_run.set_state(arrays)
        self.history = {name: values[:epoch] for name, values in history.items()}
        self.extras = {name: values[:epoch] for name, values in extras.items()}
        self.epochs_done = self.last_good_epoch = self.best_epoch = epoch
        self._good_weights = self._best_weights = self.model.get_weights()
        past = [change for change in self._waiting if _position(change) < (epoch, 0)]
        self.log, self._waiting = past, [change for change in self._waiting if change not in past]
        for change in past:
            if change["name"] == "epochs":
                self._fit_run.epochs = int(change["value"])
        self._apply_what_is_due()
        if epoch == self._stages[stage][1]:
            self._take_over()


def start_status(run: str, spec: dict[str, Any], rows: int, state: RunState, reason: Reason | None = None) -> Status:
    """The Status of a run that has no Trainer: one that waits for its turn, or one that could not be built."""
    return Status(
        run=run,
        state=state,
        epoch=0,
        epochs=spec["fit"]["epochs"],
        updates=0,
        updates_per_epoch=math.ceil(rows / spec["fit"]["batch_size"]),
        compute_s=0.0,
        learning_rate=float(spec["optimizer"]["params"]["learning_rate"]),
        batch_size=spec["fit"]["batch_size"],
        changes=spec["changes"],
        reason=None if reason is None else asdict(reason),
    )


def _position(change: Change) -> tuple[int, int]:
    return change["epoch"], change["batch"]


def _all_finite(logs: dict[str, float], weights: list[np.ndarray[Any, Any]]) -> bool:
    losses_finite = all(math.isfinite(logs[name]) for name in ("loss", "val_loss") if name in logs)
    return losses_finite and all(bool(np.isfinite(array).all()) for array in weights)
