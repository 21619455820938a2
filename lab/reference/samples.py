"""The tables of samples in `sample_data/README.md` and `LICENSES.md`, written from the cards."""

from pathlib import Path
from typing import Final

from lab.data.samples import SAMPLE_DATA, Card, card, sample_names

TABLES: Final = SAMPLE_DATA / "README.md"
LICENCES: Final = SAMPLE_DATA / "LICENSES.md"
BEGIN, END = "<!-- written by `python -m lab docs`; change the cards instead -->\n", "<!-- end -->\n"


def with_table(file: Path) -> str:
    """The page with its table as the cards are now; all else stays. Raises ValueError if its marks are gone."""
    before, rest = file.read_text(encoding="utf-8").split(BEGIN)
    _old, after = rest.split(END)
    return before + BEGIN + COLUMNS[file]() + END + after


def sample_table() -> str:
    """What each table holds and what is proposed for it."""
    head = ("file", "rows × columns", "task, target", "what it is")
    return _table(head, [(_file(one), f"{one.rows} × {one.columns}", _task(one), one.titles["en"]) for one in _cards()])


def licence_table() -> str:
    """Whose each table is."""
    return _table(("file", "licence", "source"), [(_file(one), one.licence, one.source) for one in _cards()])


COLUMNS: Final = {TABLES: sample_table, LICENCES: licence_table}


def _cards() -> list[Card]:
    return [card(name) for name in sample_names()]


def _file(one: Card) -> str:
    return f"`{one.file}`"


def _task(one: Card) -> str:
    targets = ", ".join(f"`{name}`" for name in (one.target, *one.other_targets))
    windows = "" if one.windows is None else f"windows of {one.windows.steps} rows, "
    return f"{windows}{one.task.replace('_', ' ')}, {targets}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
