"""The drawing of the network as an editor, in step with the forms beside it."""

from typing import Any

from lab.data.prepare import Dataset
from lab.edits.drawn_edits import COMMON, activation_names, drawn_edit, editable_layers
from lab.model.drawn import DrawnNetwork
from lab.texts import say
from pages.ui.network_drawing import network_drawing
from pages.ui.state import AppState, renew, widget_value
from pages.ui.text import name_of

KEY = "network-editor"
WORDS = ("layer", "width", "less", "more", "activation", "none", "remove", "add")


def drawn_editor(state: AppState, dataset: Dataset, network: DrawnNetwork) -> None:
    """Each layer with its width, its activation and a way out below it, and a way in between two."""
    known = (state.experiment.model, dataset.content_hash)
    found = state.once("editable", known, lambda: editable_layers(state.experiment, dataset))
    layers = [{**layer, "title": f"{number}. {_title(layer, state)}"} for number, layer in enumerate(found, start=1)]
    texts = {name: say(f"drawn_editor.{name}", state.language) for name in WORDS}
    names = {name: name_of("layer", name, state.language) for names in COMMON.values() for name in names}
    editor = {"layers": layers, "activations": activation_names(), "names": names, "texts": texts}
    network_drawing(network, state.language, KEY, editor=editor, on_edit=_take_edit)


def _title(layer: dict[str, Any], state: AppState) -> str:
    return name_of("layer", layer["type"], state.language) if layer["type"] else layer["id"]


def _take_edit() -> None:
    """Callback: what was done in the drawing, told once."""
    asked = widget_value(KEY).edit
    if isinstance(asked, dict):
        renew(lambda experiment: drawn_edit(experiment, asked))
