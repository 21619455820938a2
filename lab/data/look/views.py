"""Which views a table has something for, and in which order its columns are looked at."""

from lab.data.look.pairs import correlated_columns
from lab.data.look.pictures import image_shape_of, signal_columns
from lab.data.look.series import time_columns
from lab.data.look.visible import Look
from lab.data.table import Table
from lab.spec.data import DataSpec


def views_of(look: Look, data: DataSpec) -> tuple[str, ...]:
    """Their names, the most telling first; "columns" and "table" are always among them."""
    views = ["columns"]
    if data.task != "sequence_labels":
        views.append("target")
    if time_columns(look, data) or data.split.order == "time" or data.in_series:
        views.append("time")
    if len(correlated_columns(look, data)) > 1:
        views += ["scatter", "correlation"]
    if signal_columns(data):
        views.insert(0, "signals")
    elif image_shape_of(look, data):
        views.insert(0, "images")
    return (*views, "table")


def by_weight(table: Table, data: DataSpec) -> tuple[str, ...]:
    """Column names: what is predicted, what it is predicted from, and all others in the order of the table."""
    wanted = dict.fromkeys((*(target.column for target in data.targets), *data.inputs))
    first = dict.fromkeys(name for name in wanted if name in table.column_names)
    return tuple(first | dict.fromkeys(table.column_names))
