"""Knobs inside a network that learns: factors of penalties, rates of dropout, momentum, a single weight.

What they are set to stays what it is to the next change; a weight goes on learning from there.
"""

from collections.abc import Iterator
from typing import Any, Final

from lab.runs.wire.spec import KnobTurn, RunSpec
from lab.runs.work.drawn import named_layers
from netcore.optimizers.optimizer import Momentum
from netcore.regularizers import L1, L1L2, L2

LASTING: Final = ("l1", "l2", "dropout", "momentum")  # no part of a state that netcore saves


def turn_inside(fit_run: Any, spec: RunSpec, turn: KnobTurn) -> bool:
    """Turn a knob of LASTING, or set a weight. False, and nothing is changed, where the network has no such knob.

    The kernel of a layer that is named may be without the penalty whose factor is turned: it comes under one then.
    """
    model = fit_run.model
    if turn.name == "weight":
        return _set_weight(model, spec, turn)
    if turn.name == "momentum":
        model.ready_to_train()  # which makes the optimizer's own numbers
        return _set_momentum(model.optimizer, turn.value)
    found = list(_holders(model, spec, turn))
    for holder, attribute in found:
        setattr(holder, attribute, turn.value)
    return bool(found) or _put_under_penalty(fit_run, spec, turn)


def _holders(model: Any, spec: RunSpec, turn: KnobTurn) -> Iterator[tuple[Any, str]]:
    """Objects that hold the knob, of the layer that is named or of all, and what they call it."""
    for name, layer in named_layers(model, spec):
        if turn.layer not in ("", name):
            continue
        if turn.name == "dropout" and "rate" in layer.params:
            yield layer, "rate"
        if turn.name in ("l1", "l2"):
            for weight in layer.trainable_weights:
                if weight.regularizer is not None and turn.name in type(weight.regularizer).params:
                    yield weight.regularizer, turn.name


def _put_under_penalty(fit_run: Any, spec: RunSpec, turn: KnobTurn) -> bool:
    """A kernel without a penalty, or under one of the other kind alone, from now on has one of both kinds."""
    layer = dict(named_layers(fit_run.model, spec)).get(turn.layer)
    if turn.name not in ("l1", "l2") or layer is None or "kernel_regularizer" not in layer.params:
        return False
    kernel = next((weight for weight in layer.trainable_weights if weight.name == "kernel"), None)
    if kernel is None or not (kernel.regularizer is None or isinstance(kernel.regularizer, L1 | L2)):
        return False
    factors = {name: getattr(kernel.regularizer, name, 0.0) for name in ("l1", "l2")}
    fit_run.set_penalty(kernel, L1L2(**(factors | {turn.name: turn.value})))
    return True


def _set_momentum(optimizer: Any, value: float) -> bool:
    """Of an optimizer that has one; made without, it begins to remember its steps."""
    if not isinstance(optimizer, Momentum) or not 0 <= value < 1:
        return False
    optimizer.set_momentum(value)
    return True


def _set_weight(model: Any, spec: RunSpec, turn: KnobTurn) -> bool:
    layer = dict(named_layers(model, spec)).get(turn.layer)
    weight = next((one for one in layer.weights if one.name == turn.array), None) if layer is not None else None
    if weight is None or len(turn.index) != len(weight.shape):
        return False
    if not all(0 <= place < size for place, size in zip(turn.index, weight.shape, strict=True)):
        return False
    weight.value[turn.index] = turn.value
    return True
