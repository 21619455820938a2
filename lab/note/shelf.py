"""The note that comes along: the folder `note/`, read once a process."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from lab.lessons.change import begun_with
from lab.lessons.schema import Step
from lab.lessons.shelf import lesson_data, lesson_folders
from lab.note.schema import Note, Section, Snippet
from lab.note.words import SectionWords, parse_words
from lab.spec.experiment import Experiment
from lab.spec.value import checked
from lab.texts import Language

NOTE: Final = Path(__file__).resolve().parent.parent.parent / "note"


@dataclass(frozen=True)
class Place:
    """One snippet of one section: where the page is."""

    section: Section
    snippet: Snippet

    @property
    def key(self) -> str:
        """A name for it in the whole note."""
        return f"{self.section.step}-{self.snippet.key}"

    @property
    def code(self) -> str:
        """As it stands in the note."""
        return code_of(self.section.step, self.snippet.key)

    @property
    def base(self) -> Experiment:
        """What X and Y stand for, and what the code leaves open."""
        return _base(self.section.step, self.snippet.key)


@cache
def the_note() -> Note:
    return checked(Note, json.dumps(tomllib.loads((NOTE / "note.toml").read_text(encoding="utf-8"))))


def sections() -> tuple[Section, ...]:
    """All of them, in the order of the note."""
    return the_note().sections


def section_named(step: str) -> Section | None:
    return next((one for one in sections() if one.step == step), None)


def neighbours(step: Step) -> tuple[Step | None, Step | None]:
    """The steps before and after that one; None at the ends."""
    steps = [None, *(one.step for one in sections()), None]
    place = steps.index(step)
    return steps[place - 1], steps[place + 1]


def places() -> tuple[Place, ...]:
    """Every snippet of the note."""
    return tuple(Place(section, snippet) for section in sections() for snippet in section.snippets)


@cache
def words_of(step: str, language: Language) -> SectionWords:
    return parse_words((NOTE / step / f"{language}.md").read_text(encoding="utf-8"))


@cache
def code_of(step: str, key: str) -> str:
    return (NOTE / step / f"{key}.py").read_text(encoding="utf-8")


@cache
def lessons_of(step: str) -> tuple[str, ...]:
    """Names of the lessons that belong to a section, as they name it themselves."""
    return tuple(folder.name for folder in lesson_folders() if step in lesson_data(folder.name).steps)


@cache
def _base(step: str, key: str) -> Experiment:
    section = next(one for one in sections() if one.step == step)
    return begun_with(next(one for one in section.snippets if one.key == key).base)
