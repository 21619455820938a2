"""What a network at rest says to the rows of `lab.insight.knowledge`, as the browser is told of one that learns."""

from typing import Any

from lab.data.prepare import Dataset
from lab.insight.knowledge import layers_for_browser
from lab.model.probe import MOST_TEXTS
from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import rows_at
from lab.runs.work.answers import answers_of, first_layer, probe_of
from lab.runs.work.drawn import exact_layers
from lab.spec.experiment import Experiment


def known_at_rest(experiment: Experiment, dataset: Dataset, model: Any) -> dict[str, Any]:
    """ "parameters" of a network that a browser computes; "answers" and "first" of any other.

    Args:
        model: with the weights it has learned.
    """
    spec, arrays = run_spec(experiment, dataset)
    if layers_for_browser(experiment, dataset):
        return {"parameters": exact_layers(model, spec)}
    rows, between = probe_of(arrays)
    if dataset.task == "sequence_labels":
        rows = rows_at(rows, slice(MOST_TEXTS))
    return {"answers": answers_of(model, rows, between), "first": first_layer(model)}
