"""What a person decides about a file instead of the reader, one choice at a time."""

from typing import Any

from lab.data.doctor.remedies import with_kind
from lab.data.table import Table
from lab.edits.typed import read_words
from lab.spec.data import ReadingSpec


def with_choice(reading: ReadingSpec, name: str, value: Any, column: str = "") -> ReadingSpec:
    """The reading with one field as a widget shows it. Raises ExperimentError.

    Args:
        column: whose kind is chosen, for "kinds".
    """
    if name == "kinds":
        value = with_kind(reading.kinds, column, value)
    elif name == "missing_words":
        value = read_words(value)
    return reading.replace(**{name: value})


def tables_to_choose(table: Table | None, reading: ReadingSpec) -> tuple[int, ...]:
    """Numbers (from 0) of the tables that the file is known to hold, the one in force among them."""
    notes = () if table is None else table.notes
    told = max((note.count for note in notes if note.code == "two_tables"), default=1)
    return tuple(range(max(told, reading.table + 1)))
