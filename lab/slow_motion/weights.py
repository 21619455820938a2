"""The gradient of one weight, and which weights of a layer are followed."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lab.slow_motion.equation import Number, Step, Term, total
from lab.slow_motion.ops import Index, Op
from lab.slow_motion.view import View, places_text
from lab.slow_motion.words import said, titled
from lab.slow_motion.zero import why_weight_zero
from lab.studies.words import Words
from netcore.trace import SIGNS

Array = np.ndarray[Any, Any]
LETTERS = {"kernel": "w", "bias": "b", "recurrent_kernel": "u", "embeddings": "e", "gamma": "γ", "beta": "β"}


def traced_weights(view: View, layer: Any) -> dict[str, str]:
    """Keras name of each weight of a layer that learns -> its name in the trace."""
    names = [q.name for q in view.update.trace if q.kind == "parameter" and q.layer == layer.name]
    return {weight.name: name for weight, name in zip(layer.trainable_weights, names, strict=False)}


def weight_sign(weight: str, index: Index) -> str:
    """ "w_2,1", as equations call one number of a weight."""
    return f"{LETTERS.get(weight, SIGNS.get(weight, weight))}_{places_text(index)}"


def number_of(place: Index) -> str:
    """ "#3": of which sample of the batch a number is, and which time step or place of it."""
    return f"#{places_text(place)}"


def role_of(weight: str) -> Any:
    return "bias" if weight in ("bias", "beta") else "weight"


def gradient_step(
    view: View, op: Op, weight: str, index: Index, each: Sequence[tuple[int, Term]], more: Sequence[Words] = ()
) -> Iterator[Step]:
    """∂L/∂w = the sum over the samples of what each of them gives.

    Args:
        each: (sample of the batch, what it gives); a sample may come several times.
        more: further sentences.
    """
    traced = traced_weights(view, op.layer).get(weight)
    key = f"backward.{weight}.{op.out}"
    if traced is None:
        yield _frozen(op, key, weight, index)
        return
    name = f"∂L/∂{weight_sign(weight, index)}"
    result = Number(float(view.all(f"dL/d{traced}")[index]), "gradient", name)
    mine = [term for sample, term in each if sample == view.sample]
    others = [term for sample, term in each if sample != view.sample]
    extra = _penalty_terms(op, weight, index)
    terms = [*mine, *others]
    shared = _used_again(view, op)
    if shared:  # what comes by this use is a part
        result = Number(sum(term.value for term in (*terms, *extra)), "gradient", name)
    says = [said(f"gradient.{role_of(weight)}", weight=weight_sign(weight, index), samples=view.update.size)]
    says += more
    if extra:
        says.append(said("gradient.penalty"))
    if shared:
        says.append(said("gradient.shared"))
    causes = why_weight_zero(view, op, weight, index) if result.value == 0 else ()
    lit = (view.lit(op.ins[0], "input"), view.lit(op.out, "gradient", value=view.slope_number(op.out).value))
    wires = (view.wire(op, index[0], index[1], "gradient"),) if weight == "kernel" and len(index) == 2 else ()
    yield Step(
        key,
        "backward",
        titled("gradient", op, weight=weight_sign(weight, index)),
        tuple(says),
        (total(result, terms, extra, first=min(len(mine), 1)),),
        causes=causes,
        lit=lit,
        wires=wires,
        weight=(weight, index),
    )


def no_gradient(op: Op) -> Iterator[Step]:
    """A layer with weights that no gradient reaches: it does not learn and neither does any before it, or no way leads
    from it to the loss.
    """
    if not op.layer.weights:
        return
    frozen = not op.layer.trainable
    yield Step(
        f"backward.none.{op.out}",
        "backward",
        titled("no_gradient", op),
        (said("no_gradient.frozen" if frozen else "no_gradient"),),
        causes=(said("zero.frozen" if frozen else "zero.no_path"),),
    )


def _frozen(op: Op, key: str, weight: str, index: Index) -> Step:
    sign = weight_sign(weight, index)
    return Step(
        key,
        "backward",
        titled("gradient", op, weight=sign),
        (said("frozen", weight=sign),),
        causes=(said("zero.frozen"),),
    )


def _penalty_terms(op: Op, weight: str, index: Index) -> list[Term]:
    """What a regularizer adds to the gradient of one weight."""
    found = next((one for one in op.layer.trainable_weights if one.name == weight), None)
    if found is None or found.regularizer is None:
        return []
    slope = np.zeros_like(found.value)
    found.regularizer.add_gradient(found.value, slope)
    if not slope.any():  # a factor of 0 that could be turned
        return []
    return [Term(float(slope[index]), (Number(float(slope[index]), "loss", "∂R"),))]


def _used_again(view: View, op: Op) -> bool:
    """Whether the layer is used in several places, each of which adds to its gradients."""
    return sum(other.layer is op.layer and other.function is None for other in view.ops) > 1
