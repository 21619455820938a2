"""Columns of dates and times."""

import re

import numpy as np

from lab.data.cells.moments import Moments, commonest, is_day_first, to_compact, to_moments, to_time
from lab.data.cells.short_years import is_time_name, with_full_years
from lab.data.cells.spellings import Codes, Spellings, Typed, Values, enough
from lab.data.table import Column, Note

ENOUGH_PARSE = 0.9  # share of cells that must read as a time, or a number, for the column to be one
BEGINNING = re.compile(  # of any time
    r"\s*(?:\d{1,4}\s*[-/.년]|\d{1,2}[ -][A-Za-z]|[A-Za-z]{3,9}\.?[\s-]+\d|\d{8,14}$)"
)
SURE = re.compile(  # in any order of day and month, of any length of the month
    r"(?:1[5-9]|2[01])[0-9]{2}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|1[0-9]|2[0-8])"
    r"(?: [01][0-9]:[0-5][0-9](?::[0-5][0-9])?)?"
    r"|(?:0?[1-9]|1[0-2])([-/.])(?:0?[1-9]|1[0-2])\2(?:1[5-9]|2[01])[0-9]{2}"
)
LONGEST_SHORT = 40  # characters of the longest cell in a column of dates with short years


def as_time(s: Spellings, *, decided: bool = False) -> Typed | None:
    """
    Args:
        decided: the person said that these are times: what is none becomes missing.
    """
    if not s.has_digits:
        return None
    short = _of_short_years(s)
    if short is not None:
        return short
    if not decided and not _are_times(s):
        return None
    moments = to_moments(s.words)
    return as_times(moments.times, s.codes, s.name, tuple(_notes(s, moments)))


def _are_times(s: Spellings) -> bool:
    """Whether enough of the cells that are looked at can be read as times."""
    looked = s.looked_at(s.missing())
    if not looked or not enough(looked, _may_be_time, ENOUGH_PARSE):
        return False
    day_first = is_day_first(looked)
    read = sum(bool(SURE.fullmatch(word)) or to_time(word, day_first=day_first) is not None for word in looked)
    if 2 * read >= len(looked):  # among other dates 20211122 is one
        read += sum(word.isdigit() and to_compact(word) is not None for word in looked)
    return read >= ENOUGH_PARSE * len(looked)


def _notes(s: Spellings, moments: Moments) -> list[Note]:
    """What a person should know: cells without a value, other forms, what is no time, hour 24, zones."""
    unread = [c for c in s.used if moments.forms[c] < 0]
    known = set(s.missing())
    missing = [c for c in unread if c in known]
    odd = [c for c in unread if c not in known]
    usual = commonest(moments.forms[s.codes[s.present]])
    others = [c for c in s.used if moments.forms[c] not in (-1, usual)]
    notes = [*s.missing_note(missing)]
    if others or odd:
        notes.append(s.note("mixed_dates", s.where([*others, *odd]), s.examples(others or odd)))
    if odd:
        notes.append(s.note("not_times", s.where(odd), s.examples(odd)))
    if moments.late:
        notes.append(s.note("hour24", s.where(moments.late)))
    if moments.zones:
        notes.append(Note("zone", len(s), None, s.name, ", ".join(moments.zones[:3])))
    return notes


def _may_be_time(word: str) -> bool:
    return BEGINNING.match(word) is not None


def _of_short_years(s: Spellings) -> Typed | None:
    """Dates whose years have two digits, with what was taken for them."""
    none = {s.words[code] for code in s.missing()}
    said = [word for word in s.words if word not in none]
    if not said or len(max(said, key=len)) > LONGEST_SHORT:
        return None
    full = with_full_years(said, is_time_name=is_time_name(s.name))
    if full is None:
        return None
    meaning = dict(zip(said, full, strict=True))
    moments = to_moments([meaning.get(word, "") for word in s.words])
    odd = [c for c in s.used if moments.forms[c] < 0 and s.words[c] not in none]
    example = next(word for word in said if meaning[word] != word)
    notes = [s.note("short_years", s.present, f"{example} = {meaning[example]}")]
    if odd:
        notes.append(s.note("not_times", s.where(odd), s.examples(odd)))
    return as_times(moments.times, s.codes, s.name, (*notes, *s.missing_note(s.missing())))


def as_times(times: Values, codes: Codes, name: str, notes: tuple[Note, ...]) -> Typed:
    """Times of the distinct cells back in the order of the rows; code -1 is a blank cell."""
    cells = np.append(times, np.datetime64("NaT", "us"))[codes]
    distinct = len(np.unique(times[~np.isnat(times)]))
    return Typed(cells, Column(name, "datetime", int(np.isnat(cells).sum()), distinct), notes)
