"""A column of texts by its distinct cells, so that 100,000 cells with twelve spellings cost twelve looks."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.cells.cell import MISSING, MISSING_AMONG_NUMBERS
from lab.data.table import TEXT, Column, Kind, Note

Codes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]

SAMPLE = 1_000  # spellings looked at before a big text column is given up as text
MANY = 20_000  # rows in which distinct values are counted in any case
MOST_SHOWN = 20
SODIUM = "Na"
EXCEL_TEXT = re.compile(r'="(.*)"')


@dataclass(frozen=True)
class Style:
    """How the file writes its cells.

    Args:
        lines: 1-based line of each row; none if they are the rows of no file.
        missing_words: spellings of "no value" that the person named, in lower case.
    """

    decimal: str = "."
    lines: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32), repr=False)
    missing_words: frozenset[str] = frozenset()

    def first_line(self, cells: Mask) -> int | None:
        return int(self.lines[cells.argmax()]) if len(self.lines) == len(cells) else None

    def is_missing(self, word: str, *, among_numbers: bool = False) -> bool:
        if word == SODIUM and not among_numbers:  # nobody writes "not available" so
            return False
        word = word.lower()
        return word in (MISSING_AMONG_NUMBERS if among_numbers else MISSING) or word in self.missing_words


@dataclass(frozen=True)
class Typed:
    """A column ready for the table."""

    cells: "pd.Series[Any]"
    column: Column
    notes: tuple[Note, ...] = ()


class Spellings:
    """`words[codes[i]]` is cell i trimmed; code -1 is a blank cell."""

    def __init__(self, raw: "pd.Series[Any]", name: str, style: Style) -> None:
        self.name, self.index, self.style = name, raw.index, style
        codes, words = pd.factorize(raw)
        kept: dict[str, int] = {}  # cells that differ by blanks alone share an entry
        merged = np.array([kept.setdefault(_trim(word), len(kept)) for word in [*words.tolist(), ""]])
        self.words = list(kept)
        self.codes: Codes = merged[codes]  # code -1 takes the last entry, ""
        self.codes[self.codes == kept[""]] = -1
        self.present: Mask = self.codes >= 0

    def where(self, codes: list[int]) -> Mask:
        """Which rows hold one of these spellings."""
        chosen = np.zeros(len(self.words) + 1, bool)  # the last entry answers for code -1
        chosen[codes] = True
        return chosen[self.codes]

    def used(self) -> list[int]:
        return [code for code, word in enumerate(self.words) if word]

    def missing(self, *, among_numbers: bool = False) -> list[int]:
        """Codes of words for "no value"."""
        return [c for c in self.used() if self.style.is_missing(self.words[c], among_numbers=among_numbers)]

    def looked_at(self) -> list[str]:
        """Up to SAMPLE spellings, evenly spaced."""
        words = [word for word in self.words if word]
        return words[:: max(1, len(words) // SAMPLE)]

    def note(self, code: str, cells: Mask, detail: str = "") -> Note:
        return Note(code, int(cells.sum()), self.style.first_line(cells), self.name, detail)

    def missing_note(self, missing: list[int]) -> tuple[Note, ...]:
        if not missing:
            return ()
        return (self.note("missing_words", self.where(missing), ", ".join(self.words[code] for code in missing[:5])),)

    def examples(self, codes: list[int]) -> str:
        return ", ".join(self.words[code][:20] for code in codes[:3])


def _trim(text: str) -> str:
    text = unicodedata.normalize("NFC", text.strip(" \t\r\n\f\v\u00a0\u200b\ufeff\u3000"))
    found = EXCEL_TEXT.fullmatch(text) if text.startswith("=") else None
    return found[1] if found else text


def words_as(s: Spellings, kind: Kind, missing: list[int], notes: tuple[Note, ...] = ()) -> Typed:
    """The cells as texts."""
    present = s.present & ~s.where(missing)
    words = np.array([*s.words, None], dtype=object)
    cells = pd.Series(words[np.where(present, s.codes, len(s.words))], index=s.index, dtype=TEXT)
    counts = np.bincount(s.codes[present], minlength=len(s.words))
    distinct = int((counts > 0).sum())
    notes = (*s.missing_note(missing), *notes)
    if not distinct:
        return Typed(cells, Column(s.name, "empty", len(cells), 0), notes)
    order = np.argsort(-counts, kind="stable")[:MOST_SHOWN]
    top = tuple((s.words[code], int(counts[code])) for code in order if counts[code]) if kind == "category" else ()
    return Typed(cells, Column(s.name, kind, int((~present).sum()), distinct, top=top), notes)


def truths_as(
    cells: "pd.Series[Any]", present: Mask, name: str, labels: tuple[str, str], notes: tuple[Note, ...] = ()
) -> Typed:
    """Truth values; `labels` spell no and yes."""
    truth = cells.to_numpy(dtype=bool)
    yes, no = int((truth & present).sum()), int((~truth & present).sum())
    counts = tuple(sorted(((labels[1], yes), (labels[0], no)), key=lambda pair: -pair[1]))
    missing = len(cells) - yes - no
    if missing:
        cells = cells.astype("boolean").mask(~present)
    top = tuple(pair for pair in counts if pair[1])
    return Typed(cells, Column(name, "boolean", missing, (yes > 0) + (no > 0), top=top, labels=labels), notes)
