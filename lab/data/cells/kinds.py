"""A column read as the kind that the person decided on."""

from lab.data.cells.columns import as_truth
from lab.data.cells.number_columns import as_number
from lab.data.cells.spellings import Cells, Spellings, Style, Typed, truths_as, words_as
from lab.data.cells.time_columns import as_time
from lab.data.table import Kind
from lab.errors import TableError
from lab.spec.data import ReadingSpec


def wished_kinds(reading: ReadingSpec, names: list[str]) -> dict[int, Kind]:
    """Place of a column -> kind. Columns that are not there are passed over: the same wishes may meet other files."""
    places = {name: place for place, name in enumerate(names)}
    return {places[choice.column]: choice.kind for choice in reading.kinds if choice.column in places}


def as_kind(kind: Kind, raw: Cells, name: str, unit: str, style: Style) -> Typed:
    """
    Args:
        raw: the cells as written.

    Raises:
        TableError "table.kind_not_possible": no cell, or more than two values, can be read so.
    """
    s = Spellings(raw, name, style)
    typed: Typed | None
    if kind in ("category", "text", "id"):
        typed = words_as(s, kind, s.missing())
    elif kind == "numeric":
        typed = as_number(s, unit, decided=True)
    elif kind == "datetime":
        typed = as_time(s, decided=True)
    else:
        typed = as_truth(s) or _of_two_values(s)
    if typed is None or typed.column.kind == "empty" or typed.column.missing == len(typed.cells):
        raise TableError("table.kind_not_possible", column=name, kind=kind)
    return typed


def _of_two_values(s: Spellings) -> Typed | None:
    """The larger one, by number or alphabet, is yes."""
    missing = s.missing()
    words = sorted(word for code, word in enumerate(s.words) if word and code not in missing)
    if len(words) != 2:
        return None
    present = s.present & ~s.where(missing)
    truth = s.where([s.words.index(words[1])])
    return truths_as(truth, present, s.name, (words[0], words[1]))
