"""The words of a lesson: `ko.md` or `en.md`.

`# title`, then sections `## predict`, … under the English or the Korean name of a beat. A section holds paragraphs and
items `- key: text`; an answer of the question is `- key: text | what to say of it`. No part of it is markup: see
`pages/ui/lessons`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lab.lessons.record import Beat
from lab.lessons.refusal import LessonError
from lab.spec.limits import ALONE
from lab.texts import Language

HEADINGS: Final = {  # section -> its heading in English and in Korean
    "goal": ("goal", "목표"),
    "names": ("names", "이름"),
    "predict": ("predict", "예측"),
    "run": ("run", "실행"),
    "explain": ("explain", "설명"),
    "check": ("check", "문제"),
    "again": ("again", "다시"),
    "misconception": ("misconception", "오해"),
    "further": ("further", "한 걸음 더"),
    "challenge": ("challenge", "도전"),
    "script": ("script", "대본"),
}
NEEDED: Final = tuple(name for name in HEADINGS if name != "script")
_SECTION_OF: Final = {heading: name for name, headings in HEADINGS.items() for heading in headings}
ITEM: Final = re.compile(r"- ([a-z][a-z0-9_]{0,30}): (.+)")
BEAT_NAMES: Final[Mapping[Beat, tuple[str, str]]] = {  # what a line of the script belongs to, in English and in Korean
    "predict": ("predict", "예측"),
    "run": ("run", "실행"),
    "compare": ("compare", "비교"),
    "explain": ("explain", "설명"),
    "check": ("check", "문제"),
    "further": ("further", "한 걸음 더"),
}
_BEAT_OF: Final = {name: beat for beat, names in BEAT_NAMES.items() for name in names}
CUE: Final = re.compile(r"(\d{1,2}):([0-5]\d) (?:\[([^\[\]]{1,30})\] )?(.+)")


@dataclass(frozen=True)
class Cue:
    """One line of the script.

    Args:
        second: at which it begins.
        beat: on whose screen it is said; None where the lesson does not tell.
    """

    second: int
    words: str
    beat: Beat | None = None

    @property
    def time(self) -> str:
        """As it stands in the script."""
        return f"{self.second // 60}:{self.second % 60:02d}"


@dataclass(frozen=True)
class Section:
    """Text of a section: its paragraphs as one, and its items by key."""

    text: str
    items: Mapping[str, str]

    def answer(self, key: str) -> tuple[str, str]:
        """Of "text | reason" both parts; the reason "" if there is none."""
        text, _, reason = self.items[key].partition(" | ")
        return text.strip(), reason.strip()


@dataclass(frozen=True)
class Prose:
    """All words of a lesson in one language.

    Args:
        script: what a lecturer says, in the order in which it is said.
    """

    language: Language
    title: str
    sections: Mapping[str, Section]
    script: tuple[Cue, ...] = field(default=())

    def __getitem__(self, section: str) -> Section:
        return self.sections[section]

    def name(self, key: str) -> str:
        """A setting, a figure or a choice as it is read."""
        return self.sections["names"].items.get(key, key)


def heading(section: str, language: Language) -> str:
    """A section as it is headed in the file of this language."""
    english, korean = HEADINGS[section]
    return f"## {korean if language == 'ko' else english}"


def parse_prose(text: str, language: Language) -> Prose:
    """Raises LessonError naming the line or the section."""
    if len(text) > ALONE.lesson_characters:
        raise LessonError("lesson.too_long", size=len(text), high=ALONE.lesson_characters)
    title, lines_of = "", dict[str, list[tuple[int, str]]]()
    section: str | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("# ") and not title:
            title = line[2:].strip()
        elif line.startswith("## "):
            section = _section(line[3:].strip(), number, lines_of)
        elif line and section is None:
            raise LessonError("lesson.before_sections", line=number)
        elif line and section is not None:
            lines_of[section].append((number, line))
    if not title:
        raise LessonError("lesson.no_title")
    missing = [HEADINGS[name] for name in NEEDED if name not in lines_of]
    if missing:
        english, korean = missing[0]
        raise LessonError("lesson.no_section", english=english, korean=korean)
    script = tuple(_cue(line, number) for number, line in lines_of.pop("script", []))
    sections = {name: _parsed(lines) for name, lines in lines_of.items()}
    return Prose(language, title, sections, script)


def _section(heading: str, number: int, known: dict[str, list[tuple[int, str]]]) -> str:
    name = _SECTION_OF.get(heading.lower())
    if name is None:
        raise LessonError("lesson.unknown_section", line=number, heading=heading[:60], known=", ".join(_SECTION_OF))
    if name in known:
        raise LessonError("lesson.section_twice", line=number, heading=heading)
    known[name] = []
    return name


def _parsed(lines: list[tuple[int, str]]) -> Section:
    """An item goes on over the lines below it until the next one begins."""
    text: list[str] = []
    items: dict[str, str] = {}
    key: str | None = None
    for number, line in lines:
        found = ITEM.fullmatch(line)
        if found is not None:
            key, words = found.groups()
            if key in items:
                raise LessonError("lesson.item_twice", line=number, item=key)
            items[key] = words
        elif line.startswith("- "):
            raise LessonError("lesson.bad_item", line=number)
        elif key is not None:
            items[key] += f" {line}"
        else:
            text.append(line)
    return Section("\n".join(text), items)


def _cue(line: str, number: int) -> Cue:
    found = CUE.fullmatch(line)
    if found is None:
        raise LessonError("lesson.bad_cue", line=number)
    minutes, seconds, beat, words = found.groups()
    if beat is not None and beat.lower() not in _BEAT_OF:
        raise LessonError("lesson.unknown_beat", line=number, beat=beat, known=", ".join(_BEAT_OF))
    return Cue(60 * int(minutes) + int(seconds), words, _BEAT_OF[beat.lower()] if beat else None)
