"""Typed columns: cells as the parser left them (numbers or texts) become numbers, times, truth values, categories.

Decisions are made on the distinct cells of a column, so that a column of 100,000 cells with twelve spellings
costs twelve looks.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.cells import (
    CODE,
    MISSING,
    MISSING_AMONG_NUMBERS,
    PAIRS,
    SENTINELS,
    TIME_NAME,
    is_day_first,
    says_hour_24,
    to_compact_time,
    to_number,
    to_time,
    to_times,
)
from lab.data.header import UNIT
from lab.data.parse import is_whole
from lab.data.table import Column, Note

Codes = npt.NDArray[np.intp]
Values = npt.NDArray[Any]

ENOUGH_PARSE = 0.9  # share of cells that must read as a number or time for the column to be one
MANY = 10_000  # distinct values are counted exactly up to here
SAMPLE = 1_000  # spellings looked at before a big text column is given up as text
FEW_CATEGORIES = 20
MOST_CATEGORIES = 1_000
ID_NAME = re.compile(
    r"(번호|순번|순서|연번|지점|지점코드|측정소코드|.*코드|.*번호|우편번호|학번|id|idx|index|no\.?|rowid|row|row_?number|"
    r".*[_ ]id|.*[a-z]ID|.*code|zip|unnamed: ?0|zipcode|key|uuid)",
    re.IGNORECASE,
)
TIME_PART = re.compile(r"월|일|시|분|시간|month|day|hour|minute|mm|dd|hh|mon", re.IGNORECASE)
LONG_DIGITS = re.compile(r"\d{16,}")
EXCEL_TEXT = re.compile(r'="(.*)"')
COUNTRY_CODES = re.compile(r"[A-Z]{2}")
UNIT_IN_NAME = re.compile(r"[(\[]([^()\[\]]{1,15})[)\]]\s*$")
UNIT_SUFFIXES = {
    **{u: u for u in ("cm", "mm", "km", "kg", "hPa", "Pa", "ppm", "ppmv", "degC")},
    "g": "g",
    "m": "m",
    "hr": "h",
    "s": "s",
    "pct": "%",
    "percent": "%",
}


@dataclass(frozen=True)
class Typed:
    """A column ready for the table."""

    cells: "pd.Series[Any]"
    column: Column
    notes: tuple[Note, ...] = ()


def type_column(raw: "pd.Series[Any]", name: str, unit: str = "", decimal: str = ".", first_line: int = 1) -> Typed:
    """Decide what a column holds.

    Args:
        raw: cells from the parser: int64, float64, bool, or text with NaN for blanks.
        unit: from a row of units; otherwise it is looked for in the name.
        first_line: 1-based line of the file where the first cell stands.
    """
    unit = unit or unit_of(name)
    if raw.dtype == bool:
        return _boolean(raw, raw.notna().to_numpy(), name, ("False", "True"))
    if pd.api.types.is_numeric_dtype(raw):
        return _numeric(raw, name, unit, first_line)
    return _text(raw, name, unit, decimal, first_line)


def unit_of(name: str) -> str:
    """`기온(°C)` → °C, `bill_length_mm` → mm; "" if the name has none."""
    found = UNIT_IN_NAME.search(name)
    if found and (UNIT.fullmatch(found[1]) or re.fullmatch(r"[^\d/]+/[^\d/]+", found[1])):
        return found[1].strip()
    return UNIT_SUFFIXES.get(name.rpartition("_")[2], "") if "_" in name else ""


# --- numbers


def _numeric(raw: "pd.Series[Any]", name: str, unit: str, first_line: int, notes: tuple[Note, ...] = ()) -> Typed:
    cells, present, cleared = _clear_of_sentinels(raw, name, first_line)
    notes += cleared
    if not len(present):
        return Typed(cells, Column(name, "empty", len(cells), 0), notes)
    whole = is_whole(present)
    if whole and TIME_NAME.search(name) and (times := _compact_times(cells)) is not None:
        return _times(times, name, notes)
    column = Column(
        name,
        "id" if whole and ID_NAME.fullmatch(name.strip()) else "numeric",
        missing=len(cells) - len(present),
        distinct=_count_distinct(present),
        minimum=float(present.min()),
        maximum=float(present.max()),
        mean=_mean(present),
        whole=whole,
        unit=unit,
    )
    return Typed(cells, column, notes)


def _mean(present: Values) -> float:
    """Also of numbers as large as floats go."""
    with np.errstate(over="ignore"):
        mean = float(present.mean())
    return mean if np.isfinite(mean) else float((present / len(present)).sum())


def _count_distinct(present: Values) -> int:
    beginning = len(pd.unique(present[: 2 * MANY]))
    return beginning if beginning >= MANY or len(present) <= 2 * MANY else len(pd.unique(present))


def _clear_of_sentinels(
    raw: "pd.Series[Any]", name: str, first_line: int
) -> tuple["pd.Series[Any]", Values, tuple[Note, ...]]:
    """-999 and its kin become missing where they stand clear of all other values; so do infinite numbers.

    Returns the cells, the values that are left, and what was done.
    """
    values = raw.to_numpy()
    present = values[~np.isnan(values)] if values.dtype.kind == "f" and np.isnan(values.min(initial=0)) else values
    cleared: list[float] = []
    while len(present) and (odd := _standing_clear(present)) is not None:
        cleared.append(odd)
        present = present[present != odd]
    if not cleared:
        return raw, present, ()
    found = np.isin(values, cleared)
    words = ", ".join(f"{value:g}" for value in cleared)
    note = Note("sentinels", int(found.sum()), first_line + int(found.argmax()), name, words)
    return raw.astype(np.float64).mask(found), present, (note,)


def _standing_clear(present: Values) -> float | None:
    """An infinity, or a sentinel at either end of the values and far from the rest."""
    low, high = float(present.min()), float(present.max())
    for end in (low, high):
        if np.isinf(end):
            return end
    for end, is_low in ((low, True), (high, False)):
        if end not in SENTINELS or (end < 0) != is_low:
            continue
        rest = present[present != end]
        if not len(rest):
            continue
        rest_low, rest_high = float(rest.min()), float(rest.max())
        gap = rest_low - end if is_low else end - rest_high
        never_negative = is_low and rest_low >= 0 and (end < -50 or len(rest) > 0.5 * len(present))
        if never_negative or (len(rest) > 1 and gap > 2 * max(rest_high - rest_low, 1e-12)):
            return end
    return None


def _compact_times(cells: "pd.Series[Any]") -> "pd.Series[Any] | None":
    """20211122 … as days, if every number of the column is one."""
    present = cells.dropna()
    low, high = present.min(), present.max()
    spans = ((19000101, 21001231), (1900010100, 2100123124), (190001010000, 210012312400))  # day, hour, minute
    if not any(first <= low and high <= last for first, last in spans):
        return None
    codes, uniques = pd.factorize(cells)
    times = [to_compact_time(str(int(value))) for value in uniques]
    return None if None in times else _take_times(np.array(times, "datetime64[us]"), codes, cells.index)


# --- texts


def _text(raw: "pd.Series[Any]", name: str, unit: str, decimal: str, first_line: int) -> Typed:
    spellings = _Spellings(raw, name, first_line)
    if not spellings.present.any():
        return Typed(raw.astype("str").mask(~spellings.present), Column(name, "empty", len(raw), 0))
    for attempt in (_as_boolean, _as_code, _as_number, _as_time):
        typed = attempt(spellings, unit, decimal)
        if typed is not None:
            return typed
    return _as_words(spellings, unit)


class _Spellings:
    """A text column by its distinct cells: `words[codes[i]]` is cell i trimmed, code -1 is a blank cell."""

    def __init__(self, raw: "pd.Series[Any]", name: str, first_line: int) -> None:
        self.name, self.index, self.first_line = name, raw.index, first_line
        codes, words = pd.factorize(raw)
        kept: dict[str, int] = {}  # cells that differ by blanks alone share an entry
        merged = np.array([kept.setdefault(_trim(word), len(kept)) for word in [*words.tolist(), ""]])
        self.words = list(kept)
        self.codes: Codes = merged[codes]  # code -1 takes the last entry, ""
        self.codes[self.codes == kept[""]] = -1
        self.present = self.codes >= 0

    def line_of(self, cells: npt.NDArray[np.bool_]) -> int:
        return self.first_line + int(cells.argmax())

    def where(self, codes: list[int]) -> npt.NDArray[np.bool_]:
        """Which rows hold one of these spellings."""
        chosen = np.zeros(len(self.words) + 1, bool)  # the last entry answers for code -1
        chosen[codes] = True
        return chosen[self.codes]

    def used(self) -> list[int]:
        return [code for code, word in enumerate(self.words) if word]

    def looked_at(self) -> list[str]:
        """Up to SAMPLE spellings, evenly spaced."""
        words = [word for word in self.words if word]
        return words[:: max(1, len(words) // SAMPLE)]


def _trim(text: str) -> str:
    text = text.strip(" \t\r\n\f\v\u00a0\u200b\ufeff\u3000")
    found = EXCEL_TEXT.fullmatch(text) if text.startswith("=") else None
    return found[1] if found else text


def _as_boolean(s: _Spellings, unit: str, decimal: str) -> Typed | None:
    codes = s.used()
    if len(codes) > 8:
        return None
    meaning = {code: s.words[code].lower() for code in codes}
    missing = [code for code, word in meaning.items() if word in MISSING]
    answers = {word for code, word in meaning.items() if code not in missing}
    for no, yes in PAIRS:
        if answers == {no, yes}:
            present = s.present & ~s.where(missing)
            truth = s.where([code for code, word in meaning.items() if word == yes])
            labels = tuple(next(s.words[c] for c, word in meaning.items() if word == answer) for answer in (no, yes))
            cells = pd.Series(truth, index=s.index)
            typed = _boolean(cells, present, s.name, (labels[0], labels[1]))
            return Typed(typed.cells, typed.column, _missing_note(s, missing))
    return None


def _boolean(cells: "pd.Series[Any]", present: npt.NDArray[np.bool_], name: str, labels: tuple[str, str]) -> Typed:
    truth = cells.to_numpy(dtype=bool)
    yes, no = int((truth & present).sum()), int((~truth & present).sum())
    counts = tuple(sorted(((labels[1], yes), (labels[0], no)), key=lambda pair: -pair[1]))
    missing = len(cells) - yes - no
    if missing:
        cells = cells.astype("boolean").mask(~present)
    top = tuple(pair for pair in counts if pair[1])
    return Typed(cells, Column(name, "boolean", missing, (yes > 0) + (no > 0), top=top, labels=labels))


def _as_code(s: _Spellings, unit: str, decimal: str) -> Typed | None:
    """00123, numbers of 16 digits and more: digits that are names, kept as they are written."""
    looked = s.looked_at()
    digits = [word for word in looked if word.lstrip("+-").isdigit() and word.isascii()]
    if len(digits) < ENOUGH_PARSE * len(looked):
        return None
    if not any(CODE.fullmatch(word) or LONG_DIGITS.fullmatch(word) for word in digits):
        return None
    if TIME_PART.fullmatch(s.name.strip()) and all(len(word) <= 2 and word.isdigit() for word in s.words if word):
        numbers = np.array([float(word or "nan") for word in s.words])  # 01, 02, … 12: months, not codes
        cells = pd.Series(np.where(s.present, numbers[s.codes], np.nan), index=s.index)
        return _numeric(cells, s.name, unit, s.first_line)
    return _words(s, "id", [code for code in s.used() if s.words[code].lower() in MISSING])


def _as_number(s: _Spellings, unit: str, decimal: str) -> Typed | None:
    looked = [word for word in s.looked_at() if word.lower() not in MISSING_AMONG_NUMBERS]
    if not looked or sum(to_number(word, decimal) is not None for word in looked) < 0.5 * len(looked):
        return None
    numbers = [to_number(word, decimal) for word in s.words]
    unread = [c for c in s.used() if numbers[c] is None]
    missing = [c for c in unread if s.words[c].lower() in MISSING_AMONG_NUMBERS]
    odd = [c for c in unread if s.words[c].lower() not in MISSING_AMONG_NUMBERS]
    units = {number.unit for number in numbers if number is not None and number.unit}
    said = s.present & ~s.where(missing)
    lost = s.where(odd)
    if len(units) > 1 or lost.sum() > (1 - ENOUGH_PARSE) * said.sum():
        return None
    values = np.array([np.nan if number is None else number.value for number in numbers])
    cells = pd.Series(np.where(s.codes >= 0, values[s.codes], np.nan), index=s.index)
    notes = list(_missing_note(s, missing))
    for dress in ("thousands", "percent"):
        dressed = s.where([c for c, n in enumerate(numbers) if n is not None and n.dress == dress])
        if dressed.any():
            notes.append(Note(dress, int(dressed.sum()), s.line_of(dressed), s.name))
    if units - {"%"}:
        with_unit = s.where([c for c, n in enumerate(numbers) if n is not None and n.unit])
        notes.append(Note("units", int(with_unit.sum()), s.line_of(with_unit), s.name, next(iter(units))))
    if odd:
        examples = ", ".join(s.words[code][:20] for code in odd[:3])
        notes.append(Note("not_numbers", int(lost.sum()), s.line_of(lost), s.name, examples))
    return _numeric(cells, s.name, unit or next(iter(units), ""), s.first_line, tuple(notes))


def _as_time(s: _Spellings, unit: str, decimal: str) -> Typed | None:
    looked = [word for word in s.looked_at() if word.lower() not in MISSING]
    day_first = is_day_first(looked)
    read = sum(to_time(word, day_first=day_first) is not None for word in looked)
    if not looked or read < ENOUGH_PARSE * len(looked):
        return None
    times = to_times(s.words)
    nothing = np.isnat(times)
    unread = [c for c in s.used() if nothing[c]]
    missing = [c for c in unread if s.words[c].lower() in MISSING]
    odd = [c for c in unread if s.words[c].lower() not in MISSING]
    notes = list(_missing_note(s, missing))
    if odd:
        lost = s.where(odd)
        notes.append(Note("mixed_dates", int(lost.sum()), s.line_of(lost), s.name, s.words[odd[0]][:20]))
    late = s.where([c for c, word in enumerate(s.words) if says_hour_24(word)])
    if late.any():
        notes.append(Note("hour24", int(late.sum()), s.line_of(late), s.name))
    return _times(_take_times(times, s.codes, s.index), s.name, tuple(notes))


def _take_times(times: Values, codes: Codes, index: pd.Index) -> "pd.Series[Any]":
    """Times of the distinct cells back in the order of the rows; code -1 is a blank cell."""
    return pd.Series(np.append(times, np.datetime64("NaT"))[codes], index=index)


def _times(cells: "pd.Series[Any]", name: str, notes: tuple[Note, ...]) -> Typed:
    missing = int(cells.isna().sum())
    return Typed(cells, Column(name, "datetime", missing, int(cells.nunique())), notes)


def _as_words(s: _Spellings, unit: str) -> Typed:
    codes = s.used()
    # in a column of country codes NA is Namibia
    is_codes = sum(bool(COUNTRY_CODES.fullmatch(s.words[c])) for c in codes) > max(3, 0.8 * len(codes))
    missing = [] if is_codes else [c for c in codes if s.words[c].lower() in MISSING]
    distinct, said = len(codes) - len(missing), int((s.present & ~s.where(missing)).sum())
    if ID_NAME.fullmatch(s.name.strip()) and distinct > FEW_CATEGORIES:
        return _words(s, "id", missing)
    repeats = distinct < said or distinct == 1
    few = distinct <= FEW_CATEGORIES or distinct <= min(0.2 * said, MOST_CATEGORIES)
    return _words(s, "category" if repeats and few else "text", missing)


def _words(s: _Spellings, kind: Any, missing: list[int]) -> Typed:
    present = s.present & ~s.where(missing)
    words = np.array([*s.words, None], dtype=object)
    cells = pd.Series(words[np.where(present, s.codes, len(s.words))], index=s.index, dtype="str")
    counts = np.bincount(s.codes[present], minlength=len(s.words))
    distinct = int((counts > 0).sum())
    if not distinct:
        return Typed(cells, Column(s.name, "empty", len(cells), 0), _missing_note(s, missing))
    order = np.argsort(-counts, kind="stable")[:20]
    top = tuple((s.words[code], int(counts[code])) for code in order if counts[code]) if kind == "category" else ()
    column = Column(s.name, kind, int((~present).sum()), distinct, top=top)
    return Typed(cells, column, _missing_note(s, missing))


def _missing_note(s: _Spellings, missing: list[int]) -> tuple[Note, ...]:
    if not missing:
        return ()
    cells = s.where(missing)
    detail = ", ".join(s.words[code] for code in missing[:5])
    return (Note("missing_words", int(cells.sum()), s.line_of(cells), s.name, detail),)
