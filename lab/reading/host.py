"""The one reader of this process, kept where hot reload cannot make a second one, as `lab.runs.serve.host` is."""

from types import ModuleType

from lab.aside.told import Tell
from lab.reading.file import FileRead, Reader, Wish, read_file
from lab.runs.serve.host import place_named
from lab.spec.limits import current_limits

_PLACE = "_file_reader_of_this_process"


class InlineReader:
    """Reads in the caller's thread: AppTest, a notebook."""

    def read(self, content: bytes, wish: Wish, tell: Tell) -> FileRead:
        """As `Reader` says."""
        return read_file(content, wish, current_limits(), tell)


def set_reader(reader: Reader | None) -> None:
    """Make `reader` the one that pages get; None forgets it."""
    _place().reader = reader  # type: ignore[attr-defined]  # a bare module takes any attribute


def reader() -> Reader:
    """The reader that app.py started; without a server one that reads in the caller's thread."""
    place = _place()
    if getattr(place, "reader", None) is None:
        set_reader(InlineReader())
    found: Reader = place.reader
    return found


def _place() -> ModuleType:
    return place_named(_PLACE)
