"""What follows from a choice: another table, target or task brings its inputs, its output layer and its loss.

Each function returns a new experiment and touches no screen; the hidden layers stay as the person built them.
"""

from typing import Any, NamedTuple

from lab.data.prepare import Dataset
from lab.data.propose import class_count, propose_data, usual_scaling
from lab.data.samples import card
from lab.data.table import Table
from lab.edits.layers import with_fitting_front
from lab.edits.refit import Refit, refit
from lab.errors import LabError
from lab.spec.data import ReadingSpec, SampleSource, Task, UploadSource, WindowSpec
from lab.spec.experiment import Experiment, ModelSpec
from lab.starts import propose_experiment, start, with_fitting_output
from netcore.layers import LAYERS
from netcore.params import IntParam, Param, defaults

MANY_WINDOWS = 4000  # as many train in seconds


def for_sample(name: str, table: Table) -> Experiment:
    """A sensible experiment on a sample table; for some samples that is a ready-made one."""
    ready = card(name).start
    if ready is not None:
        return start(ready)
    source = SampleSource(name=name)
    return propose_experiment(table, source, propose_data(table, source=source))


def for_own_table(table: Table) -> Experiment:
    """A sensible experiment on an uploaded table. Raises DataError if nothing in it can be predicted."""
    data = propose_data(table)
    return propose_experiment(table, data.source, data)


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
    kept = ("split", "reading", "plans", "drop_duplicates")
    changes: dict[str, Any] = {name: getattr(experiment.data, name) for name in kept} | {"windows": None}
    if proposed.task == "sequence_labels":
        changes["plans"] = ()  # a signal is prepared as one
    if experiment.data.windows is not None and proposed.task != "sequence_labels":
        changes |= {"windows": experiment.data.windows, "inputs": experiment.data.inputs}
    elif target in proposed.inputs:
        changes["inputs"] = tuple(name for name in proposed.inputs if name != target)
    data = proposed.replace(**changes)
    return with_fitting_output(experiment.replace(data=data), class_count(table, data))


def with_task(experiment: Experiment, table: Table, task: Task) -> Experiment:
    """The same column as another task: classes, or a number."""
    windows = None if task == "sequence_labels" else experiment.data.windows
    changed = experiment.with_data(
        task=task, target_scaling=usual_scaling(task), persistence_column=None, windows=windows
    )
    return with_fitting_output(changed, class_count(table, changed.data))


def with_windows(experiment: Experiment, table: Table, *, on: bool) -> Experiment:
    """Several rows a sample, or each row one; the front of the network follows."""
    data = experiment.data
    if not on:
        inputs = tuple(name for name in data.inputs if name != data.target)
        kept = None if data.persistence_column == data.target else data.persistence_column
        return with_fitting_front(experiment.with_data(windows=None, inputs=inputs, persistence_column=kept))
    times = next((column.name for column in table.columns if column.kind == "datetime"), None)
    order = "time" if data.split.draws_rows else data.split.order
    split = data.split.replace(order=order, time_column=data.split.time_column or times)
    windows = WindowSpec(every=max(1, table.rows // MANY_WINDOWS))
    wanted = {*data.inputs, data.target} if table.column(data.target).kind == "numeric" else set(data.inputs)
    inputs = tuple(name for name in table.column_names if name in wanted)
    return with_fitting_front(experiment.with_data(split=split, windows=windows, inputs=inputs))


def with_window(experiment: Experiment, name: str, value: object) -> Experiment:
    """One number of the windows changed. Raises LabError "sequences.windows_off", ExperimentError."""
    windows = experiment.data.windows
    if windows is None:  # switched off in another tab
        raise LabError("sequences.windows_off")
    return experiment.with_data(windows=windows.replace(**{name: value}))


def fitting_output(experiment: Experiment, dataset: Dataset) -> Experiment:
    """Output layer, loss and metrics as the task asks for them; equal to `experiment` where they are so already."""
    return with_fitting_output(experiment, len(dataset.classes))


def new_layer_params(name: str, experiment: Experiment) -> dict[str, Any]:
    """Arguments to begin with: those of a hidden layer of the same kind, else an example worth trying."""
    for layer in reversed(experiment.model.layers[:-1]):
        if layer.type == name:
            return layer.params
    cls = LAYERS.get(name)
    known = defaults(cls)
    params = {argument: _to_begin_with(param) for argument, param in cls.params.items() if argument not in known}
    if "activation" in cls.params and known.get("activation") is None:
        params["activation"] = "relu"  # a hidden layer without one could as well be left out
    return params


def _to_begin_with(param: Param) -> Any:
    if isinstance(param, IntParam):
        low, high = param.typical
        return max(param.low, round((max(low, 1) * high) ** 0.5))  # between 1 and 64 units: 8
    return param.example()
