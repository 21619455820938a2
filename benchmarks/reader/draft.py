"""A table on its way to bytes: columns → rows → lines → text → bytes, with the truth carried along.

Hazards change a draft at one of these stages. What they do to the truth they do in the same place, so that
the bytes and the truth cannot drift apart.
"""

import codecs
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.reader.truth import ENCODINGS_OF_ASCII, Case, Cell, Damaged, Either, Expected, Reading, Variable

MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
SPOKEN_OF = {"cp949", "cp1252", "shift_jis"}  # the contract demands a sentence about these encodings
FOREIGN = {"cp1252", "shift_jis"}
SAME = {
    "cp949": {"cp949"},
    "utf-8": {"utf-8"},
    "utf-16-le": {"utf-16-le", "utf-16"},
    "utf-16-be": {"utf-16-be", "utf-16"},
    "cp1252": {"cp1252", "iso8859-1", "iso8859-15"},
    "shift_jis": {"shift_jis", "cp932"},
}


class Unfit(Exception):
    """A hazard cannot befall this table (no column of the kind it needs): another table is drawn."""


@dataclass
class Col:
    """A column with its cells as written (`raw`) and as they are to be read (`cells`)."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    raw: list[str]
    cells: list[Cell | Either | Damaged]
    written: str | None = None  # the name in the file, where it is not the first right name
    headed: bool = True  # False: the header has no place for it (row names of R)

    @property
    def name(self) -> str:
        return self.names[0] if self.written is None else self.written


@dataclass
class Line:
    """One record or one line of free text; `number` is its first physical line, 1-based, once assembled."""

    cells: list[str] | None = None
    text: str = ""
    row: int | None = None  # the observation it holds
    number: int = 0


@dataclass
class Pending:
    """An Expected note whose lines are not numbered yet."""

    codes: tuple[str, ...]
    counts: tuple[int, ...] = ()
    line: Line | None = None


@dataclass
class Draft:
    columns: list[Col]
    delimiter: str = ","
    encoding: str = "utf-8"
    mark: bool = False
    end: str = "\n"
    quote: str = '"'
    quote_all: bool = False
    pad: str = ""  # blanks after each delimiter
    above: list[Line] = field(default_factory=list)
    header: list[Line] | None = None
    header_pick: tuple[int, ...] = (-1,)  # which header lines may be called the header
    body: list[Line] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)
    notes: list[Pending] = field(default_factory=list)
    tolerated: set[str] = field(default_factory=set)
    also: list[Callable[["Draft", Reading], Reading]] = field(default_factory=list)
    on_text: list[Callable[[str], str]] = field(default_factory=list)
    on_bytes: list[Callable[[bytes], bytes]] = field(default_factory=list)
    final_end: bool = True
    delimiters: set[str] = field(default_factory=set)
    encodings: set[str] = field(default_factory=set)
    silent_encoding: bool = False

    @property
    def rows(self) -> int:
        return len(self.columns[0].raw)

    def of_kind(self, kind: str) -> list[Col]:
        return [column for column in self.columns if column.kinds[0] == kind]

    def measured(self) -> list[Col]:
        """Numeric columns of numbers with decimals, most cells present: what most hazards of cells befall."""
        return [
            column
            for column in self.of_kind("numeric")
            if sum("." in text for text in column.raw) > 0.7 * len(column.raw)
        ]

    def note(self, *codes: str, count: int | Sequence[int] = (), line: Line | None = None) -> None:
        counts = (count,) if isinstance(count, int) else tuple(count)
        self.notes.append(Pending(codes, counts, line))

    def lay_out(self) -> None:
        """Columns become a header and rows; where a portal wrote its own, it stays."""
        if self.body:
            return
        self.header = [Line(cells=[column.name for column in self.columns if column.headed])]
        self.body = [Line(cells=[column.raw[row] for column in self.columns], row=row) for row in range(self.rows)]


def quoted(cell: str, draft: Draft) -> str:
    """The cell with quotes if it needs them. A cell that starts with \\0 is written as it is, without the \\0."""
    if cell.startswith("\0"):
        return cell[1:]
    needs = draft.quote_all or any(sign in cell for sign in (draft.delimiter, draft.quote, "\n", "\r"))
    return draft.quote + cell.replace(draft.quote, draft.quote * 2) + draft.quote if needs else cell


def render_line(line: Line, draft: Draft) -> str:
    if line.cells is None:
        return line.text
    return (draft.delimiter + draft.pad).join(quoted(cell, draft) for cell in line.cells)


def lines_of(draft: Draft) -> list[Line]:
    return [*draft.above, *(draft.header or []), *draft.body, *draft.below]


def assemble(draft: Draft, name: str, hazards: tuple[str, ...] = ()) -> Case:
    """The draft as a file with its truth."""
    pieces: list[str] = []
    physical = 1
    for line in lines_of(draft):
        line.number = physical
        text = render_line(line, draft)
        pieces.append(text)
        physical += text.count("\n") + 1
    text = draft.end.join(pieces) + (draft.end if draft.final_end else "")
    for change in draft.on_text:
        text = change(text)
    data = encode(draft, text)
    for damage in draft.on_bytes:
        try:
            data = damage(data)
        except UnicodeEncodeError:  # a line in another code page that lacks a sign of it
            raise Unfit from None
    base = reading_of(draft, ascii_only=text.isascii())
    encodings = set(SAME[draft.encoding])
    if text.isascii() and not draft.encoding.startswith("utf-16"):
        encodings |= ENCODINGS_OF_ASCII
    return Case(
        name=name,
        data=data,
        hazards=hazards,
        readings=(base, *(other(draft, base) for other in draft.also)),
        encodings=frozenset(encodings | draft.encodings),
        delimiters=frozenset({draft.delimiter} | draft.delimiters),
    )


def encode(draft: Draft, text: str) -> bytes:
    try:
        data = text.encode(draft.encoding)
    except UnicodeEncodeError:  # a sign that the code page lacks: no export of that page could hold it
        if draft.encoding in FOREIGN:
            raise Unfit from None
        draft.encoding, draft.mark = "utf-8", False
        data = text.encode()
    return MARKS.get(draft.encoding, b"") + data if draft.mark else data


def reading_of(draft: Draft, ascii_only: bool) -> Reading:
    variables = tuple(
        Variable(
            tuple(unicodedata.normalize("NFC", name) for name in column.names),
            column.kinds,
            tuple(column.cells),
            tuple(column.raw),
        )
        for column in draft.columns
    )
    header: frozenset[int | None] = frozenset({None})
    if draft.header:
        header = frozenset(draft.header[pick].number - 1 for pick in draft.header_pick)
        last = draft.header[-1]
        tall = render_line(last, draft).count("\n")  # a header with line breaks in it has several physical lines
        header |= {last.number - 1 + extra for extra in range(tall + 1) if -1 in draft.header_pick}
    notes = [
        Expected(pending.codes, pending.counts, (pending.line.number,) if pending.line else ())
        for pending in draft.notes
    ]
    if draft.encoding in SPOKEN_OF and not ascii_only and not draft.silent_encoding:
        notes.append(Expected(("encoding",)))
    return Reading(variables, header, tuple(notes), frozenset(draft.tolerated))


def scattered(random: Random, count: int, of: int) -> list[int]:
    """`count` different positions below `of`, in order, neither the first nor the last two."""
    return sorted(random.sample(range(1, max(2, of - 2)), min(count, max(1, of - 3))))
