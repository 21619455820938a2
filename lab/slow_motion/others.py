"""Layers that pass numbers on: Flatten and the like, merges, and those without an equation here."""

from collections.abc import Iterator

from lab.slow_motion.equation import Equation, Step, Term, alone
from lab.slow_motion.ops import Op, comes_from
from lab.slow_motion.view import View
from lab.slow_motion.words import said, titled, unit


def forward(view: View, op: Op) -> Iterator[Step]:
    """The number that came in, and the one that goes out; where they are the same number, that is said."""
    yield from _merged(view, op) if len(op.ins) > 1 else _passed(view, op)


def _passed(view: View, op: Op) -> Iterator[Step]:
    name = op.ins[0]
    same = comes_from(op, view.focus[op.out], view.of(name).shape, view.of(op.out).shape) is not None
    came, went = view.number(name, "input"), view.number(op.out)
    equations = (Equation(went, (alone(came),)),) if same and came.value == went.value else ()
    yield Step(
        f"forward.layer.{op.out}",
        "forward",
        titled("passes", op),
        (
            said("passes", place=unit(view.focus[name]), to=unit(view.focus[op.out]))
            if equations
            else said("whole", shape_in=_shape(view, name), shape_out=_shape(view, op.out), value=went.value),
        ),
        equations,
        lit=(view.lit(name, "input"), view.lit(op.out, "output")),
    )


def _shape(view: View, name: str) -> str:
    return " × ".join(str(size) for size in view.of(name).shape)


def _merged(view: View, op: Op) -> Iterator[Step]:
    index = view.focus[op.out]
    numbers = [view.number(name, "input") for name in op.ins]
    same = all(view.of(name).shape == view.of(op.out).shape for name in op.ins)
    signs = {"Add": 1.0, "Subtract": -1.0}
    equations: tuple[Equation, ...] = ()
    if same and op.type in signs:
        later = [
            Term(signs[op.type] * one.value, ("−", one) if op.type == "Subtract" else (one,)) for one in numbers[1:]
        ]
        equations = (Equation(view.number(op.out), (alone(numbers[0]), *later)),)
    yield Step(
        f"forward.layer.{op.out}",
        "forward",
        titled("merges", op),
        (said("merges", inputs=len(op.ins), unit=unit(index)),),
        equations,
        lit=(*(view.lit(name, "input") for name in op.ins), view.lit(op.out, "output")),
    )


def backward(view: View, op: Op) -> Iterator[Step]:
    """Where the gradient goes on to; the numbers are those of the trace."""
    name = op.ins[0]
    if view.slope(name) is None or view.slope(op.out) is None or len(op.ins) > 1:
        return
    came, went = view.slope_number(op.out), view.slope_number(name)
    same = comes_from(op, view.focus[op.out], view.of(name).shape, view.of(op.out).shape) is not None
    if same and came.value == went.value:
        equations: tuple[Equation, ...] = (Equation(went, (alone(came),)),)
        says = said("passes.back")
    else:
        equations, says = (), said("whole.back", value=went.value)
    yield Step(
        f"backward.layer.{op.out}",
        "backward",
        titled("passes_back", op),
        (says,),
        equations,
        lit=(
            view.lit(op.out, "gradient", value=came.value),
            view.lit(name, "gradient", value=went.value),
        ),
    )
