"""The drawing of a network on a page. (`st.html` takes SVG out of what it is given, so a small component shows it.)"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from lab.charts.network import ABOVE, BELOW, DASHES, LARGEST_BIAS, THICKEST, THINNEST, Room, in_room, network_text
from lab.charts.network_words import key_of
from lab.model.drawn import DrawnNetwork
from lab.texts import Language, say
from pages.ui.component import component

_component = component(__file__, shared=("elements", "words", "theme", "pixels", "mount", "layer_controls", "roam"))


# how a wire looks, for the browser that moves it
LOOK = {
    "thinnest": THINNEST,
    "thickest": THICKEST,
    "bias": LARGEST_BIAS,
    "above": ABOVE,
    "below": BELOW,
    "dashes": DASHES,
}


def network_drawing(
    network: DrawnNetwork,
    language: Language,
    key: str,
    *,
    run_id: str = "",
    moving: bool = False,
    learned: int = 0,
    editor: dict[str, Any] | None = None,
    on_edit: Callable[[], None] | None = None,
    presents: bool = False,
    caption: str = "",
) -> None:
    """Show a network, and how its drawing is read, or a caption of one's own.

    Args:
        run_id: of the run whose weights move it while its live curve is on the same page; moving: it does so now.
        learned: epochs after which that run has the weights that are drawn.
        editor: what of it can be changed in place, see `pages.ui.model.drawn_editor`; on_edit: callback of a change.
        presents: the page has a presentation mode.
    """
    rooms: list[Room] = ["wide", "narrow"]
    if presents:
        rooms.append("large")
    if in_room(network, "phone") is not network:
        rooms.append("phone")
    drawn = {room: network_text(network, language, room) for room in rooms}
    texts = {name: say(f"network.{name}", language) for name in ("unit_bias", "arrows")} | {"language": language}
    data = {
        "drawn": drawn,
        "learned": learned,
        "run": run_id,
        "look": LOOK,
        "texts": texts,
        "editor": editor,
    }
    _component(data=data, key=key, **({} if on_edit is None else {"on_edit_change": on_edit}))
    st.caption(caption or key_of(network, language, moving=moving))
