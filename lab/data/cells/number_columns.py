"""Columns of numbers: which cells mean "no value", and what stands around the digits."""

import operator
import re
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.cells.cell import INFINITE, SENTINELS, USUAL_NUMBER, Number, to_number
from lab.data.cells.moments import TIME_NAME, to_compact
from lab.data.cells.short_years import is_time_name, with_full_years
from lab.data.cells.spellings import MANY, Spellings, Style, Typed, Values, enough
from lab.data.cells.time_columns import ENOUGH_PARSE, as_times
from lab.data.cells.units import unit_in_name
from lab.data.table import Column, Kind, Note

ENOUGH_DISTINCT = 1_000  # more are not counted in long columns: there are too many for classes
ENOUGH_DATES = 10
FEW = 20
FEW_CELLS = 500  # that a set of Python's counts faster
ID_NAME = re.compile(
    r"(번호|순번|순서|연번|일련번호|지점|관측소|stn|stn_?id|station|지점코드|측정소코드|.*코드|.*번호|우편번호|학번|행번호|"
    r"id|idx|index|no\.?|rowid|row|row_?number|.*[_ ]id|.*[_ ]no\.?|.*code|zip|unnamed: ?0|zipcode|uuid|"
    r"(?-i:.*[a-z]I[dD]))",
    re.IGNORECASE,
)
LABEL_UNIT = re.compile(  # 1학년, 2반, 3등급: words with a number in them, no quantities
    r"학년|반|층|등급|급|호|호선|위|차|조|팀|기|단계|교시|주차|학기|분기|번째|회차|동|월|요일|대|번|구역|권역|존|열|st|nd|rd|th"
)


def is_name_of_codes(name: str) -> bool:
    return ID_NAME.fullmatch(name.strip("# ")) is not None


def numbers_as(
    raw: Values, name: str, unit: str, style: Style, notes: tuple[Note, ...] = (), *, decided: bool = False
) -> Typed:
    """A column of floats or integers: numeric, codes by their name, or compact times by name or spacing.

    Args:
        decided: the person said that these are numbers.
    """
    words = [number.value for word in style.missing_words if (number := to_number(word)) is not None]
    if words and (said := np.isin(raw, words)).any():
        raw = np.where(said, np.nan, raw)
        spelled = ", ".join(f"{word:g}" for word in words)
        notes += (Note("missing_words", int(said.sum()), style.first_line(said), name, spelled),)
    cells, present, cleared = _clear_of_sentinels(raw, name, style)
    notes += cleared
    if not len(present):
        return Typed(cells, Column(name, "empty", len(cells), 0), notes)
    whole = is_whole(present)
    low, high = float(present.min()), float(present.max())
    if whole and not decided and _may_be_compact_times(low, high):
        times = _compact_times(cells, name, style, notes)
        if times is not None:
            return times
    if whole and not decided and _may_be_six_digits(low, high) and is_time_name(name):
        times = _six_digit_times(cells, name, style, notes)
        if times is not None:
            return times
    kind: Kind = "id" if whole and not decided and is_name_of_codes(name) else "numeric"
    missing = len(cells) - len(present)
    distinct, mean, unit = _count_distinct(present), _mean(present), unit or unit_in_name(name)
    return Typed(cells, Column(name, kind, missing, distinct, low, high, mean, whole=whole, unit=unit), notes)


def _mean(present: Values) -> float:
    """Also of numbers as large as floats go."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(present.mean())
    return mean if np.isfinite(mean) else float((present / len(present)).sum())


def _count_distinct(present: Values) -> int:
    if len(present) < FEW_CELLS:
        return len(set(present.tolist()))
    beginning = len(pd.unique(present[:MANY]))
    return beginning if beginning >= ENOUGH_DISTINCT or len(present) <= MANY else len(pd.unique(present))


# --- sentinels


def _clear_of_sentinels(values: Values, name: str, style: Style) -> tuple[Values, Values, tuple[Note, ...]]:
    """-999 and its kin become missing where they stand clear of all other values; so do infinite numbers.

    Returns the cells, the values that are left, and what was done.
    """
    present = values[~np.isnan(values)] if values.dtype.kind == "f" and np.isnan(values.min(initial=0)) else values
    cleared: list[float] = []
    while len(present) and (odd := _standing_clear(present)) is not None:
        cleared.append(odd)
        present = present[present != odd]
    if not cleared:
        return values, present, ()
    found = np.isin(values, cleared)
    words = ", ".join(f"{value:g}" for value in cleared)
    note = Note("sentinels", int(found.sum()), style.first_line(found), name, words)
    return np.where(found, np.nan, values), present, (note,)


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
        if len(rest) and _is_far(end, rest, is_low=is_low):
            return end
    return None


def _is_far(end: float, rest: Values, *, is_low: bool) -> bool:
    low, high = float(rest.min()), float(rest.max())
    if is_low and low >= 0:
        return end < -50 or len(rest) > 1
    gap = low - end if is_low else end - high
    times = 1.0 if end < -50 else 2.0  # a single great value is likelier than a single value far below all others
    return len(rest) > 1 and gap > times * max(high - low, 1e-12)


# --- 20211122


def _may_be_compact_times(low: float, high: float) -> bool:
    spans = (  # day, hour, minute, second
        (19000101, 21001231),
        (1900010100, 2100123124),
        (190001010000, 210012312400),
        (19000101000000, 21001231240000),
    )
    return any(first <= low and high <= last for first, last in spans)


def _compact_times(cells: Values, name: str, style: Style, notes: tuple[Note, ...]) -> Typed | None:
    """Times, if every number of the column is one and its name or the even spacing agrees."""
    codes, uniques = pd.factorize(cells)
    moments = []
    for value in uniques:
        moment = to_compact(str(int(value)))
        if moment is None:
            return None
        moments.append(moment)
    times = np.array([moment.time for moment in moments], "datetime64[us]")
    if not TIME_NAME.search(name) and not _is_evenly_spaced(times):
        return None
    late = np.append([moment.is_hour_24 for moment in moments], False)[codes]
    if late.any():
        notes += (Note("hour24", int(late.sum()), style.first_line(late), name),)
    return as_times(times, codes, name, notes)


def _may_be_six_digits(low: float, high: float) -> bool:
    """`800102`; `199001` is a month of a year, which stays a number."""
    return low >= 10_000 and high <= 991_231 and not (low >= 190_000 and high <= 210_012)


def _six_digit_times(cells: Values, name: str, style: Style, notes: tuple[Note, ...]) -> Typed | None:
    codes, uniques = pd.factorize(cells)
    words = [f"{int(value):06d}" for value in uniques]
    days = with_full_years(words, is_time_name=True)
    if days is None or len(days) < ENOUGH_DATES or any(map(operator.eq, days, words)):
        return None
    note = Note("short_years", len(cells), style.first_line(~np.isnan(cells)), name, f"{words[0]} = {days[0]}")
    return as_times(np.array(days, "datetime64[us]"), codes, name, (*notes, note))


def _is_evenly_spaced(times: Values) -> bool:
    if len(times) < 5:
        return False
    steps = np.diff(times).astype(np.int64)
    return bool((steps > 0).all()) and bool((steps == np.median(steps)).mean() > 0.7)


# --- numbers among signs and words


def as_number(s: Spellings, unit: str, *, decided: bool = False) -> Typed | None:
    """Numbers with marks around them, words for "no value" among them.

    Args:
        decided: the person said that these are numbers: what is none becomes missing.
    """
    read = cache(partial(_read, decimal=s.style.decimal))
    missing = s.missing(among_numbers=True)
    if not decided:
        looked = s.looked_at(missing)
        if not looked or not enough(looked, lambda word: read(word) is not None, 0.5):
            return None
    known = set(missing)
    numbers = [None if code in known else read(word) for code, word in enumerate(s.words)]
    odd = [c for c in s.used if numbers[c] is None and c not in known]
    units = {number.unit for number in numbers if number is not None and number.unit}
    said, lost = s.present & ~s.where(missing), s.where(odd)
    if not decided and (len(units) > 1 or _are_labels(units, numbers) or lost.sum() > (1 - ENOUGH_PARSE) * said.sum()):
        return None
    values = np.array([np.nan if number is None else number.value for number in numbers])
    cells = np.where(s.present, values[s.codes], np.nan)
    notes = [*s.missing_note(missing), *_dress_notes(s, numbers, units)]
    if odd:
        notes.append(s.note("not_numbers", lost, s.examples(odd)))
    return numbers_as(cells, s.name, unit or next(iter(units), ""), s.style, tuple(notes), decided=decided)


def _read(word: str, decimal: str) -> Number | None:
    if decimal == "." and USUAL_NUMBER.fullmatch(word):
        return Number(float(word))
    lower = word.lower()
    if lower in INFINITE:
        return Number(-np.inf if lower.startswith("-") else np.inf)
    return to_number(word, decimal)


def _are_labels(units: set[str], numbers: list[Number | None]) -> bool:
    """`1학년` and `3등급` name groups; they are few and small."""
    if not any(LABEL_UNIT.fullmatch(unit) for unit in units):
        return False
    values = [number.value for number in numbers if number is not None]
    return len(values) <= FEW and all(value == int(value) and 0 <= value < 100 for value in values)


def _dress_notes(s: Spellings, numbers: list[Number | None], units: set[str]) -> list[Note]:
    notes = []
    for dress in ("thousands", "percent"):
        dressed = s.where([c for c, number in enumerate(numbers) if number is not None and number.dress == dress])
        if dressed.any():
            notes.append(s.note(dress, dressed))
    if units - {"%"}:
        with_unit = s.where([c for c, number in enumerate(numbers) if number is not None and number.unit])
        notes.append(s.note("units", with_unit, next(iter(units))))
    return notes


def is_whole(values: npt.NDArray[Any]) -> bool:
    """Whether all numbers are whole; most columns of measurements are settled by their first few."""
    if values.dtype.kind in "iu":
        return True
    for part in (values[:100], values):
        present = part[np.isfinite(part)]
        if not bool((present == np.floor(present)).all()):
            return False
    return True
