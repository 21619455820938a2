"""Records of a delimited text, and which signs delimit and quote its cells.

Each delimiter is tried on the beginning of the file with quotes honoured, and scored by how regular the rows come out
times how much of the cells then reads as numbers and times.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lab.data.cells.cell import rough_kind, rough_kinds
from lab.errors import TableError

csv.field_size_limit(2**31 - 1)  # the length of a cell is limited by lab.spec.limits, not by the csv module
SWALLOWED_LINES = 30  # a quoted cell over more lines than this is a stray quote
PREFIX = 262_144  # bytes
PREFIX_RECORDS = 300
PREFIX_CELLS = 30_000
FEWEST_RECORDS = 9  # looked at however many cells they have
DELIMITERS = ",;\t| "  # a blank stands for any run of blanks
DOUBT = {" ": 0.7}  # words are separated by blanks as well: aligned columns have to be the clearly better reading
RULE = re.compile(r":?-{2,}:?")  # the line under the header of a table in Markdown
# a tab is a delimiter and a blank: only blanks behind the last tab count, or a line of tabs takes for ever
SINGLE_QUOTED = re.compile(r"(?:^|[,;\t|])[^\S\t]*'[^'\n]*'\s*(?=[,;\t|\r\n]|$)")
DOUBLE_QUOTED = re.compile(r'(?:^|[,;\t|])[^\S\t]*"')


@dataclass(frozen=True)
class Dialect:
    """Args:
    delimiter: a blank stands for any run of blanks.
    quote: the sign around cells that hold delimiters or line ends.
    """

    delimiter: str
    quote: str = '"'


class Record(list[str]):
    """The cells of one record, the 0-based line of the file where it starts, and the one behind its last."""

    line: int = 0
    end: int = 1
    stray_quote: bool = False
    _kinds: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What each cell roughly is; looked at once for all who ask."""
        if len(self._kinds) != len(self):
            self._kinds = rough_kinds(self)
        return self._kinds


def records(
    lines: list[str], dialect: Dialect, first_line: int = 0, *, whole: bool = True, width: int = 0
) -> Iterator[Record]:
    """Records of a delimited text with quotes honoured; blank lines give empty records.

    A quote that swallows whole rows, or never closes before the end of the file, is a stray one: its line is read
    again with quotes as plain characters, and the record is marked.

    Args:
        first_line: index in `lines` to start from.
        whole: the lines reach to the end of the file.
        width: cells of a row, if that is known.
    """
    position = first_line
    while position < len(lines):
        reader = csv.reader(
            (feed := _Feed(lines, position)),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            skipinitialspace=True,
        )
        start = position
        for cells in reader:
            end = feed.begun = position + reader.line_num
            record = Record(cells)
            record.line, record.end = start, end
            start = end
            if end - record.line > 1 and _is_runaway(
                lines[record.line : end], dialect, whole and end == len(lines), width
            ):
                record = _literal(lines[record.line], dialect, record.line)
                yield record
                break
            if 0 < len(record) < width and _never_closes(lines[record.line], dialect, width):
                record = _literal(lines[record.line], dialect, record.line)
            yield record
        else:
            return
        position = record.line + 1


class _Feed:
    """Lines from a certain one on, but no more for one record than make its quote a stray one.

    Args:
        begun: line at which the record begins that is being read.
    """

    def __init__(self, lines: list[str], begun: int) -> None:
        self._lines, self._next, self.begun = lines, begun, begun

    def __iter__(self) -> Iterator[str]:
        lines, end = self._lines, len(self._lines)
        while self._next < end and self._next - self.begun <= SWALLOWED_LINES:
            self._next += 1
            yield lines[self._next - 1]


def _is_runaway(swallowed: list[str], dialect: Dialect, at_end: bool, width: int) -> bool:
    if len(swallowed) > SWALLOWED_LINES:
        return True
    if at_end and sum(line.count(dialect.quote) for line in swallowed) % 2 == 1:
        return True
    # lines of a quoted text seldom have as many delimiters each as a row
    return width > 2 and all(line.count(dialect.delimiter) == width - 1 for line in swallowed)


def _never_closes(line: str, dialect: Dialect, width: int) -> bool:
    """A quote of a short row that another cell's quote closed."""
    return line.count(dialect.quote) % 2 == 1 and line.count(dialect.delimiter) == width - 1


def _literal(line: str, dialect: Dialect, number: int) -> Record:
    cells = line.split() if dialect.delimiter == " " else line.rstrip("\r\n").split(dialect.delimiter)
    record = Record(cell.strip().strip(dialect.quote) for cell in cells)
    record.line, record.end, record.stray_quote = number, number + 1, True
    return record


def lines_of(body: bytes) -> list[str]:
    """Lines with their ends; only CR, LF and CRLF end a line (str.splitlines knows eight more)."""
    return list(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""))


def is_rule(record: list[str]) -> bool:
    """`|---|---|`"""
    if record and record[0][:1].isalnum():
        return False
    found = False
    for cell in map(str.strip, record):
        if cell and not RULE.fullmatch(cell):
            return False
        found = found or bool(cell)
    return found


def prefix_of(body: bytes) -> tuple[bytes, bool]:
    """The beginning up to the end of a line, and whether that is all."""
    end = body.find(b"\n", PREFIX)
    return (body, True) if end < 0 else (body[: end + 1], False)


def filled_records(lines: list[str], dialect: Dialect, whole: bool, first_line: int = 0) -> list[Record]:
    """The first records that have any cell with a value."""
    found: list[Record] = []
    cells = 0
    for record in records(lines, dialect, first_line, whole=whole):
        if record and (record[0][:1].isalnum() or (any(map(str.strip, record)) and not is_rule(record))):
            found.append(record)
            cells += len(record)
        if len(found) >= PREFIX_RECORDS or (cells > PREFIX_CELLS and len(found) > FEWEST_RECORDS):
            return found
    if not whole and len(found) > 1:
        found.pop()  # may be cut in mid quote
    return found


def best_dialect(lines: list[str], whole: bool, delimiter: str | None = None) -> tuple[Dialect, list[Record] | None]:
    """The signs under which the lines read most like a table, and its first records where those were looked at.

    Args:
        delimiter: if that is decided already.
    """
    choices = [Dialect(sign) for sign in (delimiter or DELIMITERS)]
    looked = lines[:PREFIX_RECORDS]
    single = sum(bool(SINGLE_QUOTED.search(line)) for line in looked if "'" in line)
    if single > 2 and single > 0.3 * len(looked) and not any(map(DOUBLE_QUOTED.search, looked)):
        choices = [Dialect(choice.delimiter, "'") for choice in choices]
    text = "".join(lines)
    present = [choice for choice in choices if choice.delimiter in text]
    if present == choices[:1]:
        return choices[0], None  # nothing else to compare it with
    best, most, found = choices[0], 0.0, None
    for choice in present:
        if most >= DOUBT.get(choice.delimiter, 1.0):
            continue  # it can't be better
        rows = filled_records(lines, choice, whole)
        score = _score(rows, choice.delimiter)
        if score > most:
            best, most, found = choice, score, rows
    return best, found


def table_span(rows: list[Record]) -> tuple[int, int]:
    """First and one past the last row with more than one cell: titles before and remarks after are no part of it."""
    wide = [index for index, row in enumerate(rows) if len(row) > 1]
    return (wide[0], wide[-1] + 1) if wide else (0, 0)


def width_of(rows: list[Record]) -> int:
    """The commonest number of cells in the span of the table, of equally common ones the largest; 1 if it is none."""
    start, end = table_span(rows)
    if end - start < 2 and len(rows) > 1:
        return 1
    counts = Counter(map(len, rows[start:end]))
    return max(counts, key=lambda width: (counts[width], width), default=1)


def _score(rows: list[Record], delimiter: str) -> float:
    """Between 0 (a single column) and 1."""
    width = width_of(rows)
    if width == 1 or (delimiter == " " and _are_single_cells(rows)):
        return 0.0
    start, end = table_span(rows)
    regular = [row for row in rows[start:end] if len(row) == width]
    others = set(",;\t|") - {delimiter}
    worth, count = 0.0, 0
    for row in regular[-50:]:
        kinds = row.kinds[:200]
        count += len(kinds)
        if "text" not in kinds:
            worth += len(kinds)
            continue
        for cell, kind in zip(row, kinds, strict=False):
            if kind != "text":
                worth += 1.0
            else:
                worth += 0.5 if others.isdisjoint(cell) else 0.1
    coverage = 0.5 + 0.5 * (end - start) / len(rows)
    return DOUBT.get(delimiter, 1.0) * coverage * len(regular) / (end - start) * worth / count


def _are_single_cells(rows: list[Record]) -> bool:
    """Times, which have a blank in them, one below the other."""
    return sum(rough_kind(" ".join(row)) != "text" for row in rows) > 0.7 * len(rows)


def refuse_prose(rows: list[Record], width: int) -> None:
    """Raises TableError "table.no_table" for sentences, and for texts cut into rows of every length."""
    if width > 1 and sum(len(row) == width for row in rows) >= 0.8 * len(rows):
        return
    texts_only = not any({"number", "time"} & set(row.kinds) for row in rows)
    beginning = " ".join(rows[0])[:60]
    if width == 1:
        words = sum(len(" ".join(row).split()) for row in rows)
        if words > 2 * len(rows) and (texts_only or words > 4 * len(rows)):
            raise TableError("table.no_table", beginning=beginning)
        return
    if texts_only:
        raise TableError("table.no_table", beginning=beginning)
