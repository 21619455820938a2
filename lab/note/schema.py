"""What stands in `note/note.toml`, field by field. Words stand in `ko.md` and `en.md`, code in files of its own."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lab.lessons.schema import Base, Change, Key, Step
from lab.spec.value import Value


class Beside(Value):
    """Another setting that is trained beside the code of a snippet, to be compared with it."""

    path: ClassVar[str] = "sections.snippets.beside"
    key: Key
    change: Change


class Snippet(Value):
    """A piece of code, `<key>.py` in the folder of its section.

    Args:
        base: what X and Y stand for, and what the code leaves open.
        beside: what is trained with it.
    """

    path: ClassVar[str] = "sections.snippets"
    key: Key
    base: Base
    beside: Annotated[tuple[Beside, ...], Field(max_length=4)] = ()


class Section(Value):
    """One section of the note; `step` is the name of its folder too, and links it to its lessons."""

    path: ClassVar[str] = "sections"
    step: Step
    snippets: Annotated[tuple[Snippet, ...], Field(min_length=1, max_length=6)]


class Note(Value):
    """All sections, in the order of the note."""

    path: ClassVar[str] = "note"
    schema_version: Literal[1] = 1
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=20)]
