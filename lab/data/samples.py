"""The tables that come with the project, and their cards: what they are, whose they are, what to discover in them."""

import gzip
import tomllib
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lab.data.cells.columns import type_column
from lab.data.read import read_table
from lab.data.table import Note, Table
from lab.errors import DataError
from lab.spec.data import AS_FOUND, ReadingSpec, Task, WindowSpec
from lab.spec.limits import ALONE, Limits, current_limits
from lab.texts import Language

SAMPLE_DATA = Path(__file__).resolve().parent.parent.parent / "sample_data"
PICTURES = SAMPLE_DATA / "pictures"  # written by `python -m lab docs`
EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"></svg>'

CARD_GROUPS = ("all", "binary", "multiclass", "regression", "series", "sequence_labels")


@dataclass(frozen=True)
class Card:
    """What is worth knowing of a sample before opening it (sample_data/cards.toml).

    Args:
        rows, columns: of the file; rows are samples, columns are variables.
        inputs: columns to learn from: all but the target and what the card leaves out.
        leave_out: columns that are no inputs: other targets, dates, row numbers.
        other_targets: what else can be predicted; one target never becomes an input of another.
        scaling, scale_constant, target_scaling, missing: as in DataSpec.
        time_column: rows are in its order, so the split is by time; None if rows may be shuffled.
        persistence_column: what "tomorrow as today" predicts with.
        windows: rows become samples of several rows each, and the target is one of the inputs, later; None if not.
        length_column: of sequence labels, where the signal ends; None if it fills all inputs.
        empty_means_zero: columns whose empty cells are zeros, not gaps.
        synthetic: made by a program, no observation.
        start: the ready-made experiment that a person who picks this sample begins with; None for a proposal.
        titles, about, units, pitfalls: one sentence or two in each language.
    """

    name: str
    file: str
    rows: int
    columns: int
    task: Task
    target: str
    inputs: tuple[str, ...]
    leave_out: tuple[str, ...]
    other_targets: tuple[str, ...]
    scaling: Any
    scale_constant: float
    target_scaling: Any
    missing: Any
    time_column: str | None
    persistence_column: str | None
    windows: WindowSpec | None
    length_column: str | None
    empty_means_zero: tuple[str, ...]
    synthetic: bool
    start: str | None
    source: str
    licence: str
    titles: dict[Language, str]
    about: dict[Language, str]
    units: dict[Language, str]
    pitfalls: dict[Language, str]

    def belongs_to(self, group: str) -> bool:
        """One of CARD_GROUPS. Windows of rows are a kind of their own, whatever they predict."""
        if group == "series":
            return self.windows is not None
        return group == "all" or (self.task == group and self.windows is None)


def sample_names() -> tuple[str, ...]:
    """Names of all samples, in the order in which they are shown."""
    return tuple(_cards())


def card(name: str) -> Card:
    """Raises DataError "data.no_such_sample"."""
    if name not in _cards():
        raise DataError("data.no_such_sample", name=name, choices=", ".join(_cards()))
    return _cards()[name]


def picture_file(name: str) -> Path:
    """Where the sample's small picture stands."""
    return PICTURES / f"{card(name).name}.svg"


@cache
def picture(name: str) -> str:
    """The sample's small picture, as SVG; an empty one while nobody has drawn it."""
    file = picture_file(name)
    return file.read_text(encoding="utf-8") if file.is_file() else EMPTY


def load_sample(name: str, reading: ReadingSpec = AS_FOUND) -> Table:
    """The sample's table, read once a process as it is meant to be read; of other readings the last few are kept.

    Args:
        reading: what a person decided instead of the reader.

    Raises:
        DataError "data.no_such_sample"; TableError: not to be read in this way.
    """
    return _as_meant(name) if reading == AS_FOUND else _read_otherwise(name, reading, current_limits())


@cache
def _as_meant(name: str) -> Table:
    return _read(name, AS_FOUND, ALONE)


@lru_cache(maxsize=8)  # a person may think of any number, and the largest takes 15 MB each time
def _read_otherwise(name: str, reading: ReadingSpec, limits: Limits) -> Table:
    """Rows turned into columns are as many as of a person's own file."""
    return _read(name, reading, limits)


def _read(name: str, reading: ReadingSpec, limits: Limits) -> Table:
    about = card(name)
    table = read_table(_bytes_of(about.file), about.file, limits, reading)
    zeros = tuple(column for column in about.empty_means_zero if column in table.column_names)
    return _with_zeros(table, zeros)


def _bytes_of(file: str) -> bytes:
    content = (SAMPLE_DATA / file).read_bytes()
    return gzip.decompress(content) if file.endswith(".gz") else content


def _with_zeros(table: Table, names: tuple[str, ...]) -> Table:
    """Empty cells of these columns become 0, and a note says so; only a card may know that a blank means "none"."""
    if not names:
        return table
    frame = table.frame.copy()
    columns = {column.name: column for column in table.columns}
    notes = []
    for name in names:
        gaps = frame[name].isna()
        frame[name] = frame[name].fillna(0.0)
        columns[name] = type_column(frame[name].to_numpy(), name).column
        notes.append(Note("empty_is_zero", int(gaps.sum()), column=name))
    return replace(table, frame=frame, columns=tuple(columns.values()), notes=(*table.notes, *notes))


@cache
def _cards() -> dict[str, Card]:
    entries = tomllib.loads((SAMPLE_DATA / "cards.toml").read_text(encoding="utf-8"))
    return {name: _card(name, entry) for name, entry in entries.items()}


def _card(name: str, entry: dict[str, Any]) -> Card:
    encoding = entry.get("encoding", "utf-8")
    header = _bytes_of(entry["file"]).partition(b"\n")[0].decode(encoding).strip().split(",")
    other_targets = tuple(entry.get("other_targets", ()))
    windows = WindowSpec(**entry["windows"]) if "windows" in entry else None
    no_input = () if windows else (entry["target"],)
    leave_out = (*entry.get("leave_out", ()), *other_targets)
    return Card(
        name=name,
        file=entry["file"],
        rows=entry["rows"],
        columns=entry["columns"],
        task=entry["task"],
        target=entry["target"],
        inputs=tuple(column for column in header if column not in (*no_input, *leave_out)),
        leave_out=leave_out,
        other_targets=other_targets,
        scaling=entry.get("scaling", "standard"),
        scale_constant=entry.get("scale_constant", 1.0),
        target_scaling=entry.get("target_scaling", "none"),
        missing=entry.get("missing", "drop"),
        time_column=entry.get("time_column"),
        persistence_column=entry.get("persistence_column"),
        windows=windows,
        length_column=entry.get("length_column"),
        empty_means_zero=tuple(entry.get("empty_means_zero", ())),
        synthetic=entry["synthetic"],
        start=entry.get("start"),
        source=entry["source"],
        licence=entry["licence"],
        titles=entry["title"],
        about=entry["about"],
        units=entry["units"],
        pitfalls=entry["pitfall"],
    )
