"""LSTM, GRU and SimpleRNN: sums, gates and state of some time steps, one after the other."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lab.slow_motion.equation import Cell, Equation, Grid, Number, Role, Step, Term, alone, product, total
from lab.slow_motion.functions import written
from lab.slow_motion.ops import Index, Op
from lab.slow_motion.view import View
from lab.slow_motion.weights import gradient_step, no_gradient
from lab.slow_motion.words import said, titled
from netcore.config import Array

WIDEST = 16  # time steps of a grid
NEAR = 1e-3  # by how much an equation may miss where a step was there


class Cells:
    """One recurrent layer for one sample: its arrays in the order in which the steps are read.

    Args:
        unit, step: those that are followed.
    """

    def __init__(self, view: View, op: Op) -> None:
        self.view, self.op, self.layer = view, op, op.layer
        index = view.focus[op.out]
        self.unit = index[-1]
        self.x = self._ordered(view.all(op.ins[0]))
        self.count = self.x.shape[1]
        self.step = index[0] if len(index) == 2 else self.count - 1
        self.signs: tuple[str, ...] = self.layer.gate_signs
        self.named: dict[str, Array] = {}
        for quantity in view.update.trace:
            if quantity.layer == self.layer.name:
                self.named.setdefault(_sign(quantity.name), quantity.value)

    def _ordered(self, steps: Array) -> Array:
        return steps[:, ::-1] if self.layer.go_backwards else steps

    def array(self, sign: str) -> Array:
        """(n, t, units) of a sum ("z_i"), gate ("i") or state ("c", "h")."""
        return self.named[sign]

    def slope(self, sign: str) -> Array | None:
        return self.named.get(f"dL/dz_{sign}")

    def number(self, sign: str, step: int, role: Role = "output", unit: int | None = None) -> Number:
        place = self.unit if unit is None else unit
        value = 0.0 if step < 0 else float(self.array(sign)[self.view.sample, step, place])
        return Number(value, role, f"{sign}_{place + 1}", f"t={step + 1}" if step >= 0 else "t=0")

    @property
    def is_plain(self) -> bool:
        """Whether the sums follow from what the trace has: nothing was dropped inside, no state came from outside."""
        dropped = self.layer.dropout or self.layer.recurrent_dropout
        return not (dropped or self.layer.stateful or len(self.op.ins) > 1)

    def column(self, gate: str) -> int:
        return self.signs.index(gate) * int(self.layer.units) + self.unit

    @property
    def steps_shown(self) -> list[int]:
        """The first two steps and the one that is followed."""
        return sorted({0, min(1, self.count - 1), self.step})


def _sign(name: str) -> str:
    """ "z_i" of "z_i1", the number being that of the layer."""
    return name.split("(")[0].rstrip("0123456789")


# --- forward


def forward(view: View, op: Op) -> Iterator[Step]:
    cells = Cells(view, op)
    for step in cells.steps_shown:
        yield from _one_step(cells, step)


def _one_step(cells: Cells, step: int) -> Iterator[Step]:
    op, kind = cells.op, type(cells.layer).__name__
    lit = (
        cells.view.lit(op.ins[0], "input", (step, *cells.view.focus[op.ins[0]][1:])),
        cells.view.lit(op.out, "output", value=cells.number("h", step).value),
    )
    gated = len(cells.signs) > 1
    if cells.is_plain:
        yield Step(
            f"forward.sums.{op.out}.{step}",
            "forward",
            titled("cell_sums", op, step=step + 1),
            (said("cell_sums", unit=cells.unit + 1),),
            tuple(_sums(cells, step)),
            lit=lit,
        )
    if gated:
        yield Step(
            f"forward.gates.{op.out}.{step}",
            "forward",
            titled("cell_gates", op, step=step + 1),
            (said(f"cell_gates.{kind}"),),
            tuple(Equation(cells.number(sign, step), (_opened(cells, sign, step),)) for sign in cells.signs),
            lit=lit,
        )
    equations = tuple(_state(cells, step))
    there = all(abs(one.computed() - one.result.value) <= NEAR for one in equations)
    yield Step(
        f"forward.state.{op.out}.{step}",
        "forward",
        titled("cell_state", op, step=step + 1),
        (said(f"cell_state.{kind}" if there else "cell_state.missing"),),
        equations if there else (),
        (_course(cells, step),),
        lit=lit,
    )


def _sums(cells: Cells, step: int) -> Iterator[Equation]:
    layer, row = cells.layer, cells.view.sample
    x = cells.x[row, step]
    state = cells.array("h")[row, step - 1] if step else np.zeros(int(layer.units), x.dtype)
    for gate in cells.signs:
        column = cells.column(gate)
        from_x = [_times(layer.kernel[d, column], f"w_{d + 1}", x[d], f"x_{d + 1}") for d in range(len(x))]
        after = cells.signs == ("z", "r", "g") and gate == "g" and layer.reset_after
        before = cells.signs == ("z", "r", "g") and gate == "g" and not layer.reset_after
        opened = cells.array("r")[row, step] if before else np.ones(len(state), x.dtype)
        from_h = [
            _times(layer.recurrent_kernel[k, column], f"u_{k + 1}", opened[k] * state[k], f"h_{k + 1}")
            for k in range(len(state))
        ]
        bias = _biases(layer, column)
        result = cells.number(f"z_{gate}", step, "plain")
        if not after:
            yield total(result, [*from_x, *from_h], bias)
            continue
        inner = total(Number(sum(t.value for t in (*from_h, *bias[1:])), "plain", "q"), from_h, bias[1:])
        yield inner
        yield total(result, from_x, [*bias[:1], product(cells.number("r", step), inner.result)])


def _times(weight: Any, sign: str, value: Any, name: str) -> Term:
    return product(Number(float(weight), "weight", sign), Number(float(value), "input", name))


def _biases(layer: Any, column: int) -> list[Term]:
    """One, of a GRU with `reset_after` two: of what comes from x, and of what comes from the state."""
    if not layer.use_bias:
        return []
    bias = np.atleast_2d(layer.bias)
    return [alone(Number(float(row[column]), "bias", "b")) for row in bias]


def _opened(cells: Cells, sign: str, step: int) -> Term:
    function = cells.layer.activation if sign == "g" else cells.layer.recurrent_activation
    z = cells.number(f"z_{sign}", step, "plain")
    return written(function, Number(z.value, "plain", f"z_{sign}"))


def _state(cells: Cells, step: int) -> Iterator[Equation]:
    h = cells.number("h", step)
    if cells.signs == ("i", "f", "g", "o"):
        c, old = cells.number("c", step, "memory"), cells.number("c", step - 1, "memory")
        i, f, g, o = (cells.number(sign, step) for sign in cells.signs)
        yield Equation(c, (product(f, old), product(i, g)))
        shown = written(cells.layer.activation, c)
        yield Equation(h, (Term(o.value * shown.value, (o, "·", *shown.pieces)),))
    elif cells.signs == ("z", "r", "g"):
        z, g, old = cells.number("z", step), cells.number("g", step), cells.number("h", step - 1, "memory")
        rest = Number(1 - z.value, "output", "1 − z")
        yield Equation(h, (product(z, old), product(rest, g)))
    else:
        z = cells.number("z_h", step, "plain")
        yield Equation(h, (written(cells.layer.activation, z),))


def _course(cells: Cells, step: int) -> Grid:
    """Gates and states of the unit at all steps."""
    signs = [*(cells.signs if len(cells.signs) > 1 else ()), *(["c"] if "o" in cells.signs else []), "h"]
    shown = _shown(cells.count, step)
    rows = tuple(
        tuple(
            Cell(float(cells.array(sign)[cells.view.sample, at, cells.unit]), "output", "chosen" if at == step else "")
            for at in shown
        )
        for sign in signs
    )
    heads = tuple(f"t={at + 1}" for at in shown)
    return Grid(said("grid.course", unit=cells.unit + 1), rows, heads, tuple(signs), cells.count - len(shown))


def _shown(count: int, step: int) -> list[int]:
    if count <= WIDEST:
        return list(range(count))
    spread = {round(place * (count - 1) / (WIDEST - 2)) for place in range(WIDEST - 1)}
    return sorted(spread | {step})


# --- backward


def backward(view: View, op: Op) -> Iterator[Step]:
    if view.slope(op.out) is None:
        yield from no_gradient(op)
        return
    cells = Cells(view, op)
    slopes = {sign: slope for sign in cells.signs if (slope := cells.slope(sign)) is not None}
    if len(slopes) < len(cells.signs):
        return
    sizes = {sign: np.abs(slope[view.sample, :, cells.unit]) for sign, slope in slopes.items()}
    gate = max(sizes, key=lambda sign: float(np.nan_to_num(sizes[sign]).max()))
    shown = _shown(cells.count, cells.step)
    rows = tuple(
        tuple(
            Cell(float(slope[view.sample, at, cells.unit]), "gradient", "chosen" if at == cells.step else "")
            for at in shown
        )
        for slope in slopes.values()
    )
    grid = Grid(
        said("grid.course_back", unit=cells.unit + 1), rows, tuple(f"t={at + 1}" for at in shown),
        tuple(f"{sign}: ∂L/∂z" for sign in cells.signs), cells.count - len(shown),
    )  # fmt: skip
    yield Step(
        f"backward.gates.{op.out}",
        "backward",
        titled("cell_back", op, step=cells.step + 1),
        (said("cell_back", unit=cells.unit + 1),),
        grids=(grid,),
        lit=(view.lit(op.out, "gradient", value=view.slope_number(op.out).value),),
    )
    if cells.is_plain:
        yield from _weights(cells, gate, slopes[gate])


def _weights(cells: Cells, gate: str, slope: Array) -> Iterator[Step]:
    """Of the gate whose sum matters most the weight of an input, that of a state, and the bias."""
    view, op, column = cells.view, cells.op, cells.column(gate)
    feature, more = view.focus[op.ins[0]][-1], [said("same_each_step")]
    if len(cells.signs) > 1:
        place = {"units": int(cells.layer.units), "column": column + 1, "gate": gate, "unit": cells.unit + 1}
        more.append(said("gate_column", **place))
    dz = slope[..., cells.unit].astype(np.float64)  # (n, t)
    x = cells.x[..., feature]
    yield from gradient_step(
        view, op, "kernel", (feature, column), _by_step(view, x, dz, f"x_{feature + 1}"), more=more
    )
    h = cells.array("h")
    before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    strongest = int(np.argmax(np.abs((before * dz[..., None]).sum(axis=(0, 1)))))
    through = dz
    if cells.signs == ("z", "r", "g") and gate == "g":
        opened = cells.array("r")
        through = dz * opened[..., cells.unit] if cells.layer.reset_after else dz
        before = before if cells.layer.reset_after else before * opened
    terms = _by_step(view, before[..., strongest], through, f"h_{strongest + 1}")
    yield from gradient_step(view, op, "recurrent_kernel", (strongest, column), terms, more=more)
    if cells.layer.use_bias:
        at: Index = (0, column) if np.ndim(cells.layer.bias) == 2 else (column,)
        yield from gradient_step(view, op, "bias", at, _by_step(view, None, dz, ""), more=more)


def _by_step(view: View, came: Array | None, dz: Array, name: str) -> list[tuple[int, Term]]:
    """For the followed sample what each step gives, for each other one the sum over its steps."""
    found = []
    for step in range(dz.shape[1]):
        went = Number(float(dz[view.sample, step]), "gradient", "∂z", f"t={step + 1}")
        if came is None:
            found.append((view.sample, alone(went)))
        else:
            number = Number(float(came[view.sample, step]), "input", name, f"t={step + 1}")
            found.append((view.sample, product(number, went)))
    sums = dz.sum(axis=1) if came is None else (came * dz).sum(axis=1)
    others = [
        (sample, alone(Number(float(value), "gradient", "Σ", f"#{sample + 1}")))
        for sample, value in enumerate(sums)
        if sample != view.sample
    ]
    return [*found, *others]
