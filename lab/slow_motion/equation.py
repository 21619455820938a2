"""What slow motion says of an update, as plain values: steps, equations, the numbers in them. Knows no HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from lab.studies.words import Words

# what a number is; drawing and equation give each role one colour
Role = Literal["input", "weight", "bias", "output", "target", "loss", "gradient", "rate", "memory", "plain"]
Phase = Literal["batch", "forward", "loss", "backward", "update"]
MOST_TERMS: Final = 6  # of a sum are written out, the largest ones; the others are one number


@dataclass(frozen=True)
class Number:
    """One number of an equation.

    Args:
        name: how the equation calls it, "w_2,1" with what is set lower after the underscore; "" for a constant.
        label: a person's own word for it, such as the name of a column.
    """

    value: float
    role: Role = "plain"
    name: str = ""
    label: str = ""


Piece = Number | str  # a string is mathematics of ours: "·", "ln ", "("


@dataclass(frozen=True)
class Term:
    """What is added: its value, and how it is written."""

    value: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Equation:
    """name = terms + … = result.

    Args:
        more: terms that are not written out; rest: their sum.
        of: "" for a sum of the terms, "max" for the largest of them.
    """

    result: Number
    terms: tuple[Term, ...]
    more: int = 0
    rest: float = 0.0
    of: Literal["", "max"] = ""

    def computed(self) -> float:
        """What the terms give; up to rounding that is the result."""
        values = [term.value for term in self.terms]
        if self.of == "max":
            return max([*values, self.rest] if self.more else values)
        return sum(values) + self.rest


@dataclass(frozen=True)
class Cell:
    """One number of a grid; `mark` is what is special about it."""

    value: float | None
    role: Role = "plain"
    mark: Literal["", "chosen", "window"] = ""
    text: str = ""


@dataclass(frozen=True)
class Grid:
    """Numbers that stand in rows: a window of an image, the losses of a batch, a lattice.

    Args:
        caption: of the catalogue.
        heads, sides: of columns and rows, a person's own words or numbers; none, or one each.
    """

    caption: Words
    rows: tuple[tuple[Cell, ...], ...]
    heads: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Lit:
    """One unit of the drawing that the step speaks of: its node, its place there (None for the whole node)."""

    node: str
    unit: int | None
    role: Role
    value: float | None = None


@dataclass(frozen=True)
class LitWire:
    """One wire of the drawing, from unit to unit."""

    source: str
    target: str
    i: int
    j: int
    role: Role


@dataclass(frozen=True)
class Step:
    """One idea: a title, a sentence, and the equations that it is about.

    Args:
        key: finds the same step again when another sample is looked at.
        says: sentences of the catalogue, the first of them the main one.
        causes: why a number of it is exactly 0.
        weight: of a gradient's step the weight (Keras name, place in it) that is followed into the update.
    """

    key: str
    phase: Phase
    title: Words
    says: tuple[Words, ...]
    equations: tuple[Equation, ...] = ()
    grids: tuple[Grid, ...] = ()
    causes: tuple[Words, ...] = ()
    lit: tuple[Lit, ...] = ()
    wires: tuple[LitWire, ...] = ()
    weight: tuple[str, tuple[int, ...]] | None = None

    @property
    def numbers(self) -> set[float | None]:
        """All that stand in its equations and grids."""
        pieces = (piece for one in self.equations for term in one.terms for piece in term.pieces)
        return {
            *(one.result.value for one in self.equations),
            *(piece.value for piece in pieces if isinstance(piece, Number)),
            *(cell.value for grid in self.grids for row in grid.rows for cell in row),
        }


def product(*factors: Piece) -> Term:
    """Numbers multiplied with each other; strings among them are written as they are."""
    value = 1.0
    pieces: list[Piece] = []
    for factor in factors:
        if isinstance(factor, Number):
            value *= factor.value
            if pieces and isinstance(pieces[-1], Number):
                pieces.append("·")
        pieces.append(factor)
    return Term(value, tuple(pieces))


def alone(number: Number) -> Term:
    return Term(number.value, (number,))


def minus(term: Term) -> Term:
    """The same, taken away."""
    return Term(-term.value, ("−", *term.pieces))


def total(result: Number, terms: Sequence[Term], always: Sequence[Term] = (), *, first: int = 0) -> Equation:
    """A sum: the largest terms written out, in their order, and those that always stand there (a bias) behind them.

    Args:
        first: so many at the beginning are written out, however small.
    """
    if len(terms) <= MOST_TERMS + 1:
        return Equation(result, (*terms, *always))
    order = sorted(range(len(terms)), key=lambda place: (place >= first, -abs(terms[place].value)))
    kept = set(order[:MOST_TERMS])
    rest = sum(term.value for place, term in enumerate(terms) if place not in kept)
    shown = [term for place, term in enumerate(terms) if place in kept]
    return Equation(result, (*shown, *always), len(terms) - len(shown), rest)
