"""The verdict on one file: exactly right, right with a wrong note, explained, silently wrong, crash or hang.

exact       values, names, kinds, header line, encoding and delimiter are right, and every note that the contract asks
            for is there and no repair is told that did not take place
note        the table is right, a note is missing, or one is told of a repair that did not take place
explained   the table is wrong, or refused, and a refusal or a note says so much that a person looks again
silent      the table is wrong and nothing says so
crash       another exception than TableError
hang        no answer within the time bound
"""

import codecs
from dataclasses import dataclass

from benchmarks.reader.compare import Read, ReadNote, differences
from benchmarks.reader.truth import Case, Expected, Reading

OUTCOMES = ("exact", "note", "explained", "silent", "crash", "hang")
# told of what is there, not of a repair: never wrong to say
HARMLESS = {"encoding", "units", "constant_columns", "empty_columns", "index_column", "percent"}
REPAIRS = {
    "decimal_comma", "thousands", "preamble", "footer", "totals", "multi_header", "units_row", "no_header",
    "duplicate_names", "blank_names", "sentinels", "hour24", "mixed_dates", "ragged_short", "ragged_long", "bad_quotes",
    "nul_bytes", "bad_bytes", "transposed", "blank_rows", "trailing_delimiter", "two_tables", "formula",
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    outcome: str
    reason: str = ""
    inexact: tuple[str, ...] = ()  # counts or lines of notes that differ; told, not scored


@dataclass(frozen=True)
class Refused:
    code: str


@dataclass(frozen=True)
class Crashed:
    what: str


@dataclass(frozen=True)
class Hung:
    seconds: float


Answer = Read | Refused | Crashed | Hung


def judge(answer: Answer, case: Case) -> Verdict:
    if isinstance(answer, Crashed):
        return Verdict("crash", answer.what)
    if isinstance(answer, Hung):
        return Verdict("hang", f"no answer in {answer.seconds:.0f} s")
    if isinstance(answer, Refused):
        if answer.code in case.refusals:
            return Verdict("exact")
        return Verdict("explained", f"refused with {answer.code!r}")
    if not case.readings:
        told = {note.code for note in answer.notes} - HARMLESS
        reason = f"read as a table {answer.names[:4]} instead of refused with {'/'.join(sorted(case.refusals))}"
        return Verdict("explained" if told else "silent", reason)
    return min((judge_reading(answer, case, reading) for reading in case.readings), key=rank)


def rank(verdict: Verdict) -> int:
    return OUTCOMES.index(verdict.outcome)


def judge_reading(read: Read, case: Case, truth: Reading) -> Verdict:
    wrong = [*form_differences(read, case, truth), *differences(read, truth)]
    if wrong:
        told = sorted({note.code for note in read.notes} & REPAIRS)
        relevant = [code for code in told if code not in truth.tolerated]
        outcome = "explained" if relevant and not read.peer else "silent"
        return Verdict(outcome, "; ".join(wrong[:3]) + f" [notes: {', '.join(told) or '-'}]")
    if read.peer:
        return Verdict("exact")
    notes = [*missing_notes(read.notes, truth), *false_notes(read.notes, truth)]
    return Verdict("note" if notes else "exact", "; ".join(notes), tuple(inexact_notes(read.notes, truth)))


def form_differences(read: Read, case: Case, truth: Reading) -> list[str]:
    """Encoding, delimiter, header line; a peer is not asked for them."""
    if read.peer:
        return []
    wrong = []
    if plain(read.encoding or "") not in {plain(encoding) for encoding in case.encodings}:
        wrong.append(f"encoding {read.encoding} instead of {'/'.join(sorted(case.encodings))}")
    if read.delimiter not in case.delimiters:
        wrong.append(f"delimiter {read.delimiter!r} instead of {sorted(case.delimiters)}")
    if read.header_row not in truth.header_rows:
        wrong.append(f"header_row {read.header_row} instead of {sorted(truth.header_rows, key=str)}")
    return wrong


def plain(encoding: str) -> str:
    """One name for one encoding: utf-8-sig is UTF-8, EUC-KR is read as CP949."""
    try:
        name = codecs.lookup(encoding.split(" ")[0]).name
    except LookupError:
        return encoding.lower()
    return {"utf-8-sig": "utf-8", "euc_kr": "cp949", "uhc": "cp949"}.get(name, name)


def answers(note: ReadNote, expected: Expected) -> bool:
    if expected.codes == ("*",):  # the contract asks for a note and has no code for it
        return note.code not in HARMLESS
    return note.code in expected.codes


def missing_notes(notes: tuple[ReadNote, ...], truth: Reading) -> list[str]:
    return [
        f"no note {'/'.join(expected.codes)}"
        for expected in truth.notes
        if not any(answers(note, expected) for note in notes)
    ]


def false_notes(notes: tuple[ReadNote, ...], truth: Reading) -> list[str]:
    right = {code for expected in truth.notes for code in expected.codes} | truth.tolerated
    return [f"false note {note.code} ({note.column})" for note in notes if note.code in REPAIRS - right]


def inexact_notes(notes: tuple[ReadNote, ...], truth: Reading) -> list[str]:
    found = []
    for expected in truth.notes:
        told = [note for note in notes if answers(note, expected)]
        total = sum(note.count for note in told)
        if told and expected.counts and total not in expected.counts and len(told) not in expected.counts:
            found.append(f"{told[0].code} counts {total} instead of {expected.counts[0]}")
        first = min((note.line for note in told if note.line is not None), default=None)
        if told and expected.lines and first not in expected.lines:
            found.append(f"{told[0].code} at line {first} instead of {expected.lines[0]}")
    return found
