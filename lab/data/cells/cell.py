"""What one cell says: a number, a truth value, nothing, or a text. Times stand in `lab.data.cells.moments`."""

import math
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from lab.data.cells.moments import to_time

# Spellings of "no value", in lower case. Those that can also be an answer count among numbers and times only.
MISSING = frozenset(
    ["na", "n/a", "nan", "null", "#n/a", "#na", "<na>", "-", "--", ".", "?", "…", "...", "결측", "자료없음", "미측정"]
) | {"\\n"}  # \N, of MySQL
MISSING_AMONG_NUMBERS = MISSING | frozenset(
    [
        "none",
        "nil",
        "*",
        "**",
        "없음",
        "x",
        "#value!",
        "#div/0!",
        "#ref!",
        "#name?",
        "#num!",
        "-nan",
        "1.#qnan",
        "-1.#ind",
    ]
)
INFINITE = frozenset(["inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞"])
SENTINELS = (-9.0, -99.0, -99.9, -999.0, -999.9, -9999.0, 9999.0, 999.9, 99999.0, -99999.0)

PAIRS = (  # spellings of no, of yes
    (("false",), ("true",)),
    (("f",), ("t",)),
    (("n",), ("y",)),
    (("no",), ("yes",)),
    (("아니오", "아니요"), ("예", "네")),
    (("x",), ("o",)),
    (("거짓",), ("참",)),
    (("무",), ("유",)),
    (("없음",), ("있음",)),
    (("off",), ("on",)),
    (("-",), ("+",)),
)

DIGIT = re.compile(r"\d")
USUAL_NUMBER = re.compile(r"[+-]?(?!0[0-9])(?:[0-9]{1,40}(?:\.[0-9]{0,15})?|\.[0-9]{1,20})")  # what most cells are
PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
GROUPED = re.compile(r"[+-]?\d{1,3}([,'’ \u00a0\u202f]\d{3})+(\.\d+)?")
BETWEEN_GROUPS = re.compile("[,'’ \u00a0\u202f]")
GROUPED_BY_POINTS = re.compile(r"[+-]?\d{1,3}([.'’ \u00a0\u202f]\d{3})+(,\d+)?")
BETWEEN_EUROPEAN_GROUPS = re.compile("[.'’ \u00a0\u202f]")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
NO_NUMBER = re.compile(r"[^\W\d_]|\d+(?:[-:]|/\d+/)")  # how a word begins, or a date: nothing dresses a number so
CODE = re.compile(r"[+-]?0\d+")  # 00123: a code, whose zeros a number would lose
BEFORE = re.compile(r"([₩￦$€£¥])\s*")
NUMBER_THEN_UNIT = re.compile(
    r"([+-]?[\d.,'’\u00a0]*\d\.?(?:[eE][+-]?\d+)?)\s*([^\d\s.,;:|'\"=<>+\-()][^\d;|\"()]{0,9}\d?)"
)
NO_UNIT = re.compile(r"^(and|or|to|of|bis|und|oder|a|ou|y|및|또는)\b|\s\d|^[\Wx]\d", re.IGNORECASE)  # 1 and 2, 3~4, 5x6
LONGEST_RATED = 100  # characters of a cell that could be a number or a time
SIGNS = str.maketrans({"−": "-", "－": "-", "–": "-", "＋": "+"})


class Number(NamedTuple):
    """A cell read as a number, and how it was dressed: "thousands", "decimal_comma", "percent" or nothing."""

    value: float
    dress: str = ""
    unit: str = ""


def to_number(text: str, decimal: str = ".") -> Number | None:
    """`1,234` `12.5%` `₩3,000` `23.5°C` `(1,200)` `−3` `１２` `1.234,5` `1e-3`; None for anything else."""
    text = text.strip()
    if not text or len(text) > 60 or NO_NUMBER.match(text) or not DIGIT.search(text):
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
        if NO_UNIT.search(unit):
            return None
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
            return BETWEEN_EUROPEAN_GROUPS.sub("", text).replace(",", "."), "thousands"
    if PLAIN_NUMBER.fullmatch(text):
        return text, ""
    if GROUPED.fullmatch(text):
        return BETWEEN_GROUPS.sub("", text), "thousands"
    return None


def _ascii_digits(text: str) -> str:
    """Full-width digits and signs made plain, one character at a time: `℃` and `㎥` must stay as they are."""
    return "".join(unicodedata.normalize("NFKC", c) if "！" <= c <= "～" else c for c in text)


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
    return _short_kind(text) if len(text) <= LONGEST_RATED else "text"


def rough_kinds(cells: list[str]) -> tuple[str, ...]:
    return tuple([_short_kind(text) if len(text) <= LONGEST_RATED else "text" for text in cells])


@lru_cache(maxsize=1 << 12)  # as many as are looked at of one file
def _short_kind(text: str) -> str:
    if USUAL_NUMBER.fullmatch(text):
        return "number"
    text = unicodedata.normalize("NFC", text.strip())
    if not text or text.lower() in MISSING:
        return "blank"
    if not DIGIT.search(text):
        return "text"
    number = to_number(text) or to_number(text, ",")
    if number is not None and math.isfinite(number.value):
        return "number"
    return "time" if to_time(text) else "text"
