"""The header: where it is, whether there is one, over how many lines it runs, and a line of units below it."""

import itertools
import re
import unicodedata
from collections import Counter

from lab.data.cells import rough_kind
from lab.data.dialect import Record
from lab.data.table import Note

HEADER_LINES = 3  # a header runs over no more lines
UNIT = re.compile(
    r"[(\[]?\s*(°|℃|℉|°?[CF]|%|‰|[mck]?m[²³23]?|㎜|㎝|㎞|㎡|㎥|mm/h|[km]?m/(s|h|hr)|m·s\^?-1|h?Pa|hr?|s|sec|min|day|일|시간|분|초|"
    r"[kmµμ]?g(/m[³3]|/㎥|/L)?|㎍/㎥|pp[mb](v)?|deg|도|명|개|원|천원|백만원|회|건|세|년|월|kg|t|톤|J|kJ|MJ/m[²2]|W/m[²2]|V|A|Hz|K|L|mL|점|번)\s*[)\]]?",
)


def first_row(rows: list[Record], width: int) -> int:
    """Index of the header (or of the first row): lines before it have one cell, or hardly any filled."""
    for index, row in enumerate(rows):
        filled = sum(map(bool, map(str.strip, row)))
        if not is_comment(row, width) and filled >= max(2, width / 2):
            return index
    return 0


def is_comment(row: Record, width: int) -> bool:
    """`# made by …`; a header such as `#id,name` has the width of the table."""
    return row[0].lstrip().startswith("#") and (len(row) != width or row[0].strip() == "#")


def names_in_comment(comments: list[Record], width: int) -> Record | None:
    """The comment line above a table without header that names as many columns as there are."""
    for row in comments:
        cells = Record([row[0].lstrip("# "), *row[1:]] if row[0].strip("# ") else row[1:])
        if row[0].lstrip().startswith("#") and len(cells) == width and all(map(str.strip, cells)):
            cells.line = row.line
            return cells
    return None


def has_header(rows: list[Record], width: int) -> bool:
    """False if the first row reads like the rows below it, in every column of numbers or times."""
    head, body = rows[0], [row for row in rows[1:60] if len(row) == width]
    kinds = [rough_kind(cell) for cell in head]
    if "number" not in kinds and "time" not in kinds:
        return True
    if not body:
        return "text" in kinds
    typed = [(column, kind) for column in range(width) if (kind := column_kind(body, column)) in ("number", "time")]
    alike = [column < len(kinds) and kinds[column] == kind for column, kind in typed]
    if not typed or not all(alike):
        return not (typed and sum(alike) > 0.8 * len(alike) and kinds.count("text") == 0)
    return _years_over_a_table(head, kinds) or _counts_columns(head)


def _years_over_a_table(head: Record, kinds: list[str]) -> bool:
    """`지역,2019,2020,2021`: years that don't fall, beside a text corner, are names."""
    numbers = [cell.strip() for cell, kind in zip(head, kinds, strict=True) if kind == "number"]
    if kinds[0] == "number" or len(numbers) < 2 or not all(re.fullmatch(r"(19|20)\d\d", number) for number in numbers):
        return False
    years = [int(number) for number in numbers]
    return all(later >= earlier for earlier, later in itertools.pairwise(years))


def _counts_columns(head: Record) -> bool:
    """`0,1,2,…` or `1,2,3,…`: what programs write for columns without names."""
    cells = [cell.strip() for cell in head]
    return len(cells) > 2 and any(cells == [str(i + first) for i in range(len(cells))] for first in (0, 1))


def column_kind(rows: list[Record], column: int) -> str:
    kinds = Counter(rough_kind(row[column]) for row in rows if column < len(row))
    kinds.pop("blank", None)
    if not kinds:
        return "blank"
    kind, count = kinds.most_common(1)[0]
    return kind if count >= 0.8 * kinds.total() else "text"


def take_more_header(head: Record, rows: list[Record], width: int) -> tuple[Record, list[Record], tuple[Note, ...]]:
    """Lines below the header that name the columns further (`2021` over `총인구수 (명)`) are joined to it."""
    lines = [head]
    while len(lines) < HEADER_LINES and len(rows) > 1 and _is_more_header(lines[0], rows, width):
        lines.append(rows[0])
        rows = rows[1:]
    if len(lines) == 1:
        return head, rows, ()
    joined = Record(_join_names([_filled_to_the_right(line) for line in lines[:-1]] + [list(lines[-1])]))
    joined.line = lines[-1].line
    return joined, rows, (Note("multi_header", len(lines), head.line + 1),)


def _is_more_header(head: Record, rows: list[Record], width: int) -> bool:
    """Words in every filled cell over the columns of numbers, of which there are several, and no number anywhere."""
    row, body = rows[0], [row for row in rows[1:60] if len(row) == width]
    if len(row) != width or len(head) != width or not body or _are_units(row):
        return False
    kinds = [rough_kind(cell) for cell in row]
    over_numbers = [kinds[column] for column in range(width) if column_kind(body, column) == "number"]
    repeats = row[0].strip() == head[0].strip() or not row[0].strip() or not head[0].strip()
    return len(over_numbers) > 1 and "number" not in kinds and over_numbers.count("text") > 1 and repeats


def _are_units(row: list[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return bool(cells) and all(UNIT.fullmatch(cell) for cell in cells)


def _filled_to_the_right(line: list[str]) -> list[str]:
    """A merged cell is written once and left blank further on."""
    filled = [line[0]]
    for cell in line[1:]:
        filled.append(cell if cell.strip() else filled[-1])
    return filled


def _join_names(lines: list[list[str]]) -> list[str]:
    """`2021` and `총인구수 (명)` become `2021 총인구수 (명)`; what is written twice is said once."""
    return [
        " ".join(dict.fromkeys(cell.strip() for cell in cells if cell.strip())) for cells in zip(*lines, strict=True)
    ]


def take_units(rows: list[Record], width: int) -> tuple[tuple[str, ...], list[Record], tuple[Note, ...]]:
    """A row of units under the header belongs to the header."""
    if len(rows) < 2 or len(rows[0]) != width:
        return (), rows, ()
    cells = [cell.strip() for cell in rows[0]]
    if not _are_units(rows[0]):
        return (), rows, ()
    if not any(column_kind(rows[1:], column) == "number" for column in range(width) if cells[column]):
        return (), rows, ()
    return tuple(cells), rows[1:], (Note("units_row", sum(map(bool, cells)), rows[0].line + 1),)


def fit_names(head: Record, rows: list[Record], width: int) -> tuple[str, ...]:
    """As many names as columns; a header one short stands over row names (R) or rows ending in a delimiter."""
    names = [clean_name(cell) for cell in head]
    ends_blank = all(not row[-1].strip() for row in rows if len(row) == width)
    if len(names) == width - 1 and rows and not ends_blank:
        names = ["", *names]
    return tuple((names + [""] * width)[:width])


def clean_name(text: str) -> str:
    """Trimmed, without invisible characters at the ends, Hangul composed (files named on macOS have it apart)."""
    return unicodedata.normalize("NFC", text.strip(" \t\r\n\f\v\0\ufeff\u00a0\u200b\u200c\u200d\u2060\u3000"))
