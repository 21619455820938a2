"""Small pieces of a table as text: its beginning, and what it would be with rows and columns exchanged."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from lab.data.table import Table


def first_texts(table: Table, rows: int, columns: int) -> dict[str, list[str]]:
    """Column -> its first cells as text, "" for an empty one."""
    first = table.frame.iloc[:rows, :columns]
    return {str(name): texts_of(cells) for name, cells in first.items()}


def texts_of(cells: "pd.Series[Any]") -> list[str]:
    """Cells as a person would write them: days without a time of day, numbers without a tail of digits."""
    present, values = cells.notna(), cells.tolist()
    write: Callable[[Any], str] = str
    if pd.api.types.is_datetime64_any_dtype(cells):
        days = bool((cells[present].dt.normalize() == cells[present]).all())
        values = cells.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M").tolist()
    elif pd.api.types.is_float_dtype(cells):
        write = "{:.7g}".format
    return [write(value) if there else "" for value, there in zip(values, present.tolist(), strict=True)]


def turned(table: Table, rows: int = 5, columns: int = 8) -> pd.DataFrame:
    """The first column's texts as names, each other column a row under them."""
    part = pd.DataFrame(first_texts(table, columns, rows + 1))
    names: list[str] = []
    for place, name in enumerate(part.iloc[:, 0], start=1):
        names.append(name if name and name not in names else f"{name}_{place}")
    body = part.iloc[:, 1:].transpose()
    return body.set_axis(names, axis=1)
