"""FitRun: a training over arrays, which can be watched, changed, saved and continued at every batch.

The loop over the batches is `_train`; everything around it prepares views, so that a step is only arithmetic.
"""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.config import Array
from netcore.data import Rows
from netcore.events import BatchEnded, Event
from netcore.heads import Targets
from netcore.parameters import Weight
from netcore.params import IntParam
from netcore.plan import Plan
from netcore.program import Batch, HeadStep, Program, differentiate, head_step
from netcore.regularizers import Regularizer
from netcore.run import BETWEEN, LOOKING, UPDATING, Run, Validation

if TYPE_CHECKING:
    from netcore.models import Model

RECORD_BYTES = 64_000_000  # outputs of an epoch kept for its loss and metrics; beyond that they are counted in parts
VIEWS, CALLS = 16_384, 2_000_000  # batches whose calls are made ahead, and how many calls these may have together

POSITION = ("epoch", "batch", "cursor", "base", "counted", "phase", "batch_size")  # where a run is, as its state tells

BATCH_SIZE = IntParam(low=1, typical=(10, 128))
EPOCHS = IntParam(low=0, typical=(10, 100))


class FitRun(Run):
    """A run over arrays. Between two events its knobs may be turned and its state taken.

    Attributes:
        epochs, batches_per_event: as in Run.
        batch_size: rows per update; may be assigned, takes effect at the next batch.
    """

    def __init__(
        self,
        model: "Model",
        arrays: Sequence[Array],
        targets: list[Targets],
        validation: Validation | None,
        *,
        batch_size: int,
        shuffle: bool,
        **options: Any,
    ) -> None:
        self._total = len(arrays[0])
        super().__init__(model, validation, steps=-(-self._total // batch_size), **options)
        self._rows, self._targets = model.rows(arrays), targets
        self._batch_size, self._shuffle = batch_size, shuffle
        self._shapes = [rows.shape for rows in self._rows]
        outputs = model.output_shapes(self._shapes)
        widths = sum(math.prod(shape) for shape in outputs)
        self._capacity = max(1, RECORD_BYTES // (widths * np.dtype(model.dtype).itemsize))
        self._records = [
            np.empty((*shape, min(self._total, max(self._capacity, batch_size))), model.dtype) for shape in outputs
        ]
        self._masks = [
            np.empty((*shape[:-1], self._room()), bool) if head.masked else None
            for head, shape in zip(model.heads, outputs, strict=True)
        ]
        self._told = [  # values of losses that find them along with the gradient
            np.empty(self._room(), model.dtype) if head.loss is not None and head.loss.told_values else None
            for head in model.heads
        ]
        self._read = [  # whether somebody will look at the record of an output
            told is None or bool(head.metrics or head.weighted)
            for head, told in zip(model.heads, self._told, strict=True)
        ]
        self._pieces = [  # targets (k, N) as one piece for each batch: arithmetic on rows that lie apart takes longer
            np.empty(one.encoded.ordered.size, model.dtype)
            if head.loss is not None and one.encoded.ordered.ndim == 2 and len(one.encoded.ordered) > 1
            else None
            for head, one in zip(model.heads, targets, strict=True)
        ]
        self._pieces_filled = False
        self._order = np.arange(self._total)
        self._cursor = 0
        self._base = 0  # row of the epoch's order at which the record begins
        self._counted = 0  # rows already in the running sums
        self._bounds: list[int] = []  # first rows of the recorded batches
        self._views: list[Batch] = []
        self._views_key: tuple[int, int, int] | None = None  # first row, batch size, base of the views at hand
        self._programs: dict[Plan, Program] = {}
        self._hooked = self._callbacks.wants_batches("train")

    # --- knobs

    @property
    def batch_size(self) -> int:
        return self._batch_size

    @batch_size.setter
    def batch_size(self, value: int) -> None:
        self._batch_size = BATCH_SIZE.check("fit", "batch_size", value)

    def set_penalty(self, weight: Weight, penalty: Regularizer) -> None:
        """From the next batch on a weight is under another penalty, or under one for the first time.

        The numbers of an epoch that goes on count its batches so far with the penalty that they had: without one, 0.
        """
        if self._phase == UPDATING:
            self._penalty.sums[1] = self._cursor
        weight.regularizer = penalty
        self.model.forget_plans()
        self._programs.clear()
        self._views, self._views_key = [], None

    @property
    def last_rows(self) -> Array:
        """Which rows the last update of this epoch learned from, as numbers of the rows given to fit, (batch_size,)."""
        return self._order[self._bounds[-1] : self._cursor] if self._bounds else self._order[:0]

    @property
    def rows_left(self) -> int:
        """Rows that this epoch has yet to learn from; between two epochs all of them."""
        return {BETWEEN: self._total, UPDATING: self._total - self._cursor, LOOKING: 0}[self._phase]

    # --- one epoch

    def _begin_epoch(self) -> None:
        if self._shuffle:
            self._order[...] = np.arange(self._total)
            self.model.order_stream.generator.shuffle(self._order)
            self._put_in_order()
        self._cursor, self._base, self._counted, self._bounds = 0, 0, 0, []

    def _put_in_order(self) -> None:
        self._pieces_filled = False
        for rows in self._rows:
            rows.order(self._order)
        for targets in self._targets:
            targets.order(self._order)

    def _updates(self) -> Iterator[Event]:
        hooks = self._callbacks if self._hooked else None
        progress = self._progress if self._progress is not None and self._progress.watches else None
        while self._phase == UPDATING and self._cursor < self._total and not self.model.stop_training:
            views = self._cut()
            if not self._batch_events and hooks is None and progress is None:
                self._train(views)
                continue
            size, done = self._batch_size, 0
            while (
                done < len(views) and self._views is views and self._batch_size == size and not self.model.stop_training
            ):
                few = views[done : done + self._stride(hooks, progress)]
                if hooks is not None:
                    hooks.call_batch("on_train_batch_begin", self._batch)
                self._train(few)
                done += len(few)
                if hooks is not None or progress is not None:
                    self._count_recorded()
                if hooks is not None:
                    hooks.call_batch("on_train_batch_end", self._batch - 1, logs=self._logs())
                if progress is not None:
                    progress.moved(self._batch, self._logs())
                if self._batch_events:
                    yield BatchEnded(self._epoch, self._batch - 1, few[-1].stop - few[0].start)

    def _stride(self, hooks: Any, progress: Any) -> int:
        """Updates to be made before somebody has to be told."""
        if hooks is not None:
            return 1
        return self.batches_per_event if self._batch_events else int(progress.pace)

    def _train(self, batches: Sequence[Batch]) -> None:
        """One update for each batch: forward, gradient of the loss, backward, optimizer."""
        apply, made = self.model.optimizer.apply, 0
        try:
            with np.errstate(all="ignore"):
                for batch in batches:
                    differentiate(batch)
                    if batch.plan.penalised:
                        self._penalty.count(batch.plan.penalty(), batch.stop - batch.start)
                    apply()
                    made += 1
        finally:  # also where the program is interrupted, so that it may go on
            self._bounds += [batch.start for batch in batches[:made]]
            self._batch += made
            self._cursor = batches[made - 1].stop if made else self._cursor

    def _end_updates(self) -> None:
        self._count_recorded()

    # --- the record of outputs

    def _count_recorded(self) -> None:
        """Count the outputs recorded since the last time in loss and metrics."""
        if self._counted == self._cursor:
            return
        bounds = np.array(self._bounds) - self._counted
        part = slice(self._counted - self._base, self._cursor - self._base)
        with np.errstate(all="ignore"):
            columns = zip(self._trackers, self._targets, self._records, self._masks, self._told, strict=True)
            for tracker, targets, record, mask, told in columns:
                seen = None if mask is None else mask[..., part]
                values = None if told is None else told[part]
                tracker.update(targets, record[..., part], self._counted, bounds, seen, values)
        self._counted = self._cursor
        self._bounds.clear()

    def _make_room(self) -> None:
        """Begin the record anew at the cursor, large enough for a batch."""
        self._count_recorded()
        self._base = self._cursor
        room = min(self._total, max(self._capacity, self._batch_size))
        if self._room() < room:
            self._record_anew(room)

    def _record_anew(self, room: int) -> None:
        """Records, masks and told values for so many rows; nothing is in them yet."""
        self._records = [np.empty((*record.shape[:-1], room), record.dtype) for record in self._records]
        self._masks = [None if mask is None else np.empty((*mask.shape[:-1], room), bool) for mask in self._masks]
        self._told = [None if told is None else np.empty(room, told.dtype) for told in self._told]

    def _room(self) -> int:
        return self._records[0].shape[-1]

    # --- views of batches

    def _cut(self) -> list[Batch]:
        """Views of the batches from the cursor to the end of the epoch or of the record; made once, then kept."""
        if min(self._cursor + self._batch_size, self._total) - self._base > self._room():
            self._make_room()
        key = (self._cursor, self._batch_size, self._base)
        if key != self._views_key:
            self._views, self._views_key = self._make_views(), key
            self._pieces_filled = False
        if not self._pieces_filled:
            self._fill_pieces()
        return self._views

    def _fill_pieces(self) -> None:
        """Copy the targets from the cursor on, batch by batch."""
        first, size = self._cursor, self._batch_size
        count = (self._total - first) // size
        rest = first + count * size
        for targets, pieces in zip(self._targets, self._pieces, strict=True):
            if pieces is not None:
                ordered = targets.encoded.ordered
                k = len(ordered)
                whole = ordered[:, first:rest].reshape(k, count, size)
                np.copyto(pieces[k * first : k * rest].reshape(count, k, size), whole.swapaxes(0, 1))
                np.copyto(pieces[k * rest :].reshape(k, self._total - rest), ordered[:, rest:])
        self._pieces_filled = True

    def _targets_of(self, index: int, start: int, stop: int) -> Array:
        """Targets of rows start … stop, (k, n)."""
        pieces, ordered = self._pieces[index], self._targets[index].encoded.ordered
        if pieces is None:
            return ordered[..., start:stop]
        return pieces[len(ordered) * start : len(ordered) * stop].reshape(len(ordered), stop - start)

    def _make_views(self) -> list[Batch]:
        views: list[Batch] = []
        programs: dict[int, Program] = {}
        start = self._cursor
        most = VIEWS
        while start < self._total and len(views) < most:
            stop = min(start + self._batch_size, self._total)
            if stop - self._base > self._room():
                break
            if stop - start not in programs:
                programs[stop - start] = self._program(start, stop)
            views.append(self._view(programs[stop - start], start, stop))
            start = stop
            most = min(VIEWS, max(1, CALLS // max(1, len(views[-1].calls))))
        return views

    def _program(self, start: int, stop: int) -> Program:
        """The calls of a step with as many rows as start … stop."""
        plan = self.model.plan(
            stop - start, training=True, fusable=[targets.fusable for targets in self._targets], shapes=self._shapes
        )
        if plan not in self._programs:
            inputs = [rows.batch(start, stop) for rows in self._rows]
            made = [output for output, read in zip(plan.outputs, self._read, strict=True) if read]
            made += [mask for mask in plan.output_masks if mask is not None]
            records = list(zip(self._rooms(start, stop), made, strict=True))
            self._programs[plan] = Program(plan, inputs, self._heads(plan, start, stop), records)
        return self._programs[plan]

    def _view(self, program: Program, start: int, stop: int) -> Batch:
        inputs = [rows.batch(start, stop) for rows in self._rows]
        targets = [self._targets_of(index, start, stop) for index in range(len(self._targets))]
        heads = self._heads(program.plan, start, stop) if program.whole_heads else ()
        return Batch(start, stop, program.plan, program.calls_for(inputs, targets, self._rooms(start, stop), heads))

    def _rooms(self, start: int, stop: int) -> list[Array]:
        """Where outputs and masks of a batch are recorded."""
        recorded = slice(start - self._base, stop - self._base)
        records = [record for record, read in zip(self._records, self._read, strict=True) if read]
        return [one[..., recorded] for one in (*records, *self._masks) if one is not None]

    def _heads(self, plan: Plan, start: int, stop: int) -> list[HeadStep | None]:
        recorded = slice(start - self._base, stop - self._base)
        told = [None if one is None else one[recorded] for one in self._told]
        return [
            head_step(self.model, plan, index, targets, start, stop, values=values)
            for index, (targets, values) in enumerate(zip(self._targets, told, strict=True))
        ]

    # --- trained beside other runs, by somebody who makes the updates of them all

    @property
    def total(self) -> int:
        """Rows of an epoch."""
        return self._total

    @property
    def rows(self) -> list[Rows]:
        """The rows, one entry for each input."""
        return self._rows

    @property
    def targets(self) -> list[Targets]:
        """The targets, one entry for each output."""
        return self._targets

    def record_into(self, records: list[Array]) -> None:
        """From now on the outputs of an epoch, (…, k, total), lie there."""
        self._records = records

    def open_epoch(self) -> None:
        """Begin the next epoch, with its rows in a new order."""
        self._start_epoch()

    def close_epoch(self, bounds: list[int], penalty: float | None) -> None:
        """The epoch's updates have been made, its outputs recorded. The next event will tell what came out.

        Args:
            bounds: first rows of the batches.
            penalty: sum over the batches of penalty * rows, None without penalties.
        """
        self._bounds, self._batch, self._cursor = list(bounds), len(bounds), self._total
        if penalty is not None:
            self._penalty.sums[...] = penalty, self._total

    # --- saving and going on

    def get_state(self) -> dict[str, Array]:
        """All that the rest of the run depends on, as plain arrays; `set_state` elsewhere goes on bit for bit."""
        self.model.ready_to_train()  # before the first step the optimizer has no slots yet
        size = self._cursor - self._base if self._phase == UPDATING else 0
        state = {name: getattr(self, f"_{name}") for name in POSITION}
        state |= {"epochs": self.epochs, "stop_training": int(self.model.stop_training)}
        arrays = {f"run.{name}": np.array(value, np.int64) for name, value in state.items()}
        ordered = 0 if self._phase == BETWEEN else self._total  # each epoch makes its order anew
        arrays["run.order"] = self._order[:ordered].copy()
        arrays["run.bounds"] = np.array(self._bounds, np.int64)
        for kind, kept in (("record", self._records), ("mask", self._masks), ("told", self._told)):
            for index, array in enumerate(kept):
                if array is not None:
                    arrays[f"run.{kind}.{index}"] = array[..., :size].copy()
        arrays["run.penalty"] = self._penalty.sums.copy()
        for index, tracker in enumerate(self._trackers):
            for slot, sums in enumerate(tracker.state()):
                arrays[f"run.tracker.{index}.{slot}"] = sums.copy()
        return {**arrays, **self.model.training_state()}

    def set_state(self, state: dict[str, Array]) -> None:
        """Go on where `get_state` was called; the model, the data and the arguments must be the same."""
        self.model.ready_to_train()
        self.model.set_training_state(state)
        for name in POSITION:
            setattr(self, f"_{name}", int(state[f"run.{name}"]))
        self.epochs = int(state["run.epochs"])
        self._bounds = [int(bound) for bound in state["run.bounds"]]
        if self._shuffle and self._phase != BETWEEN:
            self._order[...] = state["run.order"]
            self._put_in_order()
        size = state["run.record.0"].shape[-1]
        if self._room() < size:  # the batches were larger then
            self._record_anew(self._total)
        for kind, kept in (("record", self._records), ("mask", self._masks), ("told", self._told)):
            for index, array in enumerate(kept):
                if array is not None:
                    array[..., :size] = state[f"run.{kind}.{index}"]
        self._penalty.sums[...] = state["run.penalty"]
        for index, tracker in enumerate(self._trackers):
            for slot, sums in enumerate(tracker.state()):
                sums[...] = state[f"run.tracker.{index}.{slot}"]
        if self._phase == LOOKING:  # the epoch's updates are done, its numbers lie in the trackers
            self._train_logs = self._logs()
        self._views_key = None
