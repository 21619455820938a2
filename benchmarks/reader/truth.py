"""What is right for one file: the words of the contract as values that can be compared."""

from dataclasses import dataclass, field
from datetime import datetime

Cell = float | str | bool | datetime | None

ENCODINGS_OF_ASCII = frozenset({"utf-8", "ascii", "cp949"})


@dataclass(frozen=True)
class Either:
    """A cell with several right readings, where the contract leaves a choice."""

    options: tuple[Cell, ...]


@dataclass(frozen=True)
class Damaged:
    """A text of which bytes were destroyed: right is any text that says so with U+FFFD."""


@dataclass(frozen=True)
class Variable:
    """One column of the truth.

    Args:
        names: right names, the one expected first; empty if any unique name will do.
        kinds: right kinds, the one expected first.
        cells: one value a row, None for a missing one.
        texts: the same cells as written, for a reader that may keep them as text.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    cells: tuple[Cell | Either | Damaged, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """A note that must be given.

    Args:
        codes: any of them will do.
        counts: right counts; empty if the contract does not say what is counted.
        lines: right first lines, 1-based; empty if it is not one line's matter.
    """

    codes: tuple[str, ...]
    counts: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reading:
    """One right reading of a file.

    Args:
        header_rows: right header lines, 0-based; {None} if there is no header.
        tolerated: codes of repairs that may be noted and need not be.
    """

    variables: tuple[Variable, ...]
    header_rows: frozenset[int | None]
    notes: tuple[Expected, ...] = ()
    tolerated: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """A file and what is right for it: one of `readings`, or a refusal with one of `refusals`."""

    name: str
    data: bytes = field(repr=False)
    hazards: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    encodings: frozenset[str] = frozenset()
    delimiters: frozenset[str] = frozenset()
    refusals: frozenset[str] = frozenset()
