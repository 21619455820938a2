"""Running a graph forward only: predict, evaluate, and a layer called on an array."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.config import Array
from netcore.data import Rows, as_floats, batch_first, batch_last
from netcore.events import ValidationStep
from netcore.graph import Graph, Shape, Step, Tensor
from netcore.heads import Tracker, logs_of
from netcore.nested import leaves, packed
from netcore.penalties import PenaltyMean, note_activity
from netcore.plan import Plan

if TYPE_CHECKING:
    from netcore.callbacks import Callbacks
    from netcore.layers.layer import Layer
    from netcore.models import Model
    from netcore.models.intake import Intake

PIECE = 4096  # rows looked at in one go; large enough to be fast, small enough to be interrupted
NUMBERS = 1 << 23  # that all layers together may hold meanwhile (32 MB in float32): images take fewer rows in one go
SCRATCH = 1 << 25  # that their scratch may take meanwhile: long sequences and large windows take fewer rows, too
WORK = 1 << 32  # multiplications meanwhile: a second or two


def rows_at_once(model: "Model", shapes: Sequence[Shape] | None = None) -> int:
    """How many rows of those shapes (left out: as the model's inputs are declared) are looked at in one go."""
    steps = model.sized(shapes or [tensor.shape for tensor in model.inputs]).steps()
    per_row = sum(math.prod(tensor.inner_shape) for step in steps for tensor in step.outputs)
    scratch = sum(map(_scratch, steps))
    work = sum(map(_multiplications, steps))
    return max(1, min(PIECE, NUMBERS // max(1, per_row), SCRATCH // max(1, scratch), WORK // max(1, work)))


def _scratch(step: Step) -> int:
    """Numbers for one row, all of its time steps where these count as samples."""
    x, y = step.inputs[0], step.outputs[0]
    return x.repeats * step.operation.scratch_numbers(x.inner_shape, y.inner_shape, training=False)


def _multiplications(step: Step) -> int:
    """Likewise."""
    x, y = step.inputs[0], step.outputs[0]
    return x.repeats * step.operation.multiplications(x.inner_shape, y.inner_shape)


def _piece(model: "Model", rows: Sequence[Rows], batch_size: int) -> int:
    """As many rows as possible, unless the state after one batch is where the next one begins."""
    return batch_size if model.stateful else rows_at_once(model, [one.shape for one in rows])


def plans_in_pieces(model: "Model", rows: Sequence[Rows], total: int, piece: int) -> Iterator[tuple[int, Plan]]:
    """(first row, plan that holds the outputs (k, m)) of one piece after the other; the next piece overwrites them."""
    for start in range(0, total, piece):
        stop = min(start + piece, total)
        plan = model.plan(stop - start, training=False, shapes=[one.shape for one in rows])
        plan.feed([one.batch(start, stop) for one in rows])
        with np.errstate(all="ignore"):
            plan.forward()
        yield start, plan


def predict(model: "Model", arrays: Sequence[Array], batch_size: int) -> list[Array]:
    """Outputs for all rows, each (N, k). `batch_size` matters to a stateful model only."""
    rows = model.rows(arrays)
    total = len(arrays[0])
    results = [np.empty((total, *shape), model.dtype) for shape in model.output_shapes([one.shape for one in rows])]
    for start, plan in plans_in_pieces(model, rows, total, _piece(model, rows, batch_size)):
        for result, output in zip(results, plan.outputs, strict=True):
            result[start : start + output.shape[-1]] = batch_first(output)
    return results


class Evaluation:
    """Loss and metrics of the model as it is, for rows that it does not learn from; can be done in pieces.

    Args:
        intake: the rows.
        batch_size: rows that a batch's loss is reduced over; what is computed in one go are several batches.
        row_losses: keep the loss of each row by itself.
    """

    def __init__(self, model: "Model", intake: "Intake", batch_size: int, *, row_losses: bool = False) -> None:
        self.model = model
        self.total = intake.rows
        self._rows = model.rows(intake.arrays)
        self._targets = intake.targets()
        self._batch_size = batch_size
        self.batches = -(-self.total // batch_size)
        self._piece = batch_size * max(1, _piece(model, self._rows, batch_size) // batch_size)
        kept = self.total if row_losses else 0
        self.trackers = [Tracker(head, own_metrics=True, rows=kept) for head in model.heads]
        self.penalty = PenaltyMean()

    def steps(self, epoch: int = 0, callbacks: "Callbacks | None" = None) -> Iterator[ValidationStep]:
        """Look at all rows; afterwards `trackers` hold the result. Callbacks with code for batches get each of them."""
        for tracker in self.trackers:
            tracker.reset()
        self.penalty.reset()
        hooks = callbacks if callbacks is not None and callbacks.wants_batches("test") else None
        by_batch = hooks is not None or self.model.stop_evaluating  # set before the first: that one is looked at
        piece = self._batch_size if by_batch else self._piece
        for start, plan in plans_in_pieces(self.model, self._rows, self.total, piece):
            if hooks is not None:
                hooks.call_batch("on_test_batch_begin", start // piece)
            columns = zip(self.trackers, self._targets, plan.outputs, plan.output_masks, strict=True)
            with np.errstate(all="ignore"):
                for tracker, targets, output, mask in columns:
                    bounds = np.arange(0, output.shape[-1], self._batch_size)
                    tracker.update(targets, output, start, bounds, mask)
            if plan.penalised:
                self.penalty.count(plan.penalty(), plan.outputs[0].shape[-1])
            if hooks is not None:
                hooks.call_batch("on_test_batch_end", start // piece, logs=self.logs())
            yield ValidationStep(epoch, min(start + piece, self.total))
            if self.model.stop_evaluating:
                break

    def logs(self) -> dict[str, float]:
        """Loss and metrics of what has been looked at."""
        return logs_of(self.trackers, self.penalty.result())

    def row_losses(self) -> Array | None:
        """The loss of each row by itself, (N,): those of several outputs joined as in the total, without a penalty.

        None where they were not asked for.
        """
        trained = [tracker for tracker in self.trackers if len(tracker.row_losses) and tracker.head.loss is not None]
        return np.sum([tracker.head.weight * tracker.row_losses for tracker in trained], axis=0) if trained else None


class MaskedArray(np.ndarray[Any, Any]):
    """An output (n, t, …, d) that knows which time steps are there: `_keras_mask` (n, t). Arithmetic forgets it."""

    _keras_mask: Array | None = None


def run_layer(layer: "Layer", inputs: Any, *, training: bool, mask: Any = None) -> Any:
    """A layer (or model) on plain arrays: builds it at first use, returns a new array, or such in lists and dicts.

    `mask` (n, t) is that of the first input, or a list with one for each; left out, they are those that the inputs have
    brought along, if any.
    """
    listed = isinstance(inputs, list | tuple)
    several = list(inputs) if listed else [inputs]
    if mask is None:
        given = [getattr(one, "_keras_mask", None) for one in several]
    else:
        given = list(mask) if isinstance(mask, list | tuple) and listed else [mask]
    arrays = [as_floats(one, "x", layer.dtype) for one in several]
    tensors = [Tensor(array.shape, layer.dtype, "x") for array in arrays]
    calls = list(layer.calls)
    result = layer(tensors if listed else tensors[0])
    layer.calls = calls  # this use leaves no trace in the graph
    outputs = tuple(leaf for _, leaf in leaves(result))
    steps = Graph(tuple(tensors), outputs).steps()
    masks = [None if one is None else np.ascontiguousarray(batch_last(np.asarray(one, bool))) for one in given]
    plan = Plan(steps, tensors, outputs, len(arrays[0]), training=training, dtype=layer.dtype, input_masks=masks)
    plan.feed([(with_ones(array), batch_last(array)) for array in arrays])
    with np.errstate(all="ignore"):
        plan.forward()
    note_activity(plan)
    made = [
        _with_mask(np.ascontiguousarray(batch_first(output)), seen)
        for output, seen in zip(plan.outputs, plan.step_masks, strict=True)
    ]
    return packed(result, iter(made), as_written=True)


def _with_mask(output: Array, mask: Array | None) -> Array:
    if mask is None:
        return output
    masked = output.view(MaskedArray)
    masked._keras_mask = batch_first(mask).copy()
    return masked


def with_ones(array: Array) -> Array:
    """(n, …, d) -> (…, d + 1, n), the last row all ones."""
    return batch_last(np.concatenate([array, np.ones((*array.shape[:-1], 1), array.dtype)], axis=-1))
