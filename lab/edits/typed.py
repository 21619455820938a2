"""What a person types into a field, as a value: anything that is no such value stays as it was typed, to be refused."""

import ast
from typing import Any

from lab.errors import LabError
from netcore.syntax import undisturbed

HIGHEST_PERCENT = 90  # of the rows that one part of the data may get


def read_value(text: str) -> Any:
    """A value as Python writes it: a number, several with commas between; anything else stays text."""
    try:
        return undisturbed(lambda: ast.literal_eval(text)) if text.strip() else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def read_words(text: str) -> tuple[str, ...]:
    """ "NA, none, NA" as words, each once."""
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def read_lags(text: str) -> tuple[int, ...]:
    """ "1, 2, 7" as numbers. Raises LabError "preparation.lags_text"."""
    words = text.replace(",", " ").split()
    if not all(word.isdecimal() and word.isascii() for word in words):
        raise LabError("preparation.lags_text", value=text[:60])
    return tuple(int(word) for word in words)


def share_of(percent: float | None) -> float:
    """A percentage of the rows as a share. Raises LabError "data_page.percent_range": in percent, as it was typed."""
    if percent is None or not 0 <= percent <= HIGHEST_PERCENT:
        raise LabError("data_page.percent_range", value=percent)
    return percent / 100


def percent_of(share: float) -> float:
    return 100 * share


def tenfold(value: float, *, up: bool) -> float:
    """Ten times the number or a tenth of it, without the digits that binary fractions add (0.30000000000000004)."""
    return float(f"{value * (10.0 if up else 0.1):.6g}")


def step_of(value: float | None) -> float:
    """A step for a number that is tried in steps of ten."""
    return float(value) / 10 if value else 0.001
