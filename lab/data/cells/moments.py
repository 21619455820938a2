"""Dates and times as they are written in Korea, Europe and America, one cell at a time and a whole column at once."""

import itertools
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

DATE = (
    r"(?P<year>1[5-9]\d\d|2[01]\d\d)\s*(?P<sep>[-/.]|년)\s*(?P<month>\d{1,2})"
    r"(?:\s*(?:(?P=sep)|월)\s*(?P<day>\d{1,2})\s*[.일]?|월)?(?:\s*\([월화수목금토일]\))?"
)
CLOCK = (
    r"(?:(?:\s*T|\s+)\s*(?P<half>오전|오후|[AaPp][Mm])?\s*(?P<hour>\d{1,2})(?:\s*(?::|시)\s*(?P<minute>\d{1,2})?\s*분?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})초?(?:[.,]\d+)?)?|시)?(?:\s*(?P<half2>[AaPp][Mm]))?"
    r"\s*(?P<zone>Z|UTC|GMT|KST|[+-]\d\d:?\d\d)?)?"
)
YEAR_FIRST = re.compile(DATE + CLOCK)
YEAR_LAST = re.compile(r"(?P<one>\d{1,2})(?P<sep>[-/.])(?P<two>\d{1,2})(?P=sep)(?P<year>1[5-9]\d\d|2[01]\d\d)" + CLOCK)
MONTHS = dict(
    zip(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), range(1, 13), strict=True)
)
NAMED_MONTH = re.compile(
    r"(?:(?P<month>[A-Za-z]{3,9})\.?[\s-]+(?P<day>\d{1,2})|(?P<day2>\d{1,2})[ -](?P<month2>[A-Za-z]{3,9})\.?)[, -]\s*"
    r"(?P<year>1[5-9]\d\d|2[01]\d\d)" + CLOCK
)
DIGITS = re.compile(
    r"(?P<year>19\d\d|20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)(?P<second>\d\d)?)?)?"
)
TIME_NAME = re.compile(
    r"일시|날짜|일자|년월|연월|시각|시간|시점|기준일|측정일|관측일|일$|date|time|기간|^tm$|^yy?yy?mm|^dt$|day$",
    re.IGNORECASE,
)
FORMATS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d",
    "%Y.%m.%d %H:%M",
)

USUAL_FORMS = (  # further ones that are read in one go: pattern, format, format where the day is first, form, zone
    *(
        (
            re.compile(
                rf"[0-9]{{1,2}}{re.escape(sign)}[0-9]{{1,2}}{re.escape(sign)}(?:1[5-9][0-9]{{2}}|2[01][0-9]{{2}})"
            ),
            sign.join(("%m", "%d", "%Y")),
            sign.join(("%d", "%m", "%Y")),
            f"d{sign}",
            "",
        )
        for sign in "/.-"
    ),
    (
        re.compile(r"[0-9]{1,2}/[0-9]{1,2}/(?:1[5-9]|2[01])[0-9]{2} [0-2]?[0-9]:[0-5][0-9]"),
        "%m/%d/%Y %H:%M",
        "%d/%m/%Y %H:%M",
        "d/",
        "",
    ),
    (
        re.compile(r"(?:1[5-9]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-5][0-9]\+00:00"),
        "%Y-%m-%d %H:%M:%S+00:00",
        "%Y-%m-%d %H:%M:%S+00:00",
        "y-",
        "+00:00",
    ),
    (
        re.compile(r"(?:1[5-9]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z"),
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%SZ",
        "y-",
        "Z",
    ),
)
FORM_LETTERS = frozenset("%YmdHMS")


class Moment(NamedTuple):
    """A cell read as a time, and what is worth telling of how it was written."""

    time: datetime
    form: str = ""
    zone: str = ""
    is_hour_24: bool = False


class Moments(NamedTuple):
    """Many cells read as times.

    Args:
        times: NaT for what is none.
        forms: how each was written, -1 for what is none; the numbers have no meaning of their own.
        late: places of hour 24.
        zones: that were named, and left aside.
    """

    times: npt.NDArray[np.datetime64]
    forms: npt.NDArray[np.int8]
    late: list[int]
    zones: tuple[str, ...]


def to_moment(text: str, *, day_first: bool = False) -> Moment | None:
    """One date or time in the forms that arrive here; hour 24 is 00:00 of the next day; a zone is left aside."""
    text = text.strip()
    if len(text) > 40:
        return None
    if found := YEAR_FIRST.fullmatch(text):
        return _moment(found, found["month"], found["day"] or "1", "y" + found["sep"])
    if found := YEAR_LAST.fullmatch(text):
        day, month = (found["one"], found["two"]) if day_first else (found["two"], found["one"])
        return _moment(found, month, day, "d" + found["sep"])
    if found := NAMED_MONTH.fullmatch(text):
        month_number = MONTHS.get((found["month"] or found["month2"])[:3].lower())
        return _moment(found, str(month_number), found["day"] or found["day2"], "name") if month_number else None
    return None


def to_time(text: str, *, day_first: bool = False) -> datetime | None:
    moment = to_moment(text, day_first=day_first)
    return None if moment is None else moment.time


def to_moments(texts: list[str]) -> Moments:
    """`to_moment` of many: those of the commonest form in one go, the rest one by one."""
    times = np.full(len(texts), "NaT", "datetime64[us]")
    forms = np.full(len(texts), -1, np.int8)
    names: dict[str, int] = {}
    signs = set("".join(texts))
    words = np.array(texts, object)
    for form in FORMATS:
        if not set(form) - FORM_LETTERS <= signs:
            continue
        open_ = np.flatnonzero(np.isnat(times))
        if len(open_) < 0.5 * len(times):
            break
        read = pd.to_datetime(words[open_], format=form, errors="coerce").to_numpy("datetime64[us]")
        new = open_[~np.isnat(read)]
        times[new] = read[~np.isnat(read)]
        forms[new] = names.setdefault("y" + form[2], len(names))
    rest = np.flatnonzero(np.isnat(times))
    day_first = is_day_first([texts[i] for i in rest])
    late, zones = [], set()
    for pattern, american, european, name, zone in USUAL_FORMS:
        plain = np.array([i for i in rest.tolist() if pattern.fullmatch(texts[i])], int)
        if len(plain):
            form = european if day_first else american
            times[plain] = pd.to_datetime(words[plain], format=form, errors="coerce").to_numpy("datetime64[us]")
            read = plain[~np.isnat(times[plain])]
            forms[read] = names.setdefault(name, len(names))
            zones |= {zone} if zone and len(read) else set()
    for i in np.flatnonzero(np.isnat(times)).tolist():
        moment = to_moment(texts[i], day_first=day_first)
        if moment is None and texts[i].isdigit():
            moment = to_compact(texts[i])
        if moment is not None:
            times[i] = np.datetime64(moment.time, "us")
            forms[i] = names.setdefault(moment.form, len(names))
            late += [i] if moment.is_hour_24 else []
            zones |= {moment.zone} if moment.zone else set()
    return Moments(times, forms, late, tuple(sorted(zones)))


def to_compact(text: str) -> Moment | None:
    """`20211122`, `2021112213`, `202111221305`; believed only where a whole column says so."""
    found = DIGITS.fullmatch(text)
    if found is None:
        return None
    time = _build(found["year"], found["month"], found["day"], found["hour"], found["minute"], found["second"])
    return None if time is None else Moment(time, "digits", is_hour_24=found["hour"] == "24")


def is_day_first(texts: list[str]) -> bool:
    """Whether `22/11/2021` or `22.11.2021` is meant, decided by the whole column.

    A number above 12 decides; else points mean day first; else the order in which the column runs in time.
    """
    parts = [found for text in texts if (found := YEAR_LAST.fullmatch(text.strip()))]
    if any(int(found["two"]) > 12 for found in parts):
        return False
    if any(int(found["one"]) > 12 for found in parts) or any(found["sep"] == "." for found in parts):
        return True
    days = [(int(found["year"]), int(found["one"]), int(found["two"])) for found in parts]
    by_month = _falls([(year, one, two) for year, one, two in days])
    return by_month > _falls([(year, two, one) for year, one, two in days])


def _falls(days: list[tuple[int, int, int]]) -> int:
    return sum(later < earlier for earlier, later in itertools.pairwise(days))


def commonest(forms: npt.NDArray[np.int8]) -> int:
    """The form that most cells have; -1 if none has any."""
    counts = Counter(forms[forms >= 0].tolist())
    return counts.most_common(1)[0][0] if counts else -1


def _moment(found: re.Match[str], month: str, day: str, form: str) -> Moment | None:
    half = (found["half"] or found["half2"] or "").lower()
    time = _build(found["year"], month, day, found["hour"], found["minute"], found["second"], half)
    return None if time is None else Moment(time, form, found["zone"] or "", found["hour"] == "24")


def _build(
    year: str, month: str, day: str, hour: str | None, minute: str | None, second: str | None, half: str = ""
) -> datetime | None:
    h = int(hour or 0)
    if half:
        if not 1 <= h <= 12:
            return None
        h = h % 12 + (12 if half in ("오후", "pm") else 0)  # 오전 12:30 is 00:30
    try:
        start = datetime(int(year), int(month), int(day))
    except ValueError:
        return None
    minutes, seconds = int(minute or 0), int(second or 0)
    if h > 24 or minutes > 59 or seconds > 60 or (h == 24 and (minutes or seconds)):
        return None
    return start + timedelta(hours=h, minutes=minutes, seconds=seconds)
