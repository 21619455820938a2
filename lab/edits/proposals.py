"""What follows from the choice of a table, a target or a task: inputs, output layer, loss and metrics that fit.

Each function returns a new experiment and touches no screen; the hidden layers stay as the person built them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from lab.data.prepare import Dataset
from lab.data.propose import class_count, propose_data, usual_scaling
from lab.data.samples import card
from lab.data.table import Table
from lab.edits.layers import with_fitting_front
from lab.edits.refit import Refit, refit
from lab.spec.data import AS_FOUND, ReadingSpec, SampleSource, Task, UploadSource
from lab.spec.experiment import Experiment, ModelSpec
from lab.starts import propose_experiment, start, with_fitting_output

METRICS_OF: Final[Mapping[Task, tuple[str, ...]]] = {
    "regression": ("mae", "mse", "mape"),
    "binary": ("accuracy", "precision", "recall"),
    "multiclass": ("accuracy",),
    "sequence_labels": (),  # texts are judged after the run, letter by letter
}


def for_sample(name: str, table: Table) -> Experiment:
    """A sensible experiment on a sample table; for some samples that is a ready-made one."""
    ready = card(name).start
    if ready is not None:
        return start(ready)
    source = SampleSource(name=name)
    return propose_experiment(table, source, propose_data(table, source=source))


def for_own_table(table: Table, reading: ReadingSpec = AS_FOUND) -> Experiment:
    """A sensible experiment on an uploaded table. Raises DataError or TableError: nothing in it can be predicted.

    Args:
        reading: how the table was read.
    """
    data = propose_data(table).replace(reading=reading)
    return propose_experiment(table, data.source, data)


def lies_on_its_side(table: Table) -> bool:
    """Whether variables seem to stand in rows."""
    return any(note.code == "transposed" for note in table.notes)


def with_table(experiment: Experiment, table: Table) -> Experiment:
    """The same settings on an uploaded table that has the same columns."""
    source = UploadSource(name=table.name[:255], sha256=table.sha256, columns=table.column_names)
    return experiment.with_data(source=source)


class Reread(NamedTuple):
    """An experiment on another reading of its file, and what became of its columns."""

    experiment: Experiment
    fit: Refit


def with_reading(experiment: Experiment, before: Table, after: Table, reading: ReadingSpec) -> Reread:
    """The same settings on the same file, read otherwise. Raises DataError if nothing can be predicted any more.

    Args:
        before: the table as it was read.
        after: the table as `reading` has it.
    """
    fit = refit(experiment.data.replace(reading=reading), before, after)
    changed = experiment.replace(data=fit.data)
    known = experiment.data.target in before.column_names
    classes = class_count(after, fit.data)
    other = fit.new_target or not known or class_count(before, experiment.data) != classes
    if other and isinstance(experiment.model, ModelSpec):
        changed = with_fitting_output(changed, classes)
    return Reread(changed, fit)


def with_target(experiment: Experiment, table: Table, target: str) -> Experiment:
    """Another column to predict; the split stays. Raises DataError."""
    proposed = propose_data(table, target, experiment.data.source)
    by_itself = experiment.data.inputs == (experiment.data.target,)  # windows for want of any other input
    if proposed.windows is not None and (experiment.data.windows is None or by_itself):
        before = experiment.data.split
        split = proposed.split.replace(validation=before.validation, test=before.test, seed=before.seed)
        data = proposed.replace(reading=experiment.data.reading, split=split)
        changed = with_fitting_output(experiment.replace(data=data), class_count(table, data))
        return with_fitting_front(changed)
    kept = ("split", "reading", "plans", "drop_duplicates")
    changes: dict[str, Any] = {name: getattr(experiment.data, name) for name in kept} | {"windows": None}
    if proposed.task == "sequence_labels":
        changes["plans"] = ()  # a signal is prepared as one
    if experiment.data.windows is not None and proposed.task != "sequence_labels" and not by_itself:
        changes |= {"windows": experiment.data.windows, "inputs": experiment.data.inputs}
    elif target in proposed.inputs:
        changes["inputs"] = tuple(name for name in proposed.inputs if name != target)
    data = proposed.replace(**changes)
    changed = with_fitting_output(experiment.replace(data=data), class_count(table, data))
    return with_fitting_front(changed) if by_itself else changed


def with_task(experiment: Experiment, table: Table, task: Task) -> Experiment:
    """The same column as another task: classes, or a number."""
    windows = None if task == "sequence_labels" else experiment.data.windows
    changed = experiment.with_data(
        task=task, target_scaling=usual_scaling(task), persistence_column=None, windows=windows
    )
    return with_fitting_output(changed, class_count(table, changed.data))


def fitting_output(experiment: Experiment, dataset: Dataset) -> Experiment:
    """Output layer, loss and metrics as the task asks for them; equal to `experiment` where they are so already."""
    return with_fitting_output(experiment, len(dataset.classes))


def offered_metrics(task: Task | None, chosen: Sequence[str]) -> list[str]:
    """Metrics to choose from: those that a first course speaks of, and any other that a file or link brought."""
    return list(dict.fromkeys((*(METRICS_OF[task] if task else ()), *chosen)))
