"""Program: forward, loss and backward of a plan as one flat list of calls, and what of it changes with the batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.config import Array
from netcore.heads import StepWeight, Targets, fused_gradient
from netcore.node import Operation
from netcore.plan import Plan, add_up
from netcore.tape import Call, NotRepeatable, bound, record

if TYPE_CHECKING:
    from netcore.models import Model


@dataclass
class HeadStep:
    """What one head does in one step: the gradient of its loss goes into `out`.

    Attributes:
        taped: whether `gradient` may be put on a tape.
    """

    gradient: Callable[..., None]
    y_true: Array
    y_pred: Array
    weight: StepWeight
    out: Array
    taped: bool

    def write(self) -> None:
        self.weight.fill()
        self.gradient(self.y_true, self.y_pred, self.weight.value, self.out)


def head_step(
    model: "Model",
    plan: Plan,
    index: int,
    targets: Targets,
    start: int,
    stop: int,
    *,
    members: bool = False,
    values: Array | None = None,
) -> HeadStep | None:
    """What the head does for rows start … stop; None where nothing is to be learnt from this output.

    `members` says that the first axis of outputs and targets is one of several networks, each with a loss of its own.
    `values` is where a loss that finds its values along with the gradient writes them.
    """
    head, out = model.heads[index], plan.output_gradients[index]
    if head.loss is None or out is None:
        return None
    weight = None if targets.weight is None else targets.weight.ordered[..., start:stop]
    counted = None if targets.counted is None else targets.counted.ordered[..., start:stop]
    mask = None if head.loss.sequence else plan.output_masks[index]
    shape = plan.outputs[index].shape[1 if members else 0 :]
    fused = plan.fused[index]
    gradient = fused_gradient if fused else head.loss.gradient
    if values is not None:
        gradient = partial(head.loss.gradient_and_values, values=values)
    return HeadStep(
        gradient,
        targets.encoded.ordered[..., start:stop],
        plan.outputs[index],
        StepWeight(head, shape, weight, model.dtype, mask, counted),
        out,
        fused or head.loss.taped,
    )


@dataclass(slots=True)
class Batch:
    """Rows start … stop of the epoch's order, and the calls of their step."""

    start: int
    stop: int
    plan: Plan
    calls: list[Call]


def differentiate(batch: Batch) -> None:
    """Forward, outputs into the record, gradient of the loss, backward: all of an update but the optimizer's part."""
    for function, arguments in batch.calls:
        function(*arguments)


Pair = tuple[Array, Array]  # of an input: with a row of ones if wanted, and without


class Program:
    """The training step of a plan, for any batch of its size.

    Args:
        plan: whose step it is.
        inputs: of some batch, as Rows.batch gives them; others will come in their place.
        heads: of the same batch, one for each output, None for one that nothing is learnt from.
        records: for each array that the step copies what the plan made into, (room, made), of the same batch.

    Attributes:
        whole_heads: whether `calls_for` needs the heads of the batch, and not only their targets.
    """

    def __init__(
        self, plan: Plan, inputs: Sequence[Pair], heads: Sequence[HeadStep | None], records: Sequence[Pair]
    ) -> None:
        self.plan = plan
        self._inputs = [(_stand_in(block), _stand_in(value)) for block, value in inputs]
        self._heads = heads
        self._targets = [_stand_in(np.empty(0) if head is None else head.y_true) for head in heads]
        self._rooms = [_stand_in(room) for room, _ in records]
        written = self._written_down([made for _, made in records])
        stand_ins = [id(one) for one in _in_order(self._inputs, self._targets, self._rooms, heads)]
        changing = [(place, call) for place, call in enumerate(written) if any(id(one) in stand_ins for one in call[1])]
        self._kept = [one for _, (_, arguments) in changing for one in arguments if id(one) not in stand_ins]
        found = {number: place for place, number in enumerate([*stand_ins, *(id(one) for one in self._kept)])}
        self._changing = [
            (place, function, _picker([found[id(one)] for one in arguments]))
            for place, (function, arguments) in changing
        ]
        self._calls = [bound(call) for call in written]
        self.whole_heads = any(call[0] is HeadStep.write for call in written)

    def calls_for(
        self,
        inputs: Sequence[Pair],
        targets: Sequence[Array],
        rooms: Sequence[Array],
        heads: Sequence[HeadStep | None] = (),
    ) -> list[Call]:
        """The calls of one batch, in order."""
        actual = [*_in_order(inputs, targets, rooms, heads or self._heads), *self._kept]
        calls = self._calls.copy()
        for place, function, pick in self._changing:
            calls[place] = bound((function, pick(actual)))
        return calls

    def _written_down(self, made: Sequence[Array]) -> list[Call]:
        """The calls of a step, with stand-ins for what comes with the batch."""
        plan = self.plan
        plan.feed(self._inputs)
        calls: list[Call] = []
        for forward, node in plan.forwards:
            calls += self._operation(forward, node, training=True)
        calls += [(np.copyto, pair) for pair in zip(self._rooms, made, strict=True)]
        for head, y_true in zip(self._heads, self._targets, strict=True):
            if head is not None:
                calls += self._head(head, y_true)
        for backward, argument in plan.backwards:
            calls += self._operation(backward, argument)
        reading = {id(node) for node in plan.reading_inputs()}
        fed = any(id(one) in reading for _, arguments in calls for one in arguments)
        return [(plan.feed, (self._inputs,)), *calls] if fed else calls

    def _operation(self, function: Callable[..., None], argument: Any, **options: Any) -> list[Call]:
        operation = getattr(function, "__self__", None)
        taped = isinstance(operation, Operation) and operation.taped and argument.mask is None
        if taped or function is add_up:
            return self._taped(function, argument, **options)
        return [(partial(function, **options), (argument,))]

    def _head(self, head: HeadStep, y_true: Array) -> list[Call]:
        if not head.taped or head.weight.filled:
            return [(HeadStep.write, (head,))]
        return self._taped(head.gradient, y_true, head.y_pred, head.weight.value, head.out)

    def _taped(self, function: Callable[..., None], *arguments: Any, **options: Any) -> list[Call]:
        """The calls that `function` makes, or that of the function itself."""
        changing = [*(one for pair in self._inputs for one in pair), *self._targets]
        try:
            return record(function, *arguments, changing=changing, **options)
        except NotRepeatable:
            return [(partial(function, **options), arguments)]


def _in_order(
    inputs: Sequence[Pair], targets: Sequence[Array], rooms: Sequence[Array], heads: Sequence[HeadStep | None]
) -> list[Any]:
    """All that comes with a batch, in one list."""
    return [inputs, *(one for pair in inputs for one in pair), *targets, *rooms, *heads]


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """A function that takes what stands at those places out of a list."""
    if len(places) == 1:
        return lambda things: (things[places[0]],)
    return itemgetter(*places)


def _stand_in(array: Array) -> Array:
    """An array of that shape, of zeros, that takes no room."""
    return np.broadcast_to(np.zeros((), array.dtype), array.shape)
