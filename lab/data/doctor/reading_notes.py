"""What the reader decided or repaired, as findings: one for each kind of note, with all columns it is about."""

from collections.abc import Iterator

from lab.data.doctor.finding import Finding, Severity
from lab.data.doctor.remedies import FIRST_LINE_NAMES, OTHER_TABLE, TRANSPOSE, ReadAsKind, Remedy
from lab.data.doctor.view import View
from lab.data.table import Note

# What may have gone wrong unseen; all other notes only explain.
DOUBTFUL: dict[str, Severity] = {
    "transposed": "serious",
    "bad_bytes": "warning",
    "encoding_guess": "warning",
    "two_tables": "warning",
    "not_numbers": "warning",
    "not_times": "warning",
    "mixed_dates": "warning",
    "ragged_long": "warning",
    "ragged_short": "warning",
    "bad_quotes": "warning",
    "no_header": "warning",
}
REMEDIES: dict[str, tuple[Remedy, ...]] = {
    "transposed": (TRANSPOSE,),
    "no_header": (FIRST_LINE_NAMES,),
    "two_tables": (OTHER_TABLE,),
}
WORDS_LOST = ("not_numbers", "not_times")  # words among numbers or times, which may be what the column is about
SAID_BY_CHECKS = ("constant_columns",)


def note_findings(view: View) -> Iterator[Finding]:
    by_code: dict[str, list[Note]] = {}
    for note in view.table.notes:
        by_code.setdefault(note.code, []).append(note)
    for code, notes in by_code.items():
        if code not in SAID_BY_CHECKS:
            yield _of_notes(code, notes)


def _of_notes(code: str, notes: list[Note]) -> Finding:
    """Several columns with the same note are told at once; the sentence is that of the first."""
    first = notes[0]
    columns = tuple(dict.fromkeys(note.column for note in notes if note.column))
    values = {"line": first.first_line, "column": first.column, "detail": first.detail, "count": first.count}
    if len(notes) > 1:
        values["others"] = len(notes) - 1
    count = sum(note.count for note in notes)
    severity = DOUBTFUL.get(code, "info")
    return Finding(f"note.{code}", severity, columns, count, values=values, remedies=_remedies(code, columns))


def _remedies(code: str, columns: tuple[str, ...]) -> tuple[Remedy, ...]:
    if code in WORDS_LOST:
        return (ReadAsKind("read_as", columns, "category", kind="category"),)
    return REMEDIES.get(code, ())
