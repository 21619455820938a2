"""Finding: one thing about a table, or about what an experiment does with it, that a person should know."""

from dataclasses import dataclass, field
from typing import Any, Literal

from lab.data.doctor.remedies import Remedy
from lab.data.doctor.training import TrainingRemedy

Severity = Literal["serious", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("serious", "warning", "info")
FIRST = 3  # rows and columns that are named


@dataclass(frozen=True)
class Finding:
    """Its sentence stands at "finding.<code>", its title at "finding.<code>.title"; a reader's at "note.<code>".

    Args:
        severity: "serious" makes scores lie or stops the training, "warning" costs accuracy or rows, "info" explains.
        columns: all that are concerned, in the order of the table.
        count: how many rows, cells, columns or classes; the sentence says of what.
        rows: the first of the rows concerned, 0-based in the table.
        values: what else fills the sentence.
        remedies: the recommended one first; each can be undone.
        sampled: only some of the rows were looked at (`Report.looked_at`).
        training: further remedies, which change how the network is trained.
    """

    code: str
    severity: Severity
    columns: tuple[str, ...] = ()
    count: int = 0
    rows: tuple[int, ...] = ()
    values: dict[str, Any] = field(default_factory=dict, compare=False)
    remedies: tuple[Remedy, ...] = ()
    sampled: bool = False
    training: tuple[TrainingRemedy, ...] = ()

    @property
    def blanks(self) -> dict[str, Any]:
        """What fills the sentence."""
        names = ", ".join(self.columns[:FIRST]) + (", …" if len(self.columns) > FIRST else "")
        return {"columns": names, "n_columns": len(self.columns), "count": self.count, **self.values}
