"""How many numbers a network holds while it computes: what its layers make of one row, and of a batch of rows.

Told from shapes alone, before anything is allocated.
"""

from lab.data.prepare import Dataset
from lab.model.layer_table import LayerRow, layer_rows
from lab.model.problem import Problem
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits


def largest_batch(experiment: Experiment, rows: int) -> int:
    """Rows of the largest batch of a run, changes on the way counted; no batch has more than there are."""
    changed = [int(change.value) for change in experiment.fit.changes if change.name == "batch_size"]
    return min(rows, max([experiment.fit.batch_size, *changed]))


def excess(experiment: Experiment, dataset: Dataset, limits: Limits) -> Problem | None:
    """What is too much of one row, or of a batch of them, at the layer that holds most; None if nothing is."""
    table = [row for row in layer_rows(experiment, dataset) if row.numbers]
    if not table:
        return None
    most = max(table, key=_numbers)
    each = sum(map(_numbers, table))
    if each > limits.row_activations:
        values = {"value": each, "high": limits.row_activations, "layer": most.type, "most": _numbers(most)}
        return Problem("size.row_too_large", values, layer_id=most.id)
    batch = largest_batch(experiment, len(dataset.train.rows))
    if each * batch > limits.activations:
        values = {"value": each * batch, "each": each, "batch_size": batch, "high": limits.activations}
        return Problem("size.batch_too_large", values | {"fits": limits.activations // each}, layer_id=most.id)
    return None


def _numbers(row: LayerRow) -> int:
    return row.numbers or 0
