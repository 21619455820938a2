"""The drawing of a network on a page. (`st.html` takes SVG out of what it is given, so a small component shows it.)"""

from pathlib import Path
from xml.etree.ElementTree import tostring

import streamlit as st

from lab.charts.network import network_svg
from lab.charts.network_words import key_of
from lab.model.drawn import DrawnNetwork
from pages.ui.state import AppState

FOLDER = Path(__file__).parent

# registered once, when this module is imported; the function mounts it
_component = st.components.v2.component(
    "lab_network_drawing",
    html='<div class="network-drawing"></div>',
    css=FOLDER.joinpath("network_drawing.css").read_text(encoding="utf-8"),
    js=FOLDER.joinpath("network_drawing.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def network_drawing(state: AppState, network: DrawnNetwork, key: str) -> None:
    """Show a network, and how its drawing is read."""
    svg = network_svg(network, state.language)
    _component(data={"svg": tostring(svg, encoding="unicode")}, key=key)
    st.caption(key_of(network, state.language))
