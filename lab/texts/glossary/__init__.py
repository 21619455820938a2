"""The words of the field, each explained once, in both languages: `terms.toml` beside this file."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lab.texts import LANGUAGES, Language


@dataclass(frozen=True)
class Word:
    """A term in one language.

    Args:
        name: what the app calls it.
        says: what it means in this app, in a sentence or two.
        also: other names, met elsewhere.
        find: what is looked for on a page where that is not the names themselves.
        apart: phrases in which the word means something else; "not" in the file.
    """

    name: str
    says: str
    also: tuple[str, ...] = ()
    find: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)

    @property
    def looked_for(self) -> tuple[str, ...]:
        return self.find or self.names


@dataclass(frozen=True)
class Term:
    """One thing with its name in both languages.

    Args:
        key: its name in links.
        lesson: folder of the lesson that explains it.
        keras: its name in programs, "" where it has none.
    """

    key: str
    lesson: str
    keras: str
    words: dict[Language, Word]

    def answers_to(self, text: str) -> bool:
        """Whether one of its names, in either language or in programs, has these letters in it."""
        wanted = text.casefold().strip()
        names = (name for word in self.words.values() for name in word.names)
        return any(wanted in name.casefold() for name in (*names, self.keras, self.key))


@cache
def glossary() -> tuple[Term, ...]:
    """All terms, in the order of the lecture. Raises TypeError for an entry with an unknown field."""
    text = files(__package__).joinpath("terms.toml").read_text(encoding="utf-8")
    return tuple(_term(key, entry) for key, entry in tomllib.loads(text).items())


def _term(key: str, entry: dict[str, Any]) -> Term:
    words = {language: _word(**entry.pop(language)) for language in LANGUAGES}
    return Term(key=key, words=words, **{"keras": "", **entry})


def _word(name: str, says: str, **lists: list[str]) -> Word:
    apart = lists.pop("not", [])
    return Word(name, says, apart=tuple(apart), **{field: tuple(texts) for field, texts in lists.items()})
