"""Finding: one thing about a table, or about what an experiment does with it, that a person should know."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from lab.data.doctor.remedies import Remedy
from lab.data.doctor.training import TrainingRemedy
from lab.texts.letters import listed

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
        return {
            "columns": listed(self.columns, FIRST),
            "n_columns": len(self.columns),
            "count": self.count,
            **self.values,
        }

    @property
    def more_columns(self) -> int:
        """How many beyond the first are concerned."""
        return max(0, len(self.columns) - 1)


def numbered(findings: Iterable[Finding]) -> Iterator[tuple[Finding, int]]:
    """Each with its number among those of its code, from 0."""
    seen: Counter[str] = Counter()
    for finding in findings:
        yield finding, seen[finding.code]
        seen[finding.code] += 1
