"""The lessons that come along: the folders of `lessons/`, in the order of their numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from lab.lessons.prose import parse_prose
from lab.lessons.reader import DATA, Opened, read_data, read_folder
from lab.lessons.schema import Lesson
from lab.texts import Language

LESSONS: Final = Path(__file__).resolve().parent.parent.parent / "lessons"
_ONE_READS: Final = Lock()


@cache
def lesson_folders() -> tuple[Path, ...]:
    return tuple(sorted(folder for folder in LESSONS.iterdir() if (folder / DATA).is_file()))


@cache
def folder_of(name: str) -> Path:
    """That of a name ("09-epochs") or of a number ("09", "9"). Raises KeyError."""
    for folder in lesson_folders():
        number = folder.name.partition("-")[0]
        if name in (folder.name, number, number.lstrip("0")):
            return folder
    raise KeyError(name)


def lesson(name: str) -> Opened:
    """The lesson of that name or number. Raises KeyError.

    Its experiments take a moment to be put together: where a class asks at once, one reads and the others wait for it.
    """
    folder = folder_of(name)
    with _ONE_READS:
        return _read(folder)


@cache
def _read(folder: Path) -> Opened:
    return read_folder(folder)


@cache
def lesson_title(name: str, language: Language) -> str:
    """What a lesson is called; its words alone are read. Raises KeyError."""
    return parse_prose((folder_of(name) / f"{language}.md").read_text(encoding="utf-8"), language).title


@cache
def lesson_data(name: str) -> Lesson:
    """What a lesson says of itself; nothing is made of its experiments, which takes a moment. Raises KeyError."""
    return read_data(folder_of(name))


def lesson_after(name: str) -> tuple[Opened, ...]:
    """The one that follows in their order; none after the last, or after one that does not come along."""
    names = [folder.name for folder in lesson_folders()]
    place = names.index(name) + 1 if name in names else len(names)
    return tuple(lesson(following) for following in names[place : place + 1])


def lessons() -> tuple[Opened, ...]:
    """All of them."""
    return tuple(lesson(folder.name) for folder in lesson_folders())


@dataclass(frozen=True)
class Known(Mapping[str, Opened]):
    """Lessons by the key of their progress: each is read when it is taken out, not to know that it is there.

    Args:
        own: those beside the ones that come along.
    """

    own: Mapping[str, Opened]

    def __getitem__(self, key: str) -> Opened:
        if key in self.own:
            return self.own[key]
        if folder_of(key).name != key:  # a number is no key
            raise KeyError(key)
        return lesson(key)

    def __contains__(self, key: object) -> bool:
        return any(key == one for one in self)

    def __iter__(self) -> Iterator[str]:
        yield from (folder.name for folder in lesson_folders())
        yield from self.own

    def __len__(self) -> int:
        return len(lesson_folders()) + len(self.own)

    def title(self, key: str, language: Language) -> str:
        """Its number and what it is called; of one that comes along its words alone are read. Raises KeyError."""
        one = self.own.get(key)
        name, title = (key, lesson_title(key, language)) if one is None else (one.name, one.words(language).title)
        return f"{name.partition('-')[0]} · {title}"

    def minutes(self, key: str) -> int:
        """How long it takes; of one that comes along its data alone are read. Raises KeyError."""
        one = self.own.get(key)
        return (lesson_data(key) if one is None else one.lesson).minutes


def known_lessons(own: Mapping[str, Opened]) -> Known:
    """All of them and then those that a learner has opened."""
    return Known(dict(own))
