"""How much a network holds and how long it computes: for one row, for a batch of rows, and for all rows there are.

Told from shapes alone, before anything is allocated.
"""

from dataclasses import dataclass

from lab.data.prepare import PART_NAMES, Dataset
from lab.model.layer_table import LayerRow, layer_rows
from lab.model.problem import Problem
from lab.spec.experiment import Experiment, GraphSpec, PartSpec
from lab.spec.limits import Limits
from netcore.losses import LOSSES

ANSWER = 500  # multiplications in the time in which one number of a sequence of answers is read and compared


@dataclass(frozen=True)
class Demand:
    """What a layer, or a loss, asks for: `netcore.layers.layer.Demands`, and whose it is."""

    layer: str
    id: str | None
    numbers: int
    multiplications: int
    steps: int


def largest_batch(experiment: Experiment, rows: int) -> int:
    """Rows of the largest batch of a run, changes on the way counted; no batch has more than there are."""
    changed = [int(change.value) for change in experiment.fit.changes if change.name == "batch_size"]
    return min(rows, max([experiment.fit.batch_size, *changed]))


def excess(experiment: Experiment, dataset: Dataset, limits: Limits) -> Problem | None:
    """What is too much of one row, of a batch of them, or of all, at what asks for most; None if nothing is."""
    asked = _demands(experiment, dataset)
    if not asked:
        return None
    return (
        _too_large(asked, experiment, dataset, limits)
        or _too_long(asked, limits)
        or _too_heavy(asked, experiment, dataset, limits)
        or _too_heavy_for_all(asked, dataset, limits)
    )


def excess_of_all_rows(experiment: Experiment, dataset: Dataset, limits: Limits) -> Problem | None:
    """Whether it takes too long to ask the network about every row."""
    return _too_heavy_for_all(_demands(experiment, dataset), dataset, limits)


def _too_large(asked: list[Demand], experiment: Experiment, dataset: Dataset, limits: Limits) -> Problem | None:
    most = max(asked, key=lambda one: one.numbers)
    each = sum(one.numbers for one in asked)
    if each > limits.row_activations:
        values = {"value": each, "high": limits.row_activations, "layer": most.layer, "most": most.numbers}
        return Problem("size.row_too_large", values, layer_id=most.id)
    batch = largest_batch(experiment, len(dataset.train.rows))
    if each * batch > limits.activations:
        values = {"value": each * batch, "each": each, "batch_size": batch, "high": limits.activations}
        return Problem("size.batch_too_large", values | {"fits": limits.activations // each}, layer_id=most.id)
    return None


def _too_long(asked: list[Demand], limits: Limits) -> Problem | None:
    steps = sum(one.steps for one in asked)
    if steps <= limits.steps_in_turn:
        return None
    most = max(asked, key=lambda one: one.steps)
    return Problem(
        "size.too_many_steps", {"value": steps, "high": limits.steps_in_turn, "layer": most.layer}, layer_id=most.id
    )


def _too_heavy(asked: list[Demand], experiment: Experiment, dataset: Dataset, limits: Limits) -> Problem | None:
    most = max(asked, key=lambda one: one.multiplications)
    each, high = sum(one.multiplications for one in asked), limits.update_multiplications
    if each > high:
        values = {"value": each, "high": high, "layer": most.layer, "most": most.multiplications}
        return Problem("size.row_too_heavy", values, layer_id=most.id)
    batch = largest_batch(experiment, len(dataset.train.rows))
    if each * batch > high:
        values = {"value": each * batch, "each": each, "batch_size": batch, "high": high, "fits": high // each}
        return Problem("size.batch_too_heavy", values, layer_id=most.id)
    return None


def _too_heavy_for_all(asked: list[Demand], dataset: Dataset, limits: Limits) -> Problem | None:
    rows = sum(len(dataset.part(part).rows) for part in PART_NAMES)
    each, high = sum(one.multiplications for one in asked), limits.pass_multiplications
    if each * rows <= high:
        return None
    most = max(asked, key=lambda one: one.multiplications)
    values = {"value": each * rows, "each": each, "rows": rows, "high": high, "layer": most.layer}
    return Problem("size.rows_too_heavy", values, layer_id=most.id)


def _demands(experiment: Experiment, dataset: Dataset) -> list[Demand]:
    """Of the layers whose shapes are known, and of the losses."""
    table = layer_rows(experiment, dataset)
    layers = [Demand(row.type, row.id, *row.demands) for row in table if row.demands is not None]
    return [*layers, *_of_losses(experiment, dataset, table)]


def _of_losses(experiment: Experiment, dataset: Dataset, table: tuple[LayerRow, ...]) -> list[Demand]:
    """Of a loss over time; of others there is nothing that the layer in front would not tell."""
    found = []
    for part, about, row in _outputs(experiment, dataset, table):
        loss, shape, y_true = part.built(LOSSES), row.output_shape, about.train.target.shape[1:]
        if not loss.sequence or shape is None or len(shape) != 3 or len(y_true) != 1:
            continue
        y_pred = (int(shape[1] or 1), int(shape[2] or 1))
        numbers = loss.scratch_numbers(y_true, y_pred)
        work = loss.multiplications(y_true, y_pred) + ANSWER * y_pred[0] * y_pred[1]
        found.append(Demand(part.type, row.id, numbers, work, loss.steps_in_turn(y_pred)))
    return found


def _outputs(
    experiment: Experiment, dataset: Dataset, table: tuple[LayerRow, ...]
) -> list[tuple[PartSpec, Dataset, LayerRow]]:
    """The loss of each output, its rows, and the layer that gives it, as far as it has both."""
    if not isinstance(experiment.model, GraphSpec):
        return [(experiment.compile.loss, dataset, table[-1])] if table else []
    rows = {row.id: row for row in table}
    targets = {one.target_name: one for one in (dataset, *dataset.others)}
    return [
        (output.loss, targets[output.target], rows[str(output.reads)])
        for output in experiment.model.outputs
        if output.target in targets and str(output.reads) in rows
    ]
