"""Point or comma: which sign stands before the decimals, decided for the whole file from all columns of numbers."""

import re
from collections import Counter
from functools import lru_cache

from lab.data.read.codepages import HANGUL
from lab.data.read.dialect import Record
from lab.data.table import Note

GAP = "'’ \u00a0\u202f"  # between groups of three digits
# Which reading a cell admits; a sign before three digits may be either.
COMMA = rf"\d*,(\d\d?|\d{{4,}})|0,\d+|\d{{4,}},\d+|\d{{1,3}}([.{GAP}]\d{{3}})+,\d+|\d*,\d+[eE][+-]?\d+"
POINT = rf"\d*\.(\d\d?|\d{{4,}})|0\.\d+|\d{{4,}}\.\d+|\d{{1,3}}([,{GAP}]\d{{3}})+\.\d+|\d*\.\d+[eE][+-]?\d+"
FORMS = {
    kind: re.compile(rf"[+\-−]?\s?(?:{form})\s?[^\d.,;]{{0,6}}")
    for kind, form in {
        "comma": COMMA,
        "point": POINT,
        "thousands": r"\d{1,3}(,\d{3}){2,}",
        "either": r"[1-9]\d{0,2},\d{3}",
        "neutral": rf"\d+|\d{{1,3}}([.{GAP}]\d{{3}})+",
    }.items()
}
MOST_PLACES = 5_000  # a stray line may have a million
ENOUGH = 0.8  # share of a column's cells that must read so


def find_decimal(rows: list[Record], delimiter: str, head: Record | None) -> tuple[str, tuple[Note, ...]]:
    """ "," where more columns of numbers are written with a decimal comma than with a point."""
    if "," not in "".join(map("".join, rows)):
        return ".", ()
    columns: Counter[str] = Counter()
    commas = 0
    first: int | None = None
    places = [
        [row[place].strip() for row in rows if place < len(row)]
        for place in range(min(MOST_PLACES, max(map(len, rows))))
    ]
    with_commas = [place for place, cells in enumerate(places) if any("," in cell for cell in cells)]
    for place in with_commas:
        found = [(_form(row[place].strip()), row.line) for row in rows if place < len(row) and row[place].strip()]
        forms = Counter(form for form, _ in found)
        written = forms["comma"] + forms["either"]
        if forms["point"] + forms["thousands"] > forms["comma"]:
            columns["point"] += _are_points(forms)
        elif written and written + forms["neutral"] >= ENOUGH * len(found):
            columns["comma" if forms["comma"] else "either"] += 1
            commas += written
            line = next(line for form, line in found if form in ("comma", "either"))
            first = line if first is None else min(line, first)
    if not commas:
        return ".", ()
    for place in set(range(len(places))).difference(with_commas):
        forms = Counter(_form(cell) for cell in places[place] if cell)
        columns["point"] += forms["point"] > 0 and _are_points(forms)
    korean = HANGUL.search(" ".join(cell for row in [head or (), *rows[:5]] for cell in row))
    ambiguous = not columns["comma"] and not columns["point"] and columns["either"] > 0
    if columns["comma"] > columns["point"] or (ambiguous and delimiter == ";" and not korean):
        return ",", (Note("decimal_comma", commas, (first or 0) + 1),)
    return ".", ()


def _are_points(forms: Counter[str]) -> bool:
    return forms["other"] + forms["comma"] < (1 - ENOUGH) * forms.total()


@lru_cache(maxsize=1 << 12)
def _form(cell: str) -> str:
    """ "comma", "point", "thousands", "either" (1,234), "neutral" (12, 1.234) or "other"."""
    return next((kind for kind, form in FORMS.items() if form.fullmatch(cell)), "other")
