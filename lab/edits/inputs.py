"""What a network reads of a table: which columns, and how many rows behind one another."""

from collections.abc import Collection, Sequence

from lab.data.table import Table
from lab.data.windows import windows_every
from lab.edits.layers import with_fitting_front
from lab.errors import LabError
from lab.spec.data import DataSpec, WindowSpec
from lab.spec.experiment import Experiment


def possible_inputs(data: DataSpec, table: Table) -> list[str]:
    """Columns that can be ticked. In windows, or by lags, the target's own past is an input like any other."""
    past = data.windows is not None or data.target in data.inputs
    return [name for name in table.column_names if name != data.target or past]


def with_inputs(experiment: Experiment, names: Sequence[str], chosen: Collection[str]) -> Experiment:
    """Those of the names that are chosen, in the order of the table."""
    return experiment.with_data(inputs=tuple(name for name in names if name in chosen))


def with_input(experiment: Experiment, names: Sequence[str], name: str, *, on: bool) -> Experiment:
    """One input more, or one less."""
    others = set(experiment.data.inputs).difference((name,))
    return with_inputs(experiment, names, others | {name} if on else others)


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
    windows = WindowSpec(every=windows_every(table.rows))
    wanted = {*data.inputs, data.target} if table.column(data.target).kind == "numeric" else set(data.inputs)
    inputs = tuple(name for name in table.column_names if name in wanted)
    return with_fitting_front(experiment.with_data(split=split, windows=windows, inputs=inputs))


def with_window(experiment: Experiment, name: str, value: object) -> Experiment:
    """One number of the windows changed. Raises LabError "sequences.windows_off", ExperimentError."""
    windows = experiment.data.windows
    if windows is None:  # switched off in another tab
        raise LabError("sequences.windows_off")
    return experiment.with_data(windows=windows.replace(**{name: value}))
