"""Dates and times as they are written in Korea, Europe and America."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from benchmarks.reader.draft import Col, Draft, scattered
from benchmarks.reader.hazards.registry import CELLS, Unfit, hazard
from benchmarks.reader.portals import korean_stamp

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DAY_FORMS: list[Callable[[datetime], str]] = [
    lambda day: f"{day:%Y/%m/%d}",
    lambda day: f"{day:%Y.%m.%d}",
    lambda day: f"{day.year}. {day.month}. {day.day}.",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day.year}년 {day.month}월 {day.day}일",
    lambda day: f"{day:%d.%m.%Y}",
    lambda day: f"{day:%m/%d/%Y}",
    lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    lambda day: f"{day:%d/%m/%Y}",
    lambda day: f"{day.year}-{day.month}-{day.day}",
]
TIME_FORMS: list[Callable[[datetime], str]] = [
    lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}",
    lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S+09:00}",
    lambda moment: korean_stamp(moment, seconds=False),
    korean_stamp,
    lambda moment: f"{moment:%Y%m%d%H}",
    lambda moment: f"{moment:%Y/%m/%d %H:%M}",
    lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}.0",
]
SIMPLE = ("flowers", "survey", "passengers", "public_data")


def new_column(draft: Draft, moments: list[datetime], form: Callable[[datetime], str], name: str) -> Col:
    column = Col((name,), ("datetime",), [form(moment) for moment in moments], list(moments))
    draft.columns.insert(0, column)
    return column


def spread(random: Random, rows: int) -> list[datetime]:
    """Days over a year with days above the 12th among them, so that the order of day and month shows."""
    first = datetime(random.randint(2000, 2022), 1, 5)
    step = random.choice([1, 3, 5, 7])
    moments = [first + timedelta(days=step * row) for row in range(rows)]
    if random.random() < 0.3:
        random.shuffle(moments)
    return moments


@hazard(CELLS, "dates", variants=len(DAY_FORMS), portals=SIMPLE)
def form_of_day(draft: Draft, random: Random, variant: int) -> None:
    name = random.choice(["날짜", "일자", "date", "관측일"])
    new_column(draft, spread(random, draft.rows), DAY_FORMS[variant], name)


@hazard(CELLS, "dates", variants=len(TIME_FORMS), portals=SIMPLE)
def form_of_time(draft: Draft, random: Random, variant: int) -> None:
    first = datetime(random.randint(2003, 2023), random.randint(1, 12), random.randint(1, 25))
    step_s = 3600 if variant == 4 else random.choice([1800, 3600, 5400])
    moments = [first + timedelta(seconds=step_s * row) for row in range(draft.rows)]
    new_column(draft, moments, TIME_FORMS[variant], random.choice(["일시", "측정일시", "time"]))


@hazard(CELLS, "dates", variants=5, portals=SIMPLE)
def hour_24(draft: Draft, random: Random, variant: int) -> None:
    """24 o'clock is the next day's midnight."""
    form = [
        "{:%Y%m%d}{:02d}",
        "{:%Y-%m-%d} {:02d}",
        "{:%Y-%m-%d} {:02d}:00",
        "{:%Y-%m-%d} {:02d}:00:00",
        "{:%Y.%m.%d} {:02d}:00",
    ][variant]
    first = datetime(random.randint(2010, 2023), 12, random.randint(27, 31), 1)
    raw, moments = [], []
    for row in range(draft.rows):
        moment = first + timedelta(hours=row)
        day, hour = (moment - timedelta(days=1), 24) if moment.hour == 0 else (moment, moment.hour)
        raw.append(form.format(day, hour))
        moments.append(moment)
    draft.columns.insert(0, Col(("측정일시",), ("datetime",), raw, list(moments)))
    midnights = sum(moment.hour == 0 for moment in moments)
    if not midnights:
        raise Unfit
    draft.note("hour24", count=midnights)


@hazard(CELLS, "dates", variants=4, portals=SIMPLE)
def mixed_forms(draft: Draft, random: Random, variant: int) -> None:
    """Two people, two habits, none of them ambiguous."""
    first, second = [(0, 1), (1, 4), (9, 2), (0, 7)][variant]
    moments = spread(random, draft.rows)
    column = new_column(draft, moments, DAY_FORMS[first], "날짜")
    start = draft.rows // 2
    column.raw[start:] = [DAY_FORMS[second](moment) for moment in moments[start:]]
    draft.note("mixed_dates")


@hazard(CELLS, "dates", variants=2, portals=SIMPLE)
def some_are_no_dates(draft: Draft, random: Random, variant: int) -> None:
    """A few cells hold no date: missing."""
    column = new_column(draft, spread(random, draft.rows), DAY_FORMS[variant], "날짜")
    marked = scattered(random, 2, draft.rows)
    for row, text in zip(marked, ["미정", "2021-13-45"], strict=False):
        column.raw[row], column.cells[row] = text, None
    draft.tolerated |= {"mixed_dates"}
    draft.note("*")


@hazard(CELLS, "dates", portals=SIMPLE)
def months(draft: Draft, random: Random, variant: int) -> None:
    moments = [datetime(1980 + row // 12 % 40, row % 12 + 1, 1) for row in range(draft.rows)]
    new_column(draft, moments, lambda moment: f"{moment:%Y-%m}", "연월")


@hazard(CELLS, "dates", portals=SIMPLE)
def noon_and_midnight(draft: Draft, random: Random, variant: int) -> None:
    """오전 12:30 is 00:30, 오후 12:30 is 12:30."""
    first = datetime(2022, random.randint(1, 12), random.randint(1, 25), 0, 30)
    moments = [first + timedelta(hours=row) for row in range(draft.rows)]
    new_column(draft, moments, lambda moment: korean_stamp(moment, seconds=False), "제출시각")
