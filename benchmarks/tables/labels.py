"""Labels: what a sensible person predicts from a real table, from what; set by reading its description and columns.

`first.csv`, `second.csv` and `third.csv` (90 drawn by `random.Random(2026)` from the tables that the others do not
name) have a line for each table:

    targets   columns worth predicting, each with its task: r a number, c classes, t a series by windows or lags;
              `*` is any column, `-` means that a refusal is right
    never     columns that must not be inputs: ids, row numbers, dates, names, constants. A first column without a
              name (row names, as R and pandas write them) is always one
    either    columns that may be inputs or not; `*` is any column
    apart     groups joined by `+`: who predicts one may not use another (a wage and its logarithm)

Every other column that a network can use has to be an input.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SETS = ("first", "second", "third")
ANY = "*"


@dataclass(frozen=True)
class Label:
    table: str
    targets: frozenset[tuple[str, str]]
    never: frozenset[str]
    either: frozenset[str]
    apart: tuple[frozenset[str], ...]

    @property
    def may_be_refused(self) -> bool:
        return ("-", "") in self.targets

    def accepts(self, column: str, tasks: set[str]) -> bool:
        """Whether the column is worth predicting as one of these tasks."""
        return any(name in (column, ANY) and task in tasks for name, task in self.targets)

    def told_by(self, target: str) -> frozenset[str]:
        """Columns that say the target in other words."""
        return frozenset().union(*(group - {target} for group in self.apart if target in group))


def labels(name: str) -> list[Label]:
    """Those of one of SETS."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [_label(row) for row in csv.DictReader(file)]


def _label(row: dict[str, str]) -> Label:
    targets = (cell.rpartition(":") if cell != "-" else ("-", "", "") for cell in row["targets"].split(";"))
    return Label(
        row["table"],
        frozenset((name, task) for name, _, task in targets),
        _names(row["never"], ";"),
        _names(row["either"], ";"),
        tuple(_names(group, "+") for group in row["apart"].split(";") if group),
    )


def _names(cell: str, separator: str) -> frozenset[str]:
    return frozenset(name for name in cell.split(separator) if name)
