"""What the optimizer makes of a gradient: its memory before and after, the step, the weight before and after."""

import math
from collections.abc import Callable
from typing import Any

from lab.slow_motion.equation import Equation, Number, Piece, Term, alone, minus, product

Equations = list[Equation]


class Facts:
    """Of one number of one weight: what the optimizer was given, and what it remembers.

    Args:
        slots: name -> (before, after).
        time: number of this update, from 1.
    """

    def __init__(
        self,
        optimizer: Any,
        weight: tuple[float, float],
        gradient: float,
        rate: float,
        slots: dict[str, tuple[float, float]],
        time: int,
        sign: str,
    ) -> None:
        self.optimizer, self.slots, self.time = optimizer, slots, time
        self.before = Number(weight[0], "weight", sign)
        self.after = Number(weight[1], "weight", f"{sign}′" if "_" not in sign else sign.replace("_", "′_", 1))
        self.g = Number(gradient, "gradient", "g")
        self.rate = Number(rate, "rate", "η")

    def slot(self, name: str, sign: str) -> tuple[Number, Number]:
        before, after = self.slots[name]
        return Number(before, "memory", sign), Number(after, "memory", f"{sign}′")

    def constant(self, name: str, sign: str) -> Number:
        return Number(float(getattr(self.optimizer, name)), "plain", sign)

    @property
    def start(self) -> list[Term]:
        """The weight, and what weight decay takes of it."""
        decay = self.optimizer.weight_decay
        if not decay:
            return [alone(self.before)]
        return [alone(self.before), minus(product(self.rate, Number(float(decay), "plain", "λ"), self.before))]

    @property
    def kept(self) -> Number:
        """The weight after decay, which the step then changes."""
        return Number(sum(term.value for term in self.start), "weight", "w")


def equations_of(facts: Facts) -> Equations:
    """The optimizer's own equations with the numbers in them, the last of which is the weight after the update."""
    made = EQUATIONS.get(type(facts.optimizer).__name__)
    equations = [] if made is None or facts.slots.keys() - KNOWN else made(facts)
    if not equations:
        change = Number(facts.after.value - facts.before.value, "plain", "Δ")
        return [Equation(facts.after, (alone(facts.before), alone(change)))]
    last = equations[-1]
    missing = facts.after.value - last.computed()
    if abs(missing) > 1e-4 * max(abs(facts.after.value), abs(facts.before.value), abs(facts.rate.value), 1e-12):
        # a bound of the weight, or the average that took its place
        more = alone(Number(missing, "plain", "c"))
        equations[-1] = Equation(last.result, (*last.terms, more))
    return equations


KNOWN = {"momentum", "velocity", "average", "m", "v", "v_max", "u", "accumulator", "linear", "steps", "ema of weights"}


def _one_minus(sign: str, value: float) -> Number:
    return Number(1 - value, "plain", f"1 − {sign}")


def _squared(g: Number) -> tuple[Piece, ...]:
    return (g, "²")


def _mean_of_squares(facts: Facts, sign: str, name: str, keep: str, letter: str) -> Equation:
    """v′ = ρ v + (1 − ρ) g²."""
    before, after = facts.slot(name, letter)
    rho = facts.constant(keep, sign)
    rest = _one_minus(sign, rho.value)
    square = Term(rest.value * facts.g.value**2, (rest, "·", *_squared(facts.g)))
    return Equation(after, (product(rho, before), square))


def _mean(facts: Facts, sign: str, name: str, keep: str, letter: str) -> Equation:
    """m′ = β m + (1 − β) g."""
    before, after = facts.slot(name, letter)
    beta = facts.constant(keep, sign)
    return Equation(after, (product(beta, before), product(_one_minus(sign, beta.value), facts.g)))


def _sgd(facts: Facts) -> Equations:
    step = product(facts.rate, facts.g)
    if "momentum" not in facts.slots:
        return [Equation(facts.after, (*facts.start, minus(step)))]
    before, after = facts.slot("momentum", "v")
    beta = facts.constant("momentum", "β")
    velocity = Equation(after, (product(beta, before), minus(step)))
    moves = [product(beta, after), minus(step)] if facts.optimizer.nesterov else [alone(after)]
    return [velocity, Equation(facts.after, (*facts.start, *moves))]


def _over(value: float, below: float) -> float:
    """As arrays are divided: by 0 it is no number, and no error."""
    return value / below if below else math.nan


def _divided(top: tuple[Piece, ...], value: float, root: Number, epsilon: float, *, inside: bool) -> Term:
    """top / √(v + ε), or top / (√v + ε)."""
    small = Number(epsilon, "plain", "ε")
    if inside:
        below = math.sqrt(root.value + epsilon)
        return Term(_over(value, below), (*top, " / √(", root, " + ", small, ")"))
    below = math.sqrt(max(root.value, 0.0)) + epsilon
    return Term(_over(value, below), (*top, " / (√", root, " + ", small, ")"))


def _rmsprop(facts: Facts) -> Equations:
    found = [_mean_of_squares(facts, "ρ", "velocity", "rho", "v")]
    spread = found[0].result
    if "average" in facts.slots:
        found.append(_mean(facts, "ρ", "average", "rho", "m"))
        centre = found[-1].result
        both = Number(spread.value - centre.value**2, "memory", "s")
        found.append(Equation(both, (alone(spread), minus(Term(centre.value**2, (centre, "²"))))))
        spread = both
    value = facts.rate.value * facts.g.value
    step = _divided((facts.rate, "·", facts.g), value, spread, facts.optimizer.epsilon, inside=True)
    if "momentum" in facts.slots:
        before, after = facts.slot("momentum", "b")
        found.append(Equation(after, (product(facts.constant("momentum", "β"), before), step)))
        step = alone(after)
    return [*found, Equation(facts.after, (*facts.start, minus(step)))]


def _adam(facts: Facts) -> Equations:
    optimizer, t = facts.optimizer, facts.time
    first = _mean(facts, "β₁", "m", "beta_1", "m")
    second = _mean_of_squares(facts, "β₂", "v", "beta_2", "v")
    below, above = 1 - optimizer.beta_1**t, math.sqrt(1 - optimizer.beta_2**t)
    pieces = (
        facts.rate, "·√(1 − ", Number(optimizer.beta_2, "plain", "β₂"), f"^{{{t}}}) / (1 − ",
        Number(optimizer.beta_1, "plain", "β₁"), f"^{{{t}}})",
    )  # fmt: skip
    alpha = Number(facts.rate.value * above / below, "rate", "α")
    found = [first, second]
    root = second.result
    if "v_max" in facts.slots:
        before, root = facts.slot("v_max", "u")
        found.append(Equation(root, (alone(before), alone(second.result)), of="max"))
    step = _divided((alpha, "·", first.result), alpha.value * first.result.value, root, optimizer.epsilon, inside=False)
    return [*found, Equation(alpha, (Term(alpha.value, pieces),)), Equation(facts.after, (*facts.start, minus(step)))]


def _adagrad(facts: Facts) -> Equations:
    before, after = facts.slot("accumulator", "a")
    gathered = Equation(after, (alone(before), Term(facts.g.value**2, _squared(facts.g))))
    value = facts.rate.value * facts.g.value
    step = _divided((facts.rate, "·", facts.g), value, after, facts.optimizer.epsilon, inside=True)
    return [gathered, Equation(facts.after, (*facts.start, minus(step)))]


def _adadelta(facts: Facts) -> Equations:
    gathered = _mean_of_squares(facts, "ρ", "accumulator", "rho", "a")
    before, after = facts.slot("steps", "s")
    small = facts.optimizer.epsilon
    size = math.sqrt(before.value + small) / math.sqrt(gathered.result.value + small)
    step = Number(facts.g.value * size, "plain", "d")
    pieces: tuple[Piece, ...] = (facts.g, "·√(", before, " + ε) / √(", gathered.result, " + ε)")
    rho = facts.constant("rho", "ρ")
    rest = _one_minus("ρ", rho.value)
    kept = Equation(after, (product(rho, before), Term(rest.value * step.value**2, (rest, "·", step, "²"))))
    moved = Equation(facts.after, (*facts.start, minus(product(facts.rate, step))))
    return [gathered, Equation(step, (Term(step.value, pieces),)), kept, moved]


def _adamax(facts: Facts) -> Equations:
    first = _mean(facts, "β₁", "m", "beta_1", "m")
    before, after = facts.slot("u", "u")
    largest = Equation(
        after,
        (product(facts.constant("beta_2", "β₂"), before), Term(abs(facts.g.value), ("|", facts.g, "|"))),
        of="max",
    )
    below = 1 - facts.optimizer.beta_1**facts.time
    value = _over(facts.rate.value / below * first.result.value, after.value + facts.optimizer.epsilon)
    beta = Number(facts.optimizer.beta_1, "plain", "β₁")
    pieces: tuple[Piece, ...] = (
        facts.rate, " / (1 − ", beta, f"^{{{facts.time}}})·", first.result, " / (", after, " + ε)",
    )  # fmt: skip
    return [first, largest, Equation(facts.after, (*facts.start, minus(Term(value, pieces))))]


def _lion(facts: Facts) -> Equations:
    before, _ = facts.slot("m", "m")
    beta = facts.constant("beta_1", "β₁")
    both = product(beta, before).value + (1 - beta.value) * facts.g.value
    turned = Number(both, "plain", "s")
    way = Equation(turned, (product(beta, before), product(_one_minus("β₁", beta.value), facts.g)))
    sign = (both > 0) - (both < 0)
    step = Term(facts.rate.value * sign, (facts.rate, "·sign(", turned, ")"))
    memory = _mean(facts, "β₂", "m", "beta_2", "m")
    return [way, memory, Equation(facts.after, (*facts.start, minus(step)))]


def _nadam(facts: Facts) -> Equations:
    optimizer, t = facts.optimizer, facts.time
    first = _mean(facts, "β₁", "m", "beta_1", "m")
    second = _mean_of_squares(facts, "β₂", "v", "beta_2", "v")
    now, ahead = (_pace(optimizer.beta_1, step, sign) for step, sign in ((t, "u_t"), (t + 1, "u_t+1")))
    before = Number(float(optimizer.product), "memory", "P")
    after = Number(before.value * now.result.value, "memory", "P′")
    pace, further = now.result, ahead.result
    looked, below = 1 - after.value * further.value, 1 - after.value
    mean = Term(
        further.value * first.result.value / looked, (further, "·", first.result, " / (1 − ", after, "·", further, ")")
    )
    now_too = Term((1 - pace.value) * facts.g.value / below, ("(1 − ", pace, ")·", facts.g, " / (1 − ", after, ")"))
    both = Number(mean.value + now_too.value, "gradient", "n")
    beta = Number(optimizer.beta_2, "plain", "β₂")
    wide = Number(second.result.value / (1 - optimizer.beta_2**t), "memory", "s")
    spread = Equation(wide, (Term(wide.value, (second.result, " / (1 − ", beta, f"^{{{t}}})")),))
    step = _divided((facts.rate, "·", both), facts.rate.value * both.value, wide, optimizer.epsilon, inside=False)
    kept = Equation(after, (product(before, pace),))
    moved = Equation(facts.after, (*facts.start, minus(step)))
    return [first, second, now, ahead, kept, Equation(both, (mean, now_too)), spread, moved]


def _pace(beta_1: float, step: int, sign: str) -> Equation:
    """u = β₁ (1 − 0.96^t / 2): how much of the running mean is taken."""
    beta = Number(beta_1, "plain", "β₁")
    value = beta_1 * (1 - 0.5 * 0.96**step)
    return Equation(Number(value, "rate", sign), (Term(value, (beta, f"·(1 − 0.96^{{{step}}} / 2)")),))


def _ftrl(facts: Facts) -> Equations:
    optimizer, rate, w = facts.optimizer, facts.rate, facts.kept
    before, after = facts.slot("accumulator", "a")
    gathered = Equation(after, (alone(before), Term(facts.g.value**2, _squared(facts.g))))
    power = -optimizer.learning_rate_power
    exponent = f"^{{{power:g}}}"
    raised = after.value**power
    grown = Number(_over(raised - before.value**power, rate.value), "rate", "σ")
    pieces: tuple[Piece, ...] = ("(", after, exponent, " − ", before, exponent, ") / ", rate)
    rest, summed = facts.slot("linear", "z")
    linear = [alone(rest), alone(facts.g), minus(product(grown, w))]
    if optimizer.l2_shrinkage_regularization_strength:
        shrinkage = Number(float(optimizer.l2_shrinkage_regularization_strength), "plain", "l₃")
        linear.append(Term(2 * shrinkage.value * w.value, ("2·", shrinkage, "·", w)))
    found = [gathered, Equation(grown, (Term(grown.value, pieces),)), Equation(summed, tuple(linear))]
    if facts.optimizer.weight_decay:
        found.insert(0, Equation(w, tuple(facts.start)))
    below = [Term(_over(raised, rate.value), (after, exponent, " / ", rate))]
    if optimizer.l2_regularization_strength:
        l2 = Number(float(optimizer.l2_regularization_strength), "plain", "l₂")
        below.append(Term(2 * l2.value, ("2·", l2)))
    if optimizer.beta:
        beta = Number(float(optimizer.beta), "plain", "β")
        below.append(Term(_over(beta.value, rate.value), (beta, " / ", rate)))
    width = Number(sum(term.value for term in below), "rate", "d")
    l1 = float(optimizer.l1_regularization_strength)
    over = math.copysign(max(abs(summed.value) - l1, 0.0), summed.value)
    top: tuple[Piece, ...] = (summed,)
    if l1:  # what of z lies beyond l₁
        beyond = Number(over, "memory", "z_1")
        sign = "sign(", summed, ")·"
        terms = (Term(over, (*sign, "max(|", summed, "| − ", Number(l1, "plain", "l₁"), ", 0)")),)
        found.append(Equation(beyond, terms))
        top = (beyond,)
    moved = minus(Term(_over(over, width.value), (*top, " / ", width)))
    return [*found, Equation(width, tuple(below)), Equation(facts.after, (moved,))]


EQUATIONS: dict[str, Callable[[Facts], Equations]] = {
    "SGD": _sgd,
    "RMSprop": _rmsprop,
    "Adam": _adam,
    "AdamW": _adam,
    "Adagrad": _adagrad,
    "Adadelta": _adadelta,
    "Adamax": _adamax,
    "Nadam": _nadam,
    "Ftrl": _ftrl,
    "Lion": _lion,
}
