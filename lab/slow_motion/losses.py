"""The loss: of the sample, of the batch, penalties apart; and the first gradient of the way back."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lab.slow_motion.equation import (
    Cell,
    Equation,
    Grid,
    Lit,
    Number,
    Piece,
    Step,
    Term,
    alone,
    product,
    total,
)
from lab.slow_motion.lattice import lattice, paths_gradient
from lab.slow_motion.view import View, places_text
from lab.slow_motion.words import named, said, unit
from lab.slow_motion.zero import why_unit_zero
from lab.studies.words import Words

SMALLEST: Final = 1e-9  # of a share that is written as a division

Array = np.ndarray[Any, Any]
SMALL = 1e-7  # what probabilities are kept away from 0 by, as netcore does
MOST_LOSSES = 40  # of a batch are shown one by one


@dataclass(frozen=True)
class Judged:
    """One output with its loss.

    Args:
        name: of the output's quantity; target, losses, share: of those of the trace.
    """

    name: str
    target: str
    losses: str
    share: str
    loss: Any
    node: str
    weight: float

    @property
    def title(self) -> Words | str:
        return named("loss", type(self.loss).__name__)


def judged(view: View) -> list[Judged]:
    """The outputs that are learned from."""
    heads = [head for head in view.update.model.heads if head.loss is not None]
    losses = [quantity for quantity in view.update.trace if quantity.kind == "sample_loss"]
    ends = [node.id for node in view.update.network.nodes if node.form == "end"]
    found = []
    for head, values in zip(heads, losses, strict=True):
        node = next((end for end in ends if end == f"out:{head.name}"), ends[0] if ends else "")
        output, target = values.reads
        found.append(Judged(output, target, values.name, f"dL/d{values.name}", head.loss, node, head.weight))
    return found


# --- forward


def forward(view: View) -> Iterator[Step]:
    for one in judged(view):
        yield _of_sample(view, one)
    yield _of_batch(view)


def _of_sample(view: View, one: Judged) -> Step:
    index = view.focus[one.name]
    values = view.of(one.losses)
    sequence = bool(one.loss.sequence)  # one loss for all its time steps
    result = Number(float(values if sequence else values[index[:-1]]), "loss", "l")
    y, t = view.of(one.name), view.of(one.target)
    grids: tuple[Grid, ...] = ()
    if sequence:
        grids = lattice(y, t, view.update.dataset.classes)
        whole = Number(math.exp(-result.value), "output", "P")
        equation = Equation(result, (Term(-math.log(whole.value) if whole.value else math.inf, ("−ln ", whole)),))
        says = (said("loss.ctc"),)
    else:
        equation = total(result, loss_terms(one.loss, y[index[:-1]], t[index[:-1]]))
        says = (said(_loss_sentence(one.loss)),)
    return Step(
        f"loss.sample.{one.name}",
        "loss",
        Words("slow.loss.title", {"loss": one.title}),
        says,
        (equation,),
        grids,
        lit=(view.lit(one.name, "output"), *_lit_end(one, result.value)),
    )


def _lit_end(one: Judged, value: float) -> tuple[Lit, ...]:
    return (Lit(one.node, None, "loss", value),) if one.node else ()


def _loss_sentence(loss: Any) -> str:
    known = {
        "MeanSquaredError": "mse",
        "MeanAbsoluteError": "mae",
        "MeanAbsolutePercentageError": "mape",
        "BinaryCrossentropy": "bce",
        "CategoricalCrossentropy": "cce",
        "SparseCategoricalCrossentropy": "cce",
        "EitherCrossentropy": "cce",
    }
    return f"loss.{known.get(type(loss).__name__, 'other')}"


def loss_terms(loss: Any, y: Array, t: Array) -> list[Term]:
    """What each output adds to the loss of one sample, (k,) and (k,)."""
    kind, k = type(loss).__name__, len(y)
    pairs = [
        (Number(float(a), "output", f"ŷ_{place + 1}"), Number(float(b), "target", f"t_{place + 1}"))
        for place, (a, b) in enumerate(zip(y, t, strict=True))
    ]
    logits = bool(getattr(loss, "from_logits", False))
    if kind == "MeanSquaredError":
        return [_shared(Term((a.value - b.value) ** 2, ("(", a, " − ", b, ")²")), k) for a, b in pairs]
    if kind == "MeanAbsoluteError":
        return [_shared(Term(abs(a.value - b.value), ("|", a, " − ", b, "|")), k) for a, b in pairs]
    if kind == "MeanAbsolutePercentageError":
        return [_shared(_percentage(a, b), k) for a, b in pairs]
    if kind == "BinaryCrossentropy" and not logits:
        return [_shared(term, k) for a, b in pairs for term in _yes_no(a, b)]
    if isinstance_of(loss, "CategoricalCrossentropy") and not logits:
        whole = sum(a.value for a, _ in pairs)
        return [_surprise(a, b, whole) for a, b in pairs if b.value != 0]
    return [_any_loss(loss, y, t, pairs)]


def isinstance_of(thing: Any, name: str) -> bool:
    """Whether a class of that name is among those of the object."""
    return any(cls.__name__ == name for cls in type(thing).__mro__)


def _shared(term: Term, count: int) -> Term:
    """A share of a mean over the outputs."""
    return term if count == 1 else Term(term.value / count, (*term.pieces, f" / {count}"))


def _percentage(a: Number, b: Number) -> Term:
    value = 100 * abs(a.value - b.value) / max(abs(b.value), SMALL)
    return Term(value, ("100·|", a, " − ", b, "| / |", b, "|"))


def _yes_no(p: Number, t: Number) -> Iterator[Term]:
    kept = min(max(p.value, SMALL), 1 - SMALL)
    if t.value != 0:
        scale: tuple[Piece, ...] = () if t.value == 1 else (t, "·")
        yield Term(-t.value * math.log(kept), ("−", *scale, "ln ", p))
    if t.value != 1:
        scale = () if t.value == 0 else ("(1 − ", t, ")·")
        yield Term(-(1 - t.value) * math.log(1 - kept), ("−", *scale, "ln(1 − ", p, ")"))


def _surprise(p: Number, t: Number, whole: float) -> Term:
    kept = min(max(p.value / whole if whole else math.nan, SMALL), 1 - SMALL)
    scale: tuple[Piece, ...] = () if t.value == 1 else (t, "·")
    return Term(-t.value * math.log(kept), ("−", *scale, "ln ", p))


def _any_loss(loss: Any, y: Array, t: Array, pairs: list[tuple[Number, Number]]) -> Term:
    """A loss without a formula here: its value as netcore computes it, with what it was given."""
    out = np.empty(1, y.dtype)
    loss.values(t[:, np.newaxis], y[:, np.newaxis], out)
    pieces: list[Piece] = [f"{loss.name}("]
    for place, pair in enumerate(pairs[:4]):
        pieces += [", "] if place else []
        pieces += [pair[0], "; ", pair[1]]
    return Term(float(out[0]), (*pieces, *([", …"] if len(pairs) > 4 else []), ")"))


def _of_batch(view: View) -> Step:
    """L: the mean over the batch, and what the penalties add."""
    outputs = judged(view)
    terms: list[Term] = []
    grids = []
    shares = [_share_of(view, one) for one in outputs]
    counts = any(share.any() for share in shares)  # else all are written out, each times 0
    for place, (one, share) in enumerate(zip(outputs, shares, strict=True)):
        losses = view.all(one.losses)
        sign = f"l{place + 1}" if len(outputs) > 1 else "l"
        each = [
            _counted(Number(float(losses[index]), "loss", f"{sign}_{places_text(index)}"), float(share[index]))
            for index in np.ndindex(losses.shape)
            if share[index] != 0 or not counts
        ]
        terms += each
        grids.append(_losses_grid(view, losses, one))
    penalty = float(view.all("penalty")) if view.has("penalty") else 0.0
    extra = [alone(Number(penalty, "loss", "R"))] if penalty else []
    result = Number(float(view.all("L")), "loss", "L")
    says = [said("batch_loss", samples=view.update.size)]
    if extra:
        says.append(said("batch_loss.penalty", penalty=penalty))
    if any(q.kind == "sample_weight" for q in view.update.trace):
        says.append(said("batch_loss.weights"))
    return Step(
        "loss.batch",
        "loss",
        Words("slow.batch_loss.title"),
        tuple(says),
        (total(result, terms, extra),),
        tuple(grids),
        lit=tuple(lit for one in outputs for lit in _lit_end(one, result.value)),
    )


def _counted(loss: Number, share: float) -> Term:
    """A loss with its share in the mean; 1/n is written as a division."""
    parts = 1 / share if share >= SMALLEST else 0.0
    if parts and abs(parts - round(parts)) < 1e-4 * parts:
        return Term(loss.value * share, (loss, f" / {round(parts)}") if round(parts) != 1 else (loss,))
    return product(loss, Number(share, "rate"))


def _share_of(view: View, one: Judged) -> Array:
    """By how much each value counts in L, of the shape of the values; 1 / n where nothing is learned from it."""
    losses = view.all(one.losses)
    if not view.has(one.share):
        return np.full(losses.shape, one.weight / losses.size)
    return np.broadcast_to(view.all(one.share), losses.shape)


def _losses_grid(view: View, losses: Array, one: Judged) -> Grid:
    flat = losses.reshape(len(losses), -1).mean(axis=1)
    cells = tuple(
        Cell(float(value), "loss", "chosen" if place == view.sample else "")
        for place, value in enumerate(flat[:MOST_LOSSES])
    )
    heads = tuple(str(place + 1) for place in range(len(cells)))
    return Grid(said("grid.losses"), (cells,), heads, more=len(flat) - len(cells))


# --- backward


def backward(view: View) -> Iterator[Step]:
    for one in judged(view):
        if not view.has(one.share):
            yield Step(
                f"backward.loss.{one.name}",
                "backward",
                Words("slow.first_gradient.title", {"loss": one.title}),
                (said("first_gradient.none"),),
                causes=(said("zero.no_path"),),
            )
            continue
        yield _first_gradient(view, one)


def _first_gradient(view: View, one: Judged) -> Step:
    index = view.focus[one.name]
    before, u = index[:-1], index[-1]
    op = next(op for op in view.ops if op.out == one.name)
    joint = one.name in view.update.trace.fused
    name = op.ins[0] if joint else one.name
    sequence = bool(one.loss.sequence)
    share_array = _share_of(view, one)[view.sample]
    share = Number(float(share_array if sequence else share_array[before]), "rate", "∂L/∂l")
    y, t = view.of(one.name)[before], view.of(one.target)
    result = view.slope_number(name, index if name == one.name else view.focus[name])
    if sequence:
        term, says = paths_gradient(view.of(one.name), t, index), said("first_gradient.ctc", unit=unit(index))
    elif joint:
        divisor = 1 / one.loss.gradient_factor(len(y))
        p, true = Number(float(y[u]), "output", f"p_{u + 1}"), Number(float(t[before][u]), "target", f"t_{u + 1}")
        pieces: tuple[Piece, ...] = ("(", p, " − ", true, ")", *([f" / {divisor:g}"] if divisor != 1 else []))
        term, says = Term((p.value - true.value) / divisor, pieces), said("first_gradient.joint", unit=unit(index))
    else:
        term = loss_slope(one.loss, y, t[before], u)
        says = said("first_gradient", unit=unit(index))
    whole = Term(share.value * term.value, (share, "·", *_bracketed(term)))
    return Step(
        f"backward.loss.{one.name}",
        "backward",
        Words("slow.first_gradient.title", {"loss": one.title}),
        (says, said("first_gradient.share", samples=view.update.size)),
        (Equation(result, (whole,)),),
        causes=why_unit_zero(view, one.name, index) if result.value == 0 else (),
        lit=(view.lit(one.name, "gradient", value=result.value), *_lit_end(one, float(view.all("L")))),
    )


def _bracketed(term: Term) -> tuple[Piece, ...]:
    simple = len(term.pieces) == 1 or term.pieces[0] == "("
    return term.pieces if simple else ("(", *term.pieces, ")")


def loss_slope(loss: Any, y: Array, t: Array, u: int) -> Term:
    """∂l/∂y of one output of one sample."""
    kind, k = type(loss).__name__, len(y)
    a, b = Number(float(y[u]), "output", f"ŷ_{u + 1}"), Number(float(t[u]), "target", f"t_{u + 1}")
    out = np.empty((k, 1), y.dtype)
    one = np.ones(1, y.dtype) * y.dtype.type(loss.gradient_factor(k))
    loss.gradient(t[:, np.newaxis], y[:, np.newaxis], one, out)
    value, mean = float(out[u, 0]), "" if k == 1 else f" / {k}"
    if kind == "MeanSquaredError":
        return Term(2 * (a.value - b.value) / k, ("2·(", a, " − ", b, f"){mean}"))
    if kind == "MeanAbsoluteError":
        return Term(value, ("sign(", a, " − ", b, f"){mean}"))
    if kind == "MeanAbsolutePercentageError":
        return Term(value, ("100·sign(", a, " − ", b, ") / |", b, f"|{mean}"))
    if kind == "BinaryCrossentropy" and not getattr(loss, "from_logits", False):
        return Term(value, ("(", a, " − ", b, ") / (", a, "·(1 − ", a, f")){mean}"))
    return Term(value, ("l′(", a, "; ", b, ")"))
