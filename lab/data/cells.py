"""What one cell says: a number, a time, a truth value, nothing, or a text."""

import math
import re
import unicodedata
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

# Spellings of "no value", in lower case. Those that can also be an answer count among numbers and times only.
MISSING = frozenset(
    ["na", "n/a", "nan", "null", "#n/a", "#na", "<na>", "-", "--", ".", "?", "…", "...", "결측", "자료없음", "미측정"]
)
MISSING_AMONG_NUMBERS = MISSING | frozenset(
    ["none", "nil", "*", "**", "없음", "x", "#value!", "#div/0!", "#ref!", "inf", "+inf", "-inf", "infinity", "∞"]
)
SENTINELS = (-9.0, -99.0, -99.9, -999.0, -999.9, -9999.0, 9999.0, 999.9, 99999.0, -99999.0)

PAIRS = (  # (no, yes)
    ("false", "true"),
    ("f", "t"),
    ("n", "y"),
    ("no", "yes"),
    ("아니오", "예"),
    ("아니요", "예"),
    ("아니오", "네"),
    ("아니요", "네"),
    ("x", "o"),
    ("거짓", "참"),
    ("무", "유"),
    ("없음", "있음"),
    ("off", "on"),
)

PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
GROUPED = re.compile(r"[+-]?\d{1,3}([,'’ \u00a0\u202f]\d{3})+(\.\d+)?")
BETWEEN_GROUPS = re.compile("[,'’ \u00a0\u202f]")
GROUPED_BY_POINTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
CODE = re.compile(r"[+-]?0\d+")  # 00123: a code, whose zeros a number would lose
BEFORE = re.compile(r"([₩￦$€£¥])\s*")
NUMBER_THEN_UNIT = re.compile(
    r"([+-]?[\d.,'’\u00a0]*\d\.?(?:[eE][+-]?\d+)?)\s*([^\d\s.,;:|'\"=<>+\-(][^\d;|\"]{0,9}\d?)"
)
SIGNS = str.maketrans({"−": "-", "－": "-", "–": "-", "＋": "+"})


class Number(NamedTuple):
    """A cell read as a number, and how it was dressed: "thousands", "decimal_comma", "percent" or nothing."""

    value: float
    dress: str = ""
    unit: str = ""


def to_number(text: str, decimal: str = ".") -> Number | None:
    """`1,234` `12.5%` `₩3,000` `23.5°C` `(1,200)` `−3` `１２` `1.234,5` `1e-3`; None for anything else."""
    text = text.strip()
    if not text or len(text) > 60:
        return None
    if not text.isascii():
        text = _ascii_digits(text).translate(SIGNS)
    if plain := _plain(text, decimal):
        return None if CODE.fullmatch(text) else Number(float(plain[0]), plain[1])
    return _dressed(text, decimal)


def _dressed(text: str, decimal: str) -> Number | None:
    """A number in brackets, behind a currency sign, or before a unit."""
    unit = ""
    sign = 1.0
    if text[0] == "(" and text[-1] == ")":
        text, sign = text[1:-1].strip(), -1.0
    if found := BEFORE.match(text.removeprefix("-")):
        unit = found[1]
        sign = -sign if text.startswith("-") else sign
        text = text.removeprefix("-")[found.end() :]
    plain = _plain(text, decimal)
    if plain is None and not unit and (found := NUMBER_THEN_UNIT.fullmatch(text)):
        plain, unit = _plain(found[1], decimal), found[2].strip()
    if plain is None:
        return None
    digits, dress = plain
    return Number(sign * float(digits), "percent" if unit == "%" else dress, unit)


def _plain(text: str, decimal: str) -> tuple[str, str] | None:
    """Digits as Python reads them, and the dress taken off; None if this is no undecorated number."""
    if decimal == ",":
        if DECIMAL_COMMA.fullmatch(text):
            return text.replace(",", "."), "decimal_comma"
        if GROUPED_BY_POINTS.fullmatch(text):
            return text.replace(".", "").replace(",", "."), "thousands"
    if PLAIN_NUMBER.fullmatch(text):
        return text, ""
    if GROUPED.fullmatch(text):
        return BETWEEN_GROUPS.sub("", text), "thousands"
    return None


def _ascii_digits(text: str) -> str:
    """Full-width digits and signs made plain, one character at a time: `℃` and `㎥` must stay as they are."""
    return "".join(unicodedata.normalize("NFKC", c) if "！" <= c <= "～" else c for c in text)


# --- times

DATE = (
    r"(?P<year>1[5-9]\d\d|2[01]\d\d)\s*(?P<sep>[-/.]|년)\s*(?P<month>\d{1,2})"
    r"(?:\s*(?:(?P=sep)|월)\s*(?P<day>\d{1,2})\s*[.일]?|월)?"
)
CLOCK = (
    r"(?:(?:\s*T|\s+)\s*(?P<half>오전|오후|[AaPp][Mm])?\s*(?P<hour>\d{1,2})(?:\s*(?::|시)\s*(?P<minute>\d{1,2})?\s*분?"
    r"(?::(?P<second>\d{1,2})(?:[.,]\d+)?)?|시)?(?:\s*(?P<half2>[AaPp][Mm]))?\s*(?P<zone>Z|UTC|KST|[+-]\d\d:?\d\d)?)?"
)
YEAR_FIRST = re.compile(DATE + CLOCK)
YEAR_LAST = re.compile(r"(?P<one>\d{1,2})(?P<sep>[-/.])(?P<two>\d{1,2})(?P=sep)(?P<year>1[5-9]\d\d|2[01]\d\d)" + CLOCK)
MONTHS = dict(
    zip(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), range(1, 13), strict=True)
)
NAMED_MONTH = re.compile(
    r"(?:(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})|(?P<day2>\d{1,2})[ -](?P<month2>[A-Za-z]{3,9})\.?)[, -]\s*"
    r"(?P<year>1[5-9]\d\d|2[01]\d\d)" + CLOCK
)
LATE = re.compile(r"[\sT]24(\D|$)")
DIGITS = re.compile(r"(?P<year>19\d\d|20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)?(?P<minute>\d\d)?")
TIME_NAME = re.compile(r"일시|날짜|일자|년월|연월|시각|시간|date|time|기간|^tm$|^yy?yy?mm", re.IGNORECASE)


def to_time(text: str, *, day_first: bool = False) -> datetime | None:
    """One date or time in the forms that arrive here; hour 24 is 00:00 of the next day; a zone is left aside."""
    text = text.strip()
    if len(text) > 40:
        return None
    if found := YEAR_FIRST.fullmatch(text):
        return _time(found, found["month"], found["day"] or "1")
    if found := YEAR_LAST.fullmatch(text):
        day, month = (found["one"], found["two"]) if day_first else (found["two"], found["one"])
        return _time(found, month, day)
    if found := NAMED_MONTH.fullmatch(text):
        month = MONTHS.get((found["month"] or found["month2"])[:3].lower())
        return _time(found, str(month), found["day"] or found["day2"]) if month else None
    return None


FORMATS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d",
    "%Y.%m.%d %H:%M",
)


def to_times(texts: list[str]) -> npt.NDArray[np.datetime64]:
    """`to_time` of many, NaT for None: those of the commonest form in one go, the rest one by one."""
    times = np.full(len(texts), "NaT", "datetime64[us]")
    for form in FORMATS:
        if np.isnat(times).mean() < 0.5:
            break
        read = pd.to_datetime(pd.Series(texts, dtype="str"), format=form, errors="coerce")
        times = np.where(np.isnat(times), read.to_numpy("datetime64[us]"), times)
    rest = np.flatnonzero(np.isnat(times))
    day_first = is_day_first([texts[i] for i in rest])
    for i in rest:
        times[i] = np.datetime64(to_time(texts[i], day_first=day_first) or "NaT", "us")
    return times


def to_compact_time(text: str) -> datetime | None:
    """`20211122`, `2021112213`, `202111221305`; believed only where a whole column says so."""
    found = DIGITS.fullmatch(text)
    return _build(found["year"], found["month"], found["day"], found["hour"], found["minute"], None) if found else None


def says_hour_24(text: str) -> bool:
    """`2021-10-01 24:00`, `2021-10-01 24시`."""
    if not LATE.search(text):
        return False
    found = YEAR_FIRST.fullmatch(text) or YEAR_LAST.fullmatch(text)
    return found is not None and found["hour"] == "24"


def is_day_first(texts: list[str]) -> bool:
    """Whether `22/11/2021` or `22.11.2021` is meant: decided by the whole column; points alone mean day first."""
    parts = [found for text in texts if (found := YEAR_LAST.fullmatch(text.strip()))]
    if any(int(found["two"]) > 12 for found in parts):
        return False
    return any(int(found["one"]) > 12 for found in parts) or any(found["sep"] == "." for found in parts)


def _time(found: re.Match[str], month: str, day: str) -> datetime | None:
    half = (found["half"] or found["half2"] or "").lower()
    return _build(found["year"], month, day, found["hour"], found["minute"], found["second"], half)


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


TOTALS = frozenset(
    ["합계", "총계", "소계", "누계", "계", "평균", "total", "totals", "sum", "average", "mean", "grand total"]
)


def says_total(text: str) -> bool:
    """`합계`, `합 계`, `Total:`: the row sums up other rows."""
    word = text.strip(" :\t").lower()
    return word in TOTALS or word.replace(" ", "") in TOTALS


# --- rough kind of a cell, for finding delimiter and header


def rough_kind(text: str) -> str:
    """ "blank", "number", "time" or "text"."""
    text = text.strip()
    if not text or text.lower() in MISSING:
        return "blank"
    number = to_number(text) or to_number(text, ",")
    if number is not None and math.isfinite(number.value):
        return "number"
    return "time" if to_time(text) else "text"
