"""The drawing of a network on a page. (`st.html` takes SVG out of what it is given, so a small component shows it.)"""

from pathlib import Path
from xml.etree.ElementTree import tostring

import streamlit as st

from lab.charts.network import ABOVE, BELOW, DASHES, THICKEST, THINNEST, network_svg
from lab.charts.network_words import key_of
from lab.model.drawn import DrawnNetwork
from lab.texts import Language

FOLDER = Path(__file__).parent

# registered once, when this module is imported; the function mounts it
_component = st.components.v2.component(
    "lab_network_drawing",
    html='<div class="network-drawing"></div>',
    css=FOLDER.joinpath("network_drawing.css").read_text(encoding="utf-8"),
    js=FOLDER.joinpath("network_drawing.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


# how a wire looks, for the browser that moves it
LOOK = {"thinnest": THINNEST, "thickest": THICKEST, "above": ABOVE, "below": BELOW, "dashes": DASHES}


def network_drawing(network: DrawnNetwork, language: Language, key: str, *, run_id: str = "") -> None:
    """Show a network, and how its drawing is read.

    Args:
        run_id: of the run whose weights move it while its live curve is on the same page.
    """
    svg = tostring(network_svg(network, language), encoding="unicode")
    _component(data={"svg": svg, "run": run_id, "look": LOOK}, key=key)
    st.caption(key_of(network, language))
