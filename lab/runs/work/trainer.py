"""The one place that runs a network. Workers, the inline engine and the command line all drive this class,
so the same experiment gives the same numbers wherever it runs.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from lab.runs.wire.arrays import Arrays, data_of, other_data, pack_arrays, rows_in, unpack_arrays
from lab.runs.wire.checkpoints import is_due
from lab.runs.wire.messages import (
    ENDED,
    Command,
    Extend,
    Pause,
    Reason,
    Resume,
    RunState,
    SetBatchSize,
    SetData,
    SetInside,
    SetLearningRate,
    Status,
    Step,
    Stop,
)
from lab.runs.wire.points import Columns, Points
from lab.runs.wire.snapshot import BEST_ROWS, TrainerSnapshot, TrainerState, Weights
from lab.runs.wire.spec import KnobTurn, RunSpec
from lab.runs.work.answers import Answers
from lab.runs.work.best import Best, watched
from lab.runs.work.build import build_model, fit_run_of
from lab.runs.work.drawn import drawn_event, is_small, parameters_event
from lab.runs.work.inside import Inside
from lab.runs.work.knobs import LASTING, turn_inside
from lab.runs.work.stages import stages_of, taken_over
from lab.runs.work.stride import LONGEST_STRIDE, Stride
from lab.verdict.divergence import likely_cause
from lab.verdict.rows import RowWatch
from netcore.events import EpochEnded, ValidationStep

OUTSIDE = ("learning_rate", "batch_size", "epochs")  # knobs of the training, not of the network
EXTENDABLE: tuple[RunState, ...] = ("running", "paused", "finished", "stopped")

Array = np.ndarray[Any, Any]


class Trainer:
    """A network being trained, in pieces as small as one batch.

    Args:
        spec: plain description of the run.
        arrays: "x" (n, ...), "y" (n, ...), and "x_val", "y_val" if there is a validation part; for a functional model
            "x/<input>", "y/<output>", … instead.
        clock: seconds; replaced in tests.

    Every command that changes the numbers is written to `log` with the position (epoch, batch) before which it
    took effect. Changes that stand in the spec are applied at their positions. So a run is its spec plus its log.

    Raises:
        NetcoreError: the network of `spec` cannot be built.
    """

    def __init__(self, spec: RunSpec, arrays: Arrays, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self.state: RunState = "running"
        self.reason: Reason | None = None
        self.log: list[KnobTurn] = []
        self.points = Points()
        self.compute_s = 0.0  # time spent computing, waiting left out
        self._all_arrays, self._arrays, self._clock = arrays, other_data(arrays, ""), clock
        self._stages = stages_of(spec)
        self._pause_at: int | None = None
        self._pause_at_update: int | None = None
        self._stride = Stride()
        self.edits = 0  # weights set by hand
        self._taken = 0  # epochs already handed out by take_points
        self._later: list[KnobTurn] = []  # asked for before the fork was reached
        self._checkpoints: list[tuple[int, bytes]] = []  # not yet handed out by take_checkpoints
        self._rows = RowWatch()
        self._answers: Answers | None = None  # until a page draws them
        self._inside: Inside | None = None  # until a page draws them
        self._begin(0)
        self._best = Best(self.model.get_weights())

    def _begin(self, stage: int) -> None:
        """Build the network of a stage."""
        self._stage = stage
        self._spec, until = self._stages[stage]
        ahead = [turn for turn in self._spec.changes if until is None or turn.epoch < until]
        self._waiting: list[KnobTurn] = sorted(ahead, key=_position)
        self.model = build_model(self._spec)
        self._learn_from(self._arrays)

    def _learn_from(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._fit_run = fit_run_of(self.model, self._spec, arrays)
        shapes = tuple((name, array.shape) for name, array in arrays.items())
        self._work = (repr(self._spec.network), self._spec.optimizer.type, shapes)

    def _take_over(self) -> None:
        """The fork is reached: the next stage goes on with what has been learned."""
        old, optimizer = self._fit_run.get_state(), self._spec.optimizer.type
        self._begin(self._stage + 1)
        same = self._spec.optimizer.type == optimizer
        self._turn_again([turn for turn in self._waiting if turn.position <= (self.epochs_done, 0)])
        self._fit_run.set_state(taken_over(old, self._fit_run.get_state(), same_optimizer=same))
        self.log, self._best.patient_since = [], self.epochs_done
        if self._in_last_stage:
            self._waiting = sorted([*self._waiting, *self._later], key=_position)
            self._later = []
        self._apply_what_is_due()
        if self.state in ENDED:  # early stopping had ended the run that this one goes on from
            self.reason = None
            self._go_on()

    # --- where the run is

    @property
    def history(self) -> Columns:
        """One list for each history key of Keras, one value an epoch."""
        return self.points.history

    @property
    def extras(self) -> Columns:
        """What Keras's history does not hold, likewise."""
        return self.points.extras

    @property
    def epochs_done(self) -> int:
        """Epochs whose numbers are in the history."""
        return len(self.points)

    @property
    def last_good_epoch(self) -> int:
        """The last one whose numbers were all finite; 0 if there was none."""
        return self._best.last_good_epoch

    @property
    def best_epoch(self) -> int:
        """The one of lowest watched loss, see `lab.runs.work.best.watched`; 0 if there was none."""
        return self._best.best_epoch

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
        asked = [turn.value for turn in self._later if turn.name == "epochs"]
        return int(asked[-1] if asked else self._stages[-1].spec.fit.epochs)

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
    def kind(self) -> tuple[object, ...]:
        """Equal for runs whose epochs are the same work: network, optimizer, and how many rows in which batches."""
        return (*self._work, self.batch_size)

    @property
    def updates(self) -> int:
        """Updates made so far, counted by the optimizer."""
        return int(self.model.optimizer.iterations)

    @property
    def between_epochs(self) -> bool:
        return self.position[1] == 0

    @property
    def weights(self) -> Weights:
        """Weights at the end of the last epoch whose numbers were all finite, in Keras order."""
        return list(self._best.good_weights)

    @property
    def best_weights(self) -> Weights:
        """Weights at the end of `best_epoch`."""
        return list(self._best.best_weights)

    @property
    def changes(self) -> tuple[KnobTurn, ...]:
        """The log, and after it the changes of the spec that lie ahead; of a fork its own alone."""
        return (*self.log, *self._waiting) if self._in_last_stage else (*self._later, *self._stages[-1].spec.changes)

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
            reason=self.reason,
        )

    # --- going on

    def advance(
        self,
        deadline: float = math.inf,
        epochs: int | None = None,
        *,
        updates: int | None = None,
        called: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Train until the clock passes `deadline`, `epochs` epochs have ended, or the run is no longer running.

        With `updates` also until so many are made, and the epoch has ended whose last update that was; and until
        somebody is `called` for something else.

        At least one step is made, so that a run gets on however short its slice is. True while there is more to do.
        """
        started = self._clock()
        last_epoch = math.inf if epochs is None else self.epochs_done + epochs
        before = self.updates
        last_update = math.inf if updates is None else before + updates
        self._fit_run.batches_per_event = self._updates_in_one_go(deadline, updates is not None)
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
            if self._has_made(self._pause_at_update):
                self._pause()
            if self._has_made(last_update):
                break
            if self._clock() >= deadline or called():
                break
        took_s = self._clock() - started
        self.compute_s += took_s
        self._stride.measure(took_s, self.updates - before)
        return self.state == "running"

    def make_ready(self) -> None:
        """Turn the knobs that are to be turned before the next update, so that whoever looks at the weights sees it."""
        if self._waiting:
            self._apply_what_is_due()

    def step(self) -> Array:
        """Make one update, or end the epoch if there is none left in it; returns the rows that it learned from."""
        self.make_ready()
        self._fit_run.batches_per_event = 1
        event = next(self._fit_run)
        while type(event) is ValidationStep:
            event = next(self._fit_run)
        if type(event) is EpochEnded:
            self._end_epoch(event)
            return np.empty(0, np.int64)
        rows: Array = self._fit_run.last_rows.copy()
        return rows

    def _has_made(self, updates: float | None) -> bool:
        """So many updates, and the epoch is over that the last of them belongs to."""
        return updates is not None and self.updates >= updates and self._fit_run.rows_left > 0

    def _updates_in_one_go(self, deadline: float, one_by_one: bool) -> int:
        if self._waiting or one_by_one or self._pause_at_update is not None:
            return 1  # a change that lies ahead must find the run at its very batch
        return LONGEST_STRIDE if deadline == math.inf else self._stride.updates

    def take_points(self) -> Points:
        """What came since the last call."""
        start, self._taken = self._taken, self.epochs_done
        return self.points.after(start)

    def take_checkpoints(self) -> list[tuple[int, bytes]]:
        """The states kept since the last call, each with the number of epochs finished then."""
        taken, self._checkpoints = self._checkpoints, []
        return taken

    def drawn(self) -> bytes:
        """The weights that a page draws as a ready event, and now and then what the network says to a few rows."""
        if self._answers is None:
            self._answers = Answers(self._arrays, self._clock)
        weights = drawn_event(self.model, self._spec, self.epochs_done)
        return weights + self._answers.event(self.model, self.epochs_done, at_rest=self.state != "running")

    def inside(self) -> bytes:
        """Now and then a few numbers of each layer, as one ready event."""
        if self._inside is None:
            self._inside = Inside(self._arrays, self._clock)
        return self._inside.event(self.model, self._spec, self.epochs_done, at_rest=self.state != "running")

    @property
    def tells_parameters(self) -> bool:
        """Whether the network is small enough to be told as a whole."""
        return is_small(self.model)

    def parameters(self) -> bytes:
        """All of its weights, as one ready event."""
        return parameters_event(self.model, self._spec, self.epochs_done, self.updates)

    def apply(self, command: Command) -> None:
        """Obey a command before the next batch. What makes no sense in the present state changes nothing."""
        match command:
            case Pause():
                self._pause()
            case Resume() if self.state == "paused":
                self._go_on()
            case Step(epochs, updates) if self.state in ("running", "paused"):
                self._go_on()
                if updates is None:
                    self._pause_at = self.epochs_done + epochs
                else:
                    self._pause_at_update = self.updates + updates
            case Stop() if self.state not in ENDED:
                self.state = "stopped"
            case SetLearningRate(value) if self.state not in ENDED:
                self._change(KnobTurn(0, 0, "learning_rate", value))
            case SetBatchSize(value) if self.state not in ENDED:
                self._change(KnobTurn(0, 0, "batch_size", value))
            case SetInside() if self.state not in ENDED:
                self._change(KnobTurn(0, 0, **vars(command)))
            case SetData(source) if self.state not in ENDED:
                self._change_data(KnobTurn(0, 0, "data", 0.0, source=source))
            case Extend(epochs) if self.state in EXTENDABLE and epochs > self.epochs_done:
                self._change(KnobTurn(0, 0, "epochs", epochs))
                self._overrule_end()
            case _:  # Speed and Draw are the worker's affair
                pass

    def _pause(self) -> None:
        if self.state == "running":
            self.state, self._pause_at, self._pause_at_update = "paused", None, None

    def _go_on(self) -> None:
        self.state, self._pause_at, self._pause_at_update = "running", None, None

    def _overrule_end(self) -> None:
        """A run that has ended goes on where more epochs have been asked for."""
        if self.state in ENDED and self.epochs > self.epochs_done:
            self.reason, self._best.patient_since = None, self.epochs_done
            self._go_on()

    def _change(self, turn: KnobTurn) -> None:
        """A live change: do it now and remember where; one that makes no difference is not worth remembering."""
        if not self._in_last_stage:  # what lies before the fork is as it was
            self._later.append(replace(turn, epoch=self._stages[-2].until or 0))
            return
        if turn.name not in OUTSIDE:
            self._end_a_trained_epoch()
            if self.state in ENDED:
                return
        elif turn.value == getattr(self, turn.name):
            return
        epoch, batch = self.position
        if self._set(turn):
            turn = replace(turn, epoch=epoch, batch=batch)
            self.log = _with(self.log, turn)

    def _change_data(self, turn: KnobTurn) -> None:
        """Other rows, between two epochs: an epoch that has begun goes through its own."""
        if self._in_last_stage:
            self._end_a_trained_epoch()
        epoch, batch = self.position
        if batch == 0 or not self._in_last_stage:
            self._change(turn)
        elif self.state not in ENDED:
            turn = replace(turn, epoch=epoch + 1)
            self._waiting = sorted(_with(self._waiting, turn), key=_position)

    def take_arrays(self, arrays: Arrays) -> None:
        """Further ones that a command will need."""
        self._all_arrays = {**self._all_arrays, **arrays}

    def _use_data(self, source: str) -> None:
        """Learn from the rows of another source; all else goes on as it is."""
        state = self._fit_run.get_state()
        self._open_data(source)
        self._fit_run.set_state(state)
        self._rows = RowWatch()
        if self._answers is not None:
            self._answers = Answers(self._arrays, self._clock)
        if self._inside is not None:
            self._inside = Inside(self._arrays, self._clock)

    def _open_data(self, source: str) -> None:
        self._learn_from(other_data(self._all_arrays, source))

    def _open_last_data(self, turns: list[KnobTurn]) -> None:
        """Before a state is taken over: the rows that it was made of."""
        sources = [turn.source for turn in turns if turn.name == "data"]
        if sources:
            self._open_data(sources[-1])

    def _end_a_trained_epoch(self) -> None:
        """An epoch whose updates are made is judged by the weights that they led to, not by what is changed now."""
        while self._fit_run.rows_left == 0 and self.state not in ENDED:
            event = next(self._fit_run)
            if type(event) is EpochEnded:
                self._end_epoch(event)

    def _set(self, turn: KnobTurn) -> bool:
        """Turn a knob. False where there is no such knob."""
        if turn.name == "learning_rate":
            self.model.optimizer.learning_rate = turn.value
        elif turn.name == "batch_size":
            self._fit_run.batch_size = int(turn.value)
        elif turn.name == "epochs":
            self._fit_run.epochs = int(turn.value)
        elif turn.name == "data":
            self._use_data(turn.source)
        else:
            self.edits += turn.name == "weight"
            return turn_inside(self._fit_run, self._spec, turn)
        return True

    def _turn_again(self, turns: list[KnobTurn]) -> None:
        """Before a state is taken over: knobs that it does not hold are as they were turned last, and an optimizer has
        the memory that it was given with one.
        """
        for turn in turns:
            if turn.name in LASTING:
                turn_inside(self._fit_run, self._spec, turn)

    def _apply_what_is_due(self) -> None:
        while self._waiting and self._waiting[0].position <= self.position:
            turn = self._waiting.pop(0)
            self._set(turn)
            self.log.append(turn)
            if turn.name == "epochs":
                self._overrule_end()
        self._finish_if_done()

    def _finish_if_done(self) -> None:
        if self.state == "running" and self.epochs_done >= self.epochs:
            self.state = "finished"

    def _end_epoch(self, event: EpochEnded) -> None:
        self.points.add(event.logs, event.extras | self._rows.look(event.row_losses))
        weights = self.model.get_weights()
        if not _all_finite(event.logs, weights):
            self._diverge()
            return
        stopping = self._spec.early_stopping
        self._best.end_epoch(self.epochs_done, weights, watched(self.points, stopping), stopping)
        if is_due(self.epochs_done):
            self._keep_checkpoint()
        if self._best.out_of_patience(self.epochs_done, stopping):
            self._stop_early()
        self._apply_what_is_due()  # before asking whether this was the end: more epochs may have been asked for here
        if self.epochs_done == self._stages[self._stage].until:
            self._take_over()
        if self.epochs_done == self._pause_at:
            self._pause()

    def _keep_checkpoint(self) -> None:
        rows = {} if self._rows.best is None else {BEST_ROWS: self._rows.best}
        self._checkpoints.append((self.epochs_done, pack_arrays({}, self._fit_run.get_state() | rows)))

    def _diverge(self) -> None:
        x, y = data_of(self._arrays, "x"), data_of(self._arrays, "y")
        self.state = "diverged"
        self.reason = Reason(*likely_cause(self.epochs_done, self.learning_rate, self._spec.optimizer.type, x, y))

    def _stop_early(self) -> None:
        self.state = "finished"
        self.reason = Reason("run.stopped_early", {"epoch": self.epochs_done, "best_epoch": self.best_epoch})
        if self._spec.early_stopping is not None and self._spec.early_stopping.restore_best_weights:
            self._best.restore_best()
            self.model.set_weights(self._best.good_weights)

    # --- leaving and coming back

    def snapshot(self) -> bytes:
        """All that is needed to go on bit-identically in another process."""
        state = TrainerState(
            stage=self._stage,
            later=tuple(self._later),
            state=self.state,
            reason=self.reason,
            log=tuple(self.log),
            waiting=tuple(self._waiting),
            epochs=int(self._fit_run.epochs),
            epochs_done=self.epochs_done,
            last_good_epoch=self.last_good_epoch,
            best_epoch=self.best_epoch,
            pause_at=self._pause_at,
            pause_at_update=self._pause_at_update,
            patient_since=self._best.patient_since,
            compute_s=self.compute_s,
        )
        fit, best = self._fit_run.get_state(), self._best
        return TrainerSnapshot(
            state, fit, self.history, self.extras, best.good_weights, best.best_weights, self._rows.best
        ).pack()

    def restore(self, data: bytes) -> None:
        """Take over what `snapshot` wrote; only on a Trainer of the same spec that has made no step yet.

        Raises:
            ValueError, TypeError: not a snapshot.
        """
        snapshot = TrainerSnapshot.unpack(data)
        state = snapshot.state
        if state.stage:
            self._begin(state.stage)
        self.state, self.reason, self.compute_s = state.state, state.reason, state.compute_s
        self.log, self._waiting, self._later = list(state.log), list(state.waiting), list(state.later)
        self.points = Points(list(range(1, state.epochs_done + 1)), snapshot.history, snapshot.extras)
        self._taken, self._pause_at = state.epochs_done, state.pause_at
        self._pause_at_update = state.pause_at_update
        self._best.last_good_epoch, self._best.best_epoch = state.last_good_epoch, state.best_epoch
        self._best.patient_since = state.patient_since
        self._best.good_weights, self._best.best_weights = snapshot.weights, snapshot.best
        self._open_last_data(self.log)
        self._turn_again(self.log)
        self._fit_run.set_state(snapshot.fit)
        self._fit_run.epochs = state.epochs
        self._rows.best = snapshot.best_rows

    def resume_at(self, epoch: int, state: bytes, history: Columns, extras: Columns) -> None:
        """Go on from a checkpoint; only on a Trainer of the same spec that has made no step yet.

        Args:
            epoch: finished when the checkpoint was taken.
            state: the checkpoint, see `take_checkpoints`.
            history, extras: of the run, at least up to that epoch.

        Raises:
            ValueError, KeyError: the checkpoint is of another network.
        """
        stage = next(index for index, one in enumerate(self._stages) if one.until is None or epoch <= one.until)
        if stage:
            self._begin(stage)
        past = [turn for turn in self._waiting if turn.position < (epoch, 0)]
        self._open_last_data(past)
        self._turn_again(past)
        arrays = unpack_arrays(state)[1]
        self._rows.best = arrays.pop(BEST_ROWS, None)  # checkpoints of before do not have it
        self._fit_run.set_state(arrays)
        self.points = Points(
            list(range(1, epoch + 1)),
            {name: values[:epoch] for name, values in history.items()},
            {name: values[:epoch] for name, values in extras.items()},
        )
        self._best.begin_at(epoch, self.model.get_weights())
        self.log, self._waiting = past, [turn for turn in self._waiting if turn not in past]
        for turn in past:
            if turn.name == "epochs":
                self._fit_run.epochs = int(turn.value)
        self._apply_what_is_due()
        if epoch == self._stages[stage].until:
            self._take_over()


def _position(turn: KnobTurn) -> tuple[int, int]:
    return turn.position


def _with(turns: list[KnobTurn], turn: KnobTurn) -> list[KnobTurn]:
    """One more, which takes the place of what turned the same knob at the same position."""
    return [*(one for one in turns if one.position != turn.position or one.what != turn.what), turn]


def _all_finite(logs: dict[str, float], weights: Weights) -> bool:
    losses_finite = all(math.isfinite(logs[name]) for name in ("loss", "val_loss") if name in logs)
    return losses_finite and all(bool(np.isfinite(array).all()) for array in weights)
