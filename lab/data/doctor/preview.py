"""Small pieces of a table as text: its beginning, and what it would be with rows and columns exchanged."""

from typing import Any

import pandas as pd

from lab.data.table import Table


def beginning(table: Table, rows: int, columns: int) -> pd.DataFrame:
    """The first cells as text, "" for an empty one."""
    first = table.frame.iloc[:rows, :columns]
    return pd.DataFrame({name: texts_of(first[name]) for name in first.columns})


def texts_of(cells: "pd.Series[Any]") -> list[str]:
    """Cells as a person would write them: days without a time of day, numbers without a tail of digits."""
    present = cells.notna()
    if pd.api.types.is_datetime64_any_dtype(cells):
        days = bool((cells[present].dt.normalize() == cells[present]).all())
        texts = cells.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M")
    elif pd.api.types.is_float_dtype(cells):
        texts = cells.map("{:.7g}".format)
    else:
        texts = cells.map(str)
    return [str(text) if there else "" for text, there in zip(texts, present, strict=True)]


def turned(table: Table, rows: int = 5, columns: int = 8) -> pd.DataFrame:
    """The first column's texts as names, each other column a row under them."""
    part = beginning(table, columns, rows + 1)
    names: list[str] = []
    for place, name in enumerate(part.iloc[:, 0], start=1):
        names.append(name if name and name not in names else f"{name}_{place}")
    body = part.iloc[:, 1:].transpose()
    return body.set_axis(names, axis=1)
