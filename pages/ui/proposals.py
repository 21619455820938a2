"""What follows from a choice: another table, target or task brings its inputs, its output layer, its loss.

The hidden layers stay as the person built them. Each function returns a new experiment and never touches the screen.
"""

from lab.data.propose import propose_data
from lab.data.read import Table
from lab.errors import LabError
from lab.experiment import Experiment, SampleSource, Task, UploadSource
from lab.starts import propose_experiment, propose_output
from pages.ui.desk import Desk


def for_sample(name: str, table: Table) -> Experiment:
    """A sensible experiment on a sample table."""
    source = SampleSource(name=name)
    return propose_experiment(table, source, propose_data(table, source=source))


def for_own_table(table: Table) -> Experiment:
    """A sensible experiment on an uploaded table."""
    source = UploadSource(name=table.name, sha256=table.sha256, columns=table.column_names)
    return propose_experiment(table, source, propose_data(table, source=source))
