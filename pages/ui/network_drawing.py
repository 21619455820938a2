"""The drawing of a network on a page. (`st.html` takes SVG out of what it is given, so a small component shows it.)"""

import streamlit as st

from lab.charts.network import ABOVE, BELOW, DASHES, THICKEST, THINNEST, network_text
from lab.charts.network_words import key_of
from lab.model.drawn import DrawnNetwork
from lab.texts import Language
from pages.ui.component import component

_component = component(__file__, shared=("mount",))


# how a wire looks, for the browser that moves it
LOOK = {"thinnest": THINNEST, "thickest": THICKEST, "above": ABOVE, "below": BELOW, "dashes": DASHES}


def network_drawing(network: DrawnNetwork, language: Language, key: str, *, run_id: str = "") -> None:
    """Show a network, and how its drawing is read.

    Args:
        run_id: of the run whose weights move it while its live curve is on the same page.
    """
    drawn = {"wide": network_text(network, language), "narrow": network_text(network, language, narrow=True)}
    _component(data={"drawn": drawn, "run": run_id, "look": LOOK}, key=key)
    st.caption(key_of(network, language))
