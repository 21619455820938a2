"""Checks of single columns: nothing to learn, names instead of numbers, numbers that stand for "no value"."""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from lab.data.cells.cell import SENTINELS, to_number
from lab.data.doctor.finding import FIRST, Finding, Severity
from lab.data.doctor.remedies import LeaveOut, ReadAsKind, ReadAsMissing, Remedy
from lab.data.doctor.view import View
from lab.data.propose import MOST_ONE_HOT
from lab.data.split import part_of_word
from lab.data.table import Column

Mask = npt.NDArray[np.bool_]

NOMINAL = re.compile(
    r"class|type|species|categor|cluster|group|kind|weekday|region|zone|code|"
    r"종류|분류|품종|유형|범주|구분|요일|코드|지역|계통",
    re.IGNORECASE,
)
FEW_CODES = 30
MIXED = (0.3, 0.9)  # share of cells that are numbers, in a column that is none
SPELLINGS = 2_000  # looked at in a text column
GLANCE = 20  # cells; if none of them is a number, the column is not mixed


def column_findings(view: View) -> Iterator[Finding]:
    yield from constant(view)
    yield from identifiers(view)
    yield from many_categories(view)
    yield from texts(view)
    yield from numeric_codes(view)
    yield from mixed_kinds(view)
    yield from sentinel_suspects(view)


def leave_out(view: View, columns: tuple[str, ...]) -> tuple[Remedy, ...]:
    if view.data is None or not columns:
        return ()
    return (LeaveOut("leave_out", columns, order=view.table.column_names),)


def constant(view: View) -> Iterator[Finding]:
    """One value everywhere. Edges of a picture are no matter."""
    names = tuple(c.name for c in view.table.columns if c.constant and c.name not in view.series)
    used = tuple(name for name in names if name in view.inputs)
    could_be = tuple(name for name in names if view.table.column(name).kind in ("numeric", "category", "boolean"))
    if names:
        severity: Severity = "warning" if used else "info"
        yield Finding(
            "constant", severity, used or names, len(used or names), remedies=leave_out(view, used or could_be)
        )


def identifiers(view: View) -> Iterator[Finding]:
    """Row numbers and codes: a network learns them by heart, and a new row has a new one."""
    names = tuple(c.name for c in view.table.columns if c.name not in view.targets and _is_identifier(view, c))
    if not names:
        return
    used = tuple(name for name in names if name in view.inputs)
    numeric = tuple(name for name in names if view.table.column(name).minimum is not None)
    can_be_inputs = used or (numeric if set(numeric) == set(names) else ())
    severity: Severity = "warning" if used else "info"
    yield Finding("identifier", severity, used or names, len(used or names), remedies=leave_out(view, can_be_inputs))


def _is_identifier(view: View, column: Column) -> bool:
    return not column.constant and (column.kind == "id" or counts_rows(view, column))


def counts_rows(view: View, column: Column) -> bool:
    """1, 2, 3 … or 0, 1, 2 … down the whole table, under any name; a table of two columns may have it as its input."""
    rows = view.table.rows
    if not column.whole or column.minimum not in (0.0, 1.0) or column.maximum != column.minimum + rows - 1:
        return False
    if rows < 10 or len(view.table.columns) < 3:
        return False
    cells = view.table.frame[column.name].to_numpy()
    return bool((np.diff(cells) == 1).all())


def many_categories(view: View) -> Iterator[Finding]:
    """A feature for each of hundreds of texts: a wide network that sees each of them a few times."""
    names = tuple(c.name for c in view.candidates if c.kind == "category" and c.distinct > MOST_ONE_HOT)
    used = tuple(name for name in names if name in view.inputs)
    if names:
        most = max(view.table.column(name).distinct for name in used or names)
        severity: Severity = "warning" if used else "info"
        yield Finding("many_categories", severity, used or names, most, remedies=leave_out(view, used or names))


def texts(view: View) -> Iterator[Finding]:
    """Texts that differ from row to row can't be an input."""
    names = tuple(c.name for c in view.table.columns if c.kind == "text" and c.name not in view.targets)
    if names:
        used = tuple(name for name in names if name in view.inputs)
        yield Finding("text", "serious" if used else "info", used or names, remedies=leave_out(view, used))


def numeric_codes(view: View) -> Iterator[Finding]:
    """Whole numbers that name kinds: 3 is not more than 1."""
    names = tuple(
        c.name
        for c in view.numbers
        if c.whole and 2 < c.distinct <= FEW_CODES and NOMINAL.search(c.name) and c.distinct < view.table.rows / 2
    )
    if names:
        severity: Severity = "warning" if view.inputs & set(names) else "info"
        remedy = ReadAsKind("read_as", names, "category", kind="category")
        yield Finding("numeric_codes", severity, names, len(names), remedies=(remedy,))


def mixed_kinds(view: View) -> Iterator[Finding]:
    """Numbers and words in one column, too many words for a column of numbers; or numbers of several units."""
    for column in view.table.columns:
        if column.kind not in ("text", "category") or column.name in view.targets:
            continue
        cells = view.table.frame[column.name].iloc[view.sample].dropna()
        if not any(to_number(str(cell)) for cell in cells.iloc[:: max(1, len(cells) // GLANCE)]):
            continue
        counts = cells.value_counts().iloc[:SPELLINGS]
        numbers = {str(word): to_number(str(word)) for word in counts.index}
        is_number = np.array([number is not None for number in numbers.values()], bool)
        share = float(counts.to_numpy()[is_number].sum() / counts.sum())
        if MIXED[0] <= share <= MIXED[1] and is_number.sum() > 2:
            others = [word for word, number in numbers.items() if number is None]
            yield Finding(
                "mixed_kinds",
                "warning",
                (column.name,),
                values={"percent": f"{100 * share:.0f}", "examples": ", ".join(word[:20] for word in others[:FIRST])},
                remedies=(ReadAsKind("read_as", (column.name,), "numeric", kind="numeric"),),
                sampled=view.sampled,
            )
        units = tuple(dict.fromkeys(number.unit for number in numbers.values() if number is not None and number.unit))
        if share > MIXED[1] and len(units) > 1:
            yield mixed_units(view, column, units)


def mixed_units(view: View, column: Column, units: tuple[str, ...]) -> Finding:
    """5 mm is not 5 cm: the column is not read as numbers, and only its owner can bring it to one unit."""
    remedies = leave_out(view, (column.name,))
    examples = {"examples": ", ".join(units[:FIRST])}
    severity: Severity = "warning" if column.name in view.inputs else "info"
    return Finding("mixed_units", severity, (column.name,), len(units), (), examples, remedies, view.sampled)


def sentinel_suspects(view: View) -> Iterator[Finding]:
    """-9 or 999 at the end of a column, repeated and apart, but not so far that the reader took it out."""
    suspects: dict[float, dict[str, Mask]] = {}
    for column in view.numbers:
        if column.minimum is None or column.maximum is None or not {column.minimum, column.maximum} & set(SENTINELS):
            continue
        cells = view.table.frame[column.name].to_numpy(np.float64, na_value=np.nan)
        odd = _stands_apart(cells)
        if odd is not None:
            suspects.setdefault(odd, {})[column.name] = cells == odd
    for value, cells_of in suspects.items():
        names, where = tuple(cells_of), np.logical_or.reduce(list(cells_of.values()))
        word = f"{value:g}"
        remedies = () if _is_a_value_elsewhere(view, value, names) else (ReadAsMissing("read_as_missing", word=word),)
        count = sum(int(found.sum()) for found in cells_of.values())
        rows = tuple(int(row) for row in np.flatnonzero(where)[:FIRST])
        yield Finding("sentinel_suspect", "warning", names, count, rows, {"word": word}, remedies)


def _stands_apart(cells: npt.NDArray[np.float64]) -> float | None:
    """A sentinel at one end, met at least twice, with a gap of half the spread of all other numbers."""
    present = cells[~np.isnan(cells)]
    for odd in (float(present.min()), float(present.max())):
        rest = present[present != odd]
        times = len(present) - len(rest)
        if odd not in SENTINELS or times < 2 or len(rest) < 10:
            continue
        gap = np.abs(rest - odd).min()
        if gap > 0.5 * (rest.max() - rest.min()):
            return odd
    return None


def _is_a_value_elsewhere(view: View, value: float, names: tuple[str, ...]) -> bool:
    """A spelling counts for the whole file: where another column measures this number, it must stay."""
    return any(
        column.minimum is not None
        and column.minimum <= value <= (column.maximum or value)
        and bool((view.table.frame[column.name].to_numpy(np.float64, na_value=np.nan) == value).any())
        for column in view.table.columns
        if column.name not in names
    )


def is_part_column(view: View, column: Column) -> bool:
    """A column that says which rows train and which test."""
    if column.kind != "category" or not 2 <= column.distinct <= 3:
        return False
    return all(part_of_word(word) is not None for word, _count in column.top)
