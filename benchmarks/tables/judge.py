"""One table read and proposed for, and what is wrong with that by its label."""

import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.tables.labels import ANY, Label
from lab.data.prepare import prepare
from lab.data.propose import propose
from lab.data.read import read_table
from lab.data.table import Table
from lab.errors import DataError, TableError
from lab.spec.data import DataSpec

MOST_WORDS = 50  # different words in a column that are still categories


@dataclass(frozen=True)
class Outcome:
    """
    Args:
        table: None if it was refused.
        refusal: the code of the error.
        told: columns that are left out with a reason.
        dead_end: the code of the error if the rows cannot be prepared as proposed.
        usable: columns that a network can learn from, found without the project's reader.
    """

    name: str
    table: Table | None = None
    data: DataSpec | None = None
    refusal: str = ""
    dead_end: str = ""
    told: frozenset[str] = frozenset()
    usable: frozenset[str] = frozenset()

    @property
    def silently_dropped(self) -> frozenset[str]:
        return frozenset() if self.data is None else self.usable - self.told - {self.data.target, *self.data.inputs}


def outcome(path: Path, name: str) -> Outcome:
    """What a person gets who opens the file. Any other error than a refusal is a crash and is let through."""
    body = path.read_bytes()
    try:
        table = read_table(body, f"{path.stem}.csv")
    except TableError as error:
        return Outcome(name, refusal=error.code)
    usable = usable_columns(body, table)
    try:
        proposal = propose(table)
    except (TableError, DataError) as error:
        return Outcome(name, table, refusal=error.code, usable=usable)
    told = frozenset(one.column for one in proposal.left_out)
    try:
        prepare(table, proposal.data, seed=0)
        dead_end = ""
    except DataError as error:
        dead_end = error.code
    return Outcome(name, table, proposal.data, dead_end=dead_end, told=told, usable=usable)


def usable_columns(body: bytes, table: Table) -> frozenset[str]:
    """By pandas alone: numbers, or words that repeat, with more than one value; under the names of our table."""
    try:
        frame = pd.read_csv(io.BytesIO(body), sep=table.delimiter, encoding_errors="replace", low_memory=False)
    except pd.errors.ParserError:  # rows of every length: then only our reader knows
        return frozenset()
    names = table.column_names if len(frame.columns) == len(table.columns) else tuple(frame.columns)
    found = set()
    for place, name in enumerate(names):
        cells = frame.iloc[:, place].dropna()
        nameless = place == 0 and str(frame.columns[0]).startswith("Unnamed")
        distinct = cells.nunique()
        is_number = pd.api.types.is_numeric_dtype(cells)
        if distinct > 1 and not nameless and (is_number or distinct <= min(MOST_WORDS, 0.5 * len(cells))):
            found.add(name)
    return frozenset(found)


def wrong(found: Outcome, label: Label) -> list[str]:
    """What is wrong; nothing if the proposal is sensible."""
    data = found.data
    if data is None or not data.inputs:  # without inputs nothing can be trained either
        return [] if label.may_be_refused else [f"refused ({found.refusal or 'no inputs'})"]
    faults = [f"cannot be prepared ({found.dead_end})"] if found.dead_end else []
    tasks = tasks_of(data)
    if not label.accepts(data.target, tasks):
        faults.append(f"target {data.target} as {'/'.join(sorted(tasks))}")
    inputs = set(data.inputs)
    nameless = {found.table.column_names[0]} if found.table is not None and _has_row_names(found) else set()
    if odd := sorted(inputs & (label.never | nameless)):
        faults.append(f"input {', '.join(odd)}")
    if leaks := sorted(inputs & label.told_by(data.target)):
        faults.append(f"leak {', '.join(leaks)}")
    targets = {name for name, _task in label.targets}
    may_miss = label.never | label.either | label.told_by(data.target) | targets | {data.target}
    lost = sorted(found.usable - inputs - may_miss)
    if lost and ANY not in label.either:
        faults.append(f"lost {', '.join(lost)}")
    return faults


def tasks_of(data: DataSpec) -> set[str]:
    """As the labels name them."""
    if data.in_series:
        return {"t"}
    return {"r"} if data.task == "regression" else {"c"}


def _has_row_names(found: Outcome) -> bool:
    assert found.table is not None
    return any(
        note.code in ("index_column", "blank_names") and note.column in ("", found.table.column_names[0])
        for note in found.table.notes
    ) and found.table.column_names[0] in ("col1", "열1")
