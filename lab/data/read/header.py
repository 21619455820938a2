"""The header: where it is, whether there is one, over how many lines it runs, and a line of units below it."""

import itertools
import re
import unicodedata
from collections.abc import Sequence

from lab.data.cells.cell import MISSING, MISSING_AMONG_NUMBERS, rough_kind
from lab.data.cells.units import UNIT
from lab.data.read.dialect import Dialect, Record
from lab.data.table import Note

HEADER_LINES = 3  # a header runs over no more lines
NUMBERED = re.compile(r"(\D*?)[ _#-]?0*(\d+)(\D*)")
YEAR = re.compile(r"(19|20)\d\d")
EXTRA_MISSING = MISSING_AMONG_NUMBERS - MISSING
NO_UNIT = ("-", "")  # over a column without a unit
TYPED = frozenset(("number", "time"))


def fill_up(rows: list[Record], width: int) -> None:
    """Where every row ends in a delimiter, lines of the header may lack it."""
    if all(not row[-1].strip() for row in rows if len(row) == width):
        for row in rows:
            if len(row) == width - 1 > 0:
                row.append("")


def first_row(rows: list[Record], width: int, dialect: Dialect) -> int:
    """Index of the header (or of the first row): what stands above is shorter, hardly filled, or set apart."""
    fitting = (place for place, row in enumerate(rows) if _fits(row, width, exactly=False))
    first = next(fitting, None)
    if first is None:
        return 0
    exact = next((place for place in itertools.chain([first], fitting) if _fits(rows[place], width)), first)
    # a header may be one cell short or long, but then it stands right above the rows
    start = first if exact - first < HEADER_LINES and _adjoins(rows, first) else exact
    for place in range(start + 1, _first_data(rows, width)):
        apart = rows[place].line > rows[place - 1].end or dialect.delimiter == " "
        if _fits(rows[place], width) and _is_of_words(rows[place]) and (apart or _is_title(rows[start], rows[place])):
            start = place
    for above in range(start - 1, max(-1, start - HEADER_LINES), -1):
        if not _is_over_merged_cells(rows[above], rows[above + 1], width):
            break
        start = above
    return start


def body_of(rows: list[Record], width: int) -> list[Record]:
    """Rows that are no header, however many lines that has."""
    return [row for row in rows[min(HEADER_LINES, len(rows) // 2) : 60] if len(row) == width]


def _first_data(rows: list[Record], width: int) -> int:
    """Index of the first row whose cells are of the kinds that the columns have."""
    body = [row for row in rows[-max(2, min(60, len(rows) // 3)) :] if len(row) == width]
    typed = [(place, kind) for place, kind in enumerate(column_kinds(body, width)) if kind in TYPED]
    for index, row in enumerate(rows):
        said = [(row.kinds[place], kind) for place, kind in typed if place < len(row) and row[place].strip()]
        if said and sum(found == kind for found, kind in said) > 0.5 * len(said):
            return index
    return 0


def _is_of_words(row: Record) -> bool:
    return all(kind not in TYPED or YEAR.fullmatch(cell.strip()) for cell, kind in zip(row, row.kinds, strict=True))


def _is_title(row: Record, below: Record) -> bool:
    """`관측 보고서,,,` over a fuller row: filled from the left and then blank."""
    filled = [place for place, cell in enumerate(row) if cell.strip()]
    fuller = sum(map(bool, map(str.strip, below)))
    return len(filled) <= max(2, len(row) // 2) and len(filled) < fuller and filled == list(range(len(filled)))


def _fits(row: Record, width: int, *, exactly: bool = True) -> bool:
    filled = sum(map(bool, map(str.strip, row)))
    long_enough = len(row) == width if exactly else abs(len(row) - width) <= 1 and len(row) > 1
    return not is_comment(row, width) and long_enough and filled >= max(2, width / 2) - (width == 1)


def _adjoins(rows: list[Record], place: int) -> bool:
    """Whether lines of words, all of one length, stand right above a row that has more than words."""
    for above, below in itertools.pairwise(rows[place : place + HEADER_LINES + 1]):
        if below.line != above.end or TYPED & set(above.kinds):
            return False
        if TYPED & set(below.kinds):
            return True
        if len(below) != len(above):
            return False
    return False


def _is_over_merged_cells(row: Record, below: Record, width: int) -> bool:
    """`,관측,,보정,`: names of groups, each over several columns; a title stands in the first cells alone."""
    if len(row) != width or below.line != row.end or is_comment(row, width):
        return False
    filled = [place for place, cell in enumerate(row) if cell.strip()]
    return bool(filled) and filled != list(range(len(filled))) and all(row.kinds[place] != "time" for place in filled)


def is_comment(row: Record, width: int) -> bool:
    """`# made by …`; a header such as `#id,name` has the width of the table."""
    return row[0].lstrip().startswith("#") and (len(row) != width or row[0].strip() == "#")


def names_in_comment(comments: list[Record], width: int) -> tuple[Record, tuple[str, ...]] | None:
    """The comment line above a table without header that names as many columns as there are, and the units below it."""
    found = [words for row in comments if (words := _words_of_comment(row, width))]
    named = [words for words in found if set(words.kinds) == {"text"}]
    last = found[-1] if found else Record()
    others = [words for words in named if words is not last]
    if others and sum(map(_is_unit, last)) >= width / 2:
        return others[-1], tuple(last)
    return (named[-1], ()) if named else None  # the nearest: further up the table is described


def _words_of_comment(row: Record, width: int) -> Record | None:
    if not row[0].lstrip().startswith("#"):
        return None
    cells = [row[0].lstrip("# "), *row[1:]] if row[0].strip("# ") else row[1:]
    for words in (cells, " ".join(cells).split()):
        if len(words) == width and all(map(str.strip, words)):
            found = Record(words)
            found.line = row.line
            return found
    return None


def has_header(rows: list[Record], width: int) -> bool:
    """False if the first row reads like the rows below it, in every column of numbers or times."""
    head, body = rows[0], body_of(rows[1:], width)
    kinds = head.kinds
    if "number" not in kinds and "time" not in kinds:
        return True
    if not body:
        return "text" in kinds
    if _numbers_over_a_table(kinds, body):
        return True
    if _years_over_a_table(head, kinds, body):
        return True
    typed = [(column, kind) for column, kind in enumerate(column_kinds(body, width)) if kind in TYPED]
    alike = [column < len(kinds) and kinds[column] == kind for column, kind in typed]
    if not typed or not all(alike):
        return not (typed and sum(alike) > 0.8 * len(alike) and kinds.count("text") == 0)
    return _counts_columns(head)


def _years_over_a_table(head: Record, kinds: tuple[str, ...], body: list[Record]) -> bool:
    """`지역,2019,2020,2021`: years that don't fall, beside a text corner and over other numbers, are names."""
    places = [place for place, kind in enumerate(kinds) if kind == "number"]
    if (
        kinds[0] in ("number", "time")
        or len(places) < 2
        or not all(YEAR.fullmatch(head[place].strip()) for place in places)
    ):
        return False
    years = [int(head[place]) for place in places]
    falls = any(later < earlier for earlier, later in itertools.pairwise(years))
    return not falls and not all(
        YEAR.fullmatch(row[place].strip()) for row in body for place in places if place < len(row)
    )


def _numbers_over_a_table(kinds: tuple[str, ...], body: list[Record]) -> bool:
    """`,5,10,20` over `a,3,4,5`: a corner without a name, over words that all differ."""
    corners = [row[0].strip() for row in body]
    is_corner = kinds[0] == "blank" and len(kinds) > 2 and set(kinds[1:]) == {"number"}
    return is_corner and all(corners) and len(set(corners)) == len(corners) and column_kinds(body, 1) == ["text"]


def _counts_columns(head: Record) -> bool:
    """`0,1,2,…` or `1,2,3,…`, what programs write for columns without names; `이름,1회,2회,3회` beside a corner."""
    cells = [cell.strip() for cell in head]
    if len(cells) > 2 and any(cells == [str(i + first) for i in range(len(cells))] for first in (0, 1)):
        return True
    return len(cells) > 3 and rough_kind(cells[0]) in ("text", "blank") and counts_up(cells[1:])


def counts_up(names: Sequence[str]) -> bool:
    """One word, or none, with a number that grows by one."""
    found = [NUMBERED.fullmatch(name) for name in names]
    if not all(found) or len({(match[1], match[3]) for match in found if match}) != 1:
        return False
    numbers = [int(match[2]) for match in found if match]
    return all(later == earlier + 1 for earlier, later in itertools.pairwise(numbers))


def column_kinds(rows: list[Record], width: int) -> list[str]:
    """The kind that nearly all cells of each column have; X and 없음 among numbers are no words."""
    columns = list(itertools.islice(itertools.zip_longest(*(row.kinds for row in rows), fillvalue=""), width))
    found = [_commonest_kind(kinds, rows, place) for place, kinds in enumerate(columns)]
    return found + ["blank"] * (width - len(found))


def _commonest_kind(kinds: tuple[str, ...], rows: list[Record], column: int) -> str:
    numbers, times, texts = kinds.count("number"), kinds.count("time"), kinds.count("text")
    if numbers and texts:
        texts -= sum(row[column].strip().lower() in EXTRA_MISSING for row in rows if column < len(row))
    said = numbers + times + texts
    if not said:
        return "blank"
    return "number" if numbers >= 0.8 * said else "time" if times >= 0.8 * said else "text"


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
    row = rows[0]
    if len(row) != width or len(head) != width or "number" in row.kinds:
        return False
    body = body_of(rows[1:], width) or [other for other in rows[1:] if len(other) == width]
    if not body or units_of(rows, width):
        return False
    over_numbers = [kind for kind, below in zip(row.kinds, column_kinds(body, width), strict=True) if below == "number"]
    repeats = row[0].strip() == head[0].strip() or not row[0].strip() or not head[0].strip()
    groups = over_numbers.count("text") > 1 or (len(rows) > 1 and _is_over_merged_cells(row, rows[1], width))
    return len(over_numbers) > 1 and groups and repeats


def _is_unit(cell: str) -> bool:
    return bool(UNIT.fullmatch(cell.strip()))


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
    units = units_of(rows, width)
    if units is None:
        return (), rows, ()
    return units, rows[1:], (Note("units_row", 1, rows[0].line + 1),)


def units_of(rows: list[Record], width: int) -> tuple[str, ...] | None:
    """The units that the first row holds: over columns of numbers mostly, and nothing but units there."""
    if len(rows) < 2 or len(rows[0]) != width:
        return None
    cells = [cell.strip() for cell in rows[0]]
    known = {place for place in range(width) if _is_unit(cells[place])}
    if not known:
        return None
    body = body_of(rows[1:], width) or rows[1:]
    over_numbers = {place for place, kind in enumerate(column_kinds(body, width)) if kind == "number"}
    others = {place for place in range(width) if cells[place] not in NO_UNIT} - known
    if not known & over_numbers or len(others) > len(known) or len(known - over_numbers) > len(known & over_numbers):
        return None
    if any(rough_kind(cells[place]) in TYPED or len(cells[place]) > 15 for place in others):
        return None
    return tuple("" if cell in NO_UNIT else cell.strip("()[] ") for cell in cells)


def fit_names(head: Record, rows: list[Record], width: int) -> tuple[str, ...]:
    """As many names as columns; a header one short stands over row names (R) or rows ending in a delimiter."""
    names = [clean_name(cell) for cell in head]
    while len(names) > width and not names[-1]:
        names.pop()
    ends_blank = all(not row[-1].strip() for row in rows if len(row) == width)
    if len(names) == width - 1 and rows and not ends_blank:
        names = ["", *names]
    return tuple((names + [""] * width)[:width])


def clean_name(text: str) -> str:
    """Trimmed, without invisible characters at the ends, Hangul composed (files named on macOS have it apart)."""
    return unicodedata.normalize("NFC", text.strip(" \t\r\n\f\v\0\ufeff\u00a0\u200b\u200c\u200d\u2060\u3000"))
