"""What can be changed in the drawing of a network itself: units and activation of a layer, one more, one less.

The drawing stands beside the forms and says the same: both change the one experiment.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lab.data.prepare import Dataset
from lab.edits.layers import new_layer_params
from lab.edits.places import layer_place
from lab.errors import ExperimentError, LabError
from lab.model.layer_table import LayerRow, layer_rows
from lab.spec.experiment import Experiment, GraphSpec, LayerSpec
from netcore.activations import ACTIVATIONS
from netcore.layers import LAYERS

WIDTHS = ("units", "filters")  # the argument that says how wide a layer is
COMMON: Final = {  # axes of a sample -> layers that a first network puts there
    1: ("Dense", "Dropout", "BatchNormalization"),
    2: ("LSTM", "GRU", "Conv1D", "Dense", "Dropout", "Flatten"),
    3: ("Conv2D", "MaxPooling2D", "Dropout", "BatchNormalization", "Flatten"),
}


def editable_layers(experiment: Experiment, dataset: Dataset) -> list[dict[str, Any]]:
    """Of each layer in the order of the drawing: {"id", "type", "width", "activation", "adds"}; None for what it lacks.

    "adds": types of layers that can be put before it here, so that all shapes still fit; none where a node reads
    several others, or calls another one's layer: on which way would it stand?
    """
    rows = layer_rows(experiment, dataset)
    nodes = experiment.model.nodes if isinstance(experiment.model, GraphSpec) else experiment.model.layers
    return [
        {
            "id": node.id,
            "type": node.type,
            "width": _argument(node, *WIDTHS),
            "activation": _activation(node),
            "adds": _fitting(experiment, node, dataset, rows),
        }
        for node in nodes
    ]


def activation_names() -> list[str]:
    """Those that a layer of the drawing can be given."""
    return list(ACTIVATIONS.names())


def drawn_edit(experiment: Experiment, asked: Mapping[str, Any]) -> Experiment:
    """The experiment after a change in the drawing.

    Args:
        asked: {"do": "width" | "activation" | "remove" | "add", "layer": id, "value"}; "add" puts a hidden layer of
            the type "value" in front of that one.

    Raises:
        ExperimentError "experiment.unknown_layer": there is no such layer (any more). NetcoreError: of the value.
    """
    layer = next((one for one in experiment.model.layers if one.id == asked.get("layer")), None)
    if layer is None:
        raise ExperimentError("experiment.unknown_layer", id=str(asked.get("layer")))
    params = LAYERS.get(layer.type).params if layer.type else {}  # none where it calls another node's layer
    width = next((name for name in WIDTHS if name in params), None)
    match asked.get("do"):
        case "width" if width is not None:
            return layer_place(layer).with_argument(experiment, width, asked.get("value"))
        case "activation" if "activation" in params:
            return layer_place(layer).with_argument(experiment, "activation", asked.get("value") or None)
        case "remove" if isinstance(experiment.model, GraphSpec):
            return experiment.with_model(experiment.model.without_node(layer.id))
        case "remove":
            return experiment.without_layer(layer.id)
        case "add":
            return _with_one_before(experiment, layer, str(asked.get("value")))
    raise ExperimentError("experiment.unknown_edit", name=str(asked.get("do")))


def _fitting(experiment: Experiment, node: Any, dataset: Dataset, rows: Sequence[LayerRow]) -> list[str]:
    row = next((row for row in rows if row.id == node.id), None)
    if row is None or not node.type or (isinstance(experiment.model, GraphSpec) and len(node.reads) != 1):
        return []
    common = COMMON.get(len(row.input_shape or ()) - 1, ())
    return [type for type in common if _fits(experiment, node, type, dataset, rows[-1])]


def _fits(experiment: Experiment, node: Any, type: str, dataset: Dataset, end: LayerRow) -> bool:
    try:
        rows = layer_rows(_with_one_before(experiment, node, type), dataset)
    except LabError:  # a limit: there are as many layers as there may be
        return False
    return [row.output_shape for row in rows if row.id == end.id] == [end.output_shape]


def _with_one_before(experiment: Experiment, layer: LayerSpec, type: str) -> Experiment:
    params = new_layer_params(type, experiment)
    graph = experiment.model
    if not isinstance(graph, GraphSpec):
        place = [one.id for one in graph.layers].index(layer.id)
        return experiment.with_added_layer(type, params, place)
    node = graph.node(layer.id)
    if len(node.reads) != 1:
        raise ExperimentError("experiment.unknown_edit", name="add")
    more = graph.with_added_node(type, params, node.reads)
    return experiment.with_model(more.with_layer(node.replace(reads=(more.nodes[-1].id,))))


def _argument(layer: Any, *names: str) -> int | None:
    if not layer.type:
        return None  # it calls another node's layer
    params = LAYERS.get(layer.type).params
    name = next((name for name in names if name in params), None)
    value = None if name is None else layer.filled(LAYERS).get(name)
    return value if isinstance(value, int) else None


def _activation(layer: Any) -> str | None:
    """ "" where it has none; None where it cannot have one."""
    if not layer.type or "activation" not in LAYERS.get(layer.type).params:
        return None
    return str(layer.filled(LAYERS).get("activation") or "")
