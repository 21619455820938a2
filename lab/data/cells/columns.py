"""Typed columns: cells as the parser left them (numbers or texts) become numbers, times, truth values, categories."""

import re

import numpy as np
import pandas as pd

from lab.data.cells.cell import CODE, PAIRS
from lab.data.cells.number_columns import FEW, as_number, is_name_of_codes, numbers_as
from lab.data.cells.spellings import Cells, Spellings, Style, Typed, enough, truths_as, words_as
from lab.data.cells.time_columns import ENOUGH_PARSE, as_time
from lab.data.table import TEXT, Column

__all__ = ["Style", "Typed", "type_column"]

MOST_CATEGORIES = 1_000
TIME_PART = re.compile(r"월|일|시|분|시간|month|day|hour|minute|mm|dd|hh|mon", re.IGNORECASE)
LONG_DIGITS = re.compile(r"\d{16,}")
COUNTRY_CODES = re.compile(r"[A-Z]{2}")
COUNTRY_NAME = re.compile(r"국가|나라|country|nation|iso", re.IGNORECASE)
FORMULA = re.compile(r"=.*|@[A-Za-z(].*|[+-][^\s\d.].*|[+-][\d.]+\s*[+*/|!(^].*", re.DOTALL)


def type_column(raw: Cells, name: str, unit: str = "", style: Style | None = None) -> Typed:
    """Decide what a column holds.

    Args:
        raw: cells from the parser: int64, float64, bool, or text with NaN for blanks.
        unit: from a row of units; otherwise it is looked for in the name.
    """
    style = style or Style()
    if isinstance(raw, np.ndarray) and raw.dtype.kind == "b":
        return truths_as(raw, np.ones(len(raw), bool), name, ("False", "True"))
    if isinstance(raw, np.ndarray) and raw.dtype.kind in "iuf":
        return numbers_as(raw, name, unit, style)
    return _of_texts(Spellings(raw, name, style), unit)


def _of_texts(s: Spellings, unit: str) -> Typed:
    if not s.present.any():
        empty = pd.array(np.full(len(s), None), dtype=TEXT)
        return Typed(empty, Column(s.name, "empty", len(empty), 0))
    typed = as_truth(s)
    if typed is None:
        typed = _as_code(s, unit)
    if typed is None:
        typed = as_number(s, unit)
    if typed is None:
        typed = as_time(s)
    return as_words(s) if typed is None else typed


def as_truth(s: Spellings) -> Typed | None:
    """The known pairs."""
    codes = s.used
    if len(codes) > 10:
        return None
    signs = {s.words[code] for code in codes} == {"-", "+"}  # there a dash says no, not nothing
    missing = [] if signs else s.missing()
    meaning = {code: s.words[code].lower() for code in codes if code not in missing}
    answers = set(meaning.values())
    for no, yes in PAIRS:
        if answers <= {*no, *yes} and answers & set(no) and answers & set(yes):
            truth = s.where([code for code, word in meaning.items() if word in yes])
            labels = [next(s.words[code] for code, word in meaning.items() if word in side) for side in (no, yes)]
            present = s.present & ~s.where(missing)
            return truths_as(truth, present, s.name, (labels[0], labels[1]), s.missing_note(missing))
    return None


def _as_code(s: Spellings, unit: str) -> Typed | None:
    """00123, numbers of 16 digits and more: digits that are names, kept as they are written."""
    looked = s.looked_at([])
    if not s.has_digits or not enough(looked, _is_of_digits, ENOUGH_PARSE):
        return None
    if not any(CODE.fullmatch(word) or LONG_DIGITS.fullmatch(word) for word in looked if _is_of_digits(word)):
        return None
    if TIME_PART.fullmatch(s.name.strip()) and all(len(word) <= 2 and word.isdigit() for word in s.words if word):
        numbers = np.array([float(word or "nan") for word in s.words])  # 01, 02, … 12: months, not codes
        return numbers_as(np.where(s.present, numbers[s.codes], np.nan), s.name, unit, s.style)
    return words_as(s, "id", s.missing(among_numbers=True))


def _is_of_digits(word: str) -> bool:
    return word.lstrip("+-").isdigit() and word.isascii()


def as_words(s: Spellings) -> Typed:
    """Categories if they are few and repeat, else texts; codes by their name."""
    codes = s.used
    # in a column of country codes NA is Namibia
    short = sum(len(s.words[c]) == 2 and COUNTRY_CODES.fullmatch(s.words[c]) is not None for c in codes)
    is_codes = short > max(3, 0.8 * len(codes)) or (COUNTRY_NAME.search(s.name) is not None and short > 1)
    missing = [c for c in s.missing() if not (is_codes and s.words[c] == "NA" and "na" not in s.style.missing_words)]
    distinct, said = len(codes) - len(missing), int((s.present & ~s.where(missing)).sum())
    notes = []
    formulas = [c for c in codes if s.words[c][0] in "=@+-" and c not in missing and FORMULA.fullmatch(s.words[c])]
    if formulas:
        notes.append(s.note("formula", s.where(formulas), s.examples(formulas)))
    if is_name_of_codes(s.name):
        spelled = sum(len(s.words[c]) > 2 and any(map(str.isdigit, s.words[c])) for c in codes)
        if distinct > FEW or spelled > ENOUGH_PARSE * distinct:
            return words_as(s, "id", missing, tuple(notes))
    few = distinct <= min(FEW, said / 2) or distinct <= min(0.2 * said, MOST_CATEGORIES) or distinct <= 3
    repeats = distinct < said or distinct == 1
    return words_as(s, "category" if repeats and few else "text", missing, tuple(notes))
