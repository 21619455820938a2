"""Where the table stands in the file: delimiter, decimal sign, lines before the header, header, units, width.

Only a bounded beginning of the file is looked at. Each delimiter is tried with quotes honoured, and scored by how
regular the rows come out times how much of the cells then reads as numbers and times.
"""

import csv
import io
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lab.data.cells import DECIMAL_COMMA, GROUPED_BY_POINTS, PLAIN_NUMBER, rough_kind
from lab.data.table import Note
from lab.errors import TableError

csv.field_size_limit(2**31 - 1)  # the length of a cell is limited by lab.limits, not by the csv module
SWALLOWED_LINES = 30  # a quoted cell over more lines than this is a stray quote
PREFIX = 262_144  # bytes
PREFIX_RECORDS = 300
PREFIX_CELLS = 30_000
DELIMITERS = ",;\t|"
SEP_LINE = re.compile(r'"?sep=(.)"?\s*\r?\n', re.IGNORECASE)
UNIT = re.compile(
    r"[(\[]?\s*(°|℃|℉|°?[CF]|%|‰|[mck]?m[²³23]?|㎜|㎝|㎞|㎡|㎥|mm/h|[km]?m/(s|h|hr)|m·s\^?-1|h?Pa|hr?|s|sec|min|day|일|시간|분|초|"
    r"[kmµμ]?g(/m[³3]|/㎥|/L)?|㎍/㎥|pp[mb](v)?|deg|도|명|개|원|천원|백만원|회|건|세|년|월|kg|t|톤|J|kJ|MJ/m[²2]|W/m[²2]|V|A|Hz|K|L|mL|점|번)\s*[)\]]?",
)


class Record(list[str]):
    """The cells of one record and the 0-based line of the file where it starts."""

    line: int = 0
    stray_quote: bool = False


@dataclass(frozen=True)
class Layout:
    """How to read the rest of the file.

    Args:
        names: one for each column as written in the file, not yet unique; None if there is no header.
        body_line: 0-based line of the first row of data.
        regular: every record seen so far has the same number of cells.
    """

    delimiter: str
    decimal: str
    width: int
    names: tuple[str, ...] | None
    units: tuple[str, ...]
    header_row: int | None
    body_line: int
    regular: bool
    notes: tuple[Note, ...]


def records(lines: list[str], delimiter: str, first_line: int = 0, *, whole: bool = True) -> Iterator[Record]:
    """Records of a delimited text with quotes honoured; blank lines give empty records.

    A quote that swallows many lines, or never closes before the end of the file, is a stray one: its line is read
    again with quotes as plain characters, and the record is marked.

    Args:
        first_line: index in `lines` to start from.
        whole: the lines reach to the end of the file.
    """
    position = first_line
    while position < len(lines):
        reader = csv.reader(
            itertools.islice(lines, position, None), delimiter=delimiter, skipinitialspace=delimiter != "\t"
        )
        start = position
        for cells in reader:
            end = position + reader.line_num
            record = Record(cells)
            record.line, start = start, end
            if end - record.line > 1 and _is_runaway(record, lines, end, whole):
                record = _literal(lines[record.line], delimiter, record.line)
                yield record
                break
            yield record
        else:
            return
        position = record.line + 1


def _is_runaway(record: Record, lines: list[str], end: int, whole: bool) -> bool:
    if end - record.line > SWALLOWED_LINES:
        return True
    at_end = whole and end == len(lines)
    return at_end and sum(line.count('"') for line in lines[record.line : end]) % 2 == 1


def _literal(line: str, delimiter: str, number: int) -> Record:
    record = Record(cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter))
    record.line, record.stray_quote = number, True
    return record


def lines_of(body: bytes) -> list[str]:
    """Lines with their ends; only CR, LF and CRLF end a line (str.splitlines knows eight more)."""
    return list(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""))


def find_layout(body: bytes) -> Layout:
    """Raises TableError "table.no_table", "table.no_rows", "table.one_column"."""
    beginning, whole = _prefix(body)
    lines = lines_of(beginning)
    forced = SEP_LINE.fullmatch(lines[0]) if lines else None
    delimiter = forced[1] if forced else _best_delimiter(lines, whole)
    rows = _filled(lines, delimiter, whole, first_line=1 if forced else 0)
    if not rows:
        raise TableError("table.no_rows", columns="")
    width = _width(rows)
    if width == 1:
        _refuse_single_column(rows)
    if _is_prose(rows, width):
        raise TableError("table.no_table", beginning=" ".join(rows[0])[:60])
    start = _first_row(rows, width)
    preamble = () if start == 0 else (Note("preamble", start, rows[0].line + 1),)
    rows = rows[start:]
    head = rows[0]
    if has_header(rows, width):
        rows = rows[1:]
        units, rows, unit_notes = _take_units(rows, width)
        names = _fit_names(head, rows, width)
        header_row: int | None = head.line
    else:
        names, units, unit_notes, header_row = None, (), (), None
    if not rows:
        raise TableError("table.no_rows", columns=", ".join(name.strip() for name in head)[:200])
    decimal, decimal_notes = _decimal(rows, delimiter)
    missing_header = () if names else (Note("no_header"),)
    return Layout(
        delimiter=delimiter,
        decimal=decimal,
        width=width,
        names=names,
        units=units or ("",) * width,
        header_row=header_row,
        body_line=rows[0].line,
        regular=all(len(row) == width and not row.stray_quote for row in rows),
        notes=(*preamble, *missing_header, *unit_notes, *decimal_notes),
    )


def _prefix(body: bytes) -> tuple[bytes, bool]:
    """The beginning up to the end of a line, and whether that is all."""
    end = body.find(b"\n", PREFIX)
    return (body, True) if end < 0 else (body[: end + 1], False)


def _filled(lines: list[str], delimiter: str, whole: bool, first_line: int = 0) -> list[Record]:
    """The first records that have any cell with a value."""
    found: list[Record] = []
    cells = 0
    for record in records(lines, delimiter, first_line, whole=whole):
        if any(cell.strip() for cell in record):
            found.append(record)
            cells += len(record)
        if len(found) >= PREFIX_RECORDS or (cells > PREFIX_CELLS and len(found) > 20):
            return found
    if not whole and len(found) > 1:
        found.pop()  # may be cut in mid quote
    return found


def _width(rows: list[Record]) -> int:
    """The commonest number of cells; of equally common ones the largest."""
    counts = Counter(map(len, rows))
    return max(counts, key=lambda width: (counts[width], width))


def _best_delimiter(lines: list[str], whole: bool) -> str:
    scores = {delimiter: _score(_filled(lines, delimiter, whole), delimiter) for delimiter in DELIMITERS}
    return max(scores, key=lambda delimiter: scores[delimiter])


def _score(rows: list[Record], delimiter: str) -> float:
    """Share of rows of the commonest width, times how cell-like the cells are; 0 for a single column."""
    if not rows or (width := _width(rows)) == 1:
        return 0.0
    regular = [row for row in rows if len(row) == width]
    cells = [cell for row in regular[-50:] for cell in row[:200]]
    others = set(DELIMITERS) - {delimiter}
    worth = 0.0
    for cell in cells:
        if rough_kind(cell) != "text":
            worth += 1.0
        else:
            worth += 0.1 if others & set(cell) else 0.5
    return len(regular) / len(rows) * worth / len(cells)


def _is_prose(rows: list[Record], width: int) -> bool:
    """Texts only, cut by commas into rows of every length."""
    regular = sum(len(row) == width for row in rows)
    return regular < 0.8 * len(rows) and all(rough_kind(cell) in ("text", "blank") for row in rows for cell in row)


def _refuse_single_column(rows: list[Record]) -> None:
    words = [len(" ".join(row).split()) for row in rows]
    if sum(words) > 4 * len(words) or all(rough_kind(cell) == "text" for row in rows for cell in row):
        raise TableError("table.no_table", beginning=" ".join(rows[0])[:60])
    raise TableError("table.one_column")


def _first_row(rows: list[Record], width: int) -> int:
    """Index of the header (or of the first row): lines before it have one cell, or hardly any filled."""
    for index, row in enumerate(rows):
        filled = sum(bool(cell.strip()) for cell in row)
        comment = row[0].lstrip().startswith("#") and len(row) != width
        if not comment and filled >= max(2, width / 2):
            return index
    return 0


def has_header(rows: list[Record], width: int) -> bool:
    """False if the first row reads like the rows below it, in every column of numbers or times."""
    head, body = rows[0], [row for row in rows[1:60] if len(row) == width]
    kinds = [rough_kind(cell) for cell in head]
    if "number" not in kinds and "time" not in kinds:
        return True
    if not body:
        return "text" in kinds
    typed = [(column, kind) for column in range(width) if (kind := _column_kind(body, column)) in ("number", "time")]
    alike = [column < len(kinds) and kinds[column] == kind for column, kind in typed]
    if not typed or not all(alike):
        return not (typed and sum(alike) > 0.8 * len(alike) and kinds.count("text") == 0)
    return _years_over_a_table(head, kinds) or _counts_columns(head)


def _years_over_a_table(head: Record, kinds: list[str]) -> bool:
    """`지역,2019,2020,2021`: numbers that rise by one beside a text corner are names."""
    numbers = [cell.strip() for cell, kind in zip(head, kinds, strict=True) if kind == "number"]
    if kinds[0] == "number" or len(numbers) < 2 or not all(re.fullmatch(r"(19|20)\d\d", number) for number in numbers):
        return False
    years = [int(number) for number in numbers]
    return all(later > earlier for earlier, later in itertools.pairwise(years))


def _counts_columns(head: Record) -> bool:
    """`0,1,2,…` or `1,2,3,…`: what programs write for columns without names."""
    cells = [cell.strip() for cell in head]
    return len(cells) > 2 and any(cells == [str(i + first) for i in range(len(cells))] for first in (0, 1))


def _column_kind(rows: list[Record], column: int) -> str:
    kinds = Counter(rough_kind(row[column]) for row in rows if column < len(row))
    kinds.pop("blank", None)
    if not kinds:
        return "blank"
    kind, count = kinds.most_common(1)[0]
    return kind if count >= 0.8 * kinds.total() else "text"


def _take_units(rows: list[Record], width: int) -> tuple[tuple[str, ...], list[Record], tuple[Note, ...]]:
    """A row of units under the header belongs to the header."""
    if len(rows) < 2 or len(rows[0]) != width:
        return (), rows, ()
    cells = [cell.strip() for cell in rows[0]]
    filled = [cell for cell in cells if cell]
    if not filled or len(filled) == width == 1 or not all(UNIT.fullmatch(cell) for cell in filled):
        return (), rows, ()
    if not any(_column_kind(rows[1:], column) == "number" for column in range(width) if cells[column]):
        return (), rows, ()
    return tuple(cells), rows[1:], (Note("units_row", len(filled), rows[0].line + 1),)


def _fit_names(head: Record, rows: list[Record], width: int) -> tuple[str, ...]:
    """As many names as columns; a header one short stands over row names (R) or rows ending in a delimiter."""
    names = [clean_name(cell) for cell in head]
    ends_blank = all(not row[-1].strip() for row in rows if len(row) == width)
    if len(names) == width - 1 and rows and not ends_blank:
        names = ["", *names]
    return tuple((names + [""] * width)[:width])


def clean_name(text: str) -> str:
    """Trimmed, without invisible characters at the ends, Hangul composed (files named on macOS have it apart)."""
    return unicodedata.normalize("NFC", text.strip(" \t\r\n\f\v\0\ufeff\u00a0\u200b\u200c\u200d\u2060\u3000"))


def _decimal(rows: list[Record], delimiter: str) -> tuple[str, tuple[Note, ...]]:
    """ "," where more cells read as numbers with a decimal comma than with a point."""
    if delimiter == ",":
        return ".", ()
    commas = points = 0
    first = None
    for row in rows:
        for cell in map(str.strip, row):
            if DECIMAL_COMMA.fullmatch(cell) or ("," in cell and GROUPED_BY_POINTS.fullmatch(cell)):
                commas += 1
                first = row.line + 1 if first is None else first
            else:
                points += "." in cell and bool(PLAIN_NUMBER.fullmatch(cell))
    return (",", (Note("decimal_comma", commas, first),)) if commas > points else (".", ())
