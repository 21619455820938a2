"""Training and validation on batches that come one by one: from a generator, or a given number of them per epoch.

Slower than a FitRun, which knows all rows beforehand, and with the same numbers.
"""

import itertools
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.config import Array
from netcore.errors import NetcoreTypeError, NetcoreValueError, NetcoreWarning
from netcore.events import BatchEnded, Event, ValidationStep
from netcore.heads import Tracker, logs_of
from netcore.penalties import PenaltyMean
from netcore.plan import Plan
from netcore.program import head_step
from netcore.run import Run, Validation

if TYPE_CHECKING:
    from netcore.callbacks import Callbacks
    from netcore.models import Model
    from netcore.models.intake import Intake

PEEKED = 2  # batches of a generator that Keras looks at first, and begins each validation with


def is_stream(x: Any) -> bool:
    """Whether `x` gives batches one by one: a generator, an iterator, or an object with batches by number."""
    if isinstance(x, np.ndarray | list | tuple | dict) or x is None or hasattr(x, "__array__"):
        return False
    return hasattr(x, "__next__") or (hasattr(x, "__getitem__") and hasattr(x, "__len__") and not hasattr(x, "shape"))


class Batches:
    """Batches (x, y, sample_weight) for epoch after epoch.

    Args:
        source: a generator, or an object whose batches are reached as source[0], source[1], …, or an Intake.
        steps: batches per epoch; None for as many as there are.
        batch_size: rows of a batch cut from arrays.
        order: stream that arrays are shuffled with, anew for each pass; None to leave them in order.

    Attributes:
        count: batches of one pass; None for a generator, of which nobody knows.
        first: gives the first batch of a generator or of numbered batches, None if there is none.
    """

    def __init__(
        self, source: Any, steps: int | None = None, *, batch_size: int | None = None, order: Any = None
    ) -> None:
        self.steps = steps
        self._batch_size, self._order = batch_size, order
        self._source = source
        self._current: Iterator[Any] | None = None
        self._seen = 0
        if hasattr(source, "__next__"):
            peeked = list(itertools.islice(source, PEEKED))
            self._passes: Any = lambda: itertools.chain(peeked, source)
            self.first: Any = lambda: next(iter(peeked), None)
            self.count: int | None = None
        elif hasattr(source, "rows"):
            size = batch_size or (-(-source.rows // steps) if steps else 32)
            self._passes = lambda: source.batches(size, order)
            self.count = -(-source.rows // size)
            self.first = lambda: None  # whoever has rows knows their shape
        else:
            self._passes = lambda: (source[index] for index in range(len(source)))
            self.count = len(source)
            self.first = lambda: source[0] if self.count else None

    def reset(self) -> None:
        """Start at the first batch again."""
        self._current, self._seen = None, 0

    def epoch(self) -> Iterator[tuple[Any, Any, Any]]:
        """The batches of one epoch; with `steps` the next epoch goes on where this one ends."""
        if self._current is None or self.steps is None:
            self._current, self._seen = iter(self._passes()), 0
        for _ in range(self.steps) if self.steps is not None else itertools.count():
            batch = next(self._current, None)
            if batch is None:
                if self.steps is not None or not self._seen:
                    _warn_of_the_end()
                self.reset()
                break
            self._seen += 1
            yield triple(batch)
        if self.count is not None and self._seen >= self.count:
            self.reset()
        if hasattr(self._source, "on_epoch_end"):
            self._source.on_epoch_end()


def _warn_of_the_end() -> None:
    warnings.warn(
        NetcoreWarning(
            "fit.out_of_data",
            "Your input ran out of data; the epoch ends early. The generator must give at least "
            "steps_per_epoch * epochs batches.",
        ),
        stacklevel=3,
    )


def triple(batch: Any) -> tuple[Any, Any, Any]:
    """(x, y, sample_weight) of what a generator gave: (x,), (x, y) or all three."""
    if not isinstance(batch, tuple | list):
        return batch, None, None
    if not 1 <= len(batch) <= 3:
        raise NetcoreValueError(
            "fit.generator",
            "A generator must give (x, y) or (x, y, sample_weight) for each batch, but gave {count} things.",
            count=len(batch),
        )
    x, y, weight = (*batch, None, None)[:3]
    return x, y, weight


class Counts:
    """Loss and metrics of batches that are looked at one by one."""

    def __init__(self, trackers: list[Tracker], penalty: PenaltyMean) -> None:
        self.trackers, self.penalty = trackers, penalty

    def reset(self) -> None:
        for tracker in self.trackers:
            tracker.reset()
        self.penalty.reset()

    def count(self, plan: Plan, batch: "Intake") -> None:
        """Add the batch whose forward the plan has just made."""
        first: Array = np.zeros(1, np.intp)
        columns = zip(self.trackers, batch.targets(), plan.outputs, plan.output_masks, strict=True)
        for tracker, targets, output, mask in columns:
            tracker.update(targets, output, 0, first, mask)
        if plan.penalised:
            self.penalty.count(plan.penalty(), batch.rows)

    def logs(self) -> dict[str, float]:
        return logs_of(self.trackers, self.penalty.result())


def counts_of(model: "Model") -> Counts:
    """Nothing counted yet, with metrics of their own."""
    return Counts([Tracker(head, own_metrics=True) for head in model.heads], PenaltyMean())


def look_at(model: "Model", batch: "Intake", counts: "Counts") -> None:
    """Count one batch in inference mode."""
    rows = model.rows(batch.arrays)
    plan = model.plan(batch.rows, training=False, shapes=[one.shape for one in rows])
    plan.feed([one.batch(0, batch.rows) for one in rows])
    with np.errstate(all="ignore"):
        plan.forward()
        counts.count(plan, batch)


def learn_from(model: "Model", batch: "Intake", counts: "Counts") -> None:
    """Count one batch, then make one update from it."""
    model.ready_to_train()
    rows, targets = model.rows(batch.arrays), batch.targets()
    plan = model.plan(
        batch.rows, training=True, shapes=[one.shape for one in rows], fusable=[one.fusable for one in targets]
    )
    plan.feed([one.batch(0, batch.rows) for one in rows])
    with np.errstate(all="ignore"):
        plan.forward()
        counts.count(plan, batch)
        for index, one in enumerate(targets):
            head = head_step(model, plan, index, one, 0, batch.rows)
            if head is not None:
                head.write()
        plan.backward()
        model.optimizer.apply()


class StreamRun(Run):
    """A run over batches that come one by one. Its state cannot be saved: the generator's is not known."""

    def __init__(
        self, model: "Model", batches: Batches, validation: Validation | None, *, class_weight: Any, **options: Any
    ) -> None:
        steps = batches.count if batches.steps is None else batches.steps
        super().__init__(model, validation, steps=steps, **options)
        self._batches, self._class_weight = batches, class_weight
        self._counts = Counts(self._trackers, self._penalty)

    def _updates(self) -> Iterator[Event]:
        hooked = self._callbacks.wants_batches("train")
        progress = self._progress if self._progress is not None and self._progress.watches else None
        for x, y, weight in self._batches.epoch():
            batch = self.model.take(x, y, weight, self._class_weight)
            if hooked:
                self._callbacks.call_batch("on_train_batch_begin", self._batch)
            learn_from(self.model, batch, self._counts)
            self._batch += 1
            if hooked:
                self._callbacks.call_batch("on_train_batch_end", self._batch - 1, logs=self._logs())
            if progress is not None:
                progress.moved(self._batch, self._logs())
            if self._batch_events:
                yield BatchEnded(self._epoch, self._batch - 1, batch.rows)
            if self.model.stop_training:
                break

    def get_state(self) -> dict[str, Array]:
        raise NetcoreTypeError(
            "fit.stream_state",
            "A run over a generator cannot be saved: nobody knows what the generator will give. Train on arrays.",
        )

    def set_state(self, state: dict[str, Array]) -> None:
        self.get_state()


class StreamEvaluation(Counts):
    """Loss and metrics over batches that come one by one."""

    def __init__(self, model: "Model", batches: Batches) -> None:
        own = counts_of(model)
        super().__init__(own.trackers, own.penalty)
        self.model, self._batches = model, batches
        self.batches = 0

    def steps(self, epoch: int = 0, callbacks: "Callbacks | None" = None) -> Iterator[ValidationStep]:
        """Look at all batches."""
        self.reset()
        self._batches.reset()
        hooks = callbacks if callbacks is not None and callbacks.wants_batches("test") else None
        seen = 0
        for index, (x, y, weight) in enumerate(self._batches.epoch()):
            if hooks is not None:
                hooks.call_batch("on_test_batch_begin", index)
            batch = self.model.take(x, y, weight)
            look_at(self.model, batch, self)
            seen, self.batches = seen + batch.rows, index + 1
            if hooks is not None:
                hooks.call_batch("on_test_batch_end", index, logs=self.logs())
            yield ValidationStep(epoch, seen)
            if self.model.stop_evaluating:
                break

    def row_losses(self) -> None:
        """Batches that come one by one are not kept."""


def outputs_in_batches(
    model: "Model", batches: Iterable[tuple[Any, Any, Any]], callbacks: "Callbacks | None"
) -> Iterator[list[Array]]:
    """Outputs of one batch after the other."""
    for index, (x, _, _) in enumerate(batches):
        if callbacks is not None:
            callbacks.call_batch("on_predict_batch_begin", index)
        outputs = model.outputs_for(x)
        if callbacks is not None:
            callbacks.call_batch("on_predict_batch_end", index, logs={"outputs": model.structured(outputs)})
        yield outputs
        if model.stop_predicting:
            break
