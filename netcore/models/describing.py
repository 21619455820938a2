"""Describing: models as plain dicts that JSON can hold, and models made from them again, as in Keras."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from netcore.errors import NetcoreValueError
from netcore.graph import GraphNode, Tensor
from netcore.layers.input_layer import InputLayer
from netcore.layers.layer import LAYERS, Layer
from netcore.models.network import Network
from netcore.nested import leaves, packed

Classes: TypeAlias = Mapping[str, Any] | None  # further classes by name, such as layers of one's own
Make: TypeAlias = Callable[[Mapping[str, Any]], Layer]  # a layer from its description
Place: TypeAlias = tuple[str, int, int]  # name of a layer, number of its call, number of the output

MODELS: dict[str, Any] = {}  # classes of models by Keras's names; filled where they are defined


# --- to a dict


def entry(layer: Layer) -> dict[str, Any]:
    """{"module", "class_name", "config", "registered_name"} of a layer or model."""
    name = layer.class_name()
    return {
        "module": "netcore" if name in MODELS else "netcore.layers",
        "class_name": name,
        "config": layer.get_config(),
        "registered_name": None,
    }


def functional_config(model: Network) -> dict[str, Any]:
    """Name and layers; for each layer its calls as "inbound_nodes"; inputs and outputs by their places."""
    places = _places(model)
    described = []
    for layer in model.layers:
        nodes = [{"args": [_arguments(node, places)], "kwargs": {}} for node in model.calls_of(layer)]
        described.append({**entry(layer), "name": layer.name, "inbound_nodes": nodes})
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": described,
        "input_layers": _placed(model.input_structure, places),
        "output_layers": _placed(model.output_structure, places),
    }


def _places(model: Network) -> dict[int, Place]:
    """Where each tensor comes from, by its id."""
    places: dict[int, Place] = {}
    for layer in model.layers:
        if isinstance(layer, InputLayer):
            places[id(layer.tensor)] = (layer.name, 0, 0)
        for number, node in enumerate(model.calls_of(layer)):
            places |= {id(tensor): (layer.name, number, index) for index, tensor in enumerate(node.outputs)}
    return places


def _arguments(node: GraphNode, places: dict[int, Place]) -> Any:
    tensors = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": tensor.shape, "dtype": tensor.dtype, "keras_history": list(places[id(tensor)])},
        }
        for tensor in node.inputs
    ]
    return tensors if node.listed else tensors[0]


def _placed(structure: Any, places: dict[int, Place]) -> Any:
    return packed(structure, (list(places[id(tensor)]) for _, tensor in leaves(structure)), as_written=True)


# --- from a dict


def layer_of(description: Any, classes: Classes = None) -> Layer:
    """A new layer or model from what `entry` gave.

    Raises:
        NetcoreValueError "registry.unknown", "config.layer": no such class, or no description at all.
    """
    if not isinstance(description, Mapping) or not isinstance(description.get("config"), Mapping):
        raise NetcoreValueError(
            "config.layer",
            "A layer is described by its class_name and its config, but got {value!r}.",
            value=str(description)[:80],
        )
    name, config = str(description.get("class_name")), dict(description["config"])
    made: Layer
    if name in (classes or {}):
        made = (classes or {})[name].from_config(config)
    elif name in MODELS:
        made = MODELS[name].from_config(config, classes)
    elif name == "InputLayer":
        made = InputLayer(**config)
    else:
        made = LAYERS.get(name).from_config(config)
    return made


def maker(classes: Classes) -> Make:
    """What makes a layer of its description, further classes known by name."""
    return lambda description: layer_of(description, classes)


def functional_parts(config: Mapping[str, Any], make: Make) -> tuple[Any, Any]:
    """Inputs and outputs of a functional model, its layers made and called anew."""
    made: dict[Place, Tensor] = {}
    waiting: list[tuple[Layer, Place, Any]] = []
    for description in config["layers"]:
        layer, name = make(description), str(description["name"])
        if isinstance(layer, InputLayer):
            made[name, 0, 0] = layer.tensor
        waiting += [(layer, (name, number, 0), node) for number, node in enumerate(description["inbound_nodes"])]
    while waiting:
        later = [call for call in waiting if not _called(call, made)]
        if len(later) == len(waiting):
            raise NetcoreValueError(
                "config.nodes",
                "The calls of the layers {names} need outputs that no layer of the description makes.",
                names=", ".join(dict.fromkeys(place[0] for _, place, _ in later)),
            )
        waiting = later
    return _structured(config["input_layers"], made), _structured(config["output_layers"], made)


def _called(call: tuple[Layer, Place, Any], made: dict[Place, Tensor]) -> bool:
    """Call the layer if all that it needs is there."""
    layer, (name, number, _), node = call
    given = _given(node["args"][0], made)
    if given is None:
        return False
    result = Layer.__call__(layer, given)  # states come listed with the sequence, whatever the layer's own call is
    outputs = result if isinstance(result, list) else [result]
    made |= {(name, number, index): tensor for index, tensor in enumerate(outputs)}
    return True


def _given(arguments: Any, made: dict[Place, Tensor]) -> Any:
    """The tensors that a call was made with; None while some of them are not there yet."""
    if isinstance(arguments, list):
        tensors = [_given(one, made) for one in arguments]
        return None if any(tensor is None for tensor in tensors) else tensors
    return made.get(tuple(arguments["config"]["keras_history"]))


def _structured(places: Any, made: dict[Place, Tensor]) -> Any:
    """The tensors of places in the same form; a place is a list that begins with the name of a layer."""
    if isinstance(places, Mapping):
        entries = {name: _structured(one, made) for name, one in places.items()}
        return OrderedDict(entries) if isinstance(places, OrderedDict) else entries
    if isinstance(places, list) and places and isinstance(places[0], str):
        name, number, index = places
        return made[name, number, index]
    return getattr(type(places), "_make", type(places))([_structured(one, made) for one in places])


# --- by Keras's names


def model_from_json(json_string: str, custom_objects: Classes = None) -> Any:
    """The model that `to_json` described, compiled as it was; its weights start afresh.

    Raises:
        NetcoreValueError "config.json": no JSON, or no model in it.
    """
    try:
        description = json.loads(json_string)
    except (ValueError, RecursionError):
        description = None
    model = layer_of(description, custom_objects) if isinstance(description, dict) else None
    if not isinstance(model, Network):
        raise NetcoreValueError(
            "config.json", "This text describes no model. Give what model.to_json() returned, unchanged."
        )
    if description.get("compile_config"):
        model.compile_from_config(description["compile_config"])
    return model


def model_from_config(config: Mapping[str, Any], custom_objects: Classes = None) -> Any:
    """The model of a {"class_name", "config"} dict."""
    return layer_of(config, custom_objects)


def clone_model(
    model: Any, input_tensors: Sequence[Tensor] | None = None, clone_function: Callable[[Layer], Layer] | None = None
) -> Any:
    """The same architecture with layers and start values of its own.

    Args:
        input_tensors: the input of the clone, for a Sequential model.
        clone_function: makes the new layer for each old one; by default from its config.
    """
    old = {layer.name: layer for layer in model.layers}

    def make(description: Mapping[str, Any]) -> Layer:
        name = description["config"].get("name")
        if description["class_name"] == "InputLayer" and input_tensors:
            return InputLayer(tensor=input_tensors[0])
        if clone_function is None or name not in old or isinstance(old[name], InputLayer):
            return layer_of(description)
        return clone_function(old[name])

    return type(model).from_config(model.get_config(), make=make)
