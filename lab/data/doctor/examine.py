"""All checks in one go, and their findings in the order of harm."""

import itertools
from dataclasses import dataclass

import numpy as np

from lab.data.doctor.column_checks import column_findings
from lab.data.doctor.finding import SEVERITIES, Finding, Severity
from lab.data.doctor.number_checks import number_findings
from lab.data.doctor.reading_notes import note_findings
from lab.data.doctor.remedies import Remedy, Together, remedies_in_force
from lab.data.doctor.row_checks import row_findings
from lab.data.doctor.target_checks import target_findings
from lab.data.doctor.training import TrainingRemedy
from lab.data.doctor.view import View
from lab.data.prepare import Dataset
from lab.data.table import Table
from lab.spec.data import DataSpec
from lab.spec.experiment import Experiment

CHECKS = (note_findings, target_findings, row_findings, column_findings, number_findings)

# The codes of all findings, and "note.<code>" of a reader's note that comes before them; other notes come last.
# Within a severity: what makes a score lie comes before what costs accuracy, and that before what only explains.
HARM = (
    "note.transposed",
    "leak",
    "time_order",
    "overlap",
    "text",
    "few_per_class",
    "sorted_by_class",
    "part_column",
    "groups",
    "few_rows",
    "rain_gaps",
    "gaps",
    "mostly_empty",
    "target_gaps",
    "leak_name",
    "imbalance",
    "identifier",
    "constant",
    "many_categories",
    "sentinel_suspect",
    "mixed_kinds",
    "mixed_units",
    "numeric_codes",
    "outliers",
    "target_outliers",
    "target_unscaled",
    "unscaled",
    "duplicates",
    "skew",
    "target_skew",
    "few_validation",
    "few_test",
    "near_copies",
)
RANK = {code: place for place, code in enumerate(HARM)}


@dataclass(frozen=True)
class Report:
    """What the doctor says.

    Args:
        findings: open ones, the most harmful first.
        treated: those for which a remedy is in force.
        in_force: all remedies that can be undone, those of the spec and those of the treated findings.
        looked_at: rows that the numbers come from; fewer than `training` if there are many.
        training: rows of the training part, or of the table where it is not split yet.
    """

    findings: tuple[Finding, ...]
    treated: tuple[Finding, ...]
    in_force: tuple[Remedy | TrainingRemedy, ...]
    looked_at: int
    training: int

    @property
    def counts(self) -> dict[Severity, int]:
        """How many of the open findings are of each severity."""
        return {severity: sum(one.severity == severity for one in self.findings) for severity in SEVERITIES}


def examine(
    table: Table,
    data: DataSpec | None = None,
    dataset: Dataset | None = None,
    experiment: Experiment | None = None,
) -> Report:
    """Findings about a table and its use.

    Args:
        data: None looks at the table alone.
        dataset: what `data` makes of the table; the numbers are then those of the training part. None if it cannot
            be prepared.
        experiment: what `data` belongs to; without it no remedy of the training is in force.
    """
    view = View(table, data, dataset)
    with np.errstate(over="ignore", invalid="ignore"):  # sums of numbers as large as floats go
        found = sorted((finding for check in CHECKS for finding in check(view)), key=_harm)
    if data is None:
        return Report(tuple(found), (), (), len(view.sample), len(view.training))
    trained = {f.code: _of_training(f, experiment) for f in found}
    treated = tuple(f for f in found if trained[f.code] or any(remedy.is_applied(data) for remedy in f.remedies))
    in_force = remedies_in_force(data)
    told = {remedy.code for remedy in in_force}
    others = [r for f in treated for r in f.remedies if r.code not in told and _alone(r) and r.is_applied(data)]
    return Report(
        findings=tuple(f for f in found if f not in treated),
        treated=treated,
        in_force=(*in_force, *dict.fromkeys(others), *dict.fromkeys(itertools.chain(*trained.values()))),
        looked_at=len(view.sample),
        training=len(view.training),
    )


def _of_training(finding: Finding, experiment: Experiment | None) -> tuple[TrainingRemedy, ...]:
    """Those of the finding that are in force."""
    return () if experiment is None else tuple(r for r in finding.training if r.is_applied(experiment))


def _alone(remedy: Remedy) -> bool:
    """Those made of several are undone one by one."""
    return not isinstance(remedy, Together)


def _harm(finding: Finding) -> tuple[int, int]:
    return SEVERITIES.index(finding.severity), RANK.get(finding.code, len(RANK))
