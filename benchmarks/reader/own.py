"""The reader of this project, asked under a bound of processor time: others may be at work on the machine."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from benchmarks.reader.compare import Read, ReadNote
from benchmarks.reader.judge import Answer, Crashed, Hung, Refused
from lab.data.read import read_table
from lab.data.table import Table
from lab.errors import TableError

TIME_S = 5.0


class TooLong(BaseException):
    """Not an Exception: a reader that catches too much must not catch this."""


@contextmanager
def time_bound(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def ask(data: bytes, time_s: float = TIME_S) -> Answer:
    table = read_or_reason(data, time_s)
    return answer_of(table) if isinstance(table, Table) else table


def read_or_reason(data: bytes, time_s: float = TIME_S) -> Table | Refused | Hung | Crashed:
    try:
        with time_bound(time_s):
            return read_table(data, "file.csv")
    except TableError as refusal:
        return Refused(refusal.code)
    except TooLong:
        return Hung(time_s)
    except Exception as error:  # noqa: BLE001 - a crash is what is looked for
        return Crashed(f"{type(error).__name__}: {error}"[:200])


def answer_of(table: Table) -> Read:
    return Read(
        names=tuple(column.name for column in table.columns),
        kinds=tuple(column.kind for column in table.columns),
        columns=[table.frame.iloc[:, place].tolist() for place in range(table.frame.shape[1])],
        notes=tuple(ReadNote(note.code, note.count, note.first_line, note.column) for note in table.notes),
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=table.header_row,
    )
