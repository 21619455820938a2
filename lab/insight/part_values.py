"""Loss and metrics of any part of the data, under the names and in the units of the run's own history."""

from collections.abc import Sequence
from dataclasses import replace

from lab.data.prepare import Dataset, PartName
from lab.insight.evaluate import with_weights
from lab.runs.kept.record import RunRecord
from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import data_of


def values_on(record: RunRecord, dataset: Dataset, part: PartName) -> dict[str, float]:
    """Of the network that the run ended with, in inference mode; weight penalties are in the loss, as in val_loss."""
    spec, arrays = run_spec(record.experiment, _judged_by(dataset, part))
    model = with_weights(spec, record.weights)
    found = model.evaluate(data_of(arrays, "x_val"), data_of(arrays, "y_val"), return_dict=True, verbose=0)
    return {name: float(value) for name, value in found.items()}


def _judged_by(dataset: Dataset, part: PartName) -> Dataset:
    """The dataset with another part in the place of the validation part: a run's spec knows no other."""
    others: Sequence[Dataset] = [_judged_by(one, part) for one in dataset.others]
    return replace(dataset, validation=dataset.part(part), others=tuple(others))
