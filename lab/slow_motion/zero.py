"""Why a gradient is exactly 0: the actual cause, found in the numbers of the update and not guessed."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from lab.slow_motion.ops import Index, Op, readers
from lab.slow_motion.words import layer_name
from lab.studies.words import Words
from netcore.activations import Elementwise

if TYPE_CHECKING:
    from lab.slow_motion.view import View

Array = np.ndarray[Any, Any]
DEEPEST = 200  # layers that a cause is followed through
MOST_PLACES = 2000  # of a unit that are asked for their cause


def why_weight_zero(view: "View", op: Op, weight: str, index: Index) -> tuple[Words, ...]:
    """Why ∂L/∂w is 0 for the whole batch.

    Args:
        op: the layer's own equation; index: of the weight.
    """
    slope = view.slope(op.out)
    if slope is None:
        return (_cause("no_path"),)
    if weight == "embeddings":
        return (_cause("row_absent", row=index[0]),)
    if weight == "kernel" and len(index) == 2 and not view.all(op.ins[0])[..., index[0]].any():
        return (_cause("input_zero", unit=index[0] + 1),)
    unit, places = view.focus[op.out][-1:], _places(slope)  # a column of a gate's weights is not a unit's number
    causes = [
        why_unit_zero(view, op.out, (*place[1:], *unit), place[0]) for place in places if slope[(*place, *unit)] == 0
    ]
    if causes and len(causes) == len(places):
        codes = {cause[0].key for cause in causes if cause}
        whole = next((cause for cause in causes if cause), ())
        if len(codes) == 1:
            return (_cause("each_sample"), *whole) if view.update.size > 1 else whole
        return (
            _cause("each_sample"),
            *(next(c for c in causes if c and c[0].key == code)[0] for code in sorted(codes)),
        )
    return (_cause("cancels"),)


def _places(array: Array) -> Sequence[Index]:
    """The first places of a unit: the samples, and the axes between."""
    return list(islice(np.ndindex(array.shape[:-1]), MOST_PLACES))


def why_unit_zero(view: "View", name: str, index: Index, sample: int | None = None) -> tuple[Words, ...]:
    """Why the loss of one sample does not change with one number: followed on from layer to layer to where it ends."""
    sample = view.sample if sample is None else sample
    for _ in range(DEEPEST):
        following = list(readers(view.ops, name))
        if not following:
            return (_end(view, name, sample),)
        if len(following) > 1:
            return (_cause("every_way"),)
        op = following[0]
        found, onward = _through(view, op, name, index, sample)
        if found is not None:
            return (found,)
        if onward is None:
            return (_cause("weights_zero", layer=layer_name(op)),)
        name, index = onward
    return (_cause("every_way"),)


def _end(view: "View", name: str, sample: int) -> Words:
    """The number is an output of the network."""
    if view.slope(name) is None:
        return _cause("no_path")
    weights = [q.value for q in view.update.trace if q.kind == "sample_weight"]
    if weights and not np.any(weights[0][sample]):
        return _cause("sample_weight")
    return _cause("no_error")


def _through(
    view: "View", op: Op, name: str, index: Index, sample: int
) -> tuple[Words | None, tuple[str, Index] | None]:
    """The cause, if it lies in this operation; otherwise where to look on."""
    slopes = view.slope(op.out)
    if slopes is None:
        return (None, (op.out, index)) if op.function is not None else (_cause("no_path"), None)
    if op.function is not None:
        return _through_function(view, op, name, index, sample)
    if op.type == "Dropout":
        masks = view.inside(op, "mask")
        if masks and masks[0].value[sample][index] == 0:
            return _cause("dropped", layer=layer_name(op)), None
        return None, (op.out, index)
    if "MaxPooling" in op.type:
        return _cause("not_chosen", layer=layer_name(op)), None
    if slopes[sample].any():
        return None, None  # a gradient comes, and every weight on its way is 0
    return None, (op.out, tuple(0 for _ in view.all(op.out).shape[1:]))


def _through_function(
    view: "View", op: Op, name: str, index: Index, sample: int
) -> tuple[Words | None, tuple[str, Index] | None]:
    function = op.function
    if not isinstance(function, Elementwise) or op.out in view.update.trace.fused:
        return (_end(view, op.out, sample), None) if not list(readers(view.ops, op.out)) else (None, (op.out, index))
    slope = np.empty(1, view.all(name).dtype)
    z, a = view.all(name)[sample][index], view.all(op.out)[sample][index]
    function.slope(np.array([z]), np.array([a]), slope)
    if slope[0] == 0:
        dead = function.name in ("relu", "relu6") and z <= 0
        code = "dead" if dead else "saturated"
        return _cause(code, layer=layer_name(op), function=function.name, z=float(z)), None
    return None, (op.out, index)


def _cause(code: str, **values: Any) -> Words:
    return Words(f"slow.zero.{code}", values)


def why_no_change(view: "View", taken: float, change: float) -> tuple[Words, ...]:
    """Why a weight stays as it is after the update; its gradient is told by its own step."""
    if change != 0:
        return ()
    if float(view.all("learning_rate")) == 0:
        return (_cause("rate"),)
    if taken != 0 and _gathers(view):
        return (_cause("gathering"),)
    return (_cause("no_gradient"),) if taken == 0 else (_cause("too_small"),)


def _gathers(view: "View") -> bool:
    return bool(view.update.model.optimizer.gradient_accumulation_steps)
