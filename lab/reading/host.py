"""The one reader of this process."""

from lab.aside.progress import Tell
from lab.reading.file import FileRead, Reader, Wish, read_file
from lab.runs.serve.singletons import Singleton
from lab.spec.limits import current_limits


class InlineReader:
    """Reads in the caller's thread: AppTest, a notebook."""

    def read(self, content: bytes, wish: Wish, tell: Tell) -> FileRead:
        """As `Reader` says."""
        return read_file(content, wish, current_limits(), tell)


_SOLE: Singleton[Reader] = Singleton("_file_reader_of_this_process", InlineReader)


def set_reader(reader: Reader | None) -> None:
    """Make `reader` the one that pages get; None forgets it."""
    _SOLE.put(reader)


def reader() -> Reader:
    """The reader that app.py started; without a server one that reads in the caller's thread."""
    return _SOLE.get()
