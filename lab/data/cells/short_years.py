"""Years of two digits, believed where a whole column says so: `21.11.22`, `1/31/98`, `05/98`, `3-Jan-98`, `800102`.

Which number is the year, the month and the day is what makes dates of all cells, in the steadiest order.
"""

import itertools
import re
from collections.abc import Callable
from datetime import date

from lab.data.cells.moments import TIME_NAME

MONTH_NAME = re.compile(r"month|월", re.IGNORECASE)
THREE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{2})")
TWO = re.compile(r"(\d{1,2})[-/](\d{2})")
NAMED = re.compile(r"(?:(\d{1,2})[ -])?([A-Za-z]{3})[ -](\d{2})")
SIX = re.compile(r"(\d{2})(\d{2})(\d{2})")
ENOUGH = 0.9
FEWEST = 3
MOST_TURNS = 0.1  # share of the dates that turn back, under a name that does not speak of time
LAST_YEAR = 49  # 49 is 2049, 50 is 1950
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

Parts = tuple[int, int, int]  # year of two digits, month, day
Order = Callable[[re.Match[str]], Parts]

ORDERS: dict[re.Pattern[str], tuple[Order, ...]] = {
    THREE: (
        lambda found: (int(found[1]), int(found[3]), int(found[4])),
        lambda found: (int(found[4]), int(found[1]), int(found[3])),
        lambda found: (int(found[4]), int(found[3]), int(found[1])),
    ),
    TWO: (lambda found: (int(found[2]), int(found[1]), 1),),
    NAMED: (lambda found: (int(found[3]), _month(found[2]), int(found[1] or 1)),),
    SIX: (lambda found: (int(found[1]), int(found[2]), int(found[3])),),
}


def is_time_name(name: str) -> bool:
    return TIME_NAME.search(name) is not None or MONTH_NAME.search(name) is not None


def with_full_years(words: list[str], *, is_time_name: bool) -> list[str] | None:
    """The dates with four digits for the year, other cells as they are; None if these are no such dates.

    Args:
        words: the different cells, in the order in which they first stand in the column.
        is_time_name: the column's name speaks of time: else two numbers, or six digits, are no date.
    """
    said = [word for word in words if word]
    for pattern, orders in ORDERS.items():
        if pattern in (TWO, SIX) and not is_time_name:
            continue
        matches = _matches(pattern, said)
        if matches is None:
            continue
        read = [days for order in orders if (days := _dates(matches, order)) is not None]
        if not read:
            continue
        days = min(read, key=lambda one: (_turns(one), max(one) - min(one)))
        if _turns(days) > (0 if pattern in (TWO, SIX) else 1.0 if is_time_name else MOST_TURNS) * len(days):
            continue
        full = dict(zip((found.string for found in matches), days, strict=True))
        return [full[word].isoformat() if word in full else word for word in words]
    return None


def _matches(pattern: re.Pattern[str], words: list[str]) -> list[re.Match[str]] | None:
    """None as soon as too few of the words are so written."""
    found, needed = [], max(FEWEST, ENOUGH * len(words))
    left = len(words)
    for word in words:
        match = pattern.fullmatch(word)
        if match is not None:
            found.append(match)
        else:
            left -= 1
            if left < needed:
                return None
    return found if len(found) >= needed else None


def _month(name: str) -> int:
    low = name.lower()
    return MONTHS.index(low) + 1 if low in MONTHS else 0


def _dates(matches: list[re.Match[str]], order: Order) -> list[date] | None:
    days = []
    for found in matches:
        year, month, day = order(found)
        try:
            days.append(date(year + (2000 if year <= LAST_YEAR else 1900), month, day))
        except ValueError:
            return None
    return days


def _turns(days: list[date]) -> int:
    """How often the dates turn back, in the direction in which they mostly run."""
    falls = sum(later < earlier for earlier, later in itertools.pairwise(days))
    return min(falls, len(days) - 1 - falls)
