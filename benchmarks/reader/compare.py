"""Is a table that somebody read the table of the truth? One sentence for each difference."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from benchmarks.reader.truth import Cell, Damaged, Either, Reading, Variable

TEXTS = {"category", "text", "id"}


@dataclass(frozen=True)
class ReadNote:
    code: str
    count: int = 1
    line: int | None = None
    column: str = ""


@dataclass(frozen=True)
class Read:
    """What a reader answered, in the judge's words.

    Args:
        kinds: one a column; "textual" for a reader that has one kind for all that is no number, time or truth value.
        encoding, delimiter, header_row: None in a peer's answer, and then not judged.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    columns: Sequence[Sequence[Any]] = field(repr=False)
    notes: tuple[ReadNote, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    peer: bool = False


def differences(read: Read, truth: Reading) -> Iterator[str]:
    """What is wrong with names, kinds and values."""
    if len(read.names) != len(truth.variables):
        yield f"columns: {len(read.names)} instead of {len(truth.variables)} {read.names[:4]}"
        return
    for place, (name, variable) in enumerate(zip(read.names, truth.variables, strict=True)):
        if read.peer and variable.names and name.startswith(variable.names[0].rsplit("_", 1)[0]):
            continue  # any unique form of a name that was there twice
        if variable.names and name not in variable.names:
            yield f"name {place + 1}: {name[:60]!r} instead of {variable.names[0][:60]!r}"
        elif not variable.names and (not name.strip() or read.names.count(name) > 1):
            yield f"name {place + 1}: {name!r} is no name of its own"
    rows = len(truth.variables[0].cells)
    found = len(read.columns[0]) if read.columns else 0
    if found != rows:
        yield f"rows: {found} instead of {rows}"
        return
    for name, kind, values, variable in zip(read.names, read.kinds, read.columns, truth.variables, strict=True):
        yield from column_differences(name, kind, values, variable, read.peer)


def column_differences(name: str, kind: str, values: Sequence[Any], variable: Variable, peer: bool) -> Iterator[str]:
    if not kind_is_right(kind, variable, peer):
        yield f"kind of {name[:40]!r}: {kind} instead of {'/'.join(variable.kinds)}, e.g. {variable.texts[0][:30]!r}"
        return
    wrong = [row for row, value in enumerate(values) if not cell_is_right(value, variable, row, peer)]
    if wrong:
        row = wrong[0]
        expected = variable.cells[row]
        written = variable.texts[row][:40]
        yield (
            f"{len(wrong)} cells of {name[:40]!r}: row {row} is {str(values[row])[:60]!r} instead of "
            f"{str(expected)[:60]!r} (written {written!r})"
        )


def kind_is_right(kind: str, variable: Variable, peer: bool) -> bool:
    if kind in variable.kinds:
        return True
    if not peer:
        return False
    if kind == "textual":  # peers do not tell texts apart, and none of them knows all ways to write a time
        return bool({"category", "text", "id", "datetime", "empty"} & set(variable.kinds))
    return kind == "numeric" and "id" in variable.kinds


def cell_is_right(value: Any, variable: Variable, row: int, peer: bool) -> bool:
    expected = variable.cells[row]
    options = expected.options if isinstance(expected, Either) else (expected,)
    written = variable.texts[row].removeprefix("\0").strip()
    return any(same(value, option, written, peer) for option in options)


def same(value: Any, expected: Cell | Damaged, written: str, peer: bool) -> bool:
    """One cell; `written` is right too where a column may be kept as text."""
    if isinstance(expected, Damaged):
        return isinstance(value, str) and "\ufffd" in value
    if pd.isna(value):
        return expected is None
    if expected is None:
        return peer and isinstance(value, str) and not value.strip()
    if isinstance(value, str):
        return text_is_same(value, expected if isinstance(expected, str) else written)
    if isinstance(expected, datetime):
        return isinstance(value, datetime) and pd.Timestamp(value).tz_localize(None) == pd.Timestamp(expected)
    if isinstance(expected, str):
        return number_of(expected) is not None and number_is_same(value, float(expected)) and not zero_padded(expected)
    return number_is_same(value, float(expected))


def number_of(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def zero_padded(text: str) -> bool:
    return len(text) > 1 and text.startswith("0")


def text_is_same(value: str, expected: str) -> bool:
    return " ".join(unicodedata.normalize("NFC", value).split(" ")).strip().replace("\r\n", "\n") == (
        unicodedata.normalize("NFC", expected).strip().replace("\r\n", "\n")
    )


def number_is_same(value: Any, expected: float) -> bool:
    try:
        return math.isclose(float(value), expected, rel_tol=1e-9, abs_tol=1e-12)
    except (TypeError, ValueError):
        return False
