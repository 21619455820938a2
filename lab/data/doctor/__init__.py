"""The doctor: what a person should know about a table and about what an experiment does with it, and what to do.

`examine(table, data, dataset)` gives findings in the order of the harm they do, each with remedies that are applied
and undone by one click. A check is a generator in one of the files here; it looks at a `View` and yields findings.
"""

from lab.data.doctor.examine import Report, examine
from lab.data.doctor.finding import SEVERITIES, Finding, Severity
from lab.data.doctor.remedies import Remedy, remedies_in_force
from lab.data.doctor.training import TrainingRemedy

__all__ = ["SEVERITIES", "Finding", "Remedy", "Report", "Severity", "TrainingRemedy", "examine", "remedies_in_force"]
