"""Many things on a screen: so many beside each other, or so many on a page; rows of a small table."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

import pyarrow as pa
import streamlit as st

from lab.model.layer_table import as_counted

T = TypeVar("T")


def in_rows(items: Iterable[T], abreast: int) -> Iterator[tuple[T, ...]]:
    """The items, so many at a time; the last row may be shorter."""
    rest = iter(items)
    while row := tuple(islice(rest, abreast)):
        yield row


def show_rows(rows: Iterable[Mapping[str, Any]], names: Iterable[str] = (), **how: Any) -> None:
    """A table without a column of row names, as it goes to the browser: to make one of Pandas and take that to pieces
    took eight times as long.

    Args:
        rows: each with the names of the first. A column is of one kind, but for what is not there.
        names: of the columns, where there may be no row.
        how: as `st.dataframe` has it.
    """
    shown = list(rows)
    names = shown[0] if shown else names
    values = {name: as_counted([row[name] for row in shown]) for name in names}
    columns = {name: pa.array(column, from_pandas=True) for name, column in values.items()}  # a NaN is nothing
    st.dataframe(pa.table(columns), hide_index=True, **how)
