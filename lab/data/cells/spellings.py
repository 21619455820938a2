"""A column of texts by its distinct cells, so that 100,000 cells with twelve spellings cost twelve looks."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.cells.cell import DIGIT, MISSING, MISSING_AMONG_NUMBERS
from lab.data.table import TEXT, Column, Kind, Note

Codes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]
Cells = npt.NDArray[Any] | pd.api.extensions.ExtensionArray  # texts and truth values with gaps are the latter

SAMPLE = 1_000  # spellings looked at before a big text column is given up as text
MANY = 20_000  # rows in which distinct values are counted in any case
MOST_SHOWN = 20
SODIUM = "Na"
EXCEL_TEXT = re.compile(r'="(.*)"')
PLAIN_BLANKS = " \t\r\n\f\v"
BLANKS = PLAIN_BLANKS + "\u00a0\u200b\ufeff\u3000"


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

    cells: Cells
    column: Column
    notes: tuple[Note, ...] = ()


class Spellings:
    """`words[codes[i]]` is cell i trimmed; code -1 is a blank cell."""

    def __init__(self, raw: Cells, name: str, style: Style) -> None:
        self.name, self.style = name, style
        self.codes: Codes
        self.codes, found = pd.factorize(raw)  # type: ignore[arg-type]  # its stubs know no arrays of texts
        words = _trimmed(found.tolist())
        kept = {word: code for code, word in enumerate(dict.fromkeys([*words, ""]))}
        if len(kept) <= len(words):  # cells that differ by blanks alone share an entry
            merged = np.array([kept[word] for word in [*words, ""]])
            self.codes = merged[self.codes]  # code -1 takes the last entry, ""
            self.codes[self.codes == kept[""]] = -1
        self.words = list(kept)
        self.present: Mask = self.codes >= 0

    def __len__(self) -> int:
        return len(self.codes)

    def where(self, codes: list[int]) -> Mask:
        """Which rows hold one of these spellings."""
        chosen = np.zeros(len(self.words) + 1, bool)  # the last entry answers for code -1
        chosen[codes] = True
        return chosen[self.codes]

    @cached_property
    def used(self) -> list[int]:
        return [code for code, word in enumerate(self.words) if word]

    @cached_property
    def _perhaps_missing(self) -> list[int]:
        known = MISSING_AMONG_NUMBERS | self.style.missing_words
        return [code for code, word in enumerate(self.words) if word and word.lower() in known]

    def missing(self, *, among_numbers: bool = False) -> list[int]:
        """Codes of words for "no value"."""
        return [c for c in self._perhaps_missing if self.style.is_missing(self.words[c], among_numbers=among_numbers)]

    @cached_property
    def has_digits(self) -> bool:
        """Numbers and times have, save the infinite."""
        return DIGIT.search("\n".join(self.words)) is not None

    def looked_at(self, missing: list[int]) -> list[str]:
        """Up to SAMPLE spellings, evenly spaced, without these."""
        words = [word for word in self.words if word]
        words = words[:: max(1, len(words) // SAMPLE)]
        if not missing:
            return words
        none = {self.words[code] for code in missing}
        return [word for word in words if word not in none]

    def note(self, code: str, cells: Mask, detail: str = "") -> Note:
        return Note(code, int(cells.sum()), self.style.first_line(cells), self.name, detail)

    def missing_note(self, missing: list[int]) -> tuple[Note, ...]:
        if not missing:
            return ()
        return (self.note("missing_words", self.where(missing), ", ".join(self.words[code] for code in missing[:5])),)

    def examples(self, codes: list[int]) -> str:
        return ", ".join(self.words[code][:20] for code in codes[:3])


def enough(words: list[str], reads: Callable[[str], bool], share: float) -> bool:
    """Whether so many of the words read so; it is known as soon as too many do not."""
    said = needed = len(words)
    needed_share = share * needed
    for word in words:
        if not reads(word):
            said -= 1
            if said < needed_share:
                return False
    return True


def _trimmed(texts: list[str]) -> list[str]:
    joined = "".join(texts)
    if joined.isascii():
        texts = [text.strip(PLAIN_BLANKS) for text in texts]
    else:
        texts = [unicodedata.normalize("NFC", text.strip(BLANKS)) for text in texts]
    return [_without_formula(text) if text.startswith("=") else text for text in texts] if "=" in joined else texts


def _without_formula(text: str) -> str:
    found = EXCEL_TEXT.fullmatch(text)
    return found[1] if found else text


def words_as(s: Spellings, kind: Kind, missing: list[int], notes: tuple[Note, ...] = ()) -> Typed:
    """The cells as texts."""
    present = s.present & ~s.where(missing)
    cells = pd.array(s.words, dtype=TEXT).take(np.where(present, s.codes, -1), allow_fill=True)
    counts = np.bincount(s.codes[present], minlength=len(s.words))
    distinct = int((counts > 0).sum())
    notes = (*s.missing_note(missing), *notes)
    if not distinct:
        return Typed(cells, Column(s.name, "empty", len(cells), 0), notes)
    order = np.argsort(-counts, kind="stable")[:MOST_SHOWN]
    top = tuple((s.words[code], int(counts[code])) for code in order if counts[code]) if kind == "category" else ()
    return Typed(cells, Column(s.name, kind, int((~present).sum()), distinct, top=top), notes)


def truths_as(truth: Mask, present: Mask, name: str, labels: tuple[str, str], notes: tuple[Note, ...] = ()) -> Typed:
    """Truth values; `labels` spell no and yes."""
    yes, no = int((truth & present).sum()), int((~truth & present).sum())
    counts = tuple(sorted(((labels[1], yes), (labels[0], no)), key=lambda pair: -pair[1]))
    missing = len(truth) - yes - no
    cells = pd.arrays.BooleanArray(truth & present, ~present) if missing else truth
    top = tuple(pair for pair in counts if pair[1])
    return Typed(cells, Column(name, "boolean", missing, (yes > 0) + (no > 0), top=top, labels=labels), notes)
