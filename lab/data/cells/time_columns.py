"""Columns of dates and times."""

import numpy as np
import pandas as pd

from lab.data.cells.moments import commonest, is_day_first, to_compact, to_moments, to_time
from lab.data.cells.short_years import is_time_name, with_full_years
from lab.data.cells.spellings import Codes, Spellings, Typed, Values
from lab.data.table import Column, Note

ENOUGH_PARSE = 0.9
LONGEST_SHORT = 40  # characters of the longest cell in a column of dates with short years


def as_time(s: Spellings, *, decided: bool = False) -> Typed | None:
    """
    Args:
        decided: the person said that these are times: what is none becomes missing.
    """
    short = _of_short_years(s)
    if short is not None:
        return short
    if not decided:
        looked = [word for word in s.looked_at() if not s.style.is_missing(word)]
        day_first = is_day_first(looked)
        read = sum(to_time(word, day_first=day_first) is not None for word in looked)
        if 2 * read >= len(looked):  # among other dates 20211122 is one
            read += sum(word.isdigit() and to_compact(word) is not None for word in looked)
        if not looked or read < ENOUGH_PARSE * len(looked):
            return None
    moments = to_moments(s.words)
    unread = [c for c in s.used() if moments.forms[c] < 0]
    missing = [c for c in unread if s.style.is_missing(s.words[c])]
    known = set(missing)
    odd = [c for c in unread if c not in known]
    usual = commonest(moments.forms[s.codes[s.present]])
    others = [c for c in s.used() if moments.forms[c] not in (-1, usual)]
    notes = [*s.missing_note(missing)]
    if others or odd:
        notes.append(s.note("mixed_dates", s.where([*others, *odd]), s.examples(others or odd)))
    if odd:
        notes.append(s.note("not_times", s.where(odd), s.examples(odd)))
    if moments.late:
        notes.append(s.note("hour24", s.where(moments.late)))
    if moments.zones:
        notes.append(Note("zone", len(s.index), None, s.name, ", ".join(moments.zones[:3])))
    return as_times(moments.times, s.codes, s.index, s.name, tuple(notes))


def _of_short_years(s: Spellings) -> Typed | None:
    """Dates whose years have two digits, with what was taken for them."""
    said = [word for word in s.words if not s.style.is_missing(word)]
    if not said or len(max(said, key=len)) > LONGEST_SHORT:
        return None
    full = with_full_years(said, is_time_name=is_time_name(s.name))
    if full is None:
        return None
    meaning = dict(zip(said, full, strict=True))
    moments = to_moments([meaning.get(word, "") for word in s.words])
    odd = [c for c in s.used() if moments.forms[c] < 0 and not s.style.is_missing(s.words[c])]
    example = next(word for word in said if meaning[word] != word)
    notes = [s.note("short_years", s.present, f"{example} = {meaning[example]}")]
    if odd:
        notes.append(s.note("not_times", s.where(odd), s.examples(odd)))
    return as_times(moments.times, s.codes, s.index, s.name, (*notes, *s.missing_note(s.missing())))


def as_times(times: Values, codes: Codes, index: pd.Index, name: str, notes: tuple[Note, ...]) -> Typed:
    """Times of the distinct cells back in the order of the rows; code -1 is a blank cell."""
    cells = pd.Series(np.append(times, np.datetime64("NaT", "us"))[codes], index=index)
    return Typed(cells, Column(name, "datetime", int(cells.isna().sum()), int(cells.nunique())), notes)
