"""One sheet about what a learner has done: of each lesson what they predicted and what came out of their own runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from lab.charts.markup import element
from lab.export.document import document, own
from lab.lessons.arithmetic import names_in
from lab.lessons.moment import Moment
from lab.lessons.reader import Opened
from lab.lessons.record import BEATS, Found, LessonRecord, Prediction, Record, Won
from lab.studies.words import number
from lab.texts import Language, say

STYLE: Final = Path(__file__).with_name("certificate.css").read_text(encoding="utf-8")
SHEET: Final = "body { margin: 0; background: #eee; } .certificate { margin: 1rem auto; box-shadow: 0 1px 6px #999; } "
ON_PAPER: Final = "@media print { body { background: none; } .certificate { margin: 0; box-shadow: none; } }"
MOST_SHOWN: Final = 3  # figures of a lesson
MANY: Final = 10  # lessons, from which on the letters are smaller, and of each fewer figures
FEW_SHOWN: Final = 2
EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True)
class Line:
    """A lesson that was done.

    Args:
        predicted, came: in words; "" where nothing is known.
        figures: means of the runs, the few that the prediction was about.
        seeds: of these runs.
        won: how the challenge was won; None if it was not.
    """

    title: str
    predicted: str
    came: str
    figures: tuple[str, ...]
    seeds: tuple[int, ...]
    won: str | None


def lines_of(record: Record, known: Mapping[str, Opened], language: Language) -> list[Line]:
    """The lessons that are done, in the order in which they stand."""
    here = ((known[key], record.lessons[key]) for key in known if key in record.lessons)
    return [_line(opened, one, language) for opened, one in here if _done(one)]


def done_elsewhere(record: Record, known: Mapping[str, Opened]) -> list[str]:
    """Keys of lessons that are done and of which there are no words here: they have no line."""
    return [key for key, one in record.lessons.items() if _done(one) and key not in known]


def _done(one: LessonRecord) -> bool:
    return one.solved and one.reached == BEATS[-1]


def certificate(record: Record, known: Mapping[str, Opened], today: Moment, language: Language) -> Element:
    """The sheet, without its styles (`STYLE`)."""
    lines = lines_of(record, known, language)
    name = record.name.text.strip() if record.name is not None else ""
    values = {"done": len(lines), "date": day_in_words(today.day, language)}
    return element(
        "section",
        element("h1", say("certificate.title", language)),
        element("p", own(name) if name else element("span", class_="certificate-blank"), class_="certificate-name"),
        element("p", say("certificate.done", language, **values), class_="certificate-done"),
        *([_table(lines, language)] if lines else [element("p", say("certificate.nothing", language))]),
        element("p", say("certificate.about", language), class_="certificate-foot"),
        class_="certificate certificate-many" if len(lines) > MANY else "certificate",
    )


def certificate_file(record: Record, known: Mapping[str, Opened], today: Moment, language: Language) -> bytes:
    """The same as a page that stands alone."""
    sheet = certificate(record, known, today, language)
    return document(say("certificate.title", language), sheet, f"{STYLE}\n{SHEET}\n{ON_PAPER}", language)


def day_in_words(day: int, language: Language) -> str:
    """A day since 1970 as it is written."""
    then = EPOCH + timedelta(days=min(day, (date.max - EPOCH).days))
    return say("certificate.date", language, year=then.year, month=f"{then.month:02}", day=f"{then.day:02}")


def _table(lines: list[Line], language: Language) -> Element:
    heads = (say(f"certificate.head.{name}", language) for name in ("lesson", "predicted", "came", "challenge"))
    rows = [element("tr", *(element("th", head, scope="col") for head in heads))]
    for line in lines:
        shown = line.figures[: FEW_SHOWN if len(lines) > MANY else MOST_SHOWN]
        seeds = [say("certificate.seeds", language, seeds=_in_short(line.seeds))] if line.seeds else []
        came = [element("strong", own(line.came))] if line.came else []
        told = [element("div", own(" · ".join((*shown, *seeds))))] if shown or seeds else []
        won = ["–"] if line.won is None else ["★ ", own(line.won)]
        rows.append(
            element(
                "tr",
                element("th", own(line.title), scope="row"),
                element("td", own(line.predicted or "–")),
                element("td", *came, *told) if came or told else element("td", "–"),
                element("td", *won),
            )
        )
    return element("table", *rows)


def _in_short(seeds: tuple[int, ...]) -> str:
    """ "0–4", or each by itself."""
    if len(seeds) > 2 and seeds == tuple(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(map(str, seeds))


# --- a lesson in words


def _line(opened: Opened, one: LessonRecord, language: Language) -> Line:
    found = one.found
    return Line(
        title=opened.words(language).title,
        predicted="" if found is None else _predicted(opened, found.predicted, language),
        came="" if found is None else _came(opened, found, language),
        figures=() if found is None else _figures(opened, found, language),
        seeds=() if found is None else found.seeds,
        won=None if one.won is None else _won(opened, one.won, language),
    )


def _predicted(opened: Opened, predicted: Prediction, language: Language) -> str:
    if isinstance(predicted, str):
        return opened.words(language)["predict"].items.get(predicted, "")
    if isinstance(predicted, tuple):
        low, last = min(predicted), predicted[-1]
        return say("certificate.curve", language, low=number(low), last=number(last))
    return _with_unit(predicted, opened, language)


def _came(opened: Opened, found: Found, language: Language) -> str:
    """What the runs say to it."""
    if isinstance(found.answer, tuple):
        items = opened.words(language)["predict"].items
        return ", ".join(items[key] for key in found.answer if key in items)
    return "" if found.answer is None else _with_unit(found.answer, opened, language)


def _with_unit(value: float, opened: Opened, language: Language) -> str:
    return f"{number(value)} {opened.lesson.prediction.unit_in(language)}".strip()


def _figures(opened: Opened, found: Found, language: Language) -> tuple[str, ...]:
    """Means of what the prediction was about; of a curve its settings' first figure."""
    asked, words = opened.lesson.prediction, opened.words(language)
    formulas = [choice.right for choice in asked.choices] + ([asked.value] if asked.value is not None else [])
    names = list(dict.fromkeys(name for formula in formulas for name in names_in(formula)))
    if not names:
        names = [f"{key}.{next(iter(figures))}" for key, figures in found.figures.items() if figures]
    shown = []
    for name in names:
        setting, _, figure = name.partition(".")
        value = found.figures.get(setting, {}).get(figure)
        if setting in opened.lesson.settings and value is not None:
            shown.append(f"{words.name(setting)}: {_named(words.name(figure), figure, language)} {number(value)}")
    return tuple(shown[:MOST_SHOWN])


def _won(opened: Opened, won: Won, language: Language) -> str:
    """With which figures, as far as the lesson has words for them."""
    known = opened.words(language)["names"].items
    shown = [
        f"{_named(known.get(name, name), name, language)} {number(value)}"
        for name, value in won.figures.items()
        if value is not None and (name in known or name == "parameters")
    ]
    return " · ".join(shown[:FEW_SHOWN])


def _named(words: str, figure: str, language: Language) -> str:
    return say("lessons_page.parameters", language) if figure == "parameters" else words
