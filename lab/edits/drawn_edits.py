"""What can be changed in the drawing of a network itself: units and activation of a layer, one more, one less.

The drawing stands beside the forms and says the same: both change the one experiment.
"""

from collections.abc import Mapping
from typing import Any

from lab.edits.layers import new_layer_params
from lab.edits.places import layer_place
from lab.errors import ExperimentError
from lab.spec.experiment import Experiment, GraphSpec, LayerSpec
from netcore.activations import ACTIVATIONS
from netcore.layers import LAYERS

WIDTHS = ("units", "filters")  # the argument that says how wide a layer is


def editable_layers(experiment: Experiment) -> list[dict[str, Any]]:
    """Of each layer in the order of the drawing: {"id", "type", "width", "activation", "adds"}; None for what it lacks.

    "adds": whether another layer can be put before it here, as in a chain.
    """
    nodes = experiment.model.nodes if isinstance(experiment.model, GraphSpec) else experiment.model.layers
    return [
        {
            "id": node.id,
            "type": node.type,
            "width": _argument(node, *WIDTHS),
            "activation": _activation(node),
            "adds": not isinstance(experiment.model, GraphSpec),
        }
        for node in nodes
    ]


def activation_names() -> list[str]:
    """Those that a layer of the drawing can be given."""
    return list(ACTIVATIONS.names())


def drawn_edit(experiment: Experiment, asked: Mapping[str, Any]) -> Experiment:
    """The experiment after a change in the drawing.

    Args:
        asked: {"do": "width" | "activation" | "remove" | "add", "layer": id, "value"}; "add" puts a hidden layer in
            front of that one.

    Raises:
        ExperimentError "experiment.unknown_layer": there is no such layer (any more). NetcoreError: of the value.
    """
    layer = next((one for one in experiment.model.layers if one.id == asked.get("layer")), None)
    if layer is None:
        raise ExperimentError("experiment.unknown_layer", id=str(asked.get("layer")))
    match asked.get("do"):
        case "width":
            argument = next(name for name in WIDTHS if name in LAYERS.get(layer.type).params)
            return layer_place(layer).with_argument(experiment, argument, asked.get("value"))
        case "activation":
            return layer_place(layer).with_argument(experiment, "activation", asked.get("value") or None)
        case "remove" if isinstance(experiment.model, GraphSpec):
            return experiment.with_model(experiment.model.without_node(layer.id))
        case "remove":
            return experiment.without_layer(layer.id)
        case "add" if not isinstance(experiment.model, GraphSpec):
            return _with_one_before(experiment, layer)
    raise ExperimentError("experiment.unknown_edit", name=str(asked.get("do")))


def _with_one_before(experiment: Experiment, layer: LayerSpec) -> Experiment:
    place = [one.id for one in experiment.model.layers].index(layer.id)
    return experiment.with_added_layer("Dense", new_layer_params("Dense", experiment), place)


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
