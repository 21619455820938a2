"""Names of columns by which each can be told apart."""

from lab.data.read.codepages import HANGUL
from lab.data.read.layout import Layout
from lab.data.table import Note

LOOKED_AT = 1 << 18  # bytes


def _is_korean(body: bytes) -> bool:
    """Whether names that are invented should be Korean ones."""
    return bool(HANGUL.search(body[:LOOKED_AT].decode(errors="ignore")))


def unique_names(layout: Layout, body: bytes) -> tuple[list[str], tuple[Note, ...]]:
    """Blank names are invented, repeated ones numbered.

    Args:
        body: of the file, for the language of invented names.
    """
    given = layout.names or ("",) * layout.width
    word = "열" if "" in given and _is_korean(body) else "col"
    taken: set[str] = set(given)
    names: list[str] = []
    used: set[str] = set()
    counts: dict[str, int] = {}
    blank = twice = 0
    for position, name in enumerate(given, 1):
        base = name or f"{word}{position}"
        unique = base
        repeated = unique in used or (not name and unique in taken)
        while repeated and (unique in used or unique in taken):
            counts[base] = counts.get(base, 1) + 1
            unique = f"{base}_{counts[base]}"
        blank += not name
        twice += bool(name) and repeated
        names.append(unique)
        used.add(unique)
    line = None if layout.header_row is None else layout.header_row + 1
    notes = []
    if layout.names and blank:
        notes.append(Note("blank_names", blank, line))
    if twice:
        notes.append(Note("duplicate_names", twice, line))
    return names, tuple(notes)
