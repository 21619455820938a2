"""One column by itself: how many values are missing, and how the others are spread."""

from dataclasses import dataclass, field, replace

import numpy as np

from lab.data.look.visible import HUGE, Array, Look, as_numbers
from lab.data.table import Column

BINS = 30
NAMES = 10  # values of their own in a chart of categories


@dataclass(frozen=True)
class ColumnLook:
    """How the values of one column are spread.

    Args:
        missing: of the visible rows, those without a value; exact.
        minimum, maximum, mean: of numbers; exact. None for other kinds.
        edges: (bins + 1,) of a histogram; numbers, or seconds since 1970. Empty where `names` has the bars.
        names: the commonest values; empty for numbers and times.
        counts: rows of the sample in each bin, or with each name.
        others: rows of the sample with values that are not among the names.
        many: the values nearly all differ, so that there is nothing to draw.
    """

    column: Column
    missing: int
    rows: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    edges: Array = field(default_factory=lambda: np.empty(0))
    names: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    others: int = 0
    many: bool = False

    @property
    def missing_share(self) -> float:
        return self.missing / self.rows if self.rows else 0.0


def column_look(look: Look, name: str) -> ColumnLook:
    """Worked out once for a look."""
    known = look.known.get(("column", name))
    if known is None:
        known = look.known["column", name] = _column_look(look, look.table.column(name))
    made: ColumnLook = known
    return made


def _column_look(look: Look, column: Column) -> ColumnLook:
    if column.kind == "datetime" or column.minimum is not None:
        return _numbers(look, column)
    missing = int(look.whole(column.name).isna().sum()) if column.missing else 0
    cells = look.cells(column.name).dropna()
    if column.kind in ("text", "id"):
        return ColumnLook(column, missing, look.visible, many=True)
    counts = cells.value_counts()
    names = tuple(shown_value(value, column) for value in counts.index[:NAMES])
    sizes = tuple(int(size) for size in counts.iloc[:NAMES])
    return ColumnLook(column, missing, look.visible, names=names, counts=sizes, others=len(cells) - sum(sizes))


def shown_value(value: object, column: Column) -> str:
    """A category as the file spells it."""
    if column.labels is not None and isinstance(value, bool | np.bool_):
        return column.labels[int(value)]
    return str(value)


def _numbers(look: Look, column: Column) -> ColumnLook:
    whole = as_numbers(look.whole(column.name))
    gaps = np.isnan(whole) if column.missing else None
    present = whole if gaps is None else whole[~gaps]
    missing = look.visible - len(present)
    sampled = look.numbers(column.name)
    sampled = sampled[~np.isnan(sampled)]
    if not len(present) or not len(sampled):
        return ColumnLook(column, missing, look.visible, many=column.kind == "id")
    edges = bin_edges(sampled, whole=column.whole)
    low, high = float(present.min()), float(present.max())
    size = HUGE if max(-low, high) > HUGE else 1.0  # numbers near the largest float have no sum
    mean = float((present / size).mean() if size > 1 else present.mean()) * size
    counts = tuple(np.histogram(sampled, edges)[0].tolist())
    found = ColumnLook(column, missing, look.visible, edges=edges, counts=counts)
    return found if column.kind == "datetime" else replace(found, minimum=low, maximum=high, mean=mean)


def bin_edges(values: Array, *, whole: bool) -> Array:
    """Edges of equal bins; a bar for each of few whole numbers."""
    low, high = float(values.min()), float(values.max())
    if whole and high - low < BINS:
        return np.arange(low - 0.5, high + 1.0)
    if not low < high:
        return np.array([low - 0.5, low + 0.5])
    part = np.linspace(0.0, 1.0, BINS + 1)
    edges = low * (1 - part) + high * part  # no difference that overflows
    return edges if (np.diff(edges) > 0).all() else np.array([low, high])
