"""What stands below the layers of a drawn network, what is said of each unit, and how the drawing is read."""

from collections.abc import Sequence

import numpy as np

from lab.model.drawn import Array, DrawnNetwork, DrawnNode
from lab.model.layer_table import shape_text
from lab.studies.words import number
from lab.texts import Language, say
from lab.texts.letters import isolated, shortened, visible
from lab.texts.parts import name_of

IMAGE_AXES = 4  # rows of the table, height, width, channels
MOST_LETTERS = 24  # of a name below a node


def lines_of(node: DrawnNode, language: Language, *, short: bool = False) -> tuple[str, ...]:
    """Words below a node: what it is, its activation or loss, its shape, its parameters.

    Args:
        short: Keras's names alone, without shapes.
    """
    if short:
        return _short_lines(node, language)
    if node.form == "end":
        loss = name_of("loss", node.detail, language)
        counted = loss if node.weight == 1 else f"{node.weight:g} × {loss}"
        return (*map(own_word, filter(None, node.names)), say("network.loss", language, loss=counted))
    shape = shape_text(node.shape)
    if not node.type:
        title = say("network.input", language) if node.is_only_input else own_word(node.id)
        return tuple(filter(None, (title, _folded(node, language), shape)))
    title = _layer(node, language)
    if node.shares:
        return tuple(filter(None, (title, say("network.shares", language, id=node.shares), shape)))
    parameters = say("network.parameters", language, count=f"{node.parameters:,}") if node.parameters else ""
    activation = name_of("activation", node.detail, language) if node.detail else ""
    return tuple(filter(None, (title, activation, _folded(node, language), shape, parameters)))


def _short_lines(node: DrawnNode, language: Language) -> tuple[str, ...]:
    if node.form == "end":
        names = (own_word(name, MOST_LETTERS // 2) for name in filter(None, node.names))
        return (*names, say("network.target", language))
    if not node.type:
        title = say("network.input", language) if node.is_only_input else own_word(node.id, MOST_LETTERS // 2)
        return tuple(filter(None, (title, _folded(node, language))))
    title = node.type if node.label.endswith(".") else own_word(node.label, MOST_LETTERS // 2)
    return tuple(filter(None, (title, _folded(node, language) or _units(node, language), node.detail)))


def _units(node: DrawnNode, language: Language) -> str:
    """How many there are; of what has none of its own, the numbers at one place."""
    count = f"{node.units:,}" if node.units else ""
    if not count:
        return ""
    if node.form == "units":
        return say("network.one_unit" if node.units == 1 else "network.units", language, count=count)
    if node.form == "image":
        return say("network.filters_below", language, count=count)
    is_image = node.shape is not None and len(node.shape) == IMAGE_AXES
    return say("network.channels_below", language, count=count) if is_image else count


def is_folded(node: DrawnNode) -> bool:
    """Whether only some of its units are drawn."""
    return 0 < len(node.shown) < node.units


def _folded(node: DrawnNode, language: Language) -> str:
    """How many units of how many are drawn; nothing where all of them are."""
    return say("network.folded", language, shown=len(node.shown), units=f"{node.units:,}") if is_folded(node) else ""


def sentences_of(network: DrawnNetwork, node: DrawnNode, language: Language) -> tuple[tuple[str, ...], ...]:
    """Of each unit that is drawn: what it is, its bias, what leads to it; of what is not learned, nothing.

    Of what is drawn as an image, one of all.
    """
    if node.form == "image":
        return ((_image_name(node, language),),)
    into = [
        (network.node(wires.source), wires.weights)
        for wires in network.wires
        if wires.target == node.id and wires.weights is not None
    ]
    return tuple(_sentences(node, place, into, language) for place in range(len(node.shown)))


def _sentences(
    node: DrawnNode, place: int, into: Sequence[tuple[DrawnNode, Array]], language: Language
) -> tuple[str, ...]:
    said = [_unit_name(node, place, language)]
    if node.tile is not None:
        said.append(say("network.unit_image", language, shape=_size(node)))
    if node.bias is not None:
        said.append(say("network.unit_bias", language, bias=number(float(node.bias[place]))))
    for source, kernel in into:
        weights = kernel[:, place]
        strongest = int(np.argmax(np.abs(weights)))
        unit = say("network.source_unit", language, number=source.shown[strongest] + 1)
        name = own_word(source.names[strongest]) if source.names else unit
        said.append(
            say(
                "network.unit_weights",
                language,
                count=f"{source.units:,}",
                largest=number(float(weights[strongest])),
                source=name,
            )
        )
    return tuple(said)


def _image_name(node: DrawnNode, language: Language) -> str:
    if node.type:
        count = f"{node.units:,}"
        return say("network.filters", language, layer=_layer(node, language), count=count, shape=_size(node))
    name = say("network.input", language) if node.is_only_input else own_word(node.id)
    return say("network.input_image", language, name=name, shape=_size(node))


def _size(node: DrawnNode) -> str:
    return "" if node.tile is None else f"{node.tile[0]}×{node.tile[1]}"


def _unit_name(node: DrawnNode, place: int, language: Language) -> str:
    unit = node.shown[place] + 1
    if node.type:
        return say("network.unit", language, layer=_layer(node, language), number=unit)
    return say("network.unit_input", language, number=unit, name=own_word(node.names[place]) if node.names else unit)


def key_of(network: DrawnNetwork, language: Language, *, moving: bool = False) -> str:
    """How the drawing is read, and what of wide layers is left out.

    Args:
        moving: it has no weights of its own, those of a run move it.
    """
    learned = network.largest > 0
    key = "network.key" if learned else "network.key_moving" if moving else "network.key_untrained"
    said = [say(key, language, **({"largest": number(network.largest)} if learned else {}))]
    if any(node.tile is not None and node.type for node in network.nodes):
        said.append(say("network.key_images", language))
    folded = [node for node in network.nodes if is_folded(node) and node.form == "units"]
    if folded:
        are_chosen = any(node.shown != tuple(range(len(node.shown))) for node in folded)
        said.append(say("network.key_folded_strongest" if are_chosen else "network.key_folded", language))
    if any(node.form == "block" for node in network.nodes):
        said.append(say("network.key_blocks", language))
    if any(node.form == "end" for node in network.nodes):
        said.append(say("network.key_target", language))
    return " ".join(said)


def _layer(node: DrawnNode, language: Language) -> str:
    return f"{node.label} {name_of('layer', node.type, language)}"


def own_word(name: str, most: int = MOST_LETTERS) -> str:
    """A person's own word, as letters, so many of them at most."""
    return isolated(shortened(visible(name), most))
