"""The last part of an update: clipping, the optimizer's memory, each weight before and after."""

import math
from collections.abc import Iterator

import numpy as np

from lab.slow_motion.equation import Equation, Number, Step, Term, product
from lab.slow_motion.ops import Index, Op
from lab.slow_motion.optimizers import Facts, equations_of
from lab.slow_motion.view import View
from lab.slow_motion.weights import role_of, traced_weights, weight_sign
from lab.slow_motion.words import named, said, titled
from lab.slow_motion.zero import why_no_change

Followed = list[tuple[Op, str, Index]]  # layer, Keras name of its weight, which number of it


def steps(view: View, followed: Followed) -> Iterator[Step]:
    """Args: followed: the weights whose gradients the way back has told."""
    yield from _clipping(view)
    for op, weight, index in followed:
        traced = traced_weights(view, op.layer).get(weight)
        if traced is not None:
            yield _step(view, op, weight, traced, index)


def _clipping(view: View) -> Iterator[Step]:
    """The gradient as it came and as it is taken, where they differ."""
    optimizer = view.update.model.optimizer
    taken = [q for q in view.update.trace if q.kind == "taken_gradient"]
    if not taken or optimizer.gradient_accumulation_steps:
        return
    raw = [view.all(f"dL/d{q.name.removeprefix('g ')}") for q in taken]
    if optimizer.clipvalue is not None:
        yield Step("update.clip", "update", said("clip.title"), (said("clip.value", bound=float(optimizer.clipvalue)),))
        return
    everything = [q.value for q in view.update.trace if q.kind == "gradient" and q.layer and _of_weight(view, q.name)]
    whole = optimizer.global_clipnorm is not None
    arrays = everything if whole else raw[:1]
    length = math.sqrt(sum(float(np.sum(np.square(one.astype(np.float64)))) for one in arrays))
    bound = float(optimizer.global_clipnorm if whole else optimizer.clipnorm)
    norm, limit = Number(length, "gradient", "‖g‖"), Number(bound, "plain", "c")
    factor = Number(bound / length if length else math.nan, "rate", "κ")
    yield Step(
        "update.clip",
        "update",
        said("clip.title"),
        (said("clip.global" if whole else "clip.norm", bound=bound, length=length),),
        (Equation(factor, (Term(factor.value, (limit, " / ", norm)),)),),
    )


def _of_weight(view: View, name: str) -> bool:
    return view.has(name.removeprefix("dL/d")) and view.quantities[name.removeprefix("dL/d")].kind == "parameter"


def _step(view: View, op: Op, weight: str, traced: str, index: Index) -> Step:
    optimizer = view.update.model.optimizer
    raw = float(view.all(f"dL/d{traced}")[index])
    taken = float(view.all(f"g {traced}")[index]) if view.has(f"g {traced}") else raw
    slots = {
        q.name.removesuffix(f" {traced}"): (float(q.value[index]), float(view.all(f"{q.name} after")[index]))
        for q in view.update.trace
        if q.kind == "slot" and q.name.endswith(f" {traced}")
    }
    before, after = float(view.all(traced)[index]), float(view.all(f"{traced} after")[index])
    sign, rate = weight_sign(weight, index), float(view.all("learning_rate"))
    facts = Facts(optimizer, (before, after), taken, rate, slots, int(optimizer.iterations) + 1, sign)
    equations = list(equations_of(facts))
    clipped = taken != raw
    if clipped and raw:
        gradient = Number(raw, "gradient", f"∂L/∂{sign}")
        factor = Number(taken / raw, "rate", "κ")
        equations.insert(0, Equation(facts.g, (product(factor, gradient),)))
    name = type(optimizer).__name__
    says = [said("step", weight=sign, optimizer=named("optimizer", name))]
    says += (
        [said(f"step.{name}")]
        if name in ("SGD", "Adam", "AdamW", "RMSprop", "Nadam", "Ftrl") and (slots or name != "SGD")
        else []
    )
    says += [said("step.clipped")] if clipped else []
    return Step(
        f"update.{weight}.{op.out}",
        "update",
        titled("step", op, weight=sign),
        tuple(says),
        tuple(equations),
        causes=why_no_change(view, taken, after - before),
        lit=(
            *((view.lit(op.ins[0], "input"),) if role_of(weight) == "weight" else ()),
            view.lit(op.out, "output"),
        ),
        wires=(view.wire(op, index[0], index[1], "weight"),) if weight == "kernel" and len(index) == 2 else (),
    )
